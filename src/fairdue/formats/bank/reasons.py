"""What is wrong or doubtful in a bank file."""

from __future__ import annotations

from fairdue.formats.reasons import FormatCode
from fairdue.kernel.reasons import gettext_noop


class BankError(FormatCode):
    """A bank file is refused whole."""

    MISSING = (
        "bank_missing",
        gettext_noop("%(field)s is missing."),
        gettext_noop("Fetch the file from the bank again; if it is the same, ask the bank."),
    )
    AMOUNT = (
        "bank_amount",
        gettext_noop("%(field)s is no amount: %(value)s"),
        gettext_noop("Fetch the file from the bank again; if it is the same, ask the bank."),
    )
    DECIMALS = (
        "bank_decimals",
        gettext_noop("%(field)s has more decimals than %(currency)s has: %(value)s"),
        gettext_noop("Ask the bank; nothing is rounded in silence."),
    )
    CURRENCY = (
        "bank_currency",
        gettext_noop("%(field)s is no currency: %(value)s"),
        gettext_noop("Fetch the file from the bank again; if it is the same, ask the bank."),
    )
    DAY = (
        "bank_day",
        gettext_noop("%(field)s is no day: %(value)s"),
        gettext_noop("Fetch the file from the bank again; if it is the same, ask the bank."),
    )
    SIDE = (
        "bank_side",
        gettext_noop("%(field)s says neither credit nor debit: %(value)s"),
        gettext_noop("Fetch the file from the bank again; if it is the same, ask the bank."),
    )
    NO_STATEMENT = (
        "bank_no_statement",
        gettext_noop("The file holds no statement."),
        gettext_noop("Check that it is the right file, and that it was fetched whole."),
    )
    UNKNOWN_FORMAT = (
        "bank_unknown_format",
        gettext_noop("This is none of the bank formats read here: %(what)s"),
        gettext_noop("Ask the bank for CAMT.053 or MT940, or import it as a table."),
    )
    NO_HEADINGS = (
        "bank_no_headings",
        gettext_noop("No row of this table names the columns of day and amount. It begins: %(value)s"),
        gettext_noop("Export it from the bank again with its headings, or as CAMT.053 or MT940."),
    )
    NO_CURRENCY = (
        "bank_no_currency",
        gettext_noop("The table names no currency."),
        gettext_noop("Say which currency the account has (--currency)."),
    )
    CUT_OFF = (
        "bank_cut_off",
        gettext_noop("The file ends in the middle of a statement."),
        gettext_noop("Fetch it from the bank again."),
    )
    RECORD = (
        "bank_record",
        gettext_noop("%(value)s cannot stand here."),
        gettext_noop("Fetch the file from the bank again; if it is the same, ask the bank."),
    )
    VERSION = (
        "bank_version",
        gettext_noop("Version %(value)s of %(field)s is not read here."),
        gettext_noop("Ask the bank for its current version."),
    )


class BankFinding(FormatCode):
    """Something that does not add up; the file is read and the warning kept with it."""

    BALANCE = (
        "bank_balance_differs",
        gettext_noop("Opening balance and entries give %(counted)s, the closing balance says %(told)s."),
        gettext_noop("Ask the bank which entries are missing."),
    )
    DETAILS = (
        "bank_details_differ",
        gettext_noop("The parts of entry %(ordinal)s add up to %(counted)s, the entry says %(told)s."),
        gettext_noop("Look at the entry before its parts are matched."),
    )
    COUNT = (
        "bank_count_differs",
        gettext_noop("The file says %(told)s entries and holds %(counted)s."),
        gettext_noop("Fetch the file from the bank again."),
    )
    TOTAL = (
        "bank_total_differs",
        gettext_noop("The file says that its entries add up to %(told)s; they add up to %(counted)s."),
        gettext_noop("Fetch the file from the bank again."),
    )
    CURRENCY = (
        "bank_currency_differs",
        gettext_noop("Entry %(ordinal)s is in %(other)s, the account in %(currency)s."),
        gettext_noop("Look at the entry: it may have been converted."),
    )
    CONTROL = (
        "bank_control_differs",
        gettext_noop("Record %(record)s says %(told)s; what it stands for gives %(counted)s."),
        gettext_noop("Fetch the file from the bank again."),
    )
    NO_BALANCE = (
        "bank_no_balance",
        gettext_noop("The statement has no opening or no closing balance: nothing proves that it is whole."),
        gettext_noop("Compare its sum with the bank's page."),
    )
    RECORDS = (
        "bank_records_differ",
        gettext_noop("The file says that it has %(told)s records; it has %(counted)s."),
        gettext_noop("Fetch the file from the bank again."),
    )
    MORE = (
        "bank_more_follows",
        gettext_noop("The file says that another statement follows, and none does."),
        gettext_noop("Check that the next file is fetched, too."),
    )
    RUNNING = (
        "bank_running_differs",
        gettext_noop("Up to entry %(ordinal)s the account had %(counted)s, the balance beside it says %(told)s."),
        gettext_noop("Ask the bank whether lines are missing between it and the one before."),
    )
    UNREAD_BALANCE = (
        "bank_balance_unread",
        gettext_noop("Balances cannot be read: %(value)s"),
        gettext_noop("Compare its sum with the bank's page."),
    )
    STATE = (
        "bank_state_unknown",
        gettext_noop("What “%(value)s” says of a line is not known here: it is not taken as booked."),
        gettext_noop("Look at the line on the bank's page."),
    )
