"""Posting batches and what became of them. Every table here is append-only: a batch, once cut, is the same for ever.

A posting's state follows from the rows about it: *open* while it is in no batch, *exported* in one, *booked* or *refused* by its
answers (a booking after a refusal counts). ``docs/algorithms/flow-back.md`` states the rules.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.kernel import chain
from fairdue.ledger.models import Customer
from fairdue.people.models import Company, User


def commitment_of(salt: str, texts: list[str]) -> str:
    """Give the salted commitment to the texts of a line."""
    return chain.digest("fairdue books line v1", salt.encode(), chain.canonical(texts))


class PostingBatch(models.Model):
    """A closed list of postings. ``merkle_root`` is over its lines in their order; numbers have no gap within a company."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    cut_key = models.CharField(
        max_length=80, blank=True, help_text="what cut it, such as a run; the same key cuts once"
    )
    cut_at = models.DateTimeField()
    cut_by = models.CharField(max_length=120)
    lines = models.PositiveIntegerField()
    needed = models.PositiveIntegerField(help_text="lines that the books must answer")
    merkle_root = models.CharField(max_length=64)

    class Meta:
        db_table = "books_posting_batch"
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_batch_per_number"),
            models.CheckConstraint(condition=models.Q(lines__gt=0), name="batch_has_lines"),
        ]
        indexes = [models.Index(fields=["company", "cut_key"], name="batch_by_cut")]


class Posting(models.Model):
    """One money fact or effect as the books need it. ``fact`` with ``row_id`` and ``revision`` names the ledger's row, once.

    ``amount_minor`` is positive and goes from ``credit`` to ``debit``; a reversal turns the two. Effects and holds have no amount.
    Ids of items, payments and charges are ids of the ledger's append-only rows.
    """

    class Fact(models.TextChoices):
        ITEM = "item", _("document")
        PAYMENT = "payment", _("payment")
        CHARGE = "charge", _("charge")
        ALLOCATION = "allocation", _("allocation")
        EFFECT = "effect", _("effect")
        HOLD = "hold", _("hold")

    class Origin(models.TextChoices):
        LEDGER = "ledger", _("decided here")
        SOURCE = "source", _("told by the source")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    batch = models.ForeignKey(PostingBatch, on_delete=models.PROTECT, related_name="postings", db_index=False)
    line = models.PositiveIntegerField()
    fact = models.CharField(max_length=10, choices=Fact.choices)
    row_id = models.BigIntegerField()
    revision = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=24)
    what = models.CharField(max_length=24, blank=True, help_text="which effect, hold or charge")
    origin = models.CharField(max_length=6, choices=Origin.choices)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer_number = models.CharField(max_length=60, blank=True)
    source_code = models.CharField(max_length=60, blank=True)
    source_key = models.CharField(max_length=200, blank=True)
    occurrence = models.PositiveIntegerField(default=1)
    document_number = models.CharField(max_length=80, blank=True)
    means = models.CharField(
        max_length=200, blank=True, help_text="reference of the payment, number of the credit note"
    )
    due_item_id = models.BigIntegerField(null=True)
    credit_item_id = models.BigIntegerField(null=True)
    charge_id = models.BigIntegerField(null=True)
    payment_id = models.BigIntegerField(null=True)
    reverses_id = models.BigIntegerField(null=True, help_text="the allocation that this one takes back")
    currency = models.CharField(max_length=3, blank=True)
    amount_minor = models.BigIntegerField(null=True)
    debit = models.CharField(max_length=24, blank=True)
    credit = models.CharField(max_length=24, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    effective_on = models.DateField()
    until = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    salt = models.CharField(
        max_length=32, null=True, help_text="of the commitment to what may name a person; empty: erased"
    )
    commitment = models.CharField(
        max_length=64, null=True, help_text="what the root covers once the line's texts are erased"
    )

    PERSONAL = ("customer_number", "source_key", "means", "reason")
    """What may name a person: the root covers it by a salted commitment, so that it can go and the batch still verifies."""

    def committed(self) -> dict[str, str]:
        """Give what an erasure writes beside the texts that it takes: the commitment to them as they stand, and no salt."""
        if not self.salt:
            return {}
        return {"commitment": commitment_of(self.salt, [getattr(self, name) for name in self.PERSONAL]), "salt": ""}

    class Meta:
        db_table = "books_posting"
        constraints = [
            models.UniqueConstraint(fields=["company", "fact", "row_id", "revision"], name="one_posting_per_fact"),
            models.UniqueConstraint(fields=["batch", "line"], name="one_posting_per_line"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__isnull=True, debit="", credit="")
                | (models.Q(amount_minor__gte=0) & ~models.Q(debit="") & ~models.Q(credit="")),
                name="posting_has_two_sides",
            ),
        ]


class Export(models.Model):
    """A batch that was written to a file or downloaded: who, when, which bytes."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    batch = models.ForeignKey(PostingBatch, on_delete=models.PROTECT, related_name="exports")
    format = models.CharField(max_length=10)
    file_name = models.CharField(max_length=160)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    class Meta:
        db_table = "books_export"


class Acknowledgement(models.Model):
    """One answer of the books to a batch, whole or by line. The same ``key`` counts once."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    batch = models.ForeignKey(PostingBatch, on_delete=models.PROTECT, related_name="acknowledgements")
    key = models.CharField(max_length=100)
    content_sha256 = models.CharField(max_length=64)
    reference = models.CharField(max_length=120, blank=True, help_text="number of the booking run in the books")
    booked = models.PositiveIntegerField(help_text="lines booked by this answer that were not before")
    refused = models.PositiveIntegerField(help_text="lines refused by this answer that were not answered before")
    mended = models.PositiveIntegerField(help_text="lines booked by this answer that were refused before")
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "books_acknowledgement"
        constraints = [models.UniqueConstraint(fields=["company", "key"], name="one_answer_per_key")]


class Answer(models.Model):
    """What the books said about one posting: booked, or refused with a reason. Each at most once."""

    class Outcome(models.TextChoices):
        BOOKED = "booked", _("booked")
        REFUSED = "refused", _("refused")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    acknowledgement = models.ForeignKey(
        Acknowledgement, on_delete=models.PROTECT, related_name="answers", db_index=False
    )
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="answers", db_index=False)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    reference = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "books_answer"
        constraints = [models.UniqueConstraint(fields=["posting", "outcome"], name="one_answer_per_outcome")]
        indexes = [models.Index(fields=["acknowledgement"], name="answer_of_acknowledgement")]
