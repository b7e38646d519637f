"""What intake remembers: how a source's tables are read, and each import with what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.ledger.models import Source
from fairdue.people.models import Company


class SourceProfile(models.Model):
    """How a source's tables of one kind are read: the column mapping and the defaults for what its files lack."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="profiles")
    kind = models.CharField(max_length=20)
    mapping = models.JSONField(default=dict)
    defaults = models.JSONField(default=dict)
    vanished_share_max_ppm = models.PositiveIntegerField(default=300_000)
    updated_by = models.CharField(max_length=120)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "intake_source_profile"
        constraints = [models.UniqueConstraint(fields=["source", "kind"], name="one_profile_per_kind")]


class Import(models.Model):
    """One file given to a source: previewed, waiting for a person, written, or dropped."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("previewed")
        WAITING = "waiting", _("waits for a person")
        WRITTEN = "written", _("written")
        DROPPED = "dropped", _("dropped")

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="imports")
    kind = models.CharField(max_length=20)
    file_name = models.CharField(max_length=250)
    file_sha256 = models.CharField(max_length=64)
    as_of = models.DateField(help_text="the day for which the file speaks")
    complete = models.BooleanField(default=False, help_text="what the file does not list has vanished")
    state = models.CharField(max_length=10, choices=State.choices)
    mapping = models.JSONField(default=dict)
    defaults = models.JSONField(default=dict)
    counts = models.JSONField(default=dict, help_text="new, changed, unchanged, vanished, refused")
    totals = models.JSONField(default=dict, help_text="open minor units of the file by currency")
    reasons = models.JSONField(default=list, help_text="why it waits, and notes")
    refused_csv = models.TextField(blank=True, help_text="refused rows with reason and remedy, ready to be mended")
    written_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["company", "-id"], name="import_latest"),
            models.Index(fields=["source", "kind", "state", "-as_of"], name="import_of_source"),
        ]
