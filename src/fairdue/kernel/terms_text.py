"""Payment terms to text and back. What can be read two ways is refused with both readings, never guessed.

The canonical form is English and machine-readable; entrances translate for people.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from fairdue.kernel.rounding import PPM
from fairdue.kernel.terms import Base, Discount, Kind, Milestone, Shift, Terms, TermsError

TEXT_MAX = 20_000
_N = r"(\d{1,4})"
_DAYS = r"(?:calendar )?(?:days?|d|tagen?|tg\.?|jours?|días?|dias?|天|日)"
_EOM = r"(?:eom|end of (?:the )?month|fin (?:de|du) mois|fdm|monatsende|ende des monats|fin de mes|月末)"
_PERCENT = r"(\d{1,2}(?:[.,]\d{1,4})?)"
_NET = r"(?:net(?:t?o|to)?|rein netto)"

_GENERAL = re.compile(
    r"(?:(?P<months>\d{1,3}) months?)?(?:(?: |^)(?P<days>\d{1,4}) days?)?(?:(?:, |^)(?P<eom>eom)(?:\+(?P<after>\d{1,4}))?)?"
    r"(?:(?:, |^)next (?P<next>\d{1,2}(?:, \d{1,2})*))?"
)
"""The canonical form of terms with an end of month or days of the month."""

Maker = Callable[[re.Match[str]], Terms]


def _net(match: re.Match[str]) -> Terms:
    return Terms(Kind.NET, days=int(match[1]))


def _eom_plus(match: re.Match[str]) -> Terms:
    return Terms(Kind.NET, end_of_month=True, days_after=int(match[1] or 0))


def _days_then_eom(match: re.Match[str]) -> Terms:
    return Terms(Kind.NET, days=int(match[1]), end_of_month=True)


def _days_eom_day(match: re.Match[str]) -> Terms:
    return Terms(Kind.NET, days=int(match[1]), end_of_month=True, days_of_month=(int(match[2]),))


def _day_of_next_month(match: re.Match[str]) -> Terms:
    return Terms(Kind.NET, end_of_month=True, days_of_month=(int(match[1]),))


def _fixed_days(match: re.Match[str]) -> Terms:
    days = tuple(sorted({int(number) for number in re.findall(r"\d{1,2}", match[2])}))
    return Terms(Kind.NET, days=int(match[1] or 0), days_of_month=days)


def _letter_of_credit(match: re.Match[str]) -> Terms:
    return Terms(Kind.LETTER_OF_CREDIT, days=int(match[1] or 0))


def _refuse_net_eom(match: re.Match[str]) -> Terms:
    days = match[1]
    raise TermsError(
        f"“{match[0]}” is read in two ways: write “EOM+{days}” ({days} days after the end of the month) "
        f"or “{days} days, EOM” (the end of the month {days} days later)"
    )


_PATTERNS: tuple[tuple[str, Maker], ...] = (
    (rf"(?:net|netto) {_N}(?: {_DAYS})?,? {_EOM}", _refuse_net_eom),
    (rf"{_EOM}(?: of invoice)?(?: ?\+ ?| )?{_N}?(?: ?{_DAYS})?", _eom_plus),
    (rf"net {_EOM} ?\+? ?{_N}(?: ?{_DAYS})?", _eom_plus),
    (rf"{_N} ?{_DAYS} (?:after|from) {_EOM}", _eom_plus),
    (rf"月结 ?{_N}? ?天?", _eom_plus),
    (rf"{_N} ?{_DAYS}?,? {_EOM},? (?:day|le|the|on the|am|día|el) (\d{{1,2}})(?:th|st|nd|rd|\.)?", _days_eom_day),
    (rf"{_N} ?{_DAYS}?,? {_EOM}", _days_then_eom),
    (rf"{_EOM},? (?:day|le|the|on the|am|día|el) (\d{{1,2}})(?:th|st|nd|rd|\.)?", _day_of_next_month),
    (r"(?:the )?(\d{1,2})(?:th|st|nd|rd) of (?:the )?(?:next|following) month", _day_of_next_month),
    (r"(?:zum |am )?(\d{1,2})\. des (?:folgemonats|nächsten monats)", _day_of_next_month),
    (r"次月 ?(\d{1,2}) ?[日号](?:前?付款)?", _day_of_next_month),
    (
        rf"(?:{_N} {_DAYS}, ?)?next ((?:\d{{1,2}}(?:th|st|nd|rd)?(?:, ?| and | & )?)+)(?: of (?:the )?month)?",
        _fixed_days,
    ),
    (r"()((?:\d{1,2}(?:th|st|nd|rd)(?:, ?| and | & )?)+) (?:next|of (?:the|each) month)", _fixed_days),
    (r"()每月 ?((?:\d{1,2} ?[日号]?[、,和及 ]?)+)[日号]", _fixed_days),
    (rf"{_NET} {_N}(?: ?{_DAYS})?", _net),
    (rf"{_N} ?{_DAYS} {_NET}", _net),
    (rf"{_NET}{_N}", _net),
    (rf"{_N} ?{_DAYS}", _net),
    (rf"(?:within|innerhalb(?: von)?|à|a) {_N} ?{_DAYS}", _net),
    (rf"(?:zahlbar|payable)(?: (?:innerhalb(?: von)?|within|in))? {_N} ?{_DAYS}(?: {_NET})?", _net),
    (rf"(?:票到|开票后|发票后|账期|净) ?{_N} ?天(?:付款|内付款)?", _net),
    (rf"(?:l/c|lc|letter of credit|akkreditiv|信用证)(?: at sight|即期)?(?: ?{_N} ?{_DAYS})?", _letter_of_credit),
)

_FIXED: dict[str, Terms] = {
    **dict.fromkeys(
        (
            "due on receipt",
            "immediate",
            "immediately",
            "due immediately",
            "sofort",
            "sofort fällig",
            "sofort netto",
            "sofort rein netto",
            "comptant",
            "à réception",
            "al contado",
            "contado",
            "cash",
            "net cash",
            "立即付款",
            "即时付款",
            "见票即付",
            "现金",
        ),
        Terms(Kind.IMMEDIATE),
    ),
    **dict.fromkeys(
        (
            "prepayment",
            "prepaid",
            "in advance",
            "payment in advance",
            "cash in advance",
            "cia",
            "advance payment",
            "vorkasse",
            "vorauskasse",
            "prépaiement",
            "pago anticipado",
            "预付",
            "预付款",
            "款到发货",
            "先款后货",
        ),
        Terms(Kind.PREPAYMENT),
    ),
    **dict.fromkeys(
        (
            "cash on delivery",
            "cod",
            "on delivery",
            "nachnahme",
            "zahlung bei lieferung",
            "contre remboursement",
            "paiement à la livraison",
            "contra reembolso",
            "货到付款",
            "货到即付",
        ),
        Terms(Kind.NET, base=Base.DELIVERY),
    ),
}

_DELIVERY = re.compile(
    r"^(?P<rest>.+?) (?:from|after) (?:delivery|receipt of goods)$"
    r"|^货到后? ?(?P<zh>\d{1,3}) ?天(?:付款)?$"
)
_DISCOUNTS = (
    re.compile(rf"^{_PERCENT} ?%?/ ?{_N},? (?P<rest>.+)$"),
    re.compile(
        rf"^{_PERCENT} ?% (?:skonto |discount |escompte )?(?:within |bei |bis |in |à )?{_N} ?{_DAYS},? (?P<rest>.+)$"
    ),
)
_DISCOUNT_GERMAN = re.compile(rf"^{_N} ?{_DAYS} {_PERCENT} ?%(?: skonto)?,? (?P<rest>.+)$")
_SHIFT = re.compile(r"^(?P<rest>.+); (?P<shift>following|preceding) business day$")
_MILESTONE = re.compile(r"^(?P<share>\d{1,3}(?:\.\d{1,4})?)% \[(?P<label>[^\[\]]*)\] (?P<rest>.+)$")


def read_terms(text: str) -> Terms:
    """Read ``text``; raises TermsError, naming what is accepted, for text that says nothing or two things."""
    if len(text) > TEXT_MAX:
        raise TermsError("payment terms longer than twenty thousand letters")
    if text.strip().lower().startswith("milestones: "):
        return _read_milestones(text.strip()[len("milestones: ") :])
    return _read(_clean(text), text)


def _clean(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().rstrip(".").lower()


def _read_milestones(text: str) -> Terms:
    milestones = []
    for part in text.split(" | "):
        match = _MILESTONE.match(part)
        if match is None:
            raise TermsError(f"“{part}” is no milestone; write “30% [advance] Prepayment”")
        share = Decimal(match["share"]) * (PPM // 100)
        milestones.append(Milestone(int(share), match["label"], _read(_clean(match["rest"]), match["rest"])))
    return Terms(Kind.MILESTONES, milestones=tuple(milestones))


def _read(text: str, original: str) -> Terms:
    match = _SHIFT.match(text)
    if match:
        return replace(_read(match["rest"], original), shift=Shift(match["shift"]))
    for pattern in _DISCOUNTS:
        match = pattern.match(text)
        if match:
            return replace(_read(match["rest"], original), discount=_discount(match[1], match[2]))
    match = _DISCOUNT_GERMAN.match(text)
    if match:
        return replace(_read(match["rest"], original), discount=_discount(match[2], match[1]))
    match = _DELIVERY.match(text)
    if match:
        rest = match["rest"] or f"net {match['zh']}"
        return replace(_read(rest, original), base=Base.DELIVERY)
    return _read_plain(text, original)


def _discount(percent: str, days: str) -> Discount:
    share = Decimal(percent.replace(",", ".")) * (PPM // 100)
    return Discount(int(share), int(days))


def _general(text: str) -> Terms | None:
    match = _GENERAL.fullmatch(text.removeprefix("net "))
    if match is None or not match[0] or (match["eom"] and text.startswith("net ")):
        return None
    return Terms(
        Kind.NET,
        days=int(match["days"] or 0),
        months=int(match["months"] or 0),
        end_of_month=match["eom"] is not None,
        days_after=int(match["after"] or 0),
        days_of_month=tuple(int(day) for day in (match["next"] or "").split(", ") if day),
    )


def _read_plain(text: str, original: str) -> Terms:
    if text in _FIXED:
        return _FIXED[text]
    general = _general(text)
    if general is not None:
        return general
    for pattern, make in _PATTERNS:
        match = re.fullmatch(pattern, text)
        if match:
            return make(match)
    raise TermsError(
        f"“{original}” is not understood; write for example “Net 30”, “2/10 Net 30”, “EOM+30” or “30 days, EOM”"
    )


def write_terms(terms: Terms) -> str:
    """Write the canonical form; ``read_terms`` gives the same terms back."""
    if terms.kind is Kind.MILESTONES:
        parts = (f"{_percent(m.share_ppm)}% [{m.label}] {write_terms(m.terms)}" for m in terms.milestones)
        return "Milestones: " + " | ".join(parts)
    text = _write_plain(terms)
    if terms.base is Base.DELIVERY and text != "Cash on delivery":
        text += " from delivery"
    if terms.discount is not None:
        text = f"{_percent(terms.discount.share_ppm)}/{terms.discount.days} {text}"
    if terms.shift is not Shift.NONE:
        text += f"; {terms.shift.value} business day"
    return text


def _percent(share_ppm: int) -> str:
    text = format(Decimal(share_ppm).scaleb(-4), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _write_plain(terms: Terms) -> str:
    if terms.kind is Kind.IMMEDIATE:
        return "Due on receipt"
    if terms.kind is Kind.PREPAYMENT:
        return "Prepayment"
    if terms.kind is Kind.LETTER_OF_CREDIT:
        return f"L/C {terms.days} days" if terms.days else "L/C at sight"
    if terms == Terms(Kind.NET, base=Base.DELIVERY, discount=terms.discount, shift=terms.shift):
        return "Cash on delivery"
    return _write_net(terms)


def _write_net(terms: Terms) -> str:
    lead = " ".join(f"{n} {unit}" for n, unit in ((terms.months, "months"), (terms.days, "days")) if n)
    if not (terms.end_of_month or terms.days_of_month):
        return f"Net {lead}" if terms.months else f"Net {terms.days}"
    parts = [lead] if lead else []
    if terms.end_of_month:
        parts.append(f"EOM+{terms.days_after}" if terms.days_after else "EOM")
    if terms.days_of_month:
        parts.append("next " + ", ".join(str(day) for day in terms.days_of_month))
    text = ", ".join(parts)
    return text[0].upper() + text[1:]
