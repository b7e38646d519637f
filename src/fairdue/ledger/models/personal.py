"""Erasures: who was erased and how far, keyed marks that know the person again, and texts that stand beside the audit chain."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.ledger.models.audit import AuditEntry
from fairdue.people.models import Company


class ErasureState(models.TextChoices):
    """Where an erasure stands. Only while one is ``erasing`` do the database's guards let personal columns go."""

    ERASING = "erasing", _("being erased")
    PARTLY = "partly", _("partly erased")
    DONE = "done", _("erased")


class Erasure(models.Model):
    """One person's erasure. ``clocks`` are those whose fields go; ``stays`` says what is kept, until when and by which law.

    An erasure that was killed stands at ``erasing`` and is completed by asking again. One that had to leave something is
    ``partly``; when the last duty has ended it is asked again and becomes ``done``.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    subject = models.CharField(max_length=60, help_text="customer:17, contact:5 or user:3")
    state = models.CharField(max_length=8, choices=ErasureState.choices)
    reason = models.CharField(max_length=300)
    asked_by = models.CharField(max_length=60, help_text="user:3, or system")
    clocks = models.JSONField(default=list)
    stays = models.JSONField(default=list, help_text="[{clock, until, source}, …]")
    counts = models.JSONField(default=dict, help_text="rows by table, and files")
    known_as = models.TextField(
        blank=True, help_text="while something stays: what names the person, sealed by the master key; empty when done"
    )
    doomed = models.JSONField(null=True, blank=True, help_text="names of keys that go after the rows were swept")
    next_on = models.DateField(null=True, blank=True, help_text="when the next part may go")
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "subject"], name="one_erasure_per_subject")]


class ErasedMark(models.Model):
    """A keyed hash of something that named an erased person: it tells nothing, and knows the person again in a file."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    subject = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, help_text="email, name or number")
    mark = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_erased_mark"
        constraints = [models.UniqueConstraint(fields=["company", "mark", "subject"], name="one_mark_per_subject")]


class AuditText(models.Model):
    """A text of an audit entry, beside the chain. The entry holds its salted commitment; erasure empties text and salt."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    entry = models.ForeignKey(AuditEntry, on_delete=models.PROTECT, related_name="texts")
    name = models.CharField(max_length=60)
    salt = models.CharField(max_length=32, blank=True)
    text = models.TextField(blank=True, help_text="canonical JSON; empty: erased")

    class Meta:
        db_table = "ledger_audit_text"
        constraints = [models.UniqueConstraint(fields=["entry", "name"], name="one_text_per_entry_and_name")]


class SealedFile(models.Model):
    """One stored file of one company: its key is in the key store. ``wrapped`` empty: destroyed.

    Bytes that two companies store are sealed twice, under two keys: what one company erases stays the other's evidence.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    sha256 = models.CharField(max_length=64, help_text="of the bytes as they were given")
    stored_sha256 = models.CharField(max_length=64, help_text="of the sealed bytes, their name in the store")
    wrapped = models.CharField(
        max_length=200, blank=True, help_text="apart: in the key store; shared: there too, of two companies"
    )

    class Meta:
        db_table = "ledger_sealed_file"
        constraints = [models.UniqueConstraint(fields=["company", "sha256"], name="one_key_per_company_and_content")]
        indexes = [models.Index(fields=["stored_sha256"], name="sealed_file_by_stored")]


class KeyCheck(models.Model):
    """What the master key of this database gives for a fixed text: another key is refused. One row; empty: not told yet."""

    value = models.CharField(max_length=64)

    class Meta:
        db_table = "ledger_key_check"
