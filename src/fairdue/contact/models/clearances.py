"""What a person confirmed about acting through somebody else: licence, registration or mandate, by country, dated."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.people.models import Company


class Basis(models.TextChoices):
    """What was confirmed."""

    LICENCE = "licence", _("Licence to collect")
    REGISTRATION = "registration", _("Registration")
    MANDATE = "mandate", _("Mandate of a lawyer")


class ThirdPartyClearance(models.Model):
    """A person's word that a third party may act for the company in a country, from one day to another.

    It counts for debtors in ``country`` where the law asks for a condition; it never lifts a bar. Withdrawn, not deleted.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    country = models.CharField(max_length=2)
    basis = models.CharField(max_length=12, choices=Basis.choices)
    third_party = models.CharField(max_length=200, help_text="who acts, by full name")
    reason = models.CharField(max_length=500, help_text="what was seen: number, register, document")
    valid_from = models.DateField()
    valid_until = models.DateField(help_text="last day on which it counts")
    confirmed_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=120, blank=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "contact_third_party_clearance"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("valid_from")), name="clearance_ends_after_it_begins"
            ),
        ]
        indexes = [models.Index(fields=["company", "country", "valid_until"], name="clearance_of_country")]
