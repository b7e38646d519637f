"""What cover stores: policies with versions of their terms, limits of buyers, and what was told to the insurer. Append-only.

A correction is a new row: the last version of the terms, the limit with the latest effect day, the last record of a kind.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.contact.models import StoredBlob
from fairdue.ledger.models import Customer, CustomerGroup, DueItem
from fairdue.people.models import Company


class CoverPolicy(models.Model):
    """A credit insurance policy. What it says stands in its terms; amounts are minor units of ``currency``."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="cover_policies")
    insurer = models.CharField(max_length=200)
    number = models.CharField(max_length=60)
    currency = models.CharField(max_length=3)
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cover_policy"
        constraints = [models.UniqueConstraint(fields=["company", "number"], name="one_cover_policy_per_number")]

    def __str__(self) -> str:
        return f"{self.insurer} {self.number}"


class CoverTerms(models.Model):
    """A version of a policy's terms, in force on shipments from ``valid_from`` to ``valid_to``. Periods are calendar days.

    Of several versions that hold on a day the one with the highest number counts. An empty period asks nothing.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    policy = models.ForeignKey(CoverPolicy, on_delete=models.PROTECT, related_name="terms")
    version = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    insured_share_ppm = models.BigIntegerField()
    max_liability_minor = models.BigIntegerField(null=True, blank=True)
    minimum_minor = models.BigIntegerField(default=0, help_text="buyers that owe less have no deadlines")
    max_terms_days = models.PositiveIntegerField(null=True, blank=True, help_text="from the invoice date")
    max_extension_days = models.PositiveIntegerField(null=True, blank=True, help_text="from the original due date")
    notify_days = models.PositiveIntegerField(null=True, blank=True, help_text="from the original due date")
    claim_days = models.PositiveIntegerField(null=True, blank=True, help_text="from the original due date")
    waiting_days = models.PositiveIntegerField(null=True, blank=True, help_text="from the claim to the payment")
    stop_days = models.PositiveIntegerField(null=True, blank=True, help_text="overdue days after which shipping stops")
    consent_above_minor = models.BigIntegerField(null=True, blank=True)
    consent_beyond_days = models.PositiveIntegerField(null=True, blank=True, help_text="from the original due date")
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cover_terms"
        constraints = [
            models.UniqueConstraint(fields=["policy", "version"], name="one_cover_terms_per_version"),
            models.CheckConstraint(
                condition=models.Q(insured_share_ppm__gte=1, insured_share_ppm__lte=1_000_000),
                name="cover_share_is_a_share",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="cover_terms_end_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(minimum_minor__gte=0)
                & (models.Q(max_liability_minor__isnull=True) | models.Q(max_liability_minor__gt=0))
                & (models.Q(consent_above_minor__isnull=True) | models.Q(consent_above_minor__gte=0)),
                name="cover_terms_amounts_not_negative",
            ),
        ]


class BuyerLimit(models.Model):
    """How much the insurer covers on a customer, or on a group, for shipments from ``effect_on``. Zero: withdrawn.

    ``share_ppm`` and ``max_extension_days`` empty take the policy's. ``until`` is the last day of shipments under it.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    policy = models.ForeignKey(CoverPolicy, on_delete=models.PROTECT, related_name="limits")
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="cover_limits")
    group = models.ForeignKey(
        CustomerGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="cover_limits"
    )
    effect_on = models.DateField()
    until = models.DateField(null=True, blank=True)
    limit_minor = models.BigIntegerField()
    share_ppm = models.BigIntegerField(null=True, blank=True)
    max_extension_days = models.PositiveIntegerField(null=True, blank=True, help_text="from the original due date")
    source_file = models.ForeignKey(
        StoredBlob, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="the insurer's decision as it came",
    )  # fmt: skip
    reference = models.CharField(max_length=120, blank=True, help_text="the insurer's")
    conditions = models.CharField(max_length=500, blank=True)
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cover_buyer_limit"
        constraints = [
            models.CheckConstraint(condition=models.Q(limit_minor__gte=0), name="cover_limit_not_negative"),
            models.CheckConstraint(
                condition=models.Q(share_ppm__isnull=True) | models.Q(share_ppm__gte=1, share_ppm__lte=1_000_000),
                name="cover_limit_share_is_a_share",
            ),
            models.CheckConstraint(
                condition=models.Q(customer__isnull=False, group__isnull=True)
                | models.Q(customer__isnull=True, group__isnull=False),
                name="cover_limit_has_one_buyer",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("effect_on")),
                name="cover_limit_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "effect_on"], name="cover_limit_of_customer"),
            models.Index(fields=["company", "policy"], name="cover_limit_of_policy"),
        ]


class RecordKind(models.TextChoices):
    """What was told to, or agreed with, the insurer."""

    NOTIFIED = "notified", _("Overdue reported")
    CLAIMED = "claimed", _("Claim filed")
    CONSENT = "consent", _("Consent of the insurer")


class CoverRecord(models.Model):
    """What a person told the insurer or got from it, for one invoice or the whole buyer. ``until`` is a consent's last day."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="cover_records")
    due_item = models.ForeignKey(DueItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=RecordKind.choices)
    on = models.DateField(db_column="on_day")
    until = models.DateField(null=True, blank=True)
    reference = models.CharField(max_length=120, help_text="the insurer's")
    note = models.CharField(max_length=500, blank=True)
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cover_record"
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(kind="consent", until__isnull=False) & models.Q(until__gte=models.F("on")))
                | (~models.Q(kind="consent") & models.Q(until__isnull=True)),
                name="cover_consent_has_a_last_day",
            ),
            models.CheckConstraint(condition=~models.Q(reference=""), name="cover_record_has_a_reference"),
        ]
        indexes = [models.Index(fields=["customer", "kind"], name="cover_record_of_customer")]
