"""What dunning stores: policies and their versions, runs, proposals, and the notices that became of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.dunning.balance import models as balance_models  # noqa: F401  registers its tables
from fairdue.ledger.models import Contact, Customer, DueItem
from fairdue.ledger.sealed import SealedJSONField, SealedTextField
from fairdue.people.models import Company


class Policy(models.Model):
    """A named way of chasing. What it says stands in its versions; ``active`` is the one that runs use."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="policies")
    code = models.SlugField(max_length=40)
    title = models.CharField(max_length=200, blank=True)
    is_default = models.BooleanField(default=False, help_text="for customers that name no policy of their own")
    active = models.ForeignKey("PolicyVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="one_policy_per_code"),
            models.UniqueConstraint(
                fields=["company"], condition=models.Q(is_default=True), name="one_default_policy_per_company"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class PolicyVersion(models.Model):
    """One immutable text of a policy. Decisions and notices name the version they followed."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    yaml = models.TextField()
    parsed = models.JSONField(help_text="the checked policy, for readers that do not read YAML")
    sha256 = models.CharField(max_length=64)
    created_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "dunning_policy_version"
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="one_version_per_number")]


class Action(models.TextChoices):
    """What a proposal asks for."""

    EMAIL = "email", _("E-mail")
    LETTER = "letter", _("Letter")
    FILE = "file", _("File")
    CALL = "call", _("Call")
    TASK = "task", _("Task")


class ProposalState(models.TextChoices):
    """Where a proposal stands."""

    PROPOSED = "proposed", _("proposed")
    EDITED = "edited", _("edited")
    RELEASED = "released", _("released")
    POSTPONED = "postponed", _("postponed")
    DROPPED = "dropped", _("dropped")
    BLOCKED = "blocked", _("blocked by the gate")
    SUPERSEDED = "superseded", _("superseded by a later run")


PENDING_STATES = (ProposalState.PROPOSED, ProposalState.EDITED, ProposalState.BLOCKED)
"""States that a later run replaces: nobody has decided on them yet."""

RELEASABLE_STATES = (ProposalState.PROPOSED, ProposalState.EDITED, ProposalState.POSTPONED, ProposalState.BLOCKED)
"""States from which a person may release; the gate is asked again then."""


class DunningRun(models.Model):
    """One commit of decisions. ``run_key`` makes it idempotent: the same run committed again changes nothing."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    run_key = models.CharField(max_length=60)
    as_of = models.DateField()
    proposals = models.PositiveIntegerField()
    lines = models.PositiveIntegerField()
    superseded = models.PositiveIntegerField(default=0)
    blocked = models.PositiveIntegerField(default=0)
    decisions_root = models.CharField(max_length=64, help_text="Merkle root over the proposals in their order")
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "dunning_run"
        constraints = [models.UniqueConstraint(fields=["company", "run_key"], name="one_dunning_commit_per_run")]


class Proposal(models.Model):
    """A step that is due and not yet done, for one customer in one currency, waiting for a decision.

    ``step_key`` names the step (the same in every run that proposes it), ``key`` this proposal of it.
    Amounts are minor units: ``open_minor`` overdue or coming due, ``held_minor`` the part not chased, ``credit_minor``
    credits and unapplied money (positive) set against it, ``due_minor`` what is asked for before charges.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    run_key = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    step_key = models.CharField(max_length=120)
    as_of = models.DateField()
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="proposals")
    currency = models.CharField(max_length=3)
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT)
    stage_code = models.CharField(max_length=40)
    level = models.PositiveIntegerField(help_text="0 before the due date")
    episode_on = models.DateField(
        null=True, blank=True, help_text="since when something has been overdue without a break"
    )
    action = models.CharField(max_length=10, choices=Action.choices)
    document = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=12, choices=ProposalState.choices, default=ProposalState.PROPOSED)
    open_minor = models.BigIntegerField()
    held_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()
    due_minor = models.BigIntegerField()
    items = models.PositiveIntegerField()
    days_overdue_max = models.IntegerField()
    reasons = models.JSONField(default=list)
    blocks = models.JSONField(default=list, help_text="reasons of the gate, while the state is blocked")
    language = models.CharField(max_length=10, blank=True)
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT)
    deadline_on = models.DateField(null=True, blank=True)
    stage_changes = models.JSONField(default=dict, blank=True, help_text="what branches changed of the stage")
    edited_text = SealedTextField(blank=True)
    edited = models.BooleanField(
        default=False, help_text="a person changed its paragraph, contact, deadline or language"
    )
    tone_overrides = models.JSONField(
        null=True,
        blank=True,
        help_text="findings of the tone check that a person let pass: [{category, found, reason, by}]",
    )
    postponed_until = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True, help_text="why it was postponed or dropped")
    decided_by = models.CharField(max_length=120, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    first_release_by = models.CharField(max_length=120, blank=True, help_text="the first of two persons")
    first_release_user_id = models.BigIntegerField(null=True, blank=True)
    waived_charges = models.CharField(
        max_length=500, blank=True, help_text="who waived interest and compensation, and why"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "key"], name="one_proposal_per_run_and_step")]
        indexes = [
            models.Index(fields=["company", "state", "as_of"], name="proposal_to_review"),
            models.Index(fields=["customer", "currency"], name="proposal_of_customer"),
            models.Index(fields=["company", "run_key"], name="proposal_of_run"),
        ]


class ProposalLine(models.Model):
    """One due item of a proposal, as it stood at the run's day."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="lines")
    due_item = models.ForeignKey(DueItem, on_delete=models.PROTECT, related_name="+")
    open_minor = models.BigIntegerField()
    held_minor = models.BigIntegerField()
    days_overdue = models.IntegerField()

    class Meta:
        db_table = "dunning_proposal_line"


class Notice(models.Model):
    """A released message with the exact items, amounts and hashes of what was drawn. Never changed or deleted.

    Whether it arrived is told by its message (``message_key`` in the outbox): a step counts as done only when the
    hand-over is recorded there.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="notices")
    currency = models.CharField(max_length=3)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="notices")
    step_key = models.CharField(max_length=120)
    message_key = models.CharField(max_length=120)
    number = models.CharField(max_length=40, help_text="the reference printed on the letter")
    level = models.PositiveIntegerField()
    stage_code = models.CharField(max_length=40)
    episode_on = models.DateField(null=True, blank=True)
    document = models.CharField(max_length=30)
    language = models.CharField(max_length=10)
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT)
    written_on = models.DateField()
    effective_on = models.DateField(help_text="from when it counts if its message is handed over that day")
    deadline_on = models.DateField(null=True, blank=True)
    open_minor = models.BigIntegerField()
    disputed_minor = models.BigIntegerField()
    charges_minor = models.BigIntegerField()
    payable_minor = models.BigIntegerField()
    facts = SealedJSONField(help_text="everything the letter says")
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    html_sha256 = models.CharField(max_length=64, blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True)
    released_by = models.CharField(max_length=250)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "step_key"], name="one_notice_per_step")]
        indexes = [
            models.Index(fields=["customer", "currency", "written_on"], name="notice_of_customer"),
            models.Index(fields=["company", "message_key"], name="notice_of_message"),
        ]


class NoticeLine(models.Model):
    """One due item as a notice told it."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="lines")
    due_item = models.ForeignKey(DueItem, on_delete=models.PROTECT, related_name="+")
    open_minor = models.BigIntegerField()
    held_minor = models.BigIntegerField()
    days_overdue = models.IntegerField()

    class Meta:
        db_table = "dunning_notice_line"
