"""What credit stores: limits with who approved them, and order checks with what they reserve. Append-only.

Numbers are those of docs/algorithms/credit-limits.md and docs/algorithms/order-check.md. Amounts are minor units of the company's currency.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.ledger.models import Customer
from fairdue.people.models import Company


class CreditLimit(models.Model):
    """A limit that somebody asked for. It is in force from ``valid_from`` until ``until`` once enough approved it and none refused."""

    class Kind(models.TextChoices):
        OWN = "own", _("limit")
        TEMPORARY = "temporary", _("temporary addition")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    grade = models.CharField(max_length=2, blank=True)
    valid_from = models.DateField()
    until = models.DateField(null=True, blank=True, help_text="its last day; none: until it is replaced")
    bound_by = models.CharField(max_length=12, blank=True, help_text="what bounds it, where a method proposed it")
    basis = models.JSONField(default=dict, help_text="what each method gave")
    approvals = models.PositiveSmallIntegerField(help_text="how many persons must approve it")
    reason = models.CharField(max_length=200)
    asked_by_id = models.BigIntegerField(null=True, blank=True)
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "credit_limit"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gte=0), name="credit_limit_is_not_negative"),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("valid_from")),
                name="credit_limit_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="temporary") | models.Q(until__isnull=False),
                name="credit_temporary_limit_ends",
            ),
        ]
        indexes = [models.Index(fields=["customer", "kind", "valid_from", "id"], name="credit_limit_of_customer")]


class LimitVote(models.Model):
    """What a person decided on a limit that was asked for; one vote a person."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    limit = models.ForeignKey(CreditLimit, on_delete=models.PROTECT, related_name="votes")
    approved = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)
    user_id = models.BigIntegerField(help_text="0: the system, where no person need approve")
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "credit_limit_vote"
        constraints = [models.UniqueConstraint(fields=["limit", "user_id"], name="one_vote_a_person")]


class OrderCheck(models.Model):
    """A check of an order, a delivery or an invoice. The newest of an order number counts; while it is released it reserves."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    order_number = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    gate = models.CharField(max_length=10)
    currency = models.CharField(max_length=3, help_text="the order's own; all amounts are in the company's currency")
    amount_minor = models.BigIntegerField()
    prepaid_minor = models.BigIntegerField(default=0)
    secured_minor = models.BigIntegerField(default=0)
    terms_days = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=8)
    reasons = models.JSONField(default=list)
    alternatives = models.JSONField(default=list)
    exposure = models.JSONField(default=dict, help_text="the parts at the moment of the check, without this order")
    limit_minor = models.BigIntegerField(null=True, blank=True)
    reserved_minor = models.BigIntegerField(default=0)
    reserved_until = models.DateField(null=True, blank=True)
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "credit_order_check"
        constraints = [
            models.UniqueConstraint(fields=["company", "order_number", "version"], name="one_order_check_a_version"),
            models.CheckConstraint(
                condition=models.Q(
                    amount_minor__gte=0, prepaid_minor__gte=0, secured_minor__gte=0, reserved_minor__gte=0
                ),
                name="order_check_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(reserved_minor=0) | models.Q(outcome="release", reserved_until__isnull=False),
                name="only_a_release_reserves",
            ),
        ]
        indexes = [models.Index(fields=["customer", "reserved_until"], name="credit_order_of_customer")]


class OrderEnd(models.Model):
    """What ended an order's reservation."""

    class Kind(models.TextChoices):
        INVOICED = "invoiced", _("invoiced")
        CANCELLED = "cancelled", _("cancelled")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    order = models.OneToOneField(OrderCheck, on_delete=models.PROTECT, related_name="end")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    effective_on = models.DateField()
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "credit_order_end"
