"""Structured creditor references with their check digits, as the payer sees them and as the ledger keeps them."""

from __future__ import annotations

_QRR = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)


def luhn(digits: str) -> str:
    """Give the check digit of mod 10."""
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def scor(body: str) -> str:
    """ISO 11649."""
    number = int("".join(str(int(sign, 36)) for sign in f"{body}RF00"))
    return f"RF{98 - number % 97:02d}{body}"


def belgian(body: str) -> str:
    """Twelve digits, the last two mod 97."""
    digits = body.zfill(10)
    return f"{digits}{int(digits) % 97 or 97:02d}"


def finnish(body: str) -> str:
    """Weights 7, 3, 1 from the right."""
    total = sum(int(sign) * (7, 3, 1)[place % 3] for place, sign in enumerate(reversed(body)))
    return f"{body}{-total % 10}"


def kid(body: str) -> str:
    """Norwegian KID, mod 10."""
    return body + luhn(body)


def ocr(body: str) -> str:
    """Swedish OCR with length digit and mod 10."""
    sized = f"{body}{(len(body) + 2) % 10}"
    return sized + luhn(sized)


def qrr(body: str) -> str:
    """Swiss QR reference: 26 digits and mod 10 recursive."""
    digits, carry = body.zfill(26), 0
    for sign in digits:
        carry = _QRR[(carry + int(sign)) % 10]
    return f"{digits}{(10 - carry) % 10}"


KINDS = {"SCOR": scor, "BBA": belgian, "FIK": finnish, "KID": kid, "OCR": ocr, "QRR": qrr}


def printed(kind: str, reference: str) -> str:
    """Give a reference as payers write it where there is only text."""
    if kind == "BBA":
        return f"+++{reference[:3]}/{reference[3:7]}/{reference[7:]}+++"
    if kind == "SCOR":
        return " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))
    if kind == "QRR":
        return " ".join([reference[:2], *(reference[at : at + 5] for at in range(2, 27, 5))])
    return reference


def iban(country: str, body: str) -> str:
    """Give an account number with right check digits over a bank that does not exist."""
    number = int("".join(str(int(sign, 36)) for sign in f"{body}{country}00"))
    return f"{country}{98 - number % 97:02d}{body}"
