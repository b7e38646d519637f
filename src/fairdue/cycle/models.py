"""Runs of the nightly line and what they leave for the pages: a summary and the worklist."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.ledger.models import Customer
from fairdue.people.models import Company, User


class Run(models.Model):
    """One pass of the line ``snapshot → measures → decisions → commit → dispatch`` at an ``as_of`` date.

    ``stage`` is the last stage that is wholly done; a killed run goes on from there. ``key`` is unique and is the prefix of
    everything the run writes, so that a stage done twice writes nothing twice.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    class Stage(models.TextChoices):
        STARTED = "started", _("started")
        SNAPSHOT = "snapshot", _("snapshot")
        MEASURES = "measures", _("measures")
        DECISIONS = "decisions", _("decisions")
        COMMIT = "commit", _("commit")
        DISPATCH = "dispatch", _("dispatch")

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    key = models.CharField(max_length=60)
    as_of = models.DateField()
    known_at = models.DateTimeField(help_text="rows recorded later do not count")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.STARTED)
    folder = models.CharField(max_length=300, help_text="of the snapshot, under the data folder")
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    decisions_sha256 = models.CharField(max_length=64, blank=True)
    policy_versions = models.JSONField(default=dict)
    versions = models.JSONField(default=dict, help_text="of Fairdue and the libraries that decide")
    summary = models.JSONField(default=dict, help_text="ageing, due chart and key figures for the pages")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    started_by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "key"], name="one_run_per_key")]
        indexes = [models.Index(fields=["company", "-as_of", "-id"], name="run_latest")]


class WorklistRow(models.Model):
    """One action of today's worklist, ranked. Written by a run; the page reads it with one query."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="worklist")
    rank = models.PositiveIntegerField()
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    action = models.CharField(max_length=40, help_text="code of the stage or task")
    channel = models.CharField(max_length=10, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    amount_minor = models.BigIntegerField(default=0, help_text="at stake, in currency")
    base_minor = models.BigIntegerField(null=True, help_text="at stake in the company's currency; empty: no rate")
    days_overdue = models.IntegerField(default=0)
    reasons = models.JSONField(default=list)
    due_on = models.DateField()
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    owner_role = models.CharField(max_length=20, blank=True)
    proposal_id = models.BigIntegerField(null=True, blank=True)
    task_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "cycle_worklist_row"
        constraints = [models.UniqueConstraint(fields=["run", "rank"], name="one_row_per_rank")]
