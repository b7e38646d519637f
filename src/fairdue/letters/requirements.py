"""Which facts each document must carry, which it lacks, and whether its sums agree."""

from __future__ import annotations

from fairdue.letters.facts import ChargeKind, Document, FormText, LetterFacts, LettersError

IDENTITY = (
    "creditor.name",
    "creditor.address",
    "creditor.registration_number",
    "creditor.contact",
    "debtor.name",
    "debtor.address",
    "contact_person.name",
    "contact_person.contact",
    "reference",
)
CLAIM = (*IDENTITY, "items", "bank", "payment_reference")
DEMAND = (*CLAIM, "debtor.registration_number", "debtor.contact", "clause", "deadline", "consequences")

REQUIRED = {
    Document.RECEIPT_CONFIRMATION: (*IDENTITY, "items"),
    Document.REMINDER: CLAIM,
    Document.OVERDUE_NOTICE: DEMAND,
    Document.PAYMENT_OFFER: (*CLAIM, "deadline"),
    Document.FORMAL_NOTICE: (*DEMAND, "charges", "enclosures"),
    Document.FINAL_NOTICE: (*DEMAND, "charges"),
    Document.STATEMENT: CLAIM,
    Document.BALANCE_CONFIRMATION: (*IDENTITY, "items", "as_of"),
    Document.THANK_YOU: (*IDENTITY, "payment"),
}


DEMANDING = frozenset({Document.OVERDUE_NOTICE, Document.PAYMENT_OFFER, Document.FORMAL_NOTICE, Document.FINAL_NOTICE})
"""Documents that ask for what is overdue."""


def required_fields(document: Document) -> tuple[str, ...]:
    """Give the fields that ``document`` must carry, as dotted names; ``contact`` means an e-mail address or a phone."""
    return REQUIRED[document]


def missing_fields(facts: LetterFacts) -> tuple[str, ...]:
    """Give the required fields that are empty in ``facts``. A letter can still be drawn; the gate decides."""
    return tuple(name for name in REQUIRED[facts.document] if not _present(facts, name))


def _present(facts: LetterFacts, name: str) -> bool:
    owner, _, field = name.partition(".")
    value = getattr(facts, owner)
    if field == "contact":
        return bool(value.email or value.phone)
    if field == "address":
        return bool(value.address.lines or (value.address.street and value.address.town))
    return bool(getattr(value, field) if field else value)


STATED: dict[str, FormText] = {
    "basis": FormText.CLAIM_RESTS_ON,
    "documents": FormText.DOCUMENTS_ON_REQUEST,
    "reservation": FormText.RESERVES_PERFORMANCE,
    "data_protection": FormText.DATA_PROTECTION,
    "proof_of_receipt": FormText.CONFIRM_RECEIPT,
}
"""Contents that a statement of the form brings into the letter."""


def shown_contents(facts: LetterFacts) -> frozenset[str]:
    """Give what the letter states, in the words of the conduct tables (``creditor``, ``amount``, ``deadline`` …).

    A field counts when the facts fill it; a statement when the form holds it. A letter always names its demand.
    """
    said = {one.text for one in facts.form.statements} if facts.form else set()
    found = {word for word, text in STATED.items() if text in said}
    held = {
        "creditor": _present(facts, "creditor.name") and _present(facts, "creditor.address"),
        "debtor": bool(facts.debtor.name),
        "addresses": _present(facts, "creditor.address") and _present(facts, "debtor.address"),
        "invoices": bool(facts.items),
        "amount": bool(facts.items),
        "principal": bool(facts.items),
        "demand": facts.document in DEMANDING,
        "deadline": facts.deadline is not None,
        "how_to_pay": bool(facts.bank or facts.payment_link),
        "interest": any(line.kind is ChargeKind.INTEREST for line in facts.charges),
        "accessories": any(line.kind is not ChargeKind.INTEREST for line in facts.charges),
        "reply_form": facts.form is not None and facts.form.reply_form,
        "documents": bool(facts.enclosures) or "documents" in found,
        "basis": facts.clause is not None or "basis" in found,
    }
    return frozenset(found | {word for word, present in held.items() if present})


def check(facts: LetterFacts) -> None:
    """Raise LettersError when sums or dates disagree: such a letter would state a falsehood.

    1. ``open`` is the sum of the items' open amounts, ``disputed`` that of their disputed parts.
    2. ``charges`` is the sum of the charges that are claimed, not only mentioned.
    3. ``payable = open - disputed + charges``.
    4. Links are web addresses (``https://`` or ``http://``), so that none can run a script.
    5. The deadline lies after the date of writing; instalments, when offered, add up to what is payable.
    """
    totals = facts.totals
    claimed = sum(charge.amount_minor for charge in facts.charges if not charge.mentioned_only)
    expected = {
        "open": (totals.open_minor, sum(item.open_minor for item in facts.items)),
        "disputed": (totals.disputed_minor, sum(item.disputed_minor for item in facts.items)),
        "charges": (totals.charges_minor, claimed),
        "payable": (totals.payable_minor, totals.open_minor - totals.disputed_minor + totals.charges_minor),
    }
    if facts.instalments:
        expected["instalments"] = (sum(line.amount_minor for line in facts.instalments), totals.payable_minor)
    for name, (stated, computed) in expected.items():
        if stated != computed:
            raise LettersError(f"{facts.reference}: {name} is stated as {stated} minor units but comes to {computed}")
    for link in (facts.payment_link, facts.portal_link):
        if link and not link.startswith(("https://", "http://")):
            raise LettersError(f"{facts.reference}: {link!r} is not a web address")
    if facts.deadline is not None and facts.deadline <= facts.written_on:
        raise LettersError(f"{facts.reference}: deadline {facts.deadline} is not after {facts.written_on}")
