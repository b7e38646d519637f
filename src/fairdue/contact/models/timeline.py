"""One timeline per customer, and the tasks that wait for a person."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.ledger.models import Customer
from fairdue.ledger.sealed import SealedTextField
from fairdue.people.models import Company, User


class EventKind(models.TextChoices):
    """What happened between us and the customer."""

    MESSAGE = "message", _("Message")
    BLOCK = "block", _("Held back")
    BOUNCE = "bounce", _("Came back")
    REPLY = "reply", _("Reply")
    ANSWER = "answer", _("Answer on the portal")
    CALL = "call", _("Call")
    NOTE = "note", _("Note")
    TASK = "task", _("Task")
    LINK = "link", _("Link")


class TimelineEvent(models.Model):
    """One event. ``code`` with ``values`` is a reason that the interface translates; ``text`` is what a person wrote.

    Append-only. ``subject`` names the row behind it, such as ``message:12``.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="timeline")
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=EventKind.choices)
    subject = models.CharField(max_length=120, blank=True)
    channel = models.CharField(max_length=10, blank=True)
    code = models.CharField(max_length=60)
    values = models.JSONField(default=dict)
    text = SealedTextField(blank=True)
    actor = models.CharField(max_length=120)

    class Meta:
        db_table = "contact_timeline_event"
        indexes = [
            models.Index(fields=["customer", "at"], name="timeline_of_customer"),
            models.Index(fields=["company", "kind", "at"], name="timeline_by_kind"),
        ]


class TaskKind(models.TextChoices):
    """What a person is asked to do."""

    UNCERTAIN = "uncertain", _("Find out whether a message left")
    BOUNCE = "bounce", _("Find a valid address")
    POSTING = "posting", _("Record the posting of a letter")
    DELIVERY = "delivery", _("Mend the delivery of a message")
    REPLY = "reply", _("Read a reply")
    ANSWER = "answer", _("Look at an answer of the debtor")
    INTERNAL_CHECK = "internal_check", _("Check the invoice, the delivery and the receipt")
    CALL = "call", _("Call")
    RECIPIENT = "recipient", _("Name a recipient")
    DECISION = "decision", _("Decide the next way")
    COVER = "cover", _("Keep a deadline of the insurer")
    OTHER = "other", _("Other")


class Task(models.Model):
    """Something that waits for a person. ``key`` makes it unique: the same finding twice is one task."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=16, choices=TaskKind.choices)
    key = models.CharField(max_length=160)
    due_on = models.DateField()
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reasons = models.JSONField(default=list)
    subject = models.CharField(max_length=120, blank=True, help_text="the row behind it, such as message:12")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=120, blank=True)
    outcome = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "contact_task"
        constraints = [models.UniqueConstraint(fields=["company", "key"], name="one_task_per_key")]
        indexes = [
            models.Index(fields=["company", "due_on"], condition=models.Q(done_at__isnull=True), name="task_open"),
            models.Index(fields=["customer", "created_at"], name="task_of_customer"),
        ]
