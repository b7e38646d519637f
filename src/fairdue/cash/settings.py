"""What a company lets the matcher and the posting do. Pure; numbers are those of docs/algorithms/cash-settings.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from fairdue.cash.matching.budget import BUDGET_PPM
from fairdue.cash.matching.records import Limit, Tolerances
from fairdue.cash.reasons import CashReason
from fairdue.kernel.money import exponents
from fairdue.kernel.reasons import Reason, because

JUDGED_DAYS = 60
"""So long must a line posted without touch have stood to count as right (cash posting, 21)."""
BOUNDS: Mapping[str, tuple[int, int]] = {
    "budget_ppm": (1, 10_000), "discount_grace_days": (0, 60), "judged_days": (7, 730), "early_days": (0, 90),
}  # fmt: skip
"""The least and the most that may be set; a budget of 10,000 ppm is one wrong match in a hundred."""
LIMIT_MINOR_MAX = 1_000_000
LIMIT_PPM_MAX = 100_000
CURRENCIES_MAX = 50
_LIMIT = re.compile(r"(?:([A-Za-z]{3})\s+)?(?:(\d{1,7})\s*ppm\s+max\s+)?(\d{1,9})", re.ASCII)
_SWITCH = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}

Limits = tuple[Limit, ...]
"""Limits by currency; the one whose currency is empty holds for all others."""


class SettingError(ValueError):
    """A setting that is not taken: ``name`` (empty for one that does not exist), and ``reason`` says why."""

    def __init__(self, reason: Reason, name: str = "") -> None:
        self.reason, self.name = reason, name
        super().__init__(reason.code)


@dataclass(frozen=True, slots=True)
class Settings:
    """A company's settings; ``version`` 0 are the defaults, which nobody set."""

    version: int = 0
    posting: bool = True
    budget_ppm: int = BUDGET_PPM
    rounding: Limits = (Limit(Tolerances().rounding_minor),)
    charges: Limits = (Limit(Tolerances().charges_minor),)
    discount_grace_days: int = Tolerances().discount_grace_days
    judged_days: int = JUDGED_DAYS
    early_days: int = Tolerances().early_days

    def tolerances(self) -> Tolerances:
        """Give what the matcher needs to know of them."""
        return Tolerances(
            _general(self.rounding), self.discount_grace_days, _general(self.charges), self.early_days,
            tuple(one for one in self.rounding if one.currency or one.ppm),
            tuple(one for one in self.charges if one.currency or one.ppm),
        )  # fmt: skip

    def told(self) -> dict[str, str]:
        """Give every setting as a person writes it, by name."""
        return {name: _written(getattr(self, name)) for name in NAMES}


NAMES = tuple(one.name for one in fields(Settings) if one.name != "version")


def _general(limits: Limits) -> int:
    return next((one.minor for one in limits if not one.currency), 0)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return ", ".join(map(limit_text, value)) if isinstance(value, tuple) else str(value)


def limit_text(limit: Limit) -> str:
    """Write a limit as it is read: ``5``, ``JPY 1``, ``EUR 1000 ppm max 50``."""
    share = f"{limit.ppm} ppm max " if limit.ppm else ""
    return f"{limit.currency} {share}{limit.minor}".strip()


def changed(settings: Settings, asked: Mapping[str, str]) -> Settings:
    """Give the settings with what a person wrote, by name. Raises SettingError; nothing is taken by halves."""
    values: dict[str, Any] = {}
    for name, text in asked.items():
        if name not in NAMES:
            raise SettingError(because(CashReason.NO_SETTING, name=name[:40], known=", ".join(NAMES)))
        values[name] = _READ[name](name, text.strip())
    return replace(settings, **values)


def _switch(name: str, text: str) -> bool:
    if text.lower() not in _SWITCH:
        raise SettingError(because(CashReason.SETTING_SWITCH, name=name, value=text[:40]), name)
    return _SWITCH[text.lower()]


def _number(name: str, text: str) -> int:
    least, most = BOUNDS[name]
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise SettingError(because(CashReason.SETTING_BOUNDS, name=name, value=text[:40], least=least, most=most), name)
    return int(text)


def _limits(name: str, text: str) -> Limits:
    found: dict[str, Limit] = {}
    for told in filter(None, (one.strip() for one in re.split(r"[,;\n]", text))):
        match = _LIMIT.fullmatch(told)
        limit = Limit(int(match[3]), int(match[2] or 0), (match[1] or "").upper()) if match else None
        known = limit is not None and (not limit.currency or limit.currency in exponents())
        if limit is None or not known or limit.currency in found:
            raise SettingError(because(CashReason.SETTING_LIMIT, name=name, value=told[:40]), name)
        if limit.minor > LIMIT_MINOR_MAX or limit.ppm > LIMIT_PPM_MAX:
            raise SettingError(
                because(CashReason.SETTING_LIMIT_MOST, name=name, value=told[:40], minor=LIMIT_MINOR_MAX, ppm=LIMIT_PPM_MAX),
                name,
            )  # fmt: skip
        found[limit.currency] = limit
    if "" not in found or len(found) > CURRENCIES_MAX:
        raise SettingError(because(CashReason.SETTING_NO_GENERAL, name=name, most=CURRENCIES_MAX), name)
    return tuple(found[currency] for currency in sorted(found))


_READ: Mapping[str, Callable[[str, str], Any]] = {
    "posting": _switch, "rounding": _limits, "charges": _limits, **dict.fromkeys(BOUNDS, _number),
}  # fmt: skip
