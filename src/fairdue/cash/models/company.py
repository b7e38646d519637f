"""A company's settings for matching and posting, version by version. Append-only; docs/algorithms/cash-settings.md."""

from __future__ import annotations

from django.db import models

from fairdue.people.models import Company


class CashSettings(models.Model):
    """One version; the highest counts. Limits are lists of ``[minor, ppm, currency]``."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    posting = models.BooleanField()
    budget_ppm = models.PositiveIntegerField()
    rounding = models.JSONField()
    charges = models.JSONField()
    discount_grace_days = models.PositiveIntegerField()
    judged_days = models.PositiveIntegerField()
    early_days = models.PositiveIntegerField()
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cash_settings"
        constraints = [
            models.UniqueConstraint(fields=["company", "version"], name="one_cash_settings_per_version"),
            models.CheckConstraint(
                condition=models.Q(version__gte=1, budget_ppm__gte=1, budget_ppm__lte=10_000, judged_days__gte=7),
                name="cash_settings_within_bounds",
            ),
        ]
