"""Structured creditor references: ISO 11649 (``RF``) and the Swiss QR reference."""

from __future__ import annotations

import re

from stdnum import iso11649
from stdnum.ch import esr
from stdnum.iso7064 import mod_97_10

from fairdue.letters.facts import LettersError

BODY_CHARACTERS_MAX = 21
"""ISO 11649: at most 21 characters after ``RF`` and the two check digits."""

QR_REFERENCE_DIGITS = 27
"""Swiss QR reference: 26 digits and a check digit (modulo 10, recursive)."""


def creditor_reference(text: str) -> str:
    """Give the ISO 11649 reference for ``text``: letters and digits kept, upper case, check digits modulo 97-10.

    ``creditor_reference("539007547034") == "RF18539007547034"``. Raises LettersError when nothing usable is left or
    more than 21 characters are: a reference is never cut, because two cut ones could be equal.
    """
    body = re.sub(r"[^0-9A-Z]", "", text.upper())
    if not body or len(body) > BODY_CHARACTERS_MAX:
        raise LettersError(f"{text!r} leaves {len(body)} letters and digits; a reference holds 1 to 21")
    return f"RF{mod_97_10.calc_check_digits(body + 'RF')}{body}"


def is_creditor_reference(text: str) -> bool:
    """Say whether ``text`` (spaces allowed) is a valid ISO 11649 reference."""
    return bool(iso11649.is_valid(text))


def qr_reference(digits: str) -> str:
    """Give the 27-digit Swiss QR reference for up to 26 digits, filled with zeros on the left.

    Raises LettersError for anything but 1 to 26 digits.
    """
    if not re.fullmatch(r"[0-9]{1,26}", digits):
        raise LettersError(f"{digits!r} is not 1 to 26 digits")
    body = digits.zfill(QR_REFERENCE_DIGITS - 1)
    return f"{body}{esr.calc_check_digit(body)}"


def is_qr_reference(text: str) -> bool:
    """Say whether ``text`` (spaces allowed) is a valid 27-digit Swiss QR reference."""
    compact = text.replace(" ", "")
    return bool(re.fullmatch(r"[0-9]{27}", compact)) and bool(esr.is_valid(compact))


def spaced(text: str) -> str:
    """Group a reference or an IBAN for reading: in fours, a QR reference as 2 + 5 × 5."""
    compact = text.replace(" ", "")
    if is_qr_reference(compact):
        return " ".join([compact[:2], *(compact[i : i + 5] for i in range(2, QR_REFERENCE_DIGITS, 5))])
    return " ".join(compact[i : i + 4] for i in range(0, len(compact), 4))
