"""The settings of a company as they are stored. No writes."""

from __future__ import annotations

from fairdue.cash.matching.records import Limit
from fairdue.cash.models import CashSettings
from fairdue.cash.settings import Limits, Settings


def settings_of(company_id: int) -> Settings:
    """Give the settings that count: the newest version, or the defaults where nobody set any. One query."""
    row = CashSettings.objects.filter(company_id=company_id).order_by("-version").first()
    return Settings() if row is None else _settings(row)


def versions(company_id: int) -> list[tuple[CashSettings, Settings]]:
    """Give every version with what it says, the newest first. One query."""
    return [(row, _settings(row)) for row in CashSettings.objects.filter(company_id=company_id).order_by("-version")]


def _settings(row: CashSettings) -> Settings:
    return Settings(
        row.version, row.posting, row.budget_ppm, _limits(row.rounding), _limits(row.charges), row.discount_grace_days,
        row.judged_days, row.early_days,
    )  # fmt: skip


def _limits(stored: list[list[object]]) -> Limits:
    return tuple(Limit(int(str(minor)), int(str(ppm)), str(currency)) for minor, ppm, currency in stored)
