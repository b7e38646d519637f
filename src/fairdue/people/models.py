"""Companies (the creditor's legal entities), users, and what a user may do in a company."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member does; rights follow from ``actor.RIGHTS``."""

    CONTROLLER = "controller", _("Credit controller")
    ACCOUNT_OWNER = "account_owner", _("Account owner")
    FINANCE_LEAD = "finance_lead", _("Head of finance")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class CompanySize(models.TextChoices):
    """Size class of a business; several laws depend on it. Unknown means: cannot be claimed yet."""

    UNKNOWN = "unknown", _("unknown")
    MICRO = "micro", _("micro")
    SMALL = "small", _("small")
    MEDIUM = "medium", _("medium")
    LARGE = "large", _("large")


class User(AbstractUser):
    """A person who signs in."""

    language = models.CharField(max_length=10, default="en")
    phone = models.CharField(max_length=40, blank=True)
    job_title = models.CharField(max_length=100, blank=True)

    def get_full_name(self) -> str:
        """Give the name as its script writes it: family name first and unspaced in Chinese, Japanese and Korean."""
        if self.last_name and "\u2e80" <= self.last_name[0] <= "\ud7a3":
            return f"{self.last_name}{self.first_name}"
        return super().get_full_name()


class Company(models.Model):
    """The creditor's legal entity that keeps a ledger; every row of money belongs to one."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=200)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    subdivision = models.CharField(max_length=6, blank=True, help_text="ISO 3166-2, where law differs inside a country")
    currency = models.CharField(max_length=3, help_text="ISO 4217: the reporting currency")
    language = models.CharField(max_length=10, default="en")
    time_zone = models.CharField(max_length=50, default="UTC")
    registration_no = models.CharField(max_length=60, blank=True)
    vat_no = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    size = models.CharField(max_length=10, choices=CompanySize.choices, default=CompanySize.UNKNOWN)
    payment_link = models.CharField(
        max_length=300, blank=True, help_text="https address with {reference}, {amount} and {currency}; empty: no link"
    )

    class Meta:
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return self.name


class BankAccount(models.Model):
    """Where a company wants to be paid, per currency."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="bank_accounts")
    currency = models.CharField(max_length=3)
    holder = models.CharField(max_length=140)
    iban = models.CharField(max_length=34, blank=True)
    bic = models.CharField(max_length=11, blank=True)
    account_number = models.CharField(max_length=60, blank=True, help_text="where the country has no IBAN")
    bank_name = models.CharField(max_length=140, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "currency"], name="one_bank_account_per_currency"),
            models.CheckConstraint(
                condition=~models.Q(iban="") | ~models.Q(account_number=""), name="bank_account_has_a_number"
            ),
        ]


class Membership(models.Model):
    """A user's role in a company, with the largest amount the user may release alone."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    release_limit_minor = models.BigIntegerField(
        null=True, blank=True, help_text="in the company's currency; empty: none"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "company", "role"], name="one_membership_per_role")]


class ApiToken(models.Model):
    """A program's way in to one company. The token itself is shown once; its SHA-256 is kept."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=100, help_text="what the program is; stands where a person's name would")
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(help_text="keys of actor.SCOPES, sorted")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=120, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="to the minute")

    class Meta:
        db_table = "people_api_token"
        indexes = [models.Index(fields=["company", "-id"], name="token_of_company")]

    def is_open(self, at: datetime) -> bool:
        """Tell whether the token lets somebody in at a moment."""
        return self.revoked_at is None and at < self.expires_at
