"""What was proposed and decided of a line. Append-only but for what was learned; numbers are those of docs/algorithms/cash-posting.md."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.cash.models.advices import Advice
from fairdue.cash.models.bank import BankLine
from fairdue.ledger.models import Allocation, Customer, Payment
from fairdue.people.models import Company


class Proposal(models.Model):
    """What the matcher said of a line. The one with the highest ``number`` counts (3)."""

    class State(models.TextChoices):
        POSTED = "posted", _("to be posted")
        WAITING = "waiting", _("waits for a person")
        ABSTAINED = "abstained", _("no proposal")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="proposals")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices)
    ppm = models.PositiveIntegerField(help_text="the probability that it is right")
    evidence_class = models.CharField(max_length=40, blank=True)
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="whose it may be"
    )
    parts = models.JSONField(default=list)
    evidence = models.JSONField(default=list)
    others = models.JSONField(default=list)
    digest = models.CharField(max_length=40)
    settings_version = models.PositiveIntegerField(
        default=0, db_default=0, help_text="of the company's settings; 0: the defaults"
    )
    advice = models.ForeignKey(
        Advice, null=True, blank=True, on_delete=models.PROTECT, related_name="proposals", help_text="what it rests on"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cash_proposal"
        constraints = [models.UniqueConstraint(fields=["line", "number"], name="one_proposal_per_number")]
        indexes = [models.Index(fields=["company", "state"], name="cash_proposal_of_state")]


class Decision(models.Model):
    """What was decided of a line. It stands while it has no undoing; a line has at most one that stands (5)."""

    class How(models.TextChoices):
        AUTOMATIC = "automatic", _("posted by evidence")
        CONFIRMED = "confirmed", _("confirmed by a person")
        ASSIGNED = "assigned", _("chosen by a person")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveIntegerField()
    how = models.CharField(max_length=10, choices=How.choices)
    proposal = models.ForeignKey(Proposal, null=True, blank=True, on_delete=models.PROTECT)
    evidence_class = models.CharField(max_length=40, blank=True)
    agreed = models.BooleanField(help_text="the parts are those that were proposed")
    parts = models.JSONField(default=list)
    parts_count = models.PositiveIntegerField()
    charges = models.JSONField(default=list, help_text="charges of the ledger that it made")
    holds = models.JSONField(default=list, help_text="holds of the ledger that it made")
    settings_version = models.PositiveIntegerField(
        default=0, db_default=0, help_text="of the company's settings; 0: the defaults"
    )
    decided_by = models.CharField(max_length=120)
    reason = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cash_decision"
        constraints = [models.UniqueConstraint(fields=["line", "number"], name="one_decision_per_number")]


class Undoing(models.Model):
    """A decision taken back (19)."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="undoing")
    wrong = models.BooleanField(help_text="the match was wrong")
    reason = models.CharField(max_length=200)
    undone_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cash_undoing"


class LinePayment(models.Model):
    """The ledger's payment that stands for a line (6); with ``decision``, one converted for that decision (8)."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="payments")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        db_table = "cash_line_payment"
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=models.Q(decision__isnull=True), name="one_own_payment_per_line"
            )
        ]


class Posting(models.Model):
    """An allocation that a decision made; one that reverses another is what a return took back (13)."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="postings")
    allocation = models.OneToOneField(Allocation, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "cash_posting"


class LearnedAlias(models.Model):
    """A payer's name or account that a person confirmed as a customer's (18). It counts until it is undone."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    name = models.TextField(blank=True)
    account_number = models.TextField(blank=True)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="aliases")
    learned_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()
    undone_by = models.CharField(max_length=120, blank=True)
    undone_reason = models.CharField(max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "cash_alias"
        indexes = [models.Index(fields=["company", "customer"], name="cash_alias_of_customer")]
