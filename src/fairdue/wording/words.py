"""How figures, days and reasons read in the language of the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from importlib import import_module

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import (
    NumberFormatError,
    format_decimal,
    format_percent,
    get_decimal_symbol,
    get_group_symbol,
    parse_decimal,
)
from django.utils.translation import get_language, gettext, to_locale

from fairdue.kernel.money import MoneyError, MoneyReason, exponent, to_decimal, typed_minor
from fairdue.kernel.reasons import Reason, ReasonCode, Value, from_dict, gettext_noop, text_index
from fairdue.letters.figures import Figures

_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_AMOUNT = re.compile(r"[\d\s.,'’٫٬+−-]{1,40}")
_SHOWN = 40
REASON_MODULES = (
    "fairdue.books.reasons",
    "fairdue.cash.matching.reasons",
    "fairdue.cash.reasons",
    "fairdue.contact.reasons",
    "fairdue.contact.tone",
    "fairdue.contact.remedies",
    "fairdue.contact.why",
    "fairdue.cover.reasons",
    "fairdue.cover.row_reasons",
    "fairdue.credit.order_reasons",
    "fairdue.credit.reasons",
    "fairdue.cycle.reasons",
    "fairdue.dunning.balance.reasons",
    "fairdue.dunning.reasons",
    "fairdue.dunning.why",
    "fairdue.formats.bank.reasons",
    "fairdue.formats.copies.reasons",
    "fairdue.formats.einvoice.reasons",
    "fairdue.formats.markup.reasons",
    "fairdue.formats.reasons",
    "fairdue.intake.reasons",
    "fairdue.kernel.money",
    "fairdue.law.reasons",
    "fairdue.ledger.audit_reasons",
    "fairdue.ledger.insured",
    "fairdue.ledger.rates",
    "fairdue.ledger.rates_file",
    "fairdue.ledger.snapshot_reasons",
    "fairdue.personal.reasons",
)


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(to_locale(language))


def locale() -> Locale:
    """Give the CLDR locale of the page's language."""
    return _locale(get_language() or "en")


@cache
def _figures(language: str) -> Figures:
    return Figures(_locale(language))


def amount(amount_minor: int, currency: str) -> str:
    """Write an amount with the currency's decimals and the language's grouping, without the currency."""
    return _figures(get_language() or "en").number(amount_minor, currency)


def typed_amount(text: str, currency: str, into: Locale | None = None) -> int:
    """Give the minor units of an amount typed as the page's language (or ``into``) writes it: ``1,500`` is 1500 in English.

    What another language writes so is refused, never read as something else. Raises MoneyError.
    """
    if not _AMOUNT.fullmatch(text):
        raise MoneyError(MoneyReason.NO_NUMBER, value=repr(text[:_SHOWN]))
    if (group := get_group_symbol(into or locale())).isspace():
        # Keyboards have one space, CLDR several.
        text = re.sub(r"\s", group, text)
    try:
        number = parse_decimal(text, locale=into or locale(), strict=True)
    except NumberFormatError:
        raise MoneyError(MoneyReason.NO_NUMBER, value=repr(text)) from None
    return typed_minor(number, currency)


def group_sign() -> str:
    """Give the sign that parts groups of digits in the page's language."""
    return str(get_group_symbol(locale()))


def decimal_sign() -> str:
    """Give the sign before the decimals in the page's language."""
    return str(get_decimal_symbol(locale()))


def places(currency: str) -> int:
    """Give how many decimals a currency has."""
    return exponent(currency)


def amount_rounded(amount_minor: int, currency: str) -> str:
    """Write an amount without decimals, for headline figures and charts; exact amounts stand beside in tables."""
    whole = to_decimal(amount_minor, currency).quantize(Decimal(1))
    return str(format_decimal(whole, "#,##0", locale=locale()))


def percent(ppm: int, places: int = 1) -> str:
    """Write a share given in parts per million as percent."""
    return str(format_percent(Decimal(ppm).scaleb(-6), "#,##0." + "0" * places + "%", locale=locale()))


def count(number: int) -> str:
    """Write a whole number with the language's grouping."""
    return _figures(get_language() or "en").count(number)


def size(number: int) -> str:
    """Write a number of bytes in kilobytes, or from a megabyte on in megabytes; never as nothing."""
    if number < 1024 * 1024:
        return f"{count(max(1, -(-number // 1024)))} kB"
    return f"{scaled(number * 10 // (1024 * 1024), 1)} MB"


def scaled(number: int, places: int) -> str:
    """Write an integer that carries ``places`` decimals: ``scaled(437, 1)`` is 43.7."""
    return str(format_decimal(Decimal(number).scaleb(-places), "#,##0." + "0" * places, locale=locale()))


def day(value: date) -> str:
    """Write a day in the language's medium form."""
    return _day(value, get_language() or "en")


@lru_cache(maxsize=4096)
def _day(value: date, language: str) -> str:
    return str(format_date(value, "medium", locale=_locale(language)))


def day_short(value: date) -> str:
    """Write a day without the year, for axes."""
    return str(format_date(value, "MMM d" if get_language() != "zh-hans" else "M月d日", locale=locale()))


def moment(value: datetime) -> str:
    """Write a moment in UTC to the minute, with the zone named."""
    return str(format_datetime(value, "yyyy-MM-dd HH:mm 'UTC'", locale=locale()))


@cache
def _texts() -> dict[str, str]:
    enums: list[type[ReasonCode]] = []
    for name in REASON_MODULES:
        try:
            module = import_module(name)
        except ModuleNotFoundError:
            continue
        enums += [
            found
            for found in vars(module).values()
            if isinstance(found, type)
            and issubclass(found, ReasonCode)
            and found is not ReasonCode
            and found.__module__ == name
        ]
    return text_index(*enums)


def reason(found: Reason) -> str:
    """Write a reason in the page's language, its values as figures a person reads; an unknown code shows itself."""
    values = dict(found.values)
    text = _before_due(found.code, values) or _texts().get(found.code)
    if text is None:
        return found.code.replace("_", " ")
    try:
        return gettext(text) % _Readable(values)
    except (KeyError, TypeError, ValueError):
        return gettext(text)


def _before_due(code: str, values: dict[str, Value]) -> str:
    """Give the text of a step before the due date: days overdue below zero are days until it. ``values`` is changed in place."""
    days = values.get("days")
    if code != "dunning.stage_reached" or not isinstance(days, int) or days >= 0:
        return ""
    values["days"] = -days
    return gettext_noop("%(stage)s is due: the next item falls due in %(days)s days.")


def reasons(stored: Iterable[Mapping[str, object] | Reason]) -> list[str]:
    """Write stored reasons (``[{"code": …, "values": …}]``) in the page's language."""
    return [reason(item if isinstance(item, Reason) else from_dict(item)) for item in stored]


ENDS = (".", "!", "?", "。", "！", "？")
"""What a sentence ends with; a reason that ends with a value gets its full stop where another may follow."""


def sentences(stored: Iterable[Mapping[str, object] | Reason]) -> str:
    """Write reasons one after another, as sentences of the language: Chinese sets no space after its full stop."""
    stop, space = ("。", "") if (get_language() or "en").startswith("zh") else (".", " ")
    return space.join(text if text.endswith(ENDS) else text + stop for text in reasons(stored))


def joined(texts: Iterable[str]) -> str:
    """Set texts one after another as the language separates them in a list."""
    return gettext(", ").join(texts)


class _Readable(dict[str, object]):
    """Values by name, written as a person reads them; the text names the currency itself."""

    def __missing__(self, key: str) -> object:
        return "–"

    def __getitem__(self, key: str) -> object:
        value = super().__getitem__(key)
        if value is None:
            return "–"
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        if isinstance(value, int):
            return self._figure(key, value)
        if key == "regime" and isinstance(value, str):
            from fairdue.wording import names  # names builds on this module

            return names.regime(value, cited="citation" in self)
        return _coded(key, value) if isinstance(value, str) else value

    def _figure(self, key: str, value: int) -> str:
        if key.endswith("_ppm"):
            return percent(value)
        if key.endswith("_minor") or key in AMOUNTS:
            try:
                return amount(value, str(self.get("currency") or ""))
            except MoneyError:
                return str(value)
        return count(value)


AMOUNTS = frozenset({"amount", "minimum"})
"""Values of reasons that are minor units of the reason's currency without saying so in their name."""


def _coded(key: str, value: str) -> str:
    from fairdue.wording import names  # names builds on this module

    if _DAY.fullmatch(value):
        return day(date.fromisoformat(value))
    single: dict[str, Callable[[str], str]] = {
        "stage": names.stage, "needed": names.stage, "channel": names.channel, "country": names.country, "law": names.law,
        "state": names.proposal_state, "purpose": names.purpose, "event": names.event, "valid_by": names.deciding_date,
        "charge_kind": names.charge_kind, "law_topic": names.law_topic, "copy_kind": names.copy_kind,
        "language": names.language, "wanted": names.language, "confidence": names.confidence,
        "instead": names.stage, "sender": names.sender,
        "tone": names.tone, "release": names.release, "receipt": names.receipt, "natural_person": names.known, "yes_no": names.known,
        "branch": names.branch, "compared": names.compared, "settled_as": names.balance_outcome, "remedy": names.balance_remedy,
    }  # fmt: skip
    several: dict[str, Callable[[str], str]] = {
        "holds": names.hold, "hold_reasons": names.hold, "allowed": names.purpose, "condition": names.condition,
        "content": names.content, "channels": names.channel,
    }  # fmt: skip
    if key == "source":
        from fairdue.wording import country  # country builds on this module

        return country.source(value)
    if key in several:
        return joined(several[key](code.strip()) for code in value.split(",") if code.strip())
    return single[key](value) if key in single else value
