"""Payment codes as text payloads: EPC069-12 for euro transfers, the Swiss QR-bill for francs.

Sources: European Payments Council, EPC069-12 (version 002); SIX, Implementation Guidelines QR-bill (structured
addresses). A code that cannot be made by the book is not made: a wrong code costs more than none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from stdnum import iban as iban_numbers

from fairdue.kernel.money import plain
from fairdue.letters.facts import Address, BankAccount, LetterFacts, Party
from fairdue.letters.references import is_creditor_reference, is_qr_reference

EPC_AMOUNT_MINOR_MAX = 99_999_999_999
EPC_BYTES_MAX = 331
EEA = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
"""Countries whose IBAN needs no BIC in version 002 of the EPC code (the European Economic Area)."""
SWISS_TEXT = re.compile("[ -~\u00a0-\u017fȘșȚț€]*")
"""The characters the QR-bill allows."""
QR_IBAN_BANKS = range(30000, 32000)
"""Bank numbers that mark a QR-IBAN, which demands a QR reference."""


class CodeKind(StrEnum):
    """The standard a payment code follows."""

    EPC = "epc"
    SWISS = "swiss"
    PAGE = "page"
    """No payment: the address of the debtor's page."""


@dataclass(frozen=True, slots=True)
class PaymentCode:
    """The text inside the QR symbol, and which standard it follows."""

    kind: CodeKind
    payload: str


def payment_code(facts: LetterFacts) -> PaymentCode | None:
    """Give the code that fits currency, account and amount, or None where no standard applies."""
    bank, totals = facts.bank, facts.totals
    if bank is None or totals.payable_minor <= 0 or not _iban_valid(bank.iban):
        return None
    payload = None
    if totals.currency == "EUR":
        payload = epc_payload(bank, totals.payable_minor, facts.payment_reference)
        return PaymentCode(CodeKind.EPC, payload) if payload else None
    if totals.currency == "CHF":
        payload = swiss_payload(bank, totals.payable_minor, facts.payment_reference, facts.creditor, facts.debtor)
        return PaymentCode(CodeKind.SWISS, payload) if payload else None
    return None


@lru_cache(maxsize=1024)
def _iban_valid(iban: str) -> bool:
    return bool(iban_numbers.is_valid(iban))


def epc_payload(bank: BankAccount, amount_minor: int, reference: str) -> str | None:
    """Give the EPC069-12 text (version 002, UTF-8, SEPA credit transfer), or None where the rules forbid one.

    A valid ISO 11649 reference goes to the structured field, any other text (140 characters) to the free one.
    """
    iban = iban_numbers.compact(bank.iban)
    if not 1 <= amount_minor <= EPC_AMOUNT_MINOR_MAX or not bank.holder or (iban[:2] not in EEA and not bank.bic):
        return None
    structured = is_creditor_reference(reference)
    rf = reference.replace(" ", "") if structured else ""
    free = "" if structured else one_line(reference, 140)
    head = ["BCD", "002", "1", "SCT", bank.bic.replace(" ", ""), one_line(bank.holder, 70), iban]
    payload = "\n".join([*head, f"EUR{plain(amount_minor, 'EUR')}", "", rf, free]).rstrip("\n")
    return payload if len(payload.encode()) <= EPC_BYTES_MAX else None


def swiss_payload(bank: BankAccount, amount_minor: int, reference: str, creditor: Party, debtor: Party) -> str | None:
    """Give the text of a Swiss QR-bill in francs, or None where account, reference or creditor do not allow one.

    1. The IBAN is Swiss or from Liechtenstein. A QR-IBAN needs a QR reference (QRR); another takes ISO 11649 (SCOR) or
       none (NON), with the reference as a message then.
    2. The creditor's structured address is complete and in the allowed characters.
    3. The debtor is left empty (to be filled in by hand) when its address does not fit.
    """
    iban = iban_numbers.compact(bank.iban)
    payee = _swiss_party(bank.holder or creditor.name, creditor.address)
    kind = _swiss_reference_kind(iban, reference)
    if iban[:2] not in ("CH", "LI") or payee is None or kind is None:
        return None
    payer = _swiss_party(debtor.name, debtor.address) or [""] * 7
    message = one_line(reference, 140) if kind == "NON" else ""
    if not SWISS_TEXT.fullmatch(message):
        return None
    number = "" if kind == "NON" else reference.replace(" ", "")
    lines = ["SPC", "0200", "1", iban, *payee, *[""] * 7, plain(amount_minor, "CHF"), "CHF", *payer]
    return "\n".join([*lines, kind, number, message, "EPD"])


def _swiss_reference_kind(iban: str, reference: str) -> str | None:
    if iban[4:9].isdigit() and int(iban[4:9]) in QR_IBAN_BANKS:
        return "QRR" if is_qr_reference(reference) else None
    return "SCOR" if is_creditor_reference(reference) else "NON"


def _swiss_party(name: str, address: Address) -> list[str] | None:
    if not (name and address.postal_code and address.town and len(address.country) == 2):
        return None
    parts = [
        "S",
        one_line(name.replace("’", "'"), 70),
        one_line(address.street.replace("’", "'"), 70),
        one_line(address.house_number, 16),
        one_line(address.postal_code, 16),
        one_line(address.town, 35),
        address.country,
    ]
    return parts if all(SWISS_TEXT.fullmatch(part) for part in parts) else None


def one_line(text: str, characters_max: int) -> str:
    """Give ``text`` on one line, cut to the field's length: a line break would shift every later field."""
    return " ".join(text.split())[:characters_max].rstrip()
