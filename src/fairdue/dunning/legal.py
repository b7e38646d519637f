"""What the law puts into a letter and takes out of it: its form, what it must state, consequences that must not be announced.

The rules are ``law.forms`` and ``law.conduct``; this module asks them for one customer and writes down what they decided, with
source and confidence, for the person who releases. Sentences 29 to 31 of ``docs/algorithms/dunning.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairdue.contact.queries import cleared_countries
from fairdue.dunning.claims import Claims, Deal, governing_law
from fairdue.dunning.deadlines import FORMAL_DEMANDS
from fairdue.dunning.desk import Desk
from fairdue.dunning.policy.shape import Stage
from fairdue.dunning.reasons import ReleaseReason
from fairdue.kernel.reasons import Reason, because
from fairdue.law.conduct import UNKNOWN_COUNTRY, Conduct, conduct_of, third_party_step
from fairdue.law.conduct_table import RuleCode
from fairdue.law.confirmed import Basis, Topic, charged_on, topic_of
from fairdue.law.forms import Form, FormRule, OnlyWith, Part, form_of
from fairdue.law.places import subdivision_of
from fairdue.ledger.models import Customer
from fairdue.letters import facts as letter
from fairdue.letters.requirements import shown_contents

CHARGE_OF = {OnlyWith.INTEREST: letter.ChargeKind.INTEREST, OnlyWith.COMPENSATION: letter.ChargeKind.COMPENSATION}
NEEDS_CHARGE = {
    letter.Consequence.INTEREST_CONTINUES: letter.ChargeKind.INTEREST,
    letter.Consequence.COMPENSATION_DUE: letter.ChargeKind.COMPENSATION,
}
"""Consequences that are true only where a rule gives the claim."""


@dataclass(frozen=True, slots=True)
class Legal:
    """What law decides about one letter. ``conduct`` is that of the customer's place."""

    conduct: Conduct
    form: letter.LegalForm | None
    consequences: tuple[letter.Consequence, ...]
    notes: tuple[Reason, ...]
    rests: tuple[Basis, ...] = ()
    """The rows that the form and the consequences rest on."""


def legal_of(desk: Desk, customer: Customer, stage: Stage, claims: Claims, deal: Deal) -> Legal:
    """Ask the law about one letter: which form it takes, and which of the policy's consequences it may announce."""
    conduct = conduct_of(customer.country, customer.natural_person, subdivision_of(customer.country, customer.region))
    asked = _asked(deal, customer, stage)
    notes = [*_form_notes(asked), *_court_notes(deal, customer, stage)]
    terms = desk.terms.get(customer.pk)
    kinds = {line.kind for line in claims.lines}
    kept = []
    for consequence in (letter.Consequence(word) for word in stage.consequences):
        if consequence in NEEDS_CHARGE and NEEDS_CHARGE[consequence] not in kinds:
            continue
        if consequence is letter.Consequence.RETENTION_OF_TITLE and not (terms and terms.retention_of_title):
            notes.append(because(ReleaseReason.NO_TITLE_RETAINED))
            continue
        if consequence is letter.Consequence.COLLECTION_AGENCY and (reason := _barred(desk, conduct)):
            notes.append(reason)
            continue
        kept.append(consequence)
    rests = _rests(asked, kinds, conduct, stage, kept)
    return Legal(conduct, _letter_form(asked, kinds), tuple(kept), tuple(notes), rests)


def _asked(deal: Deal, customer: Customer, stage: Stage) -> Form:
    """Give the form that a stage's letter takes: one that announces a court only where the stage does."""
    court = announces_court(stage)
    return form_of(governing_law(deal), customer.country, stage.document, customer.natural_person, court=court)


def announces_court(stage: Stage) -> bool:
    """Tell whether the policy means this stage to come before a court: its consequences say so, or it is a legal stage."""
    return stage.legal_stage or letter.Consequence.COURT_ORDER.value in stage.consequences


def _court_notes(deal: Deal, customer: Customer, stage: Stage) -> list[Reason]:
    """Tell the person who releases what the form would say of a court, and the policy does not."""
    if announces_court(stage):
        return []
    full = form_of(governing_law(deal), customer.country, stage.document, customer.natural_person)
    rows = {
        (rule.country, rule.source): rule
        for rule in (*([full.name] if full.name else []), *full.statements)
        if rule.only_with is OnlyWith.COURT
    }
    return [_note(ReleaseReason.FORM_WITHOUT_COURT, rule) for rule in rows.values()]


def _rests(
    asked: Form, kinds: set[letter.ChargeKind], conduct: Conduct, stage: Stage, kept: list[letter.Consequence]
) -> tuple[Basis, ...]:
    """Give the rows behind a letter's form, behind its deadline and contents, and behind a collection service it announces."""
    rows = [*([asked.name] if asked.name else []), *_said(asked, kinds), *([asked.reply] if asked.reply else [])]
    found = [Basis(row.country, Topic.FORM, row.source) for row in (*rows, *asked.besides)]
    wanted: set[RuleCode] = set()
    if stage.document in FORMAL_DEMANDS:
        wanted |= {RuleCode.NOTICE_DEADLINE_MIN, RuleCode.NOTICE_CONTENT}
    if letter.Consequence.COLLECTION_AGENCY in kept:
        wanted.add(RuleCode.THIRD_PARTY)
    rules = (rule for rule in conduct.rules if rule.code in wanted)
    return (*found, *(Basis(rule.country, topic_of(rule.code), rule.source) for rule in rules))


def form_rows(deal: Deal, customer: Customer, stage: Stage) -> tuple[Basis, ...]:
    """Give the rows behind the form, deadline and contents of a stage's letter, charges and consequences apart. Pure."""
    conduct = conduct_of(customer.country, customer.natural_person, subdivision_of(customer.country, customer.region))
    asked = _asked(deal, customer, stage)
    return _rests(asked, set(), conduct, stage, [])


def charged_rows(claims: Claims, law: str, customer: Customer) -> tuple[Basis, ...]:
    """Give the rows not confirmed behind what a letter charges or names, now or before: fees at the place, the rest by the law."""
    place = frozenset({customer.country, subdivision_of(customer.country, customer.region) or customer.country})
    governing = frozenset({law, law.partition("-")[0]})
    where = {
        letter.ChargeKind.FEE: (place, Topic.FEE),
        letter.ChargeKind.INTEREST: (governing, Topic.INTEREST),
        letter.ChargeKind.COMPENSATION: (governing, Topic.COMPENSATION),
    }
    return tuple(row for line in claims.lines for row in charged_on(*where[line.kind], line.basis))


def _said(asked: Form, kinds: set[letter.ChargeKind]) -> list[FormRule]:
    return [one for one in asked.statements if one.only_with not in CHARGE_OF or CHARGE_OF[one.only_with] in kinds]


def _barred(desk: Desk, conduct: Conduct) -> Reason | None:
    """Give why no collection service may be announced: the country bars it, or asks for a licence nobody has confirmed."""
    ruling = third_party_step(conduct)
    if ruling.allowed is True:
        return None
    if ruling.allowed is None and conduct.country in cleared_countries(desk.company.pk, desk.today):
        return None
    return because(
        ReleaseReason.THIRD_PARTY_DROPPED,
        country=conduct.country or UNKNOWN_COUNTRY,
        source=ruling.rule.source,
        confidence=ruling.rule.confidence.value,
    )


def _letter_form(asked: Form, kinds: set[letter.ChargeKind]) -> letter.LegalForm | None:
    """Give the form as the letter takes it, without statements on charges that the letter does not hold."""
    if not asked:
        return None
    return letter.LegalForm(
        name=letter.FormName(asked.name.text) if asked.name else None,
        statements=tuple(letter.FormStatement(letter.FormText(one.text), one.basis) for one in _said(asked, kinds)),
        reply_form=asked.reply is not None,
    )


def _form_notes(asked: Form) -> list[Reason]:
    """Tell the person who releases what was put in, and what is left for a person to do."""
    rows: dict[tuple[str, str], FormRule] = {}
    for rule in (*([asked.name] if asked.name else []), *asked.statements):
        rows.setdefault((rule.country, rule.source), rule)
    found = [_note(ReleaseReason.FORM_TAKEN, rule) for rule in rows.values()]
    task = {Part.PROOF: ReleaseReason.FORM_PROOF, Part.ENCLOSURE: ReleaseReason.FORM_ENCLOSE}
    found += [_note(task[rule.part], rule) for rule in asked.besides]
    return [*found, *(_note(ReleaseReason.FORM_UNSURE, rule) for rule in asked.unsure)]


def _note(code: ReleaseReason, rule: FormRule) -> Reason:
    return because(code, law=rule.country, source=rule.source, confidence=rule.confidence.value)


def absent_contents(facts: letter.LetterFacts, legal: Legal) -> list[Reason]:
    """Name what the country's rules ask a formal demand to state and the letter does not; empty for other letters."""
    if facts.document.value not in FORMAL_DEMANDS:
        return []
    shown, found = shown_contents(facts), []
    for rule in legal.conduct.rules:
        if rule.code is RuleCode.NOTICE_CONTENT:
            absent = [word for word in rule.words if word not in shown]
            if absent:
                country = legal.conduct.country or UNKNOWN_COUNTRY
                found.append(
                    because(ReleaseReason.CONTENT_ABSENT, country=country, content=",".join(absent), source=rule.source)
                )
    return found
