"""Mail that came in, where it was read, what it asks to change; and what debtors may quote of our messages."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.contact.models.blobs import StoredBlob
from fairdue.contact.models.messages import OutboxMessage
from fairdue.ledger.models import Contact, Customer
from fairdue.ledger.sealed import SealedTextField
from fairdue.people.models import Company


class MailKind(models.TextChoices):
    """What kind of mail it is; told by ``contact.inbox.kinds``."""

    REPLY = "reply", _("Reply")
    OPT_OUT = "opt_out", _("Asks not to be written to")
    AWAY = "away", _("Out of office")
    LEFT = "left", _("No longer there")
    AUTOMATIC = "automatic", _("Automatic reply")
    BULK = "bulk", _("Newsletter or spam")
    OWN = "own", _("Our own mail")
    BOUNCE = "bounce", _("Came back")
    DELAYED = "delayed", _("Report that asks for nothing")
    UNREADABLE = "unreadable", _("Could not be read")


class MailState(models.TextChoices):
    """Where a mail stands. ``waiting`` holds the customer's next step."""

    WAITING = "waiting", _("to be read")
    UNMATCHED = "unmatched", _("to be assigned")
    READ = "read", _("read")
    FILED = "filed", _("filed by itself")
    DISMISSED = "dismissed", _("none of ours")


class MailOutcome(models.TextChoices):
    """What a person found in a reply."""

    NOTE = "note", _("Noted")
    PROMISE = "promise", _("Promises to pay")
    DISPUTE = "dispute", _("Disputes")
    ALREADY_PAID = "already_paid", _("Says it has paid")
    WRONG_CONTACT = "wrong_contact", _("Somebody else is to be written to")
    RESEND_COPY = "resend_copy", _("Asks for a copy")


class InboundMail(models.Model):
    """One mail, as it came. What it says never changes (a trigger holds it); whose it is and who read it stand beside.

    ``mail_key`` makes it one mail whichever way it came (identity, sender, date, words, files). ``raw`` is its bytes.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    mail_key = models.CharField(max_length=64)
    raw = models.ForeignKey(StoredBlob, on_delete=models.PROTECT, related_name="+")
    mail_id = models.CharField(max_length=260, blank=True, help_text="its Message-ID")
    way = models.CharField(max_length=10, help_text="file, folder, imap or web")
    sender = models.CharField(max_length=254, blank=True)
    sender_name = models.CharField(max_length=200, blank=True)
    recipients = models.CharField(max_length=1000, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="as its Date header says")
    received_at = models.DateTimeField()
    text = SealedTextField(blank=True, help_text="what was written anew")
    quoted = SealedTextField(blank=True)
    attachments = models.JSONField(default=list, help_text="[{sha256, file_name, media_type, size_bytes}, …]")
    cut = models.JSONField(default=list, help_text="which limits bit; the raw mail keeps all")
    kind = models.CharField(max_length=12, choices=MailKind.choices)
    signs = models.JSONField(default=list, help_text="what the kind rests on")

    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="inbound_mails"
    )
    message = models.ForeignKey(OutboxMessage, null=True, blank=True, on_delete=models.PROTECT, related_name="replies")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confidence = models.PositiveSmallIntegerField(default=0, help_text="in hundredths")
    reasons = models.JSONField(default=list, help_text="why it belongs there, or why nobody can say")
    candidates = models.JSONField(default=list, help_text="ids of the customers it may belong to")
    assigned = models.PositiveSmallIntegerField(default=0, help_text="how often a person assigned it")
    state = models.CharField(max_length=10, choices=MailState.choices)
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.CharField(max_length=120, blank=True)
    outcome = models.CharField(max_length=14, choices=MailOutcome.choices, blank=True)
    outcome_note = models.CharField(max_length=1000, blank=True)

    class Meta:
        db_table = "contact_inbound_mail"
        constraints = [
            models.UniqueConstraint(fields=["company", "mail_key"], name="one_inbound_mail_per_key"),
            models.CheckConstraint(
                condition=~models.Q(state="waiting") | models.Q(customer__isnull=False),
                name="waiting_mail_has_a_customer",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "state", "received_at", "id"], name="inbound_by_state"),
            models.Index(fields=["customer", "received_at"], name="inbound_of_customer"),
            models.Index(fields=["company", "raw"], name="inbound_by_bytes"),
        ]


class MailPlace(models.Model):
    """Where a mail was read, so that it is not read there again: a file of a folder, or a UID of a mailbox. Append-only.

    ``number`` is the UID; those of one UIDVALIDITY only rise, so reading goes on above the largest.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    place = models.CharField(max_length=300)
    mark = models.CharField(max_length=300)
    number = models.BigIntegerField(default=0)
    mail = models.ForeignKey(InboundMail, on_delete=models.PROTECT, related_name="places")

    class Meta:
        db_table = "contact_mail_place"
        constraints = [models.UniqueConstraint(fields=["company", "place", "mark"], name="one_mail_per_place")]
        indexes = [models.Index(fields=["company", "place", "number"], name="mail_place_by_number")]


class MessageReference(models.Model):
    """What a debtor may quote of a message: the letter's number, its payment reference. Append-only."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    message = models.ForeignKey(OutboxMessage, on_delete=models.PROTECT, related_name="references")
    text = models.CharField(max_length=40)

    class Meta:
        db_table = "contact_message_reference"
        constraints = [models.UniqueConstraint(fields=["message", "text"], name="one_reference_per_message")]
        indexes = [models.Index(fields=["company", "text"], name="message_by_reference")]


class Change(models.TextChoices):
    """What a mail asks to change about whom to write to."""

    OPT_OUT = "opt_out", _("Do not write to this address")
    NEW_ADDRESS = "new_address", _("Write to another address")
    LEFT = "left", _("This person is no longer there")
    DEPUTY = "deputy", _("Also write to a deputy")


class ChangeState(models.TextChoices):
    """Where a proposed change stands."""

    PROPOSED = "proposed", _("to be decided")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")


class ChangeProposal(models.Model):
    """A change of the ledger that a mail asks for. Nothing changes before a person accepts it.

    ``known_sender`` tells whether the mail came from a contact of the customer: a stranger's wish is to be asked back.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="change_proposals")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    mail = models.ForeignKey(InboundMail, on_delete=models.PROTECT, related_name="proposals")
    change = models.CharField(max_length=12, choices=Change.choices)
    old_email = models.CharField(max_length=254, blank=True)
    new_email = models.CharField(max_length=254, blank=True)
    known_sender = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ChangeState.choices, default=ChangeState.PROPOSED)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decision_note = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "contact_change_proposal"
        constraints = [models.UniqueConstraint(fields=["mail", "customer", "change"], name="one_proposal_per_mail")]
        indexes = [
            models.Index(fields=["company", "state", "id"], name="change_by_state"),
            models.Index(fields=["customer", "created_at"], name="change_of_customer"),
        ]
