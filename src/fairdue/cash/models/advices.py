"""Remittance advices as they came: what is said to be paid. Append-only; numbers are those of docs/algorithms/remittance-advices.md."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.contact.models import InboundMail
from fairdue.ledger.models import Customer
from fairdue.people.models import Company


class Advice(models.Model):
    """One advice: of one payment, in one currency. Amounts are minor units. It counts while it is not withdrawn and repeats none."""

    class Kind(models.TextChoices):
        TABLE = "table", _("table")
        PDF = "pdf", _("PDF")
        MAIL = "mail", _("mail")
        TEXT = "text", _("text")

    class Owner(models.TextChoices):
        """How its customer was found (7)."""

        TOLD = "told", _("said by a person")
        SENDER = "sender", _("by its sender")
        ITEMS = "items", _("by its items")
        NOBODY = "nobody", _("not found")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, help_text="the bytes it was read from, in the store")
    file_name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    turn = models.PositiveIntegerField(help_text="how often these bytes were taken in and withdrawn before, from 1")
    mail = models.ForeignKey(InboundMail, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner = models.CharField(max_length=8, choices=Owner.choices)
    number = models.CharField(max_length=140, blank=True, help_text="the payer's own number of it")
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField(help_text="sum of its lines")
    agrees = models.BooleanField(help_text="the text itself has this total")
    sure = models.BooleanField(help_text="its sender is known and it was read whole (9)")
    content_key = models.CharField(max_length=40, help_text="hash of currency, numbers and amounts")
    repeats = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="repeated_by")
    received_on = models.DateField()
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cash_advice"
        constraints = [
            models.UniqueConstraint(fields=["company", "sha256", "currency", "turn"], name="one_advice_per_content")
        ]
        indexes = [
            models.Index(fields=["company", "content_key"], name="cash_advice_that_says_so"),
            models.Index(fields=["company", "received_on"], name="cash_advice_of_day"),
        ]


class AdviceLine(models.Model):
    """A line of an advice that names an item, or (without a number) one with an amount that names no known item (5)."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    advice = models.ForeignKey(Advice, on_delete=models.PROTECT, related_name="lines")
    place = models.PositiveIntegerField(help_text="which line of the text or row of the table it is, from 1")
    text = models.CharField(max_length=500)
    number = models.CharField(max_length=140, blank=True, help_text="of the document, as the ledger has it")
    amount_minor = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "cash_advice_line"
        constraints = [models.UniqueConstraint(fields=["advice", "place"], name="one_advice_line_per_place")]


class AdviceWithdrawal(models.Model):
    """An advice that a person withdrew (17)."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    advice = models.OneToOneField(Advice, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=200)
    withdrawn_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cash_advice_withdrawal"


class AdviceLook(models.Model):
    """A mail that was looked at for advices, and how many were found in it (10, 12)."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    mail = models.OneToOneField(InboundMail, on_delete=models.PROTECT, related_name="+")
    advices = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cash_advice_look"
