"""What each finding of the data check is called, what it stops, and how it is mended, in the active language."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from fairdue.cycle.doctor.rules import Sameness


@dataclass(frozen=True, slots=True)
class Told:
    """A finding in words."""

    title: str
    stops: str
    mend: str


def told(check: str) -> Told:
    """Give the words of a check; raises KeyError for an unknown one."""
    return _reach()[check] if check in _reach() else _rest()[check]


def _reach() -> dict[str, Told]:
    contacts = _("Download the contacts, fill in name, e-mail or telephone, and import the file as it is.")
    return {
        "contact_missing": Told(
            _("No contact"), _("Nobody to write to: neither e-mail nor letter has a person it may go to."), contacts
        ),
        "email_missing": Told(
            _("No e-mail address"), _("Only a printed letter or a call reaches them: slower and dearer."), contacts
        ),
        "email_unusable": Told(
            _("No usable e-mail address"),
            _("Every address is badly written, came back, or belongs to somebody who opted out. E-mails are held."),
            contacts,
        ),
    }


def _rest() -> dict[str, Told]:
    customers = _("Download the customers, fill in the empty cells, and import the file as it is.")
    return {
        "bank_stale": Told(
            _("Bank data too old"),
            _("Somebody may have paid already: no reminder leaves until the payments are read."),
            _("Import the payments up to today. That alone lifts this."),
        ),
        "address_missing": Told(
            _("Address incomplete"), _("No letter can be posted, and a formal notice must name the address."), customers
        ),
        "country_missing": Told(
            _("Country unknown"), _("Holidays, quiet hours and the form of the address cannot be told."), customers
        ),
        "language_missing": Told(
            _("Language unknown"), _("The gate holds every text: it does not guess a language."), customers
        ),
        "terms_missing": Told(
            _("No payment terms"),
            _("Open invoices have no terms, and none were accepted: the notice cannot cite what was agreed."),
            _("Record what was accepted, on the customer's page or with “fairdue terms”; give new lists a column of terms."),
        ),
        "registration_missing": Told(
            _("No registration number"),
            _("Notices of overdue payment and formal notices must name the debtor's registration number."),
            customers,
        ),
        "credit_unapplied": Told(
            _("Credits and payments not applied"),
            _("Money of theirs lies here while they are asked to pay. A reminder would be wrong by that amount."),
            _("Apply them in the system that keeps the accounts, and import its open items again."),
        ),
        "duplicate": Told(
            _("Possible duplicates"),
            _("One customer may get two letters, and a payment may stand with the other number."),
            _(
                "Download the sets. Merge them in the system they come from, or give both the same group number here and"
                " import the file; then they are shown together."
            ),
        ),
    }  # fmt: skip


def why_same(why: Sameness) -> str:
    """Say why two customers may be one."""
    return {
        Sameness.VAT: _("same VAT number"),
        Sameness.REGISTRATION: _("same registration number"),
        Sameness.NAME: _("same name"),
        Sameness.MAIL: _("same mail domain, similar name"),
    }[why]
