"""The communications of CODA: what a free or a structured one says. Types are those of the standard, 1xx of movements, 0xx of information.

1. 100 is a creditor's reference of ISO 11649; 101 and 102 are the Belgian reference of twelve digits.
2. 105 and 113 tell an amount in another currency, 107 and 127 a direct debit, 114 a payment by card.
3. 001 describes the other party, 008 and 009 the ultimate ones. Of a type that says nothing for matching the text is kept as information.
"""

from __future__ import annotations

from typing import NamedTuple

from fairdue.formats.bank.records import Exchange, Party, Structured
from fairdue.formats.bank.values import minor
from fairdue.kernel.money import exponents


class Said(NamedTuple):
    """What a movement's communication says."""

    text: tuple[str, ...] = ()
    structured: tuple[Structured, ...] = ()
    information: tuple[str, ...] = ()
    mandate: str = ""
    transaction: str = ""
    creditor: str = ""
    """The creditor's identifier."""
    r_type: str = ""
    reason: str = ""
    exchange: Exchange | None = None


class Told(NamedTuple):
    """What an information record says."""

    information: tuple[str, ...] = ()
    party: Party | None = None
    ultimate_creditor: Party | None = None
    ultimate_debtor: Party | None = None


def movement(structured: bool, text: str, line: int) -> Said:
    """Read the communication of a movement: the zones of records 21, 22 and 23 as one text, blanks included."""
    if not structured:
        whole = text.strip()
        return Said((whole,)) if whole else Said()
    kind, body = text[:3], text[3:]
    match kind:
        case "100":
            return Said(structured=_reference(body[:25], "SCOR"), information=_rest(body[25:]))
        case "101" | "102":
            return Said(structured=_reference(body[:12], "BBA"), information=_rest(body[12:]))
        case "105":
            exchange = _exchange(body[15:30], body[42:45], body[30:42], line)
            return Said(structured=_reference(body[45:57], "BBA"), information=_rest(body), exchange=exchange)
        case "107":
            return Said(_rest(body[18:48]), mandate=body[:12].strip(), information=_rest(body))
        case "113":
            return Said(information=_rest(body), exchange=_exchange(body[66:81], body[93:96], body[81:93], line))
        case "114":
            return Said(information=_rest(body), transaction=body[53:69].strip())
        case "127":
            r_type = body[141].strip("0 ")
            return Said(
                _rest(body[79:141]), information=_rest(body[:9]), mandate=body[44:79].strip(),
                creditor=body[9:44].strip(), r_type=r_type, reason=body[142:146].strip(),
            )  # fmt: skip
        case _:
            return Said(information=_rest(body))


def information(structured: bool, text: str) -> Told:
    """Read an information record: the zones of records 31, 32 and 33 as one text, blanks included."""
    if not structured:
        return Told(_rest(text))
    kind, body = text[:3], text[3:]
    match kind:
        case "001":
            address = tuple(part for part in (body[70:105].strip(), body[105:140].strip()) if part)
            identifier = body[140:175].strip()
            return Told(
                party=Party(body[:70].strip(), identifiers=(identifier,) if identifier else (), address=address)
            )
        case "008":
            return Told(ultimate_creditor=_ultimate(body))
        case "009":
            return Told(ultimate_debtor=_ultimate(body))
        case _:
            return Told(_rest(body))


def _ultimate(body: str) -> Party | None:
    name, identifier = body[:70].strip(), body[70:105].strip()
    return Party(name, identifiers=(identifier,) if identifier else ()) if name or identifier else None


def _rest(text: str) -> tuple[str, ...]:
    found = text.strip()
    return (found,) if found else ()


def _reference(text: str, kind: str) -> tuple[Structured, ...]:
    found = text.strip()
    return (Structured(found, kind),) if found.strip("0") else ()


def _exchange(amount: str, currency: str, rate: str, line: int) -> Exchange | None:
    """Read amount (twelve places and three decimals), currency and rate (four places and eight decimals)."""
    if currency not in exponents():
        return None
    told = minor(f"{amount[:12]}.{amount[12:]}", currency, "communication", line) if amount.strip("0 ") else None
    good = rate.isascii() and rate.isdigit() and rate.strip("0")
    found = f"{int(rate[:4])}.{rate[4:]}" if good else ""
    return Exchange(told, currency, found) if told is not None or found else None
