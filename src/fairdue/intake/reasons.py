"""Reasons of the intake room: why a row is refused against the ledger, why a file waits, what was noticed."""

from __future__ import annotations

from fairdue.formats.reasons import FormatCode
from fairdue.kernel.reasons import gettext_noop


class IntakeReason(FormatCode):
    """What intake found when it held a file against the ledger."""

    CURRENCY_CHANGED = (
        "intake_currency_changed",
        gettext_noop("%(document)s is in %(known)s in the ledger and in %(given)s in the file."),
        gettext_noop("Correct the currency in the source, or give the document a new number."),
    )
    CUSTOMER_CHANGED = (
        "intake_customer_changed",
        gettext_noop("%(document)s belongs to customer %(known)s in the ledger and to %(given)s in the file."),
        gettext_noop("Correct the customer in the source, or give the document a new number."),
    )
    SIGN_CHANGED = (
        "intake_sign_changed",
        gettext_noop("%(document)s changed between invoice and credit note."),
        gettext_noop("List the credit note under its own number."),
    )
    OPEN_ABOVE_AMOUNT = (
        "intake_open_above_amount",
        gettext_noop("%(document)s has more open than its amount."),
        gettext_noop("Check which column holds the open amount and which the original one."),
    )
    OPEN_OTHER_SIGN = (
        "intake_open_other_sign",
        gettext_noop("%(document)s has an open amount and an amount of different signs."),
        gettext_noop("List an overpayment as a credit of its own."),
    )
    LEDGER_KNOWS_PAYMENT = (
        "intake_ledger_knows_payment",
        gettext_noop("%(count)s item(s) are listed open although the ledger holds their payment; they stay paid."),
    )
    SETTLED_LATER = (
        "intake_settled_later",
        gettext_noop("%(count)s item(s) were settled after the day of this file; they stay settled."),
    )
    REFUSED_MAY_LIST = (
        "intake_refused_may_list",
        gettext_noop("%(count)s item(s) are not listed, but a refused row may mean them; they stay open."),
    )
    MANY_VANISHED = (
        "intake_many_vanished",
        gettext_noop(
            "%(vanished)s of %(open)s open items are no longer listed; more than the share set for this source."
        ),
    )
    CONTROL_TOTAL = (
        "intake_control_total",
        gettext_noop(
            "The control total is %(wanted_minor)s %(currency)s, but the file adds up to %(found_minor)s %(currency)s."
        ),
    )
    OLDER_FILE = (
        "intake_older_file",
        gettext_noop("This list is of %(day)s, but a list of %(last)s was already written."),
    )
    FUTURE_DAY = (
        "intake_future_day",
        gettext_noop("This list is of %(day)s, a day still to come."),
    )
    OTHER_COMPANIES = (
        "intake_other_companies",
        gettext_noop("The last list was read for company codes %(before)s, this one for %(now)s."),
    )
    MENDED_ROWS = (
        "intake_mended_rows",
        gettext_noop("These are mended rows of an earlier list; what they do not name stays as it is."),
    )
    PARTIAL_LOWER = (
        "intake_partial_lower",
        gettext_noop("%(count)s item(s) are lower in this partial file; only a full list settles."),
    )
    CUSTOMER_UNKNOWN = (
        "intake_customer_unknown",
        gettext_noop("There is no customer %(customer)s in the ledger."),
        gettext_noop("Import the customers first, or correct the number."),
    )
    PERSON_ERASED = (
        "intake_person_erased",
        gettext_noop("The row names a person whose data were erased here."),
        gettext_noop("Take the person out of the source; where there is new business: fairdue personal readmit."),
    )
    PAYMENT_CHANGED = (
        "intake_payment_changed",
        gettext_noop("Payment %(payment)s is known with another amount or currency."),
        gettext_noop("Reverse the payment in the ledger, or give it a new number."),
    )
    PAYMENT_NOT_POSITIVE = (
        "intake_payment_not_positive",
        gettext_noop("Payment %(payment)s takes money back or is zero."),
        gettext_noop("Reverse the payment that it takes back in the ledger."),
    )
    PAYMENTS_APPLIED = (
        "intake_payments_applied",
        gettext_noop(
            "%(amount_minor)s %(currency)s received: %(applied_minor)s applied; %(count)s payment(s) with %(rest_minor)s"
            " unapplied."
        ),
    )
    PAYMENTS_LISTED = (
        "intake_payments_listed",
        gettext_noop("%(amount_minor)s %(currency)s of it the list of open items had taken off already."),
    )
    PAYMENTS_OF_THE_PAST = (
        "intake_payments_of_the_past",
        gettext_noop(
            "%(count)s payment(s) paid documents that the last full list no longer names; they count as used."
        ),
    )


class EInvoiceReason(FormatCode):
    """What became of an e-invoice, and why."""

    NOT_OURS = (
        "intake_einvoice_not_ours",
        gettext_noop("The seller is %(seller)s, not this company."),
        gettext_noop("Check the company. If it is its own invoice, say so (--ours)."),
    )
    NO_AMOUNT = (
        "intake_einvoice_no_amount",
        gettext_noop("%(number)s does not say what is to be paid."),
        gettext_noop("Ask for a corrected invoice."),
    )
    CHANGED = (
        "intake_einvoice_changed",
        gettext_noop("%(number)s is in the ledger with another amount, currency, day or customer."),
        gettext_noop("A corrected invoice has its own number; look which of the two is right."),
    )
    BUYERS = (
        "intake_einvoice_buyers",
        gettext_noop("%(count)s customers have the numbers of the buyer of %(number)s."),
        gettext_noop("Merge the customers or correct their numbers, then bring the invoice again."),
    )
    NO_BUYER = (
        "intake_einvoice_no_buyer",
        gettext_noop("%(number)s names no buyer."),
        gettext_noop("Ask for a corrected invoice."),
    )
    MILESTONES = (
        "intake_einvoice_milestones",
        gettext_noop("The maturities do not add up; all is due on the last of them, %(on)s."),
    )
    NO_DUE_DAY = (
        "intake_einvoice_no_due_day",
        gettext_noop("No due day can be read; it is due on the day of issue, %(on)s."),
    )
    MORE_DISCOUNTS = (
        "intake_einvoice_more_discounts",
        gettext_noop("%(count)s discounts are offered; the first is booked."),
    )
    CREDIT_WAITS = (
        "intake_einvoice_credit_waits",
        gettext_noop("It names %(number)s, which is not open here; the credit stays to be applied."),
    )
    NOT_KEPT = (
        "intake_einvoice_not_kept",
        gettext_noop("The attachment %(name)s holds a script or an action; it was not kept."),
    )
