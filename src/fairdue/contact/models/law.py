"""What a company had a lawyer confirm of the law of a country, by topic, dated."""

from __future__ import annotations

from django.db import models

from fairdue.people.models import Company


class LawConfirmation(models.Model):
    """A lawyer's word that what is collected on a topic of a country's law is right, from one day to another.

    While it is in force the gate's check "certainty of the law" does not doubt that topic. Withdrawn, not deleted.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    country = models.CharField(max_length=6, help_text="country, part of one (US-CA) or EU, as the data name it")
    topic = models.CharField(max_length=20, help_text="one of law.confirmed.Topic")
    confirmed_by = models.CharField(max_length=200, help_text="who looked at it, by full name")
    reference = models.CharField(max_length=500, help_text="where the answer stands: opinion, date, file")
    valid_from = models.DateField()
    valid_until = models.DateField(help_text="last day on which it counts")
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=120, blank=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "contact_law_confirmation"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("valid_from")),
                name="law_confirmation_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["company", "country", "valid_until"], name="law_confirmation_of_country")]
