"""Names of codes that other rooms store: stages, channels, roles, countries. A code without a name shows itself, readable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from unicodedata import combining, normalize

from django.db.models import TextChoices
from django.utils.translation import get_language, gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from fairdue.contact.links import link_of
from fairdue.contact.models import MessageKind, TaskKind
from fairdue.dunning.balance.models import DecisionOutcome, Remedy
from fairdue.dunning.models import Action, ProposalState
from fairdue.law.statutes import regimes
from fairdue.ledger.models import Channel, ChargeKind, ContactPurpose, CopyKind, EffectKind, HoldReason
from fairdue.letters.catalogue import choose
from fairdue.letters.facts import Consequence
from fairdue.letters.wording import CONSEQUENCES
from fairdue.letters.wording import words as letter_words
from fairdue.people.actor import SYSTEM
from fairdue.people.models import Role
from fairdue.wording import words

STAGES = {
    "receipt_confirmation": _("Receipt confirmation"),
    "reminder": _("Friendly reminder"),
    "overdue_notice": _("Notice of overdue payment"),
    "payment_offer": _("Reminder with instalment offer"),
    "call": _("Call"),
    "formal_notice": _("Formal notice"),
    "final_notice": _("Final notice"),
    "weekly_call": _("Weekly call"),
    "choose_route": _("Choose: plan, mediation or agency"),
    "hand_over": _("Hand over the case"),
    "decide_legal": _("Decide court, claim or write-off"),
    "decide": _("Decide the next way"),
    "statement": _("Statement of account"),
    "thank_you": _("Thank-you"),
    "balance_confirmation": _("Balance confirmation"),
    "balance_reminder": _("Reminder of a balance confirmation"),
    "receipt_rejected": _("Clear a rejected invoice"),
    "receipt_silent": _("Ask for the missing answer"),
    "instrument_matures": _("Present a bill or cheque"),
    "instrument_unanswered": _("Ask whether it was paid"),
    "instrument_late": _("Clear a bill without an answer"),
    "instrument_dishonoured": _("Clear a refused bill or cheque"),
}
"""Stages of the shipped policies; a company's own stage shows its code, and its title on the policy page."""

BALANCE_STATES = {
    "sent": _("in the outbox"),
    "handed_over": _("handed over"),
    "failed": _("came back"),
    "confirmed": _("confirmed"),
    "differs": _("differs"),
    "silent": _("no answer"),
    "closed": _("closed"),
}
"""Where a balance confirmation stands."""

SENDERS = {
    "account_owner": _("Account owner"),
    "finance": _("Finance"),
    "neutral": _("Neutral third party"),
    "management": _("Management"),
}

ORIGINS = {
    "issue": _("from the invoice date"),
    "due_date": _("from the due date"),
    "end_of_month": _("from the end of the due date's month"),
    "previous_notice": _("from the previous notice"),
}

ANCHORS = {
    "issue": _("the invoice date"),
    "due_date": _("the due date"),
    "end_of_month": _("the end of the due date's month"),
    "previous_notice": _("the previous notice"),
}
"""The day from which a stage is counted, as part of a sentence."""

BRANCHES = {
    "likely_late": _("Likely late"),
    "broken_promise": _("Broken promise"),
    "small_amount": _("Small amount"),
    "key_account": _("Key account"),
    "silent": _("Silence"),
    "weak_grade": _("Weak grade"),
}
"""Branches of the shipped policies; a company's own branch shows its code."""

WARNING_LEVELS = {"yellow": _("yellow (attention)"), "orange": _("orange (warning)"), "red": _("red (alarm)")}

TONES = {"warm": _("warm"), "neutral": _("neutral")}

RECEIPTS = {
    "sent": _("question written"),
    "handed_over": _("question handed over"),
    "received": _("received"),
    "accepted": _("received and approved"),
    "rejected": _("rejected"),
    "silent": _("no answer"),
}

RECEIPT_TAGS = {"sent": _("asked"), "handed_over": _("asked, delivered"), "accepted": _("approved")}
"""Shorter names where a column is narrow; the others are short already."""

KNOWN = {"yes": _("yes"), "no": _("no"), "unknown": _("unknown")}

COMPARED = {
    "over": _("over"),
    "under": _("under"),
    "at_least": _("at least"),
    "at_most": _("at most"),
    "among": _("one of"),
    "grade_or_worse": _("or worse"),
    "grade_or_better": _("or better"),
}
"""How a branch holds a fact against its number."""

EVIDENCE = {
    "kind": _("Handed over by"),
    "server": _("Mail server"),
    "to": _("Recipient"),
    "reply": _("Answer of the server"),
    "path": _("File"),
    "sha256": _("Hash of the file"),
    "found": _("Found there afterwards"),
    "by": _("Told by"),
    "note": _("Note"),
}
"""What is recorded when a message is handed over."""
WAYS = {"smtp": _("mail server"), "folder": _("folder"), "person": _("a person's word")}
"""By what a message is handed over."""

CLAIMS = {"charge": _("charged"), "mention": _("mentioned"), "waive": _("waived"), "none": "–"}


def _plain(code: str) -> str:
    text = code.replace("_", " ").replace("-", " ")
    return text[:1].upper() + text[1:]


@cache
def _labels(choices: type[TextChoices]) -> dict[str, object]:
    return dict(choices.choices)


def _of(choices: type[TextChoices], code: str) -> str | None:
    label = _labels(choices).get(code)
    return None if label is None else str(label)


def stage(code: str) -> str:
    """Name a stage, a kind of task, or what a message is for."""
    found = STAGES.get(code)
    return str(found) if found is not None else _of(TaskKind, code) or _of(MessageKind, code) or _plain(code)


def channel(code: str) -> str:
    """Name a channel or a kind of action."""
    return _of(Channel, code) or _of(Action, code) or _plain(code)


def role(code: str) -> str:
    """Name a role or a sender."""
    found = SENDERS.get(code)
    return str(found) if found is not None else _of(Role, code) or _plain(code)


def hold(code: str) -> str:
    """Name the reason of a hold."""
    return _of(HoldReason, code) or _plain(code)


def effect(code: str) -> str:
    """Name an effect."""
    return _of(EffectKind, code) or _plain(code)


def copy_kind(code: str) -> str:
    """Name what a file is a copy of."""
    return _of(CopyKind, code) or _plain(code)


def charge_kind(code: str) -> str:
    """Name what is claimed beside the principal."""
    return _of(ChargeKind, code) or _plain(code)


_TOPICS = {
    "conduct": _("days, hours and number of contacts"), "third_party": _("third parties"),
    "form": _("form and contents of a demand"), "fee": _("fees"), "interest": _("late interest"),
    "compensation": _("fixed compensation"),
}  # fmt: skip


def law_topic(code: str) -> str:
    """Name a topic of law that a person confirms at once."""
    return str(_TOPICS.get(code, code))


def country(code: str) -> str:
    """Name a country in the page's language."""
    return str(words.locale().territories.get(code, code))


_LIKE_SOUND = str.maketrans({"斐": "匪", "梵": "范", "瑙": "恼", "汶": "问", "珀": "破"})
"""Rarer characters in names of countries, each with one of the same sound that GB 2312 orders by it."""


def in_order(name: str) -> bytes:
    """Give the key by which names of countries are listed: letters without case and accents first, then Chinese by pinyin."""
    plain = "".join(char for char in normalize("NFKD", name.casefold()) if not combining(char))
    return plain.translate(_LIKE_SOUND).encode("gb18030")


def language(code: str) -> str:
    """Name a language in the page's language."""
    return str(words.locale().languages.get(code.replace("-", "_").split("_")[0], code)) if code else ""


CONFIDENCES = {
    "high": pgettext_lazy("confidence", "high"), "medium": pgettext_lazy("confidence", "medium"),
    "low": pgettext_lazy("confidence", "low"), "gap": pgettext_lazy("confidence", "not found"),
}  # fmt: skip
"""How well a fact of law is sourced."""

CONTENTS = {
    "accessories": _("costs"), "addresses": _("both addresses"), "amount": _("the amount"), "basis": _("what the claim rests on"),
    "collector": _("the collector"), "creditor": _("the creditor"), "data_protection": _("a word on data protection"),
    "deadline": _("a deadline"), "debtor": _("the debtor"), "demand": _("a clear demand"), "documents": _("the documents"),
    "how_to_pay": _("how to pay"), "information_sheet": _("an information sheet"), "interest": _("the interest"),
    "invoices": _("the invoices"), "law_text": _("the text of the law"), "principal": _("the principal"),
    "proof_of_receipt": _("a way to prove receipt"), "reply_form": _("a reply form"),
    "reservation": _("that the right to performance is reserved"),
}  # fmt: skip
"""What a rule of conduct may ask a notice to state."""

CONDITIONS = {
    "seller_sme_declared": _("the seller is a small or medium enterprise and said so at contracting"),
    "seller_sme": _("the seller is a small or medium enterprise"),
    "seller_micro_or_small": _("the seller is a micro or small enterprise"),
    "buyer_large": _("the buyer is a large enterprise"),
    "buyer_public": _("the buyer is a public body"),
    "buyer_large_or_public": _("the buyer is a large enterprise or a public body"),
    "buyer_public_health": _("the buyer is a public health body"),
    "buyer_federal_agency": _("the buyer is a federal agency"),
    "no_agreed_rate": _("no rate of late interest was agreed"),
    "subcontract": _("the deal is a subcontract"),
    "agri_food": _("the goods are agricultural products or food"),
}
"""The words of the law's data files for facts on the parties and the deal."""

EVENTS = {
    "demand": _("A demand"),
    "acknowledgement": _("An acknowledgement"),
    "part_payment": _("A part payment"),
    "suit": _("A suit"),
    "negotiation": _("A negotiation"),
}
"""What may touch a limitation period."""

DECIDING_DATES = {
    "contract": _("contract"),
    "claim": _("due"),
    "start": _("arrears"),
    "period": _("period"),
}
"""Which date decides whether a rule is in force: “contract dates from … to …”."""

RELEASES = {"person": _("by a person"), "automatic": _("by rule"), "two_person": _("by two persons")}


COVER_DEADLINES = {
    "notify": _("Report overdue"),
    "claim": _("File the claim"),
    "extension": _("Extended too far"),
    "stop": _("Stop shipping"),
}
"""What a deadline of an insurer asks for."""


COVER_PARTS = {"coming": _("To be kept"), "missed": _("Missed"), "stop": _("Stop shipping")}
"""How the insurer's deadlines are parted on the page."""


def cover_part(code: str) -> str:
    """Name a part of the insurer's deadlines."""
    return str(COVER_PARTS[code])


def cover_deadline(code: str) -> str:
    """Name what a deadline of an insurer asks for."""
    return str(COVER_DEADLINES.get(code, code))


def origin(code: str) -> str:
    """Name the day from which a stage is counted."""
    return str(ORIGINS.get(code, code))


def anchor(code: str) -> str:
    """Name the day from which a stage is counted, as part of a sentence."""
    return str(ANCHORS.get(code) or _plain(code))


def branch(code: str) -> str:
    """Name a branch of a policy."""
    return str(BRANCHES.get(code) or _plain(code))


def warning_level(code: str) -> str:
    """Name a level of early warning."""
    return str(WARNING_LEVELS.get(code) or _plain(code))


def claim(code: str) -> str:
    """Name what a letter does with interest or compensation."""
    return str(CLAIMS.get(code, code))


def release(code: str) -> str:
    """Name who lets a proposal go."""
    return str(RELEASES.get(code, code))


def purpose(code: str) -> str:
    """Name what a contact is for."""
    return _of(ContactPurpose, code) or _plain(code)


def proposal_state(code: str) -> str:
    """Name where a proposal stands."""
    return _of(ProposalState, code) or _plain(code)


UNIFORM_LAWS = {"CISG": _("UN Sales Convention (CISG)")}
"""Laws that belong to no country; their codes begin with XX."""


PARTS = {
    "CA-ON": _("Ontario"), "US-AL": _("Alabama"), "US-CA": _("California"), "US-DE": _("Delaware"), "US-FL": _("Florida"),
    "US-IL": _("Illinois"), "US-MA": _("Massachusetts"), "US-NY": _("New York"), "US-PA": _("Pennsylvania"),
    "US-TX": _("Texas"), "US-WA": _("Washington"),
}  # fmt: skip
"""States and provinces that have a law of their own in the files."""


def law(code: str) -> str:
    """Name a country, a state of one (``US-NY`` is United States (New York)), or a law of no country (``XX-CISG``)."""
    land, _dash, state = code.partition("-")
    if land == "XX":
        return str(UNIFORM_LAWS.get(state, state or land))
    if not state:
        return country(land)
    return gettext("%(country)s (%(state)s)") % {"country": country(land), "state": part(code)}


def part(code: str) -> str:
    """Name a state or province (``US-NY`` is New York)."""
    return str(PARTS.get(code, code.partition("-")[2]))


def regime(code: str, cited: bool = False) -> str:
    """Name a rule on late interest by where it stands and whose it is; ``cited`` where the sentence gives the citation itself."""
    found = regimes().get(code)
    if found is None:
        return code
    land = law(found.code) if found.code.partition("-")[0] in words.locale().territories else found.name
    if cited:
        return gettext("%(land)s (late interest)") % {"land": land}
    return gettext("%(citation)s (%(land)s)") % {"citation": found.citation, "land": land} if found.citation else land


def condition(code: str) -> str:
    """Name a fact that a rule of law asks for."""
    return str(CONDITIONS.get(code, code))


def content(code: str) -> str:
    """Name a content that a notice must state."""
    return str(CONTENTS.get(code, code))


def confidence(code: str) -> str:
    """Name how well a fact of law is sourced."""
    return str(CONFIDENCES.get(code, code))


def event(code: str) -> str:
    """Name what may touch a limitation period."""
    return str(EVENTS.get(code, code))


def deciding_date(code: str) -> str:
    """Name the date that decides whether a rule is in force."""
    return str(DECIDING_DATES.get(code, code))


def policy_text(text: str) -> str:
    """Give a title or description of a shipped policy in the page's language; a company's own stays as written."""
    return gettext(text) if text else ""


def sender(code: str) -> str:
    """Name who speaks."""
    return str(SENDERS.get(code) or _plain(code))


def tone(code: str) -> str:
    """Name a tone."""
    return str(TONES.get(code) or _plain(code))


def receipt(code: str) -> str:
    """Name where the receipt of a document stands; several by comma."""
    return words.joined(str(RECEIPTS.get(one) or _plain(one)) for one in code.split(", "))


def receipt_short(code: str) -> str:
    """Name where the receipt of a document stands, for a narrow column."""
    return str(RECEIPT_TAGS.get(code) or receipt(code))


def asking(kind: str, key: str) -> str:
    """Name what a task asks for: of those about answers, some wait for one that nobody gave."""
    return stage("receipt_silent") if kind == TaskKind.ANSWER and key.endswith("/answer") else stage(kind)


def step(key: str) -> str:
    """Name the step of a key: its stage, or the balance confirmation of a day; a key of neither kind shows itself."""
    if key.startswith("balance/"):
        return stage("balance_reminder" if key.endswith("/reminder") else "balance_confirmation")
    parts = key.split(".")
    return stage(parts[-2]) if len(parts) > 2 else key or "–"


def stage_task(kind: str, after_days: int) -> str:
    """Name a task that a stage makes, with the days after which it does."""
    if kind == TaskKind.ANSWER and after_days:
        text = ngettext("no answer after %(n)s day: task", "no answer after %(n)s days: task", after_days)
        return text % {"n": words.count(after_days)}
    return stage(kind)


def known(code: str) -> str:
    """Name yes, no or unknown."""
    return str(KNOWN.get(code) or _plain(code))


def compared(code: str) -> str:
    """Name how a fact is held against a number."""
    return str(COMPARED.get(code) or _plain(code))


def balance_outcome(code: str) -> str:
    """Name how a difference to a balance was decided."""
    return _of(DecisionOutcome, code) or _plain(code)


def balance_remedy(code: str) -> str:
    """Name what an agreed difference to a balance asks for."""
    return _of(Remedy, code) or _plain(code)


def balance_state(state: str) -> str:
    """Name where a balance confirmation stands."""
    return str(BALANCE_STATES[state])


def actor(name: str, links: Mapping[int, date] | None = None) -> str:
    """Name who acted: the program itself, a debtor by the day of the link (``links``: by number) or its number, else the name as kept."""
    if name == SYSTEM:
        return "Fairdue"
    number = link_of(name)
    if number is None:
        return name
    made = (links or {}).get(number)
    if made is None:
        return gettext("Debtor, by link %(number)s") % {"number": number}
    return gettext("Debtor, by the link of %(day)s") % {"day": words.day(made)}


def evidence(kept: Mapping[str, object]) -> list[tuple[str, str]]:
    """Give what is recorded of a hand-over as (name, value); a key without a name shows itself, readable."""
    return [(str(EVIDENCE.get(key, _plain(key))), _evidence_value(key, value)) for key, value in kept.items()]


def _evidence_value(key: str, value: object) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(WAYS.get(str(value), value)) if key == "kind" else str(value)


def consequence(code: str) -> str:
    """Write what a letter says may follow, as its sentence in the page's language; an unknown one shows itself, readable."""
    if code not in set(Consequence):
        return _plain(code)
    return CONSEQUENCES[Consequence(code)](letter_words(choose(get_language() or "en")))
