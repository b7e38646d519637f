"""Where rows came from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.people.models import Company


class Source(models.Model):
    """A system or file that feeds the ledger. *Full*: what it no longer lists is settled; *partial*: says nothing on the rest."""

    class Completeness(models.TextChoices):
        FULL = "full", _("full list")
        PARTIAL = "partial", _("partial list")

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    code = models.CharField(max_length=60)
    completeness = models.CharField(max_length=10, choices=Completeness.choices, default=Completeness.PARTIAL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="one_source_per_code")]
