"""Why a row of a list of limits is refused, and what to do about it."""

from __future__ import annotations

from fairdue.formats.reasons import FormatCode
from fairdue.kernel.reasons import gettext_noop


class RowReason(FormatCode):
    """Reasons of rows and files: ``member = (code, what happened, remedy)``."""

    COLUMN_MISSING = (
        "cover_column_missing",
        gettext_noop("There is no column %(field)s."),
        gettext_noop("Name the columns customer or group, limit, from; also until, share, reference, conditions."),
    )
    ONE_BUYER = (
        "cover_one_buyer",
        gettext_noop("A limit is of one customer or of one group."),
        gettext_noop("Fill in one of the two columns."),
    )
    UNKNOWN_BUYER = (
        "cover_unknown_buyer",
        gettext_noop("The ledger has no customer or group “%(value)s”."),
        gettext_noop("Import the customer first, or correct the number."),
    )
    NO_AMOUNT = (
        "cover_no_amount",
        gettext_noop("The limit is empty."),
        gettext_noop("Write 0 where the limit was withdrawn."),
    )
    NEGATIVE = (
        "cover_negative",
        gettext_noop("The limit %(value)s is negative."),
        gettext_noop("Write 0 where the limit was withdrawn."),
    )
    OTHER_CURRENCY = (
        "cover_other_currency",
        gettext_noop("%(value)s is not the policy's currency."),
        gettext_noop("Write the limit in the policy's currency, or import it under the right policy."),
    )
    ENDS_BEFORE = (
        "cover_ends_before",
        gettext_noop("The last day %(value)s lies before the first."),
        gettext_noop("Correct one of the two days."),
    )
    SHARE = (
        "cover_share",
        gettext_noop("%(value)s is no share of more than nothing and at most the whole."),
        gettext_noop("Write it as 90 or 0.9, or leave it empty for the policy's."),
    )
