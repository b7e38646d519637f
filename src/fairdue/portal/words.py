"""The portal's words, in the languages of the letters. The ``.po`` files are compiled in memory when first used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from fairdue.letters.catalogue import SOURCE_LANGUAGE, Choice


def gettext_noop(text: str) -> str:
    """Mark a text for translation without translating it here."""
    return text


ANSWERS = {
    "received": gettext_noop("We have received the invoices"),
    "approved": gettext_noop("We have received and approved them"),
    "wrong": gettext_noop("Something is wrong"),
    "already_paid": gettext_noop("We have already paid"),
    "message": gettext_noop("Only a message"),
}
THANKS = {
    "received": gettext_noop("Thank you. We have noted that you received the invoices."),
    "approved": gettext_noop("Thank you. We have noted that you approved the invoices."),
    "wrong": gettext_noop(
        "Thank you. We will look into it and come back to you; until then these invoices are not chased."
    ),
    "already_paid": gettext_noop(
        "Thank you. We will look for your payment; until then you will not be reminded of it."
    ),
    "message": gettext_noop("Thank you. A person will read your message."),
    "balance_confirmed": gettext_noop("Thank you. We have noted that you confirmed the balance."),
    "balance_differs": gettext_noop(
        "Thank you. We work through the differences with you; until then the parts that you named are not chased."
    ),
}
DIFFERENCES = {
    "paid": gettext_noop("we have paid it"),
    "unknown": gettext_noop("we do not know it"),
    "wrong_amount": gettext_noop("we have another amount"),
    "missing_credit": gettext_noop("a credit is missing"),
    "missing_item": gettext_noop("an item is missing here"),
}
BALANCE_ANSWERS = {
    "confirmed": gettext_noop("Balance confirmed"),
    "differs": gettext_noop("Balance differs"),
}
COPIES = {
    "invoice": gettext_noop("Copy of the invoice"),
    "contract": gettext_noop("Contract"),
    "order": gettext_noop("Order"),
    "delivery_proof": gettext_noop("Proof of delivery"),
    "acceptance": gettext_noop("Acceptance record"),
    "confirmation": gettext_noop("Confirmation"),
}
CHARGES = {
    "interest": gettext_noop("Late interest"),
    "compensation": gettext_noop("Fixed compensation for recovery costs"),
    "fee": gettext_noop("Fee"),
}
TEXTS = {
    "charges": gettext_noop("Charges claimed in our letters"),
    "charged_on": gettext_noop("claimed on %(day)s"),
    "title": gettext_noop("Statement of account"),
    "as_of": gettext_noop("As of %(day)s"),
    "for_customer": gettext_noop("For"),
    "from_company": gettext_noop("From"),
    "open": gettext_noop("Open"),
    "overdue": gettext_noop("of which overdue"),
    "nothing_open": gettext_noop("Nothing is open. Thank you."),
    "choose": gettext_noop("Choose"),
    "document": gettext_noop("Invoice"),
    "credit": gettext_noop("credit"),
    "issued": gettext_noop("Date"),
    "due": gettext_noop("Due"),
    "days_overdue": gettext_noop("Days overdue"),
    "amount": gettext_noop("Amount"),
    "papers": gettext_noop("Documents"),
    "more_items": gettext_noop("%(n)s more items are not listed here."),
    "how_to_pay": gettext_noop("How to pay"),
    "account_holder": gettext_noop("Account holder"),
    "account_number": gettext_noop("Account number"),
    "bank": gettext_noop("Bank"),
    "check_bank": gettext_noop(
        "Our bank details never change by e-mail. If they differ from those on our invoices, please call us first."
    ),
    "your_answer": gettext_noop("Your answer"),
    "answer_help": gettext_noop("Mark the invoices that you mean; without a mark your answer is for all of them."),
    "text": gettext_noop("What should we know?"),
    "file": gettext_noop("File"),
    "file_help": gettext_noop("PDF, PNG or JPEG, up to %(mb)s MB"),
    "send": gettext_noop("Send the answer"),
    "given_before": gettext_noop("Answered before"),
    "talk_to_us": gettext_noop("Talk to us"),
    "choose_answer": gettext_noop("Please choose an answer."),
    "write_message": gettext_noop("Please write your message."),
    "file_refused": gettext_noop("This file was not taken. Please send a PDF, PNG or JPEG that is not too large."),
    "not_taken": gettext_noop("Your answer could not be taken. Please call or write to us."),
    "form_too_old": gettext_noop("This page was open for too long. Please send your answer again."),
    "gone_title": gettext_noop("This link no longer opens"),
    "gone_text": gettext_noop(
        "It has expired or was replaced by a newer one. Please use the link in our latest letter, or call the person named in it."
    ),
    "balance_title": gettext_noop("Balance confirmation as of %(day)s"),
    "balance_help": gettext_noop(
        "Please confirm that this was open on that day, or mark what differs. No payment is asked for here."
    ),
    "balance_sum": gettext_noop("Balance"),
    "what_differs": gettext_noop("Does it agree?"),
    "agrees": gettext_noop("agrees"),
    "our_amount": gettext_noop("Your amount"),
    "remark": gettext_noop("Remark"),
    "missing_number": gettext_noop("Number of a missing document"),
    "sign_name": gettext_noop("Name of who signs"),
    "sign_role": gettext_noop("Role in the company"),
    "sign_help": gettext_noop(
        "By sending you sign for your company. A confirmation is no consent to interest or costs. Opening this page changes nothing."
    ),
    "confirm_balance": gettext_noop("Confirm the balance"),
    "send_differences": gettext_noop("Send the differences"),
    "balance_marks_differ": gettext_noop(
        "You marked differences. Please send them, or take the marks away to confirm."
    ),
    "balance_mark_first": gettext_noop("Please mark what differs first."),
    "balance_too_long": gettext_noop(
        "This list is too long to be answered on this page. Please sign the letter, name in it what differs, and send it back."
    ),
    "sign_first": gettext_noop("Please give the name and the role of who signs."),
    "bad_amount": gettext_noop("An amount could not be read. Please write it as in the list above."),
    "nothing_changed": gettext_noop("Opening this page changes nothing. Only the button below sends an answer."),
}


@cache
def _translations(language: str) -> NullTranslations:
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    path = files("fairdue.portal") / "locale" / language / "LC_MESSAGES" / "portal.po"
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(path.read_bytes()), locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


@dataclass(frozen=True)
class Words:
    """The words of the page in one language: ``words.title``, ``words.answer("wrong")``."""

    choice: Choice

    def __getattr__(self, name: str) -> str:
        if name not in TEXTS:
            raise AttributeError(name)
        return self._in(TEXTS[name])

    def answer(self, kind: str) -> str:
        """Name an answer."""
        return self._in(ANSWERS[kind])

    def copy(self, kind: str) -> str:
        """Name what a file is a copy of."""
        return self._in(COPIES[kind])

    def charge(self, kind: str) -> str:
        """Name a charge as the letters do."""
        return self._in(CHARGES[kind])

    def difference(self, kind: str) -> str:
        """Name a kind of difference to a balance."""
        return self._in(DIFFERENCES[kind])

    def balance_answer(self, kind: str) -> str:
        """Name an answer to a balance confirmation."""
        return self._in(BALANCE_ANSWERS[kind])

    def thanks(self, kind: str) -> str:
        """Thank for an answer and say what follows."""
        return self._in(THANKS[kind])

    def _in(self, text: str) -> str:
        return _translations(self.choice.language).gettext(text)
