"""One country's law as a person reads it: parts of labelled rows, each with its source and how well it is known.

The web page and the command line show the same rows. What is not collected is said to be unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from fairdue.kernel.money import exponents
from fairdue.law.conduct_table import ConductRule, RuleCode, ThirdParty
from fairdue.law.confirmed import citation, is_confirmed
from fairdue.law.country import CountryLaw, Known, RateHistory
from fairdue.law.forms import FormRule, Part
from fairdue.law.limitation import LimitationRule
from fairdue.law.statutes import Claim, Regime, Reset
from fairdue.law.terms import TermLimit
from fairdue.letters.catalogue import choose
from fairdue.letters.facts import FormName
from fairdue.letters.forms import form_name
from fairdue.letters.wording import words as letter_words
from fairdue.wording import names, words
from fairdue.wording.rate_chart import rate_chart

RECENT = 14
"""Past rates shown of a series: seven years by half-year."""


@dataclass(frozen=True, slots=True)
class Line:
    """One rule: what it is about, what it says, where it stands, how well it is known."""

    about: str
    says: str
    source: str = ""
    confidence: str = ""
    """``high``, ``medium``, ``low`` or ``gap``; empty where nothing is claimed."""
    note: str = ""
    asks: str = ""
    """What a lawyer must confirm before the rule is certain; empty where a source confirms it."""

    @property
    def look(self) -> str:
        """Say how the confidence is set off."""
        return CONFIDENCE_LOOKS.get(self.confidence, "")


@dataclass(frozen=True, slots=True)
class RateRow:
    """One row of a rate table."""

    from_on: date
    reference: str
    rate: str
    confidence: str
    source: str


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of one rule through time, newest first."""

    title: str
    series: str
    verified_through: date | None
    rows: tuple[RateRow, ...]
    chart: str = ""
    """The same as a drawing (SVG); empty where there are too few rates."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the page. Without lines it is unknown."""

    key: str
    title: str
    lines: tuple[Line, ...]
    rates: tuple[Rates, ...] = ()


CLAIMS = {
    Claim.RIGHT: _("may be claimed"), Claim.OPTION: _("may be chosen instead"), Claim.COURT: _("only a court awards it"),
    Claim.CAP: _("an upper limit, not a right"), Claim.NONE: _("no late interest"),
    Claim.NO_RATE: _("the rate is not collected: unknown"), Claim.MODEL: _("binds states, not the parties"),
}  # fmt: skip
RESETS = {
    Reset.HALF_YEAR: _("changes each half-year"), Reset.YEAR: _("changes each year"),
    Reset.ON_CHANGE: _("follows every change"), Reset.LOCKED: _("locked when default begins"), Reset.FIXED: _("fixed"),
}  # fmt: skip
VERDICTS = {
    ThirdParty.FREE: _("may collect without a licence"),
    ThirdParty.LICENCE: _("needs a licence, a registration, a mandate or a lawyer; a person confirms it first"),
    ThirdParty.BARRED: _("may not collect"),
}
RULES = {
    RuleCode.THIRD_PARTY: _("A third party"), RuleCode.THIRD_PARTY_CONTENT: _("A third party's letter must state"),
    RuleCode.MIN_DAYS_BETWEEN: _("Least days between two notices"), RuleCode.NOTICE_DEADLINE_MIN: _("Shortest deadline of a demand"),
    RuleCode.REMINDER_FEE_MAX: _("Fee for a reminder, at most"), RuleCode.REMINDER_FEES_MAX: _("Reminders that may carry a fee"),
    RuleCode.COLLECTION_FEE_MAX: _("Fee for collection, at most"), RuleCode.COMPENSATION_MAX: _("Fixed compensation, at most"),
    RuleCode.CONTACT_HOURS: _("Hours of contact"), RuleCode.CONTACT_DAYS: _("Days of contact"),
    RuleCode.CONTACTS_PER_WEEK: _("Contacts a week, at most"), RuleCode.CALLS_PER_DAY: _("Calls a day, at most"),
    RuleCode.CALLS_PER_WEEK: _("Calls a week, at most"), RuleCode.NOTICE_CONTENT: _("A notice must state"),
    RuleCode.FORBIDDEN: _("Forbidden"), RuleCode.PERSON_LAW: _("Rules made for persons"),
}  # fmt: skip
ACTS = {
    "claim_reminder_stops_limitation": _("saying that a reminder stops limitation"),
    "criminal_complaint": _("threatening a criminal complaint"), "doxxing": _("publishing private data"),
    "harassment": _("harassment"), "insolvency_pressure": _("insolvency as pressure"), "public_naming": _("public naming"),
    "ridicule": _("ridicule"), "stalking": _("stalking"), "third_party_disclosure": _("telling others of the debt"),
    "threat": _("threats"), "violence": _("violence"),
}  # fmt: skip
DAYS = {"business": _("working days only"), "any": _("any day")}
EFFECTS = {
    "none": _("changes nothing"), "restart": _("starts the period anew"), "restart_once": _("starts the period anew, once"),
    "postpone_6": _("postpones the end by six months"), "suit_6": _("holds for six months, within which suit must follow"),
    "stops": _("stops the period while pending"), "advice": _("a lawyer must judge it"),
}  # fmt: skip
SOURCES = {
    "own safe default, stricter than any business law collected": _("our own safe default, stricter than any business law collected"),
    "general civil and criminal law": _("general civil and criminal law"), "general rules": _("general rules"),
    "general knowledge": _("general knowledge"), "cantonal law": _("cantonal law"),
    "no statute for business debts": _("no statute for business debts"),
    "notices of 1993, 1995 and 2000 against debt-collection companies": _(
        "notices of 1993, 1995 and 2000 against debt-collection companies"
    ),
    "practice of content-certified mail": _("practice of content-certified mail"),
    "practice of the verified account": _("practice of the verified account"),
    "state law on commercial collection": _("state law on commercial collection"),
}  # fmt: skip
"""Sources that are words and no citation."""
CONFIDENCE_LOOKS = {"high": "good", "medium": "info", "low": "warn", "gap": "bad"}
"""How the page sets a confidence off."""


def asked_of_a_lawyer(text: str) -> str:
    """Say what a lawyer must confirm of a rule whose source says that it was not confirmed; empty otherwise."""
    if is_confirmed(text):
        return ""
    base = citation(text)
    return gettext("A lawyer must confirm that %(source)s says this and is in force.") % {
        "source": SOURCES.get(base, base)
    }


def source(text: str) -> str:
    """Write a source: citations as they stand, words in the page's language, and whether anybody has confirmed it."""
    base = citation(text)
    shown = str(SOURCES.get(base, base))
    if is_confirmed(text):
        return shown
    if "general knowledge" in text and "general knowledge" not in base:
        return gettext("%(source)s, general knowledge, not confirmed") % {"source": shown}
    return shown if "not confirmed" in base else gettext("%(source)s, not confirmed") % {"source": shown}


def chapters(law: CountryLaw, today: date) -> tuple[Chapter, ...]:
    """Give the parts of a country's page in their order; a part without lines is unknown."""
    return (
        _interest(law, today),
        Chapter("terms", gettext("Longest payment terms"), tuple(_term(limit) for limit in law.limits)),
        Chapter(
            "limitation", gettext("Limitation"), tuple(line for rule in law.limitation for line in _limitation(rule))
        ),
        Chapter("court", gettext("Court and payment orders"), (*_court(law), *(_named(one) for one in law.routes))),
        Chapter("company", gettext("Conduct towards companies"), _conduct(law.company.rules, today)),
        Chapter(
            "person",
            gettext("Conduct towards persons, and where it is not known"),
            (*_conduct(law.person.rules, today), *_conduct(law.parts, today)),
        ),
        Chapter("forms", gettext("Form of a formal notice"), tuple(_form(rule) for rule in law.forms)),
        Chapter("pay", gettext("Ways to pay"), tuple(_named(one) for one in law.ways)),
    )


def rate_of(found: RateHistory, today: date) -> str:
    """Say what a rule comes to on a day, or that it is unknown."""
    regime = found.regime
    if regime.claim not in (Claim.RIGHT, Claim.OPTION) or not regime.confidence.usable:
        return ""
    if regime.per_day_ppm is not None:
        return gettext("%(rate)s a day") % {"rate": words.percent(regime.per_day_ppm, 2)}
    if regime.fixed_ppm is not None:
        return gettext("%(rate)s a year") % {"rate": words.percent(regime.fixed_ppm, 2)}
    point = next((one for one in found.points if one.from_on <= today), None)
    if found.series is None or point is None or point.rate_ppm is None or today > found.series.verified_through:
        return gettext("unknown today")
    return gettext("%(rate)s a year") % {"rate": words.percent(point.rate_ppm, 2)}


def rates_of(law: CountryLaw, today: date) -> tuple[str, ...]:
    """Say what the rules in force come to on a day, each rate once; a rate of single states names them."""
    found: dict[str, list[str]] = {}
    for one in law.rules:
        if not one.regime.valid_to and (rate := rate_of(one, today)):
            found.setdefault(rate, []).append(one.regime.code)
    return tuple(_placed(rate, codes) for rate, codes in found.items())


def _placed(rate: str, codes: list[str]) -> str:
    states = dict.fromkeys(names.part(code) for code in codes if "-" in code)
    if not states or any("-" not in code for code in codes):
        return rate
    return gettext("%(rate)s (%(states)s)") % {"rate": rate, "states": words.joined(states)}


def _interest(law: CountryLaw, today: date) -> Chapter:
    lines, tables = [], []
    for found in law.rules:
        regime = found.regime
        about = regime.citation or names.law(regime.code)
        if "-" in regime.code:
            about = f"{names.law(regime.code)}: {about}"
        asks = asked_of_a_lawyer(regime.source)
        lines.append(Line(about, _says(found, today), source(regime.source), regime.confidence.value, asks=asks))
        if found.series is not None and regime.confidence.usable:
            rows = tuple(
                RateRow(
                    one.from_on,
                    _percent(one.reference_ppm),
                    _percent(one.rate_ppm),
                    one.confidence.value,
                    source(one.source),
                )
                for one in found.points
                if one.from_on <= today
            )[:RECENT]
            series = gettext(found.series.name)
            told = gettext("Late interest by %(rule)s, with its reference rate") % {"rule": about}
            drawn = rate_chart(told, found.points, min(today, found.series.verified_through))
            tables.append(Rates(about, series, found.series.verified_through, rows, drawn))
    return Chapter("interest", gettext("Late interest"), tuple(lines), tuple(tables))


def _percent(ppm: int | None) -> str:
    return gettext("unknown") if ppm is None else words.percent(ppm, 2)


def _says(found: RateHistory, today: date) -> str:
    regime = found.regime
    parts = [str(CLAIMS[regime.claim]), _made(regime, found), rate_of(found, today)]
    parts.append(str(RESETS.get(regime.reset, "")) if found.series else "")
    if regime.condition:
        told = words.joined(names.condition(word) for word in regime.condition.split(" & "))
        parts.append(gettext("only if: %(conditions)s") % {"conditions": told})
    if regime.valid_from or regime.valid_to:
        parts.append(_valid(regime))
    return _clauses(parts)


def _valid(regime: Regime) -> str:
    """Say between which days the deciding date of a rule must lie; a side without an end is not named."""
    values = {
        "deciding": names.deciding_date(regime.valid_by.value),
        "first": words.day(regime.valid_from) if regime.valid_from else "",
        "last": words.day(regime.valid_to) if regime.valid_to else "",
    }
    if not regime.valid_to:
        return gettext("%(deciding)s: from %(first)s on") % values
    if not regime.valid_from:
        return gettext("%(deciding)s: until %(last)s") % values
    return gettext("%(deciding)s: %(first)s to %(last)s") % values


def _made(regime: Regime, found: RateHistory) -> str:
    if found.series is None:
        return ""
    values: dict[str, object] = {"series": gettext(found.series.name)}
    if regime.multiplier_ppm != 1_000_000:
        times = words.scaled(regime.multiplier_ppm // 100_000, 1)
        return gettext("%(times)s times: %(series)s") % (values | {"times": times})
    if not regime.margin_ppm:
        return str(values["series"])
    points = words.scaled(regime.margin_ppm // 1000, 1)
    return gettext("%(series)s plus %(points)s percentage points") % (values | {"points": points})


def _clauses(parts: Iterable[str]) -> str:
    return gettext("; ").join(part for part in parts if part)


def _term(limit: TermLimit) -> Line:
    parts = [gettext("%(days)s days") % {"days": words.count(limit.max_days)}]
    parts.append(
        gettext("cannot be agreed away") if limit.hard else gettext("longer only if agreed expressly and fairly")
    )
    if limit.end_of_month_days:
        parts.append(gettext("%(days)s days to the end of the month") % {"days": words.count(limit.end_of_month_days)})
    if limit.default_days:
        parts.append(gettext("%(days)s days where nothing was agreed") % {"days": words.count(limit.default_days)})
    if limit.condition:
        told = words.joined(names.condition(word) for word in limit.condition.split(" & "))
        parts.append(gettext("only if: %(conditions)s") % {"conditions": told})
    cited = limit.citation or source(limit.source)
    return Line(
        names.law(limit.code), _clauses(parts), cited, limit.confidence.value, asks=asked_of_a_lawyer(limit.source)
    )


def _limitation(rule: LimitationRule) -> list[Line]:
    years = gettext("%(years)s years") % {"years": words.count(rule.years)}
    start = gettext("from the end of the year") if rule.from_year_end else gettext("from the due date")
    told = _clauses([years, start, gettext("ends on 31 December") if rule.ends_at_year_end else ""])
    own = rule.source.split("; court days")[0]
    cited, weight, asks = source(own), rule.confidence.value, asked_of_a_lawyer(own)
    found = [Line(names.law(rule.code), told, cited, weight, asks=asks)]
    for event, effect in rule.effects:
        found.append(Line(names.event(event.value), str(EFFECTS.get(effect, effect)), cited, weight, asks=asks))
    return found


def _court(law: CountryLaw) -> list[Line]:
    """Give the time a court takes: a prior from memory, so that it stands as low whatever the row says."""
    about, cited = gettext("Days until a claim is enforced"), "World Bank, Doing Business 2020"
    return [
        Line(about, gettext("about %(days)s days") % {"days": words.count(rule.court_days_prior)}, cited, "low",
             gettext("A wide prior from memory, about 2019; never a promise, and it decides nothing."))
        for rule in law.limitation if rule.court_days_prior
    ]  # fmt: skip


def _named(one: Known) -> Line:
    printed = gettext("printed on letters") if one.printed else ""
    return Line(
        one.name, _clauses([gettext(one.note) if one.note else "", printed]), source(one.source), one.confidence.value,
        asks=asked_of_a_lawyer(one.source),
    )  # fmt: skip


def _conduct(rules: Iterable[ConductRule], today: date) -> tuple[Line, ...]:
    return tuple(
        Line(
            _about(rule), conduct_rule(rule), source(rule.source), rule.confidence.value,
            gettext(rule.note) if rule.note else "", asked_of_a_lawyer(rule.source),
        )
        for rule in rules if rule.valid_to is None or rule.holds_on(today)
    )  # fmt: skip


def _about(rule: ConductRule) -> str:
    about = str(RULES[rule.code])
    return f"{names.law(rule.country)}: {about}" if "-" in rule.country else about


def conduct_rule(rule: ConductRule) -> str:
    """Say what a rule of conduct asks, in words and figures."""
    lists: dict[str, Callable[[str], str]] = {
        "verdict": lambda word: str(VERDICTS[ThirdParty(word)]),
        "parts": names.content,
        "acts": lambda word: str(ACTS.get(word, word)),
        "day_kind": lambda word: str(DAYS.get(word, word)),
        "flag": lambda word: gettext("yes"),
    }
    if rule.unit in lists:
        return words.joined(lists[rule.unit](word) for word in rule.words)
    if rule.number is None:
        return rule.value or gettext("unknown")
    if rule.unit == "days":
        return gettext("%(days)s days") % {"days": words.count(rule.number)}
    return (
        f"{words.amount(rule.number, rule.unit)} {rule.unit}" if rule.unit in exponents() else words.count(rule.number)
    )


PARTS = {
    Part.NAME: _("Name"), Part.STATEMENT: _("It says"), Part.REPLY: _("It holds"), Part.PROOF: _("How to send it"),
    Part.ENCLOSURE: _("To be enclosed by a person"),
}  # fmt: skip
FORM_WORDS = {
    "formal_demand": _("that it is a formal demand"), "interest_basis": _("how the interest is made up"),
    "compensation_basis": _("the fixed compensation and its basis"),
    "penalties_without_reminder": _("that penalties run without a reminder"), "puts_in_default": _("that it puts in default"),
    "interrupts_limitation": _("that it interrupts limitation"), "meant_to_interrupt": _("that it is made with regard to limitation"),
    "reserves_performance": _("that the right to performance is reserved"),
    "letter_before_claim": _("that the claim may go to court after the date"),
    "letter_of_claim": _("until when to answer, before the claim may go to court"), "claim_rests_on": _("what the claim rests on"),
    "documents_on_request": _("that documents are sent on request"), "debt_advice": _("that advice on debts is open"),
    "new_due_date": _("a new due date"), "collection_may_begin": _("that collection may begin after the date"),
    "demand_before_suit": _("that it is the demand before a suit"), "pay_or_object": _("to pay or to object by the date"),
    "confirm_receipt": _("a request to confirm receipt"), "data_protection": _("a word on data protection"),
    "reply_form": _("a reply form"), "information_sheet": _("an information sheet"),
    "proof_of_receipt": _("a way to prove receipt"),
}  # fmt: skip
"""What each text key of a form is about."""


def _form(rule: FormRule) -> Line:
    if rule.part is Part.NAME:
        told = form_name(FormName(rule.text), letter_words(choose(get_language() or "en")))
    else:
        told = str(FORM_WORDS.get(rule.text, rule.text))
    who = {"company": gettext("companies"), "natural_person": gettext("persons")}.get(rule.applies_to.value, "")
    told = _clauses([told, rule.basis, who])
    return Line(
        str(PARTS[rule.part]), told, source(rule.source), rule.confidence.value, gettext(rule.note) if rule.note else "",
        asked_of_a_lawyer(rule.source),
    )  # fmt: skip
