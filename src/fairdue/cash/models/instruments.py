"""Bills, cheques, direct debits and cards: what covers an item until it is honoured. Append-only.

Numbers are those of docs/algorithms/instruments.md.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.ledger.models import Customer, DueItem
from fairdue.people.models import Company


class Instrument(models.Model):
    """One instrument of a customer, or one range of a bill that was split (3). Amounts are minor units."""

    class Kind(models.TextChoices):
        BANK_ACCEPTANCE = "bank_acceptance", _("Bank acceptance")
        COMMERCIAL_ACCEPTANCE = "trade_acceptance", _("Commercial acceptance")
        CHEQUE = "cheque", _("Cheque")
        DIRECT_DEBIT = "direct_debit", _("Direct debit")
        CARD = "card", _("Card payment")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    number = models.CharField(max_length=60)
    sub_from = models.BigIntegerField(null=True, blank=True, help_text="first number of the sub-bill range")
    sub_to = models.BigIntegerField(null=True, blank=True, help_text="last number of the sub-bill range")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    drawer = models.CharField(max_length=200, blank=True)
    acceptor = models.CharField(max_length=200, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    matures_on = models.DateField(help_text="as written on it")
    payable_on = models.DateField(help_text="the business day on which it is paid (4)")
    grace_days = models.PositiveIntegerField(help_text="days after payable_on until which an answer may come (5)")
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cash_instrument"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="instrument_is_positive"),
            models.CheckConstraint(
                condition=models.Q(sub_from__isnull=True, sub_to__isnull=True)
                | models.Q(sub_from__gte=1, sub_to__gte=models.F("sub_from")),
                name="instrument_range_has_both_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "number"], name="instrument_by_number"),
            models.Index(fields=["company", "payable_on"], name="instrument_by_maturity"),
        ]


class InstrumentStep(models.Model):
    """What became of an instrument (6). Its newest step that was not taken back says its state."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("received")
        PRESENTED = "presented", _("presented")
        ENDORSED = "endorsed", _("endorsed")
        DISCOUNTED = "discounted", _("discounted")
        HONOURED = "honoured", _("honoured")
        DISHONOURED = "dishonoured", _("dishonoured")
        RECOURSE = "recourse", _("recourse claimed")
        RETURNED = "returned", _("returned to the drawer")
        REPLACED = "replaced", _("replaced")
        UNDONE = "undone", _("taken back")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    recourse = models.BooleanField(default=False, help_text="endorsed or discounted, and still answerable for it")
    undoes = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by")
    effective_on = models.DateField()
    cost_minor = models.BigIntegerField(default=0, help_text="cost of a dishonour, charged to the customer")
    payment_id = models.BigIntegerField(null=True, blank=True, help_text="the ledger's payment that it honours with")
    own_payment = models.BooleanField(default=False, help_text="that payment was booked by this step (10)")
    charge_id = models.BigIntegerField(null=True, blank=True)
    effect_id = models.BigIntegerField(null=True, blank=True)
    allocations = models.JSONField(default=list, help_text="numbers of the ledger's allocations that it made")
    reason = models.CharField(max_length=200, blank=True)
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cash_instrument_step"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="undone", undoes__isnull=False)
                | (~models.Q(kind="undone") & models.Q(undoes__isnull=True)),
                name="instrument_undoing_names_a_step",
            ),
            models.CheckConstraint(condition=models.Q(cost_minor__gte=0), name="instrument_cost_is_not_negative"),
        ]
        indexes = [models.Index(fields=["instrument", "id"], name="instrument_steps")]


class InstrumentCover(models.Model):
    """A part of an instrument that covers a due item (7). It covers as long as the state of its instrument does."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="covers")
    due_item = models.ForeignKey(DueItem, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    open_minor = models.BigIntegerField(help_text="what was open of the item when it was covered (9)")
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cash_instrument_cover"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="instrument_cover_is_positive"),
            models.UniqueConstraint(fields=["instrument", "due_item"], name="one_cover_per_item"),
        ]
        indexes = [models.Index(fields=["due_item"], name="instrument_cover_of_item")]
