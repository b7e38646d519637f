"""Documents and their due items. A due item is one maturity of one document: the unit of dunning."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.ledger.models.parties import Customer
from fairdue.ledger.models.sources import Source
from fairdue.people.models import Company


class DocumentKind(models.TextChoices):
    """Documents that raise or lower what is owed."""

    INVOICE = "invoice", _("Invoice")
    DEBIT_NOTE = "debit_note", _("Debit note")
    CREDIT_NOTE = "credit_note", _("Credit note")


class Document(models.Model):
    """An invoice, debit note or credit note. ``total_minor`` is negative for a credit note."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=12, choices=DocumentKind.choices)
    number = models.CharField(max_length=80)
    issued_on = models.DateField()
    delivered_on = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    terms = models.CharField(max_length=200, blank=True, help_text="payment terms in canonical text")
    order_no = models.CharField(max_length=80, blank=True)
    reference = models.CharField(max_length=140, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT)
    effective_on = models.DateField(help_text="from when the document counts: its issue date")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["company", "number"], name="document_by_number"),
            models.Index(fields=["customer", "issued_on"], name="document_of_customer"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(kind="credit_note") & models.Q(total_minor__lte=0))
                | (~models.Q(kind="credit_note") & models.Q(total_minor__gte=0)),
                name="document_sign_follows_kind",
            )
        ]


class DueItem(models.Model):
    """One maturity of one document. Its open amount is ``amount_minor`` less what is allocated to it; see ``sql/open_items``.

    ``source_key`` with ``occurrence`` is the row's identity in its source: two true twins differ by occurrence.
    ``supplements`` is set when a source later raised the amount: the rise is an item of its own, never an edit.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="due_items")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="due_items")
    seq = models.PositiveIntegerField(default=1)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField(help_text="negative for a credit note")
    due_on = models.DateField(help_text="as first agreed; later agreements are due date changes")
    discount_until = models.DateField(null=True, blank=True)
    discount_minor = models.BigIntegerField(default=0)
    payment_reference = models.CharField(max_length=35, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT)
    source_key = models.CharField(max_length=200, blank=True)
    occurrence = models.PositiveIntegerField(default=1)
    supplements = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    effective_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_due_item"
        constraints = [
            models.UniqueConstraint(fields=["document", "seq"], name="one_due_item_per_seq"),
            models.UniqueConstraint(
                fields=["source", "source_key", "occurrence"],
                condition=~models.Q(source_key=""),
                name="one_due_item_per_source_row",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "due_on"], name="due_item_of_customer"),
            models.Index(fields=["company", "payment_reference"], name="due_item_by_reference"),
        ]


class DueDateChange(models.Model):
    """A later agreed due date. The last one known at a moment counts; the first due date stays readable."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    due_item = models.ForeignKey(DueItem, on_delete=models.PROTECT, related_name="due_date_changes")
    due_on = models.DateField()
    reason = models.CharField(max_length=200)
    effective_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_due_date_change"
