"""How neighbours meet: holds, effects and facts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.ledger.models.documents import Document, DueItem
from fairdue.ledger.models.parties import Customer
from fairdue.people.models import Company, User


class HoldReason(models.TextChoices):
    """Why something is not chased."""

    DISPUTE = "dispute", _("Dispute")
    PROMISE = "promise", _("Promise to pay")
    PLAN = "plan", _("Instalment plan")
    MEDIATION = "mediation", _("Mediation")
    INSOLVENCY = "insolvency", _("Insolvency stay")
    LEGAL = "legal", _("Legal hold")
    INTERNAL_CHECK = "internal_check", _("Internal check")
    REPLY = "reply", _("Reply not read yet")
    CLAIMS_PAID = "claims_paid", _("Says it has paid")
    INSTRUMENT = "instrument", _("Covered by a bill, cheque, direct debit or card")
    MANUAL = "manual", _("Held by a person")


class Hold(models.Model):
    """Do not chase this, for a reason, until a day. Scope: a due item, else a document, else the whole customer.

    ``amount_minor`` is the held part (a disputed part, a promised amount); empty means all of the scope.
    A hold counts on a day when ``since <= day``, ``until`` is empty or not before the day, and it is not released.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="holds")
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT)
    due_item = models.ForeignKey(DueItem, null=True, blank=True, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=20, choices=HoldReason.choices)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    key = models.CharField(max_length=120, blank=True, help_text="makes the hold unique where a program sets it")
    released_on = models.DateField(null=True, blank=True)
    release_reason = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__isnull=True) | models.Q(amount_minor__gt=0),
                name="held_part_is_positive",
            ),
            models.UniqueConstraint(fields=["company", "key"], condition=~models.Q(key=""), name="one_hold_per_key"),
        ]
        indexes = [models.Index(fields=["customer", "released_on"], name="hold_of_customer")]


class EffectKind(models.TextChoices):
    """Consequences that others must heed."""

    SALES_BLOCK = "sales_block", _("Sales block")
    DELIVERY_STOP = "delivery_stop", _("Delivery stop")
    LIMIT_REVIEW = "limit_review", _("Limit review")


class Effect(models.Model):
    """A consequence in force for a customer from a day until it is lifted."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="effects")
    kind = models.CharField(max_length=20, choices=EffectKind.choices)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    cause = models.CharField(max_length=120, help_text="step key or reason that set it")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "kind", "cause"], name="one_effect_per_cause")]


class Fact(models.Model):
    """A published result of a room, read by others by kind. Values are integers in ``unit``; absent must be handled."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    subject = models.CharField(max_length=60, help_text="such as customer:17")
    kind = models.CharField(max_length=40)
    as_of = models.DateField()
    value = models.BigIntegerField()
    unit = models.CharField(max_length=20)
    valid_until = models.DateField(null=True, blank=True)
    source_version = models.CharField(max_length=60)
    reasons = models.JSONField(default=list)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "subject", "kind", "as_of", "source_version"], name="one_fact_per_day"
            )
        ]
