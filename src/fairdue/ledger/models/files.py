"""Copies of documents as files: what was signed, ordered, delivered, accepted. The bytes lie in the store under their hash."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.ledger.models.documents import Document
from fairdue.ledger.models.parties import Customer
from fairdue.people.models import Company


class CopyKind(models.TextChoices):
    """What a file is a copy of."""

    INVOICE = "invoice", _("Invoice")
    CONTRACT = "contract", _("Contract")
    ORDER = "order", _("Order")
    DELIVERY_PROOF = "delivery_proof", _("Proof of delivery")
    ACCEPTANCE = "acceptance", _("Acceptance record")
    CONFIRMATION = "confirmation", _("Confirmation")
    OTHER = "other", _("Other document")


CUSTOMER_WIDE = frozenset({CopyKind.CONTRACT})
"""Kinds of which one copy without a document serves all documents of its customer."""
NEVER_SHOWN = frozenset({CopyKind.OTHER})
"""Kinds that no notice and no debtor's page hands out: nobody has said what they are."""


class FileOrigin(models.TextChoices):
    """How a file came into the house."""

    FILE = "file", _("single file")
    FOLDER = "folder", _("folder")
    ZIP = "zip", _("ZIP file")
    MAIL = "mail", _("e-mail")
    UPLOAD = "upload", _("uploaded")
    API = "api", _("API")
    MADE = "made", _("made by Fairdue")


class DocumentFile(models.Model):
    """A file that belongs to a document, or (without one) to its customer. Append-only; see ``FileWithdrawal``.

    ``turn`` counts how often the same file stood in the same place and was withdrawn before: the same file again changes
    nothing, and a file that was withdrawn can be brought again.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="files")
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=16, choices=CopyKind.choices)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    media_type = models.CharField(max_length=100)
    origin = models.CharField(max_length=8, choices=FileOrigin.choices)
    turn = models.PositiveIntegerField(default=0)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120)

    class Meta:
        db_table = "ledger_document_file"
        constraints = [
            models.UniqueConstraint(
                fields=["document", "kind", "sha256", "turn"],
                condition=models.Q(document__isnull=False),
                name="one_file_per_document",
            ),
            models.UniqueConstraint(
                fields=["customer", "kind", "sha256", "turn"],
                condition=models.Q(document__isnull=True),
                name="one_file_per_customer",
            ),
            models.CheckConstraint(condition=models.Q(size_bytes__gt=0), name="document_file_is_not_empty"),
        ]
        indexes = [
            models.Index(fields=["customer", "kind"], name="document_file_of_customer"),
            models.Index(fields=["company", "sha256"], name="document_file_by_content"),
        ]


class FileWithdrawal(models.Model):
    """The record that takes a file back: a wrong copy, a wrong customer. The file's row and bytes stay."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    file = models.OneToOneField(DocumentFile, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=500)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120)

    class Meta:
        db_table = "ledger_file_withdrawal"
