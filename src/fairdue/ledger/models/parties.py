"""Who owes and whom to talk to: groups, customers, contacts, accepted terms."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairdue.people.models import Company, CompanySize, User


class Known(models.TextChoices):
    """A fact that may be unknown; unknown is never read as the convenient answer."""

    YES = "yes", _("yes")
    NO = "no", _("no")
    UNKNOWN = "unknown", _("unknown")


class Channel(models.TextChoices):
    """How a message leaves the house."""

    EMAIL = "email", _("E-mail")
    LETTER = "letter", _("Letter")
    FILE = "file", _("File")
    CALL = "call", _("Call")


class ContactPurpose(models.TextChoices):
    """What a contact is for."""

    PAYABLES = "payables", _("Payables")
    COUNTERPART = "counterpart", _("Account owner's counterpart")
    MANAGEMENT = "management", _("Management")


class Consent(models.TextChoices):
    """Whether the contact agreed to be written to."""

    UNKNOWN = "unknown", _("not asked")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("opted out")


class CustomerGroup(models.Model):
    """A corporate group; customers of one group are shown together."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)

    class Meta:
        db_table = "ledger_customer_group"
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="one_group_per_code")]


class Customer(models.Model):
    """Who owes. ``number_key`` is the number without padding and case: its identity across files."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    number = models.CharField(max_length=60)
    number_key = models.CharField(max_length=60)
    name = models.CharField(max_length=250)
    legal_name = models.CharField(max_length=250, blank=True)
    group = models.ForeignKey(CustomerGroup, null=True, blank=True, on_delete=models.PROTECT)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="empty: unknown")
    language = models.CharField(max_length=10, blank=True, help_text="empty: unknown")
    time_zone = models.CharField(max_length=50, blank=True)
    registration_no = models.CharField(max_length=60, blank=True)
    vat_no = models.CharField(max_length=30, blank=True)
    natural_person = models.CharField(max_length=7, choices=Known.choices, default=Known.UNKNOWN)
    public_body = models.CharField(max_length=7, choices=Known.choices, default=Known.UNKNOWN)
    size = models.CharField(max_length=10, choices=CompanySize.choices, default=CompanySize.UNKNOWN)
    public_health = models.CharField(
        max_length=7, choices=Known.choices, default=Known.UNKNOWN, db_default=Known.UNKNOWN
    )
    federal_agency = models.CharField(
        max_length=7, choices=Known.choices, default=Known.UNKNOWN, db_default=Known.UNKNOWN
    )
    size_declared = models.CharField(
        max_length=7, choices=Known.choices, default=Known.UNKNOWN, db_default=Known.UNKNOWN,
        help_text="we declared our own size to this customer at contracting (China)",
    )  # fmt: skip
    subcontract = models.CharField(
        max_length=7, choices=Known.choices, default=Known.UNKNOWN, db_default=Known.UNKNOWN,
        help_text="the deals are subcontracts of manufacture, repair or service (Japan)",
    )  # fmt: skip
    agri_food = models.CharField(
        max_length=7, choices=Known.choices, default=Known.UNKNOWN, db_default=Known.UNKNOWN,
        help_text="agricultural products or food are sold (Italy)",
    )  # fmt: skip
    key_account = models.BooleanField(default=False)
    account_owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    policy_code = models.CharField(max_length=40, blank=True, help_text="empty: the company's default policy")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "number_key"], name="one_customer_per_number")]
        indexes = [models.Index(fields=["company", "name"], name="customer_by_name")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Contact(models.Model):
    """A person or mailbox at a customer."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contacts")
    purpose = models.CharField(max_length=20, choices=ContactPurpose.choices, default=ContactPurpose.PAYABLES)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, blank=True, help_text="empty: the customer's")
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    email = models.EmailField(blank=True, max_length=254)
    phone = models.CharField(max_length=40, blank=True)
    time_zone = models.CharField(max_length=50, blank=True, help_text="empty: the customer's")
    consent = models.CharField(max_length=10, choices=Consent.choices, default=Consent.UNKNOWN)
    consent_on = models.DateField(null=True, blank=True)
    bounced_on = models.DateField(null=True, blank=True)
    bounce_reason = models.CharField(max_length=300, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "purpose", "email", "name"], name="one_contact_per_purpose")
        ]
        indexes = [models.Index(fields=["company", "email"], name="contact_by_email")]


class AcceptedTerms(models.Model):
    """A version of the terms that a customer accepted; letters cite only what stands here."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="accepted_terms")
    version = models.CharField(max_length=40)
    clause = models.TextField(help_text="the payment clause as accepted")
    language = models.CharField(max_length=10, blank=True)
    accepted_by = models.CharField(max_length=200)
    accepted_on = models.DateField()
    accepted_how = models.CharField(max_length=200)
    valid_from = models.DateField()
    governing_law = models.CharField(
        max_length=6, blank=True, help_text="ISO country or subdivision; empty: not agreed"
    )
    payment_terms = models.CharField(max_length=100, blank=True)
    interest_rate_ppm = models.BigIntegerField(null=True, blank=True, help_text="agreed late rate per year in ppm")
    retention_of_title = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_accepted_terms"
        constraints = [models.UniqueConstraint(fields=["customer", "version"], name="one_acceptance_per_version")]
