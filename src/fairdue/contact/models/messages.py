"""The outbox: every message of every room leaves from these rows and nowhere else. And what the gate held back."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from fairdue.ledger.models import Channel, Contact, Customer
from fairdue.ledger.sealed import SealedTextField
from fairdue.people.models import Company, User


class MessageKind(models.TextChoices):
    """What a message is for. Only a notice chases; the gate asks less of the others."""

    NOTICE = "notice", _("Notice")
    STATEMENT = "statement", _("Statement of account")
    RECEIPT = "receipt", _("Receipt confirmation")
    THANK_YOU = "thank_you", _("Thank-you")
    CONFIRMATION = "confirmation", _("Written confirmation")
    ANSWER = "answer", _("Answer to the customer")


class MessageState(models.TextChoices):
    """Where a message stands. Only ``handed_over`` means that the step has happened."""

    QUEUED = "queued", _("waiting")
    CLAIMED = "claimed", _("being sent")
    HANDED_OVER = "handed_over", _("handed over")
    UNCERTAIN = "uncertain", _("uncertain: ask")
    BLOCKED = "blocked", _("held back")
    CANCELLED = "cancelled", _("cancelled")
    BOUNCED = "bounced", _("came back")


class OutboxMessage(models.Model):
    """One message, complete as it will leave. Its content never changes (a trigger holds it); only its state does.

    ``step_key`` names the step that it carries out: a second message for one step cannot exist. ``message_id`` is fixed
    when the row is made, so that every copy and every bounce can be tied to it. ``claim_items`` is what the text claims:
    ``[[due_item_id, open_minor, held_minor], …]`` at release; the gate compares it with the ledger before hand-over.
    ``claimed_by`` is the dispatcher at work; ``handing_at`` is set right before the first byte that may not be repeated.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="messages")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="messages")
    step_key = models.CharField(max_length=120)
    run_key = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=14, choices=MessageKind.choices, default=MessageKind.NOTICE)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    language = models.CharField(max_length=10)
    recipient_name = models.CharField(max_length=250, blank=True)
    recipient_email = models.EmailField(max_length=254, blank=True)
    subject = models.CharField(max_length=300)
    body_text = SealedTextField(blank=True)
    body_html = SealedTextField(blank=True)
    edited_text = SealedTextField(blank=True, help_text="what a person wrote into the text; the tone check reads it")
    attachments = models.JSONField(
        default=list, help_text="[{sha256, file_name, media_type}, …]; the letter comes first"
    )
    message_id = models.CharField(max_length=200)
    content_sha256 = models.CharField(max_length=64)
    currency = models.CharField(max_length=3, blank=True)
    claim_items = models.JSONField(default=list)
    gate_policy = models.JSONField(default=dict)
    legal_stage = models.BooleanField(default=False)
    third_party = models.BooleanField(
        default=False, help_text="somebody else acts for the creditor, or the text says that somebody else will"
    )
    earliest_on = models.DateField(null=True, blank=True, help_text="forbidden by law or contract before this day")
    requires_steps = models.JSONField(default=list, help_text="step keys that must have been handed over before")
    gate_notes = models.JSONField(
        null=True,
        blank=True,
        help_text="what it grants, which law it doubts, which findings of the tone check were let pass",
    )
    on_silence = models.JSONField(
        null=True,
        blank=True,
        help_text="[{kind, key, after_days, owner, reasons}, …]: tasks that wait for an answer once it has left",
    )
    created_by = models.CharField(max_length=120)
    released_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    state = models.CharField(max_length=12, choices=MessageState.choices, default=MessageState.QUEUED)
    approved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reasons = models.JSONField(default=list, help_text="why it waits or was held back")
    not_before = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True, help_text="when a person last queued it again")
    attempt = models.PositiveIntegerField(default=0)
    claimed_by = models.CharField(max_length=120, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    handing_at = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    hand_over_evidence = models.JSONField(default=dict)
    posted_on = models.DateField(null=True, blank=True)
    tracking_no = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "contact_outbox_message"
        constraints = [
            models.UniqueConstraint(fields=["company", "step_key"], name="one_message_per_step"),
            models.UniqueConstraint(fields=["message_id"], name="one_message_per_message_id"),
            models.CheckConstraint(
                condition=~models.Q(state="handed_over") | models.Q(handed_over_at__isnull=False),
                name="hand_over_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="claimed") | ~models.Q(claimed_by=""), name="claim_has_an_owner"
            ),
        ]
        indexes = [
            models.Index(fields=["company", "state", "id"], name="outbox_by_state"),
            models.Index(fields=["customer", "created_at"], name="outbox_of_customer"),
            models.Index(fields=["company", "run_key"], name="outbox_of_run"),
            models.Index(fields=["company", "handed_over_at"], name="outbox_by_hand_over"),
            models.Index("company", Lower("recipient_email"), name="outbox_to_address"),
        ]


class GateStage(models.TextChoices):
    """When the gate was asked."""

    PROPOSAL = "proposal", _("at the proposal")
    SENDING = "sending", _("at the moment of sending")


class GateBlock(models.Model):
    """What the gate held back, and why; shown to the collector. Append-only."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="gate_blocks")
    step_key = models.CharField(max_length=120)
    run_key = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    stage = models.CharField(max_length=10, choices=GateStage.choices)
    reasons = models.JSONField(default=list)

    class Meta:
        db_table = "contact_gate_block"
        indexes = [
            models.Index(fields=["customer", "at"], name="gate_block_of_customer"),
            models.Index(fields=["company", "run_key"], name="gate_block_of_run"),
        ]
