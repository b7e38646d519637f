"""From facts to a composed letter: the order of its parts, and each part's words and figures."""

from __future__ import annotations

from fairdue.letters.addresses import address_lines
from fairdue.letters.balance import balance_form, balance_page
from fairdue.letters.catalogue import Choice, choose
from fairdue.letters.facts import Document, LetterFacts, Party, Person, Tone
from fairdue.letters.forms import form_box, reply_box
from fairdue.letters.model import Box, Letter, Pair, Section, Side, Total
from fairdue.letters.openings import voice
from fairdue.letters.payment_codes import CodeKind, PaymentCode, payment_code
from fairdue.letters.references import is_creditor_reference, is_qr_reference, spaced
from fairdue.letters.requirements import check
from fairdue.letters.tables import charge_table, instalment_table, item_table
from fairdue.letters.wording import Words, words

S = Section
CLAIM_ORDER = (S.OPENING, S.ITEMS, S.CHARGES, S.TOTALS)
CLOSE_ORDER = (S.TALK, S.CLOSING, S.ENCLOSURES, S.LEGAL, S.REPLY)
DEMAND_ORDER = (*CLAIM_ORDER, S.REQUEST, S.PAY, S.FOLLOWS, S.FORM, S.CLAUSE, S.ANSWER, *CLOSE_ORDER)
ORDER = {
    Document.RECEIPT_CONFIRMATION: (S.OPENING, S.ITEMS, S.TOTALS, S.ANSWER, S.REQUEST, S.PAY, S.CLAUSE, *CLOSE_ORDER),
    Document.REMINDER: (*CLAIM_ORDER, S.REQUEST, S.PAY, S.CLAUSE, S.ANSWER, *CLOSE_ORDER),
    Document.OVERDUE_NOTICE: DEMAND_ORDER,
    Document.PAYMENT_OFFER: (
        *CLAIM_ORDER,
        S.INSTALMENTS,
        S.REQUEST,
        S.PAY,
        S.ANSWER,
        S.FOLLOWS,
        S.CLAUSE,
        *CLOSE_ORDER,
    ),
    Document.FORMAL_NOTICE: DEMAND_ORDER,
    Document.FINAL_NOTICE: DEMAND_ORDER,
    Document.STATEMENT: (*CLAIM_ORDER, S.REQUEST, S.PAY, S.CLAUSE, S.ANSWER, *CLOSE_ORDER),
    Document.BALANCE_CONFIRMATION: (
        S.OPENING,
        S.ITEMS,
        S.TOTALS,
        S.REQUEST,
        S.PAY,
        S.TALK,
        S.CLOSING,
        S.LEGAL,
        S.REPLY,
    ),
    Document.THANK_YOU: (S.OPENING, S.ITEMS, S.CHARGES, S.TOTALS, S.REQUEST, S.ANSWER, *CLOSE_ORDER),
}
"""The order of the parts; parts without content are left out."""


FORMAL = frozenset({Document.FORMAL_NOTICE, Document.FINAL_NOTICE})
"""Documents that name the parties by their legal part; the others say sender and recipient."""


def compose(facts: LetterFacts) -> Letter:
    """Write the letter that ``facts`` ask for, in their language or the stated fallback.

    Raises LettersError when sums or dates disagree (``requirements.check``).
    """
    check(facts)
    choice = choose(facts.language, facts.fallback_language)
    w = words(choice)
    said = voice(facts, w)
    warm = facts.tone is Tone.WARM
    formal = facts.document in FORMAL
    confirms = facts.document is Document.BALANCE_CONFIRMATION
    abroad = facts.creditor.address.country != facts.debtor.address.country
    return Letter(
        document=facts.document,
        choice=choice,
        sections=ORDER[facts.document],
        subject=said.subject,
        reference=facts.reference,
        creditor=_side(w._("Creditor") if formal else w._("Sender"), facts.creditor, w, abroad),
        debtor=_side(w._("Debtor") if formal else w._("Recipient"), facts.debtor, w, abroad),
        return_line=" · ".join(w.own((facts.creditor.name, *address_lines(facts.creditor.address)))),
        recipient=_recipient(facts, w, abroad),
        info=_info(facts, w),
        greeting=w.greeting(facts.debtor.attention, warm),
        opening=said.opening,
        edited=_paragraphs(facts.edited_paragraph),
        items=item_table(facts, w),
        charges=charge_table(facts, w),
        totals=_totals(facts, w),
        instalments=instalment_table(facts, w),
        request=said.request,
        pay=balance_page(facts, w) if confirms else _pay(facts, w),
        code=_code(facts),
        code_caption=w._("Scan to answer") if confirms else w._("Scan to pay"),
        answer=_answer(facts, w),
        clause=_clause(facts, w),
        follows=_follows(facts, w),
        form=form_box(facts, w),
        talk=_talk(facts.contact_person, w),
        closing=w.closing(warm),
        signature=tuple(
            dict.fromkeys(line for line in (facts.sender.name, facts.sender.role, facts.creditor.name) if line)
        ),
        reply=balance_form(facts, w) if confirms else reply_box(facts, w),
        enclosures=_enclosures(facts, w),
        legal=facts.legal_notes,
        colon=w._(": "),
        page_words=_page_words(w),
    )


def _code(facts: LetterFacts) -> PaymentCode | None:
    """Give the code that the letter prints: where to pay, or where to answer a balance confirmation."""
    if facts.document is Document.BALANCE_CONFIRMATION:
        return PaymentCode(CodeKind.PAGE, facts.portal_link) if facts.portal_link else None
    return payment_code(facts) if facts.document is not Document.THANK_YOU else None


def _enclosures(facts: LetterFacts, w: Words) -> Box | None:
    """Name what goes along; what is too large stands on the debtor's page, where the letter links to one, and is said to."""
    said = [w.enclosure(one) for one in facts.enclosures if not one.online or facts.portal_link]
    return Box(w._("Enclosures"), points=tuple(said)) if said else None


def _page_words(w: Words) -> tuple[str, str, str]:
    before, _, rest = w._("Page %(page)s of %(pages)s").partition("%(page)s")
    between, _, after = rest.partition("%(pages)s")
    return before, between, after


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.replace("\r", "").split("\n\n") if part.strip())


def _side(heading: str, party: Party, w: Words, abroad: bool) -> Side:
    country = w.figures.country(party.address.country) if abroad else ""
    number = " · ".join(part for part in (party.registration_place, party.registration_number) if part)
    pairs = (
        Pair(w._("Registration no."), number, not party.registration_place),
        Pair(w._("VAT ID"), party.vat_id, True),
        Pair(w._("E-mail"), party.email, True, head=True),
        Pair(w._("Telephone"), party.phone, True, head=True),
        Pair(w._("Website"), party.website, True, head=True),
    )
    lines = address_lines(party.address, country)
    return Side(heading, party.name, w.own(lines), tuple(pair for pair in pairs if pair.value))


def _recipient(facts: LetterFacts, w: Words, abroad: bool) -> tuple[str, ...]:
    debtor = facts.debtor
    country = w.figures.country(debtor.address.country) if abroad else ""
    attention = (debtor.attention,) if debtor.attention else ()
    return w.own((debtor.name, *attention, *address_lines(debtor.address, country)))


def _info(facts: LetterFacts, w: Words) -> tuple[Pair, ...]:
    person = facts.contact_person
    pairs = (
        Pair(w._("Date"), w.figures.long_date(facts.written_on)),
        Pair(w._("Our reference"), facts.reference, True),
        Pair(w._("Customer no."), facts.customer_number, True),
        Pair(w._("Contact"), person.name),
        Pair(w._("Telephone"), person.phone, True),
        Pair(w._("E-mail"), person.email, True),
    )
    return tuple(pair for pair in pairs if pair.value)


def _totals(facts: LetterFacts, w: Words) -> tuple[Total, ...]:
    totals, figures = facts.totals, w.figures
    lines = []
    if facts.document is not Document.BALANCE_CONFIRMATION:
        lines.append(Total(w._("Total open"), figures.money(totals.open_minor, totals.currency)))
    overdue_minor = sum(item.open_minor for item in facts.items if item.days_overdue > 0)
    if facts.document is Document.STATEMENT:
        lines.append(Total(w._("of which overdue"), figures.money(overdue_minor, totals.currency)))
    if totals.disputed_minor:
        lines.append(Total(w._("less amount in question"), figures.money(-totals.disputed_minor, totals.currency)))
    if totals.charges_minor:
        lines.append(Total(w._("plus interest and costs"), figures.money(totals.charges_minor, totals.currency)))
    final = w._("Balance") if facts.document in BALANCE_ONLY else w._("Amount payable")
    lines.append(Total(final, figures.money(totals.payable_minor, totals.currency), strong=True))
    return tuple(lines)


BALANCE_ONLY = frozenset(
    {Document.STATEMENT, Document.BALANCE_CONFIRMATION, Document.THANK_YOU, Document.RECEIPT_CONFIRMATION}
)
"""Documents that ask for no payment name the sum a balance."""


def _pay(facts: LetterFacts, w: Words) -> Box | None:
    bank = facts.bank
    if bank is None and not facts.payment_link:
        return None
    pairs = [Pair(w._("Amount"), w.figures.money(facts.totals.payable_minor, facts.totals.currency))]
    if bank is not None:
        pairs += [
            Pair(w._("Account holder"), bank.holder),
            Pair(w._("IBAN"), spaced(bank.iban), True),
            Pair(w._("BIC"), bank.bic, True),
            Pair(w._("Account number"), bank.account_number, True),
            Pair(w._("Bank code"), bank.bank_code, True),
            Pair(w._("Bank"), bank.bank_name),
        ]
    pairs.append(Pair(w._("Payment reference"), _reference(facts.payment_reference), True))
    sentences = (w._("Please state the payment reference, so that your payment is booked at once."),)
    return Box(
        w._("How to pay"),
        sentences if facts.payment_reference else (),
        tuple(pair for pair in pairs if pair.value),
        link=facts.payment_link,
        link_label=w._("Pay online"),
    )


def _reference(text: str) -> str:
    return spaced(text) if is_creditor_reference(text) or is_qr_reference(text) else text


def _answer(facts: LetterFacts, w: Words) -> Box | None:
    if not facts.portal_link:
        return None
    sentence = w._(
        "On this page you see your account and can answer: received, approved, already paid, or not correct."
    )
    return Box(w._("Your answer"), (sentence,), link=facts.portal_link, link_label=w._("Open your page"))


def _clause(facts: LetterFacts, w: Words) -> Box | None:
    clause = facts.clause
    if clause is None:
        return None
    name = clause.title or w._("terms")
    values = {"terms": name, "version": clause.version, "name": clause.accepted_by}
    if clause.accepted_on is None:
        source = w._("%(terms)s, version %(version)s, accepted by %(name)s") % values
    else:
        values["date"] = w.figures.long_date(clause.accepted_on)
        source = w._("%(terms)s, version %(version)s, accepted by %(name)s on %(date)s") % values
    return Box(w._("What we agreed"), (clause.text, source))


def _follows(facts: LetterFacts, w: Words) -> Box | None:
    if not facts.consequences:
        return None
    if facts.deadline is None:
        intro = w._("If the amount is not paid:")
    else:
        intro = w._("If the amount is not paid by %(date)s:") % {"date": w.figures.long_date(facts.deadline)}
    return Box(w._("What follows"), (intro,), points=tuple(w.consequence(key) for key in facts.consequences))


def _talk(person: Person, w: Words) -> Box:
    pairs = (
        Pair(w._("Name"), ", ".join(part for part in (person.name, person.role) if part)),
        Pair(w._("Telephone"), person.phone, True),
        Pair(w._("E-mail"), person.email, True),
        Pair(w._("Hours"), person.hours),
    )
    return Box(w._("Whom to talk to"), (w.talk(person),), tuple(pair for pair in pairs if pair.value))


def code_kind(letter: Letter) -> CodeKind | None:
    """Give the standard of the letter's payment code, if it has one."""
    return letter.code.kind if letter.code else None


def language_choice(facts: LetterFacts) -> Choice:
    """Give the language the letter will be written in, and whether that is the fallback."""
    return choose(facts.language, facts.fallback_language)
