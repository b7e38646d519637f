"""Charges: interest, compensation and fees as claims of their own. They never edit an invoice. And dated exchange rates."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.ledger.models.documents import DueItem
from fairdue.ledger.models.parties import Customer
from fairdue.people.models import Company


class ChargeKind(models.TextChoices):
    """What is claimed beside the principal."""

    INTEREST = "interest", _("Late-payment interest")
    COMPENSATION = "compensation", _("Fixed compensation")
    FEE = "fee", _("Fee")


class Charge(models.Model):
    """A claim for interest, compensation or a fee, written when a notice claims it. Interest covers a period of one item."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="charges")
    due_item = models.ForeignKey(DueItem, null=True, blank=True, on_delete=models.PROTECT, related_name="charges")
    kind = models.CharField(max_length=14, choices=ChargeKind.choices)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    period_from = models.DateField(null=True, blank=True)
    period_to = models.DateField(null=True, blank=True, help_text="last day that bore interest")
    basis = models.JSONField(default=dict, help_text="regime, rate segments, source")
    notice_key = models.CharField(max_length=120, blank=True, help_text="step key of the notice that claimed it")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="charge_is_positive"),
            models.UniqueConstraint(
                fields=["notice_key", "kind", "due_item"],
                condition=~models.Q(notice_key=""),
                name="one_charge_per_notice_and_item",
            ),
        ]
        indexes = [models.Index(fields=["customer", "effective_on"], name="charge_of_customer")]


class ExchangeRate(models.Model):
    """One euro in a currency on a day, in millionths (ECB: 1.0861 USD is 1,086,100). Days without a quote have no row."""

    currency = models.CharField(max_length=3)
    quoted_on = models.DateField()
    per_euro_micro = models.BigIntegerField()
    source = models.CharField(max_length=60)

    class Meta:
        db_table = "ledger_exchange_rate"
        constraints = [
            models.UniqueConstraint(fields=["currency", "quoted_on"], name="one_rate_per_day"),
            models.CheckConstraint(condition=models.Q(per_euro_micro__gt=0), name="rate_is_positive"),
        ]
