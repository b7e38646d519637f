"""Links that debtors open, and what they answered."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.contact.models.blobs import StoredBlob
from fairdue.ledger.models import Contact, Customer
from fairdue.ledger.sealed import SealedTextField
from fairdue.people.models import Company


class PortalLink(models.Model):
    """A signed link to a customer's page. Only the token's hash is kept: who reads the database cannot open the page."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="portal_links")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    step_key = models.CharField(max_length=120, blank=True, help_text="the step whose letter carries the link")
    token_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_on = models.DateField(help_text="last day on which it opens")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "contact_portal_link"
        constraints = [models.UniqueConstraint(fields=["token_hash"], name="one_link_per_token")]
        indexes = [models.Index(fields=["customer", "created_at"], name="portal_link_of_customer")]


class AnswerKind(models.TextChoices):
    """What a debtor may answer."""

    RECEIVED = "received", _("Received")
    APPROVED = "approved", _("Received and approved")
    WRONG = "wrong", _("Something is wrong")
    ALREADY_PAID = "already_paid", _("Already paid")
    MESSAGE = "message", _("Message")


class PortalAnswer(models.Model):
    """What a debtor answered through a link. Append-only."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="portal_answers")
    link = models.ForeignKey(PortalLink, on_delete=models.PROTECT, related_name="answers")
    kind = models.CharField(max_length=12, choices=AnswerKind.choices)
    due_item_ids = models.JSONField(default=list, help_text="empty: all items")
    text = SealedTextField(blank=True)
    upload = models.ForeignKey(StoredBlob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    upload_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "contact_portal_answer"
        indexes = [models.Index(fields=["customer", "at"], name="portal_answer_of_customer")]
