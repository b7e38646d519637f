"""The audit log: one entry per action; a sealer chains the committed entries of a company; heads are anchored outside."""

from __future__ import annotations

from django.db import models

from fairdue.people.models import Company


class AuditEntry(models.Model):
    """What was done: who, what, to which rows, with which result. ``content_hash`` covers every column but the keys."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    detail = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)

    class Meta:
        db_table = "ledger_audit_entry"
        indexes = [
            models.Index(fields=["company", "subject"], name="audit_of_subject"),
            models.Index(fields=["company", "id"], name="audit_in_order"),
        ]


class AuditSeal(models.Model):
    """One link of a company's chain, over one entry. Sequence numbers have no gap."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    sequence = models.BigIntegerField()
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="seal")
    head = models.CharField(max_length=64)

    class Meta:
        db_table = "ledger_audit_seal"
        constraints = [models.UniqueConstraint(fields=["company", "sequence"], name="one_seal_per_sequence")]


class AuditAnchor(models.Model):
    """A head that was also written outside (run manifest, evidence file): a cut tail is found against it."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    sequence = models.BigIntegerField()
    head = models.CharField(max_length=64)
    place = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_audit_anchor"
