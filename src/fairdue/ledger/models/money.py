"""Payments and allocations: money received, and the parts of it applied. Append-only; corrected by reversal."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.ledger.models.claims import Charge
from fairdue.ledger.models.documents import DueItem
from fairdue.ledger.models.parties import Customer
from fairdue.ledger.models.sources import Source
from fairdue.people.models import Company


class Payment(models.Model):
    """Money received. ``customer`` is empty while nobody knows whose it is; ``suspected_customer`` holds chasing meanwhile."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="payments")
    suspected_customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    reference = models.CharField(max_length=200, blank=True)
    payer = models.CharField(max_length=200, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT)
    source_key = models.CharField(max_length=200, blank=True)
    occurrence = models.PositiveIntegerField(default=1)
    converted_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="the payment in another currency that it stands for a part of",
    )  # fmt: skip
    effective_on = models.DateField(help_text="when the money was on our account")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payment_is_positive"),
            models.UniqueConstraint(
                fields=["source", "source_key", "occurrence"],
                condition=~models.Q(source_key=""),
                name="one_payment_per_source_row",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "effective_on"], name="payment_of_customer"),
            models.Index(
                fields=["suspected_customer"],
                condition=models.Q(suspected_customer__isnull=False),
                name="payment_in_transit",
            ),
        ]


class PaymentSuspect(models.Model):
    """A further customer whose a payment may be, beside ``suspected_customer``, while nobody knows whose it is: chasing of each is held.

    No money fact: written again with each proposal, and gone when the payment is somebody's (docs/algorithms/bank-data-in-the-line.md, 7).
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="suspects", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "ledger_payment_suspect"
        constraints = [
            models.UniqueConstraint(fields=["payment", "customer"], name="one_suspicion_per_payment_and_customer"),
        ]


class AllocationKind(models.TextChoices):
    """Why an open amount falls."""

    PAYMENT = "payment", _("Payment")
    CREDIT = "credit", _("Credit note applied")
    SOURCE_SETTLEMENT = "source_settlement", _("Settled in the source system")
    DISCOUNT = "discount", _("Early-payment discount")
    WRITE_OFF = "write_off", _("Written off")
    WAIVER = "waiver", _("Charge waived")


class UsedFor(models.TextChoices):
    """What became of money that was used up without paying anything here."""

    PAID_BACK = "paid_back", _("Paid back")
    NO_CUSTOMER = "no_customer", _("No customer's money")
    CONVERTED = "converted", _("Converted into another currency")


class Allocation(models.Model):
    """A part of money or credit applied to one due item or charge.

    ``amount_minor`` is positive; a reversal repeats its original with the sign turned and names it in ``reverses``.
    What falls: the due item or charge in ``due_item``/``charge``; what is used up: ``payment`` or ``credit_item``.
    A source settlement has only one side: the item (or credit, or payment) that the source no longer lists. With ``used_for`` it is a
    payment's, and says what became of the money instead.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    kind = models.CharField(max_length=20, choices=AllocationKind.choices)
    due_item = models.ForeignKey(DueItem, null=True, blank=True, on_delete=models.PROTECT, related_name="allocations")
    charge = models.ForeignKey(
        Charge, null=True, blank=True, on_delete=models.PROTECT, related_name="allocations", db_index=False
    )
    payment = models.ForeignKey(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="allocations", db_index=False
    )
    credit_item = models.ForeignKey(
        DueItem, null=True, blank=True, on_delete=models.PROTECT, related_name="uses", db_index=False
    )
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    reverses = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by")
    reason = models.CharField(max_length=200, blank=True)
    used_for = models.CharField(max_length=12, null=True, blank=True, choices=UsedFor.choices)
    effective_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reverses__isnull=True, amount_minor__gt=0)
                | models.Q(reverses__isnull=False, amount_minor__lt=0),
                name="allocation_sign_follows_reversal",
            ),
            models.CheckConstraint(
                condition=~(models.Q(due_item__isnull=False) & models.Q(charge__isnull=False)),
                name="allocation_has_one_target",
            ),
            models.CheckConstraint(
                condition=~(models.Q(payment__isnull=False) & models.Q(credit_item__isnull=False)),
                name="allocation_has_one_means",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(kind="payment", payment__isnull=False)
                    & (models.Q(due_item__isnull=False) | models.Q(charge__isnull=False))
                )
                | (
                    models.Q(kind="credit", credit_item__isnull=False)
                    & (models.Q(due_item__isnull=False) | models.Q(charge__isnull=False))
                )
                | (
                    models.Q(kind="source_settlement", charge__isnull=True)
                    & (
                        models.Q(due_item__isnull=False, payment__isnull=True, credit_item__isnull=True)
                        | models.Q(due_item__isnull=True, payment__isnull=False)
                        | models.Q(due_item__isnull=True, credit_item__isnull=False)
                    )
                )
                | (
                    models.Q(
                        kind__in=["discount", "write_off", "waiver"], payment__isnull=True, credit_item__isnull=True
                    )
                    & (models.Q(due_item__isnull=False) | models.Q(charge__isnull=False))
                ),
                name="allocation_sides_follow_kind",
            ),
        ]
        # An index over a column that nothing uses yet finds, says its statistics, every row: SQLite then reads the whole table for each
        # item. One that holds the rows with a value only has no such rows, and no such figure.
        indexes = [
            models.Index(fields=["customer", "effective_on"], name="allocation_of_customer"),
            *(
                models.Index(
                    fields=[side], name=f"allocation_by_{side}", condition=models.Q((f"{side}__isnull", False))
                )
                for side in ("charge", "payment", "credit_item", "reverses")
            ),
        ]
