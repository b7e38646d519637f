"""What this room keeps of its own: which request is at work under a key, and what was answered."""

from __future__ import annotations

from django.db import models

from fairdue.people.models import ApiToken, Company


class KeptAnswer(models.Model):
    """One piece of work that a program asked for under a key. ``answered_at`` empty: it is at work, or its worker died."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    token = models.ForeignKey(ApiToken, on_delete=models.PROTECT)
    key = models.CharField(max_length=80)
    request_sha256 = models.CharField(max_length=64, help_text="over address, fields and bytes")
    first_at = models.DateTimeField(help_text="when the work was begun first; what it wrote is not older")
    claimed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)

    class Meta:
        db_table = "api_kept_answer"
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="one_answer_per_token_and_key")]
        indexes = [models.Index(fields=["company", "claimed_at"], name="kept_answer_by_age")]
