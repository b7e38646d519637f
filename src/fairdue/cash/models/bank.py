"""What cash stores: accounts, files, statements and lines as the bank told them. Append-only.

A line *counts* where ``occurrence`` is above 0; a line told again has 0. An announced line never counts.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.people.models import Company


class Account(models.Model):
    """A bank account of the company, by number and currency. ``number`` is an IBAN, or the bank's and the account's number."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="cash_accounts")
    number = models.CharField(max_length=70)
    currency = models.CharField(max_length=3)
    bank = models.CharField(max_length=140, blank=True)
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cash_account"
        constraints = [
            models.UniqueConstraint(fields=["company", "number", "currency"], name="one_cash_account_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.currency}"


class BankFile(models.Model):
    """A file from a bank; its bytes are in the store under ``sha256``."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200)
    size_bytes = models.BigIntegerField()
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cash_file"
        constraints = [models.UniqueConstraint(fields=["company", "sha256"], name="one_cash_file_per_content")]


class Statement(models.Model):
    """A statement in a file. Balances are minor units of the account's currency, None where the bank gives none."""

    class Told(models.TextChoices):
        BOOKED = "booked", _("booked")
        INTRADAY = "intraday", _("during the day")
        NOTICE = "notice", _("notice")

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="statements")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="statements")
    ordinal = models.PositiveIntegerField(help_text="its place in the file, from 1")
    format = models.CharField(max_length=30)
    told = models.CharField(max_length=10, choices=Told.choices)
    identification = models.CharField(max_length=140, blank=True)
    number = models.CharField(max_length=40, blank=True)
    page = models.CharField(max_length=20, blank=True)
    place_number = models.CharField(max_length=40, blank=True)
    place_page = models.CharField(max_length=20, blank=True)
    place_year = models.PositiveIntegerField(default=0)
    first_on = models.DateField(null=True, blank=True)
    last_on = models.DateField(null=True, blank=True)
    opening_minor = models.BigIntegerField(null=True, blank=True)
    closing_minor = models.BigIntegerField(null=True, blank=True)
    entries = models.PositiveIntegerField()
    net_minor = models.BigIntegerField(help_text="sum of the entries in the account's currency")
    repeats = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="repeated_by")
    findings = models.JSONField(default=list)

    class Meta:
        db_table = "cash_statement"
        constraints = [models.UniqueConstraint(fields=["file", "ordinal"], name="one_cash_statement_per_place")]
        indexes = [models.Index(fields=["account", "told", "last_on"], name="cash_statement_of_account")]


class BankLine(models.Model):
    """A line of a statement: an entry, or a part of a batch. Amounts are minor units of ``currency``, money in positive."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lines")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    entry = models.PositiveIntegerField(help_text="the entry's place in the statement, from 1")
    part = models.PositiveIntegerField(help_text="the part's place in the entry, 0 for the whole")
    key = models.CharField(max_length=41)
    announced_key = models.CharField(max_length=40)
    occurrence = models.PositiveIntegerField(help_text="which of the lines of this key it is; 0: it does not count")
    announced_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="booked_as", help_text="what told of it"
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=12)
    reversal = models.BooleanField(default=False)
    booked_on = models.DateField(null=True, blank=True)
    valued_on = models.DateField(null=True, blank=True)
    bank_reference = models.CharField(max_length=140, blank=True)
    batch_reference = models.CharField(max_length=140, blank=True)
    reference = models.TextField(blank=True)
    end_to_end = models.TextField(blank=True)
    mandate = models.TextField(blank=True)
    structured = models.TextField(blank=True, help_text="references given as such, one a line")
    name = models.TextField(blank=True)
    account_number = models.TextField(blank=True)
    ultimate = models.TextField(blank=True)
    text = models.TextField(blank=True)
    information = models.TextField(blank=True)
    code = models.CharField(max_length=60, blank=True)
    bank_code = models.CharField(max_length=60, blank=True)
    return_code = models.CharField(max_length=40, blank=True)
    instructed_minor = models.BigIntegerField(null=True, blank=True, help_text="as the payer instructed it, where told")
    instructed_currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    entry_reference = models.CharField(
        max_length=140, blank=True, default="", db_default="", help_text="the bank's own, of the entry"
    )

    class Meta:
        db_table = "cash_line"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "key", "occurrence"],
                condition=models.Q(occurrence__gt=0),
                name="one_cash_line_per_occurrence",
            ),
            models.UniqueConstraint(fields=["announced_by"], name="one_booked_line_per_announced"),
        ]
        indexes = [
            models.Index(fields=["account", "booked_on"], name="cash_line_of_day"),
            models.Index(fields=["account", "announced_key"], name="cash_line_announced"),
            models.Index(
                fields=["company", "statement", "entry"],
                condition=models.Q(part__gt=0, occurrence=0),
                name="cash_line_told_in_parts",
            ),
        ]


class Batch(models.Model):
    """A counted total and the entry whose parts tell it elsewhere: the parts are matched, the total is not (12 to 16)."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    total = models.OneToOneField(BankLine, on_delete=models.PROTECT, related_name="batch")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+")
    entry = models.PositiveIntegerField(help_text="the place of the parts' entry in its statement")
    parts_count = models.PositiveIntegerField()
    content = models.CharField(max_length=40, help_text="hash of account, references, days and parts (13)")
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cash_batch"
        constraints = [
            models.UniqueConstraint(fields=["statement", "entry"], name="one_cash_batch_per_entry"),
            models.UniqueConstraint(fields=["company", "content"], name="one_cash_batch_per_content"),
        ]
