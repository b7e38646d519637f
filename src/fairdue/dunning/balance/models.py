"""Balance confirmations, their lines, what the customer answered, the differences and the decisions on them. All append-only.

Where a confirmation stands follows from these rows and from its message (``rules.state``); nothing of it is stored as truth.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.contact.models import PortalLink, StoredBlob
from fairdue.ledger.models import Contact, Customer, DueItem, Hold, Payment
from fairdue.ledger.sealed import SealedJSONField, SealedTextField
from fairdue.people.models import Company


class BalanceConfirmation(models.Model):
    """The question: one customer, one currency, one day. ``message_key`` names the message that carried it; where that came back, a
    later attempt is a row of its own, and the step key, which counts attempts, stands once.

    ``open_minor`` is the balance asked for, credits and unapplied money taken off. ``known_at`` is the moment as of whose
    knowledge the day was told.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="balance_confirmations")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    as_of = models.DateField()
    known_at = models.DateTimeField()
    step_key = models.CharField(max_length=120)
    message_key = models.CharField(max_length=120)
    number = models.CharField(max_length=40, help_text="the reference printed on the letter")
    language = models.CharField(max_length=10)
    open_minor = models.BigIntegerField()
    facts = SealedJSONField(help_text="everything the letter says")
    pdf_sha256 = models.CharField(max_length=64)
    created_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "dunning_balance_confirmation"
        constraints = [
            models.UniqueConstraint(fields=["company", "step_key"], name="one_balance_confirmation_per_step"),
        ]
        indexes = [models.Index(fields=["company", "as_of"], name="balance_confirmation_by_day")]


class BalanceLine(models.Model):
    """One line of the question: a due item, or money that was not applied (then ``payment``). Negative for what is in their favour."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    confirmation = models.ForeignKey(BalanceConfirmation, on_delete=models.PROTECT, related_name="lines")
    due_item = models.ForeignKey(DueItem, null=True, blank=True, on_delete=models.PROTECT, related_name="balance_lines")
    payment = models.ForeignKey(Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    document_number = models.CharField(max_length=60)
    issued_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    open_minor = models.BigIntegerField()

    class Meta:
        db_table = "dunning_balance_line"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(due_item__isnull=False, payment__isnull=True)
                | models.Q(due_item__isnull=True, payment__isnull=False),
                name="balance_line_is_item_or_money",
            ),
            models.CheckConstraint(condition=~models.Q(open_minor=0), name="balance_line_is_open"),
        ]


class AnswerKind(models.TextChoices):
    """What an answer says of the whole."""

    CONFIRMED = "confirmed", _("Balance confirmed")
    DIFFERS = "differs", _("Balance differs")


class AnswerWay(models.TextChoices):
    """How an answer came."""

    PAGE = "page", _("signed page")
    SCAN = "scan", _("signed letter, scanned")


class BalanceAnswer(models.Model):
    """What the customer answered, and who signed. A scan is kept; through the page the link is."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    confirmation = models.ForeignKey(BalanceConfirmation, on_delete=models.PROTECT, related_name="answers")
    kind = models.CharField(max_length=10, choices=AnswerKind.choices)
    way = models.CharField(max_length=6, choices=AnswerWay.choices)
    signed_name = models.CharField(max_length=120)
    signed_role = models.CharField(max_length=120)
    signed_on = models.DateField()
    stamped = models.BooleanField(default=False, help_text="whether the company's stamp is on the scan")
    remark = SealedTextField(blank=True)
    link = models.ForeignKey(PortalLink, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    scan = models.ForeignKey(StoredBlob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "dunning_balance_answer"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(way="page", link__isnull=False) | models.Q(way="scan", scan__isnull=False),
                name="balance_answer_has_its_proof",
            ),
            models.CheckConstraint(
                condition=~models.Q(signed_name="") & ~models.Q(signed_role=""), name="balance_answer_is_signed"
            ),
        ]


class DifferenceKind(models.TextChoices):
    """What differs; the values are ``rules.Kind``."""

    PAID = "paid", _("paid")
    UNKNOWN = "unknown", _("unknown to the customer")
    WRONG_AMOUNT = "wrong_amount", _("another amount")
    MISSING_CREDIT = "missing_credit", _("credit missing")
    MISSING_ITEM = "missing_item", _("item missing in our list")


class BalanceDifference(models.Model):
    """One difference of an answer. ``amount_minor`` is what the customer named; ``held_minor`` what it holds of our items."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    answer = models.ForeignKey(BalanceAnswer, on_delete=models.PROTECT, related_name="differences")
    line = models.ForeignKey(
        BalanceLine, null=True, blank=True, on_delete=models.PROTECT, related_name="differences",
        help_text="empty: something that our list does not show",
    )  # fmt: skip
    kind = models.CharField(max_length=16, choices=DifferenceKind.choices)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    document_number = models.CharField(max_length=60, blank=True, help_text="the customer's own word for the document")
    remark = models.CharField(max_length=1000, blank=True)
    held_minor = models.BigIntegerField()

    class Meta:
        db_table = "dunning_balance_difference"
        constraints = [
            models.UniqueConstraint(
                fields=["answer", "line"], condition=models.Q(line__isnull=False), name="one_difference_per_line"
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__isnull=True) | models.Q(amount_minor__gte=0),
                name="difference_amount_is_not_negative",
            ),
            models.CheckConstraint(condition=models.Q(held_minor__gte=0), name="difference_holds_no_negative"),
        ]


class BalanceHold(models.Model):
    """Which hold of the ledger a difference set."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    difference = models.ForeignKey(BalanceDifference, on_delete=models.PROTECT, related_name="holds")
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "dunning_balance_hold"
        constraints = [models.UniqueConstraint(fields=["hold"], name="one_difference_per_hold")]


class DecisionOutcome(models.TextChoices):
    """How a difference was decided; the values are ``rules.Outcome``."""

    AGREED = "agreed", _("agreed")
    CORRECTED = "corrected", _("corrected")
    REJECTED = "rejected", _("rejected")


class Remedy(models.TextChoices):
    """What an agreed difference asks for."""

    CREDIT_NOTE = "credit_note", _("issue a credit note")
    SEARCH_PAYMENT = "search_payment", _("search the payment")
    DISPUTE = "dispute", _("open a dispute")
    BOOK_ITEM = "book_item", _("book what is missing")
    NOTE = "note", _("nothing more than this note")


class BalanceDecision(models.Model):
    """A decision on a difference; the newest counts. ``reference`` names the booking that put it right."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    difference = models.ForeignKey(BalanceDifference, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=10, choices=DecisionOutcome.choices)
    remedy = models.CharField(max_length=16, choices=Remedy.choices, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    reference = models.CharField(max_length=120, blank=True)
    decided_by = models.CharField(max_length=120)
    decided_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "dunning_balance_decision"
        constraints = [
            models.UniqueConstraint(
                fields=["difference"], condition=models.Q(outcome__in=["corrected", "rejected"]),
                name="a_difference_is_settled_once",
            ),
            models.UniqueConstraint(
                fields=["difference"], condition=models.Q(outcome="agreed"), name="a_difference_is_agreed_once"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="agreed") & ~models.Q(remedy="")
                | models.Q(outcome="corrected") & ~models.Q(reference="")
                | models.Q(outcome="rejected") & ~models.Q(reason=""),
                name="balance_decision_says_why",
            ),
        ]  # fmt: skip


class BalanceClosing(models.Model):
    """The record that closes a confirmation."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    confirmation = models.OneToOneField(BalanceConfirmation, on_delete=models.PROTECT, related_name="closing")
    reason = models.CharField(max_length=500)
    closed_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "dunning_balance_closing"
