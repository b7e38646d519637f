"""What is said of accounts and statements that were taken in."""

from __future__ import annotations

from fairdue.formats.reasons import FormatCode
from fairdue.kernel.reasons import ReasonCode, gettext_noop


class AdviceError(FormatCode):
    """A file that is not taken in as a remittance advice."""

    TOO_LONG = (
        "advice_too_long",
        gettext_noop("The advice has more lines, signs or bytes than are read."),
        gettext_noop("Save the lines of one payment into a file of their own."),
    )
    PICTURE = (
        "advice_picture",
        gettext_noop("The PDF holds pictures and no text."),
        gettext_noop("Ask for the list as a table, or type its numbers and amounts into one."),
    )
    NO_ITEM = (
        "advice_no_item",
        gettext_noop("No line of the file names a known item with an amount."),
        gettext_noop(
            "See that the invoices are in the ledger, and say whose the advice is and its currency where the file does not."
        ),
    )
    MAIL = (
        "advice_mail",
        gettext_noop("Neither the text of the mail nor its files name known items with amounts."),
        gettext_noop("Save the list into a file of its own."),
    )


class CashReason(ReasonCode):
    """What a person should know of a statement or an account."""

    REPEATS = ("cash_repeats", gettext_noop("This statement is known already: none of its lines counts again."))
    KNOWN_LINES = ("cash_known_lines", gettext_noop("%(count)s lines were known already."))
    NUMBER_SKIPPED = (
        "cash_number_skipped",
        gettext_noop("After statement %(before)s comes %(after)s: what lies between is missing."),
    )
    BALANCE_GAP = (
        "cash_balance_gap",
        gettext_noop(
            "The statement before ends on %(before_on)s with %(closing_minor)s %(currency)s, this one begins with "
            "%(opening_minor)s: a statement is missing."
        ),
    )
    PARTS_DIFFER = ("cash_parts_differ", gettext_noop("The parts do not add up to line %(line)s."))
    PARTS_WRONG = (
        "cash_parts_wrong",
        gettext_noop("These parts cannot make line %(line)s: money in pays items, money out goes back."),
    )
    APPLIED_BY_HAND = (
        "cash_applied_by_hand",
        gettext_noop("The money of line %(line)s was applied by hand. Take that back first."),
    )
    CREDIT_TOO_MUCH = ("cash_credit_too_much", gettext_noop("Line %(line)s uses more credit than it pays items."))
    TWO_ON_ACCOUNT = (
        "cash_two_on_account",
        gettext_noop("Money of line %(line)s stays on account of two customers: one is possible."),
    )
    NO_ITEM = ("cash_no_item", gettext_noop("There is no item %(item)s."))
    NOT_OPEN = (
        "cash_not_open",
        gettext_noop("Of %(number)s less is open than %(amount_minor)s %(currency)s."),
    )
    OTHER_CURRENCY = (
        "cash_other_currency",
        gettext_noop("%(number)s is in %(currency)s: say by how much it falls in that currency."),
    )
    NOTHING_PAID = (
        "cash_nothing_paid",
        gettext_noop("No payment of %(amount_minor)s %(currency)s or more stands on %(number)s that could go back."),
    )
    DECIDED = ("cash_decided", gettext_noop("Line %(line)s is decided. Undo that first."))
    NOT_DECIDED = ("cash_not_decided", gettext_noop("Line %(line)s is not decided."))
    NO_LINE = ("cash_no_line", gettext_noop("There is no line %(line)s that counts."))
    IN_PARTS = (
        "cash_in_parts",
        gettext_noop(
            "Line %(line)s is a total that is told in %(count)s parts; they are matched, from line %(first)s on."
        ),
    )
    NO_PROPOSAL = ("cash_no_proposal", gettext_noop("There is no such proposal of line %(line)s."))
    RESTS_ON = (
        "cash_rests_on",
        gettext_noop("The decision of line %(other)s rests on that of line %(line)s. Undo that first."),
    )
    OVER_LIMIT = (
        "cash_over_limit",
        gettext_noop("Writing %(amount_minor)s %(currency)s off is more than you may release alone."),
    )
    NO_RATE = (
        "cash_no_rate",
        gettext_noop("Without a rate of %(currency)s nobody can say whether this is within your limit."),
    )
    NEEDS_REASON = ("cash_needs_reason", gettext_noop("Say why: a reason is needed."))
    NO_CUSTOMER = ("cash_no_customer", gettext_noop("There is no customer %(customer)s."))
    NO_ALIAS = ("cash_no_alias", gettext_noop("There is no such alias that counts: %(alias)s."))
    NO_SUCH_ITEM = ("cash_no_such_item", gettext_noop("There is no item of a document %(number)s."))
    NO_SETTING = ("cash_no_setting", gettext_noop("%(name)s is no setting. There are: %(known)s."))
    SETTING_SWITCH = ("cash_setting_switch", gettext_noop("%(name)s is on or off, not %(value)s."))
    SETTING_BOUNDS = (
        "cash_setting_bounds",
        gettext_noop("%(name)s is a whole number from %(least)s to %(most)s, not %(value)s."),
    )
    SETTING_LIMIT = (
        "cash_setting_limit",
        gettext_noop(
            "%(name)s: %(value)s is no limit. Write minor units (5), with a currency (JPY 1), or a share with a most (EUR 1000 ppm max "
            "50); each currency once."
        ),
    )
    SETTING_LIMIT_MOST = (
        "cash_setting_limit_most",
        gettext_noop(
            "%(name)s: %(value)s is more than %(minor)s minor units or %(ppm)s ppm, the most that may be set."
        ),
    )
    SETTING_NO_GENERAL = (
        "cash_setting_no_general",
        gettext_noop("%(name)s: give a limit without a currency, for all others; at most %(most)s in all."),
    )
    SEVERAL_ITEMS = (
        "cash_several_items",
        gettext_noop("Several items have the number %(number)s. Name one of them: %(items)s."),
    )
    NO_ADVICE = ("cash_no_advice", gettext_noop("There is no advice %(advice)s that counts."))
    ADVICE_TIED = (
        "cash_advice_tied",
        gettext_noop("Advice %(advice)s is tied to line %(line)s. Undo that first."),
    )


class InstrumentReason(ReasonCode):
    """Why an instrument, a cover or a step is not taken."""

    NONE = ("instrument_none", gettext_noop("There is no instrument %(instrument)s."))
    KNOWN = ("instrument_known", gettext_noop("%(number)s is known as instrument %(instrument)s."))
    KIND = ("instrument_kind", gettext_noop("%(kind)s is no kind of instrument. There are: %(known)s."))
    AMOUNT = ("instrument_amount", gettext_noop("An amount is more than zero."))
    CURRENCY = ("instrument_currency", gettext_noop("%(currency)s is no currency."))
    NO_NUMBER = ("instrument_no_number", gettext_noop("An instrument has a number."))
    DAYS = ("instrument_days", gettext_noop("It matures on %(matures)s, before its issue on %(issued)s."))
    RANGE = (
        "instrument_range",
        gettext_noop("%(first)s to %(last)s is no sub-bill range: give both numbers, from 1, the smaller first."),
    )
    DIGITS = ("instrument_digits", gettext_noop("%(number)s has a sub-bill range, but not 30 digits."))
    UNITS = (
        "instrument_units",
        gettext_noop(
            "The sub-bill range has %(units)s numbers of one fen; the amount is %(amount_minor)s %(currency)s."
        ),
    )
    NEXT = ("instrument_next", gettext_noop("Instrument %(instrument)s is %(state)s: it cannot become %(step)s."))
    EARLY = ("instrument_early", gettext_noop("%(day)s is before the step before it, of %(before)s."))
    FUTURE = ("instrument_future", gettext_noop("%(day)s is not reached yet."))
    COST = ("instrument_cost", gettext_noop("Only a dishonour or a recourse has a cost, not less than zero."))
    ITEM = ("instrument_item", gettext_noop("Item %(item)s is no open item of the same customer and currency."))
    TWICE = ("instrument_twice", gettext_noop("Item %(item)s is covered by this instrument already."))
    OVER_ITEM = (
        "instrument_over_item",
        gettext_noop("Of item %(item)s %(amount_minor)s %(currency)s is open and not covered."),
    )
    OVER_BILL = (
        "instrument_over_bill",
        gettext_noop("Of instrument %(instrument)s %(amount_minor)s %(currency)s covers nothing yet."),
    )
    NOT_COVERING = ("instrument_not_covering", gettext_noop("Instrument %(instrument)s covers nothing any more."))
    NO_MONEY = (
        "instrument_no_money",
        gettext_noop(
            "Item %(item)s is not paid by it: name the payment that honours it, or match the bank's line first."
        ),
    )
    PAYMENT = (
        "instrument_payment",
        gettext_noop("Payment %(payment)s is no payment of the same customer and currency with enough left."),
    )
    NOTHING = ("instrument_nothing", gettext_noop("Instrument %(instrument)s has no step to take back."))
    NAMES = (
        "instrument_names",
        gettext_noop(
            "%(name)s names no item, or several: write # and the item's number, or the invoice, = and the amount."
        ),
    )


class InstrumentDuty(ReasonCode):
    """What is to be done of an instrument (14)."""

    MATURES = (
        "instrument_matures",
        gettext_noop(
            "Instrument %(number)s of %(amount_minor)s %(currency)s is payable on %(on)s: see that it is presented."
        ),
    )
    UNANSWERED = (
        "instrument_unanswered",
        gettext_noop(
            "Instrument %(number)s of %(amount_minor)s %(currency)s was payable on %(on)s and has no answer; until %(until)s it covers."
        ),
    )
    LATE = (
        "instrument_late",
        gettext_noop("Instrument %(number)s has had no answer since %(on)s: what it covered is chased again."),
    )
    DISHONOURED = (
        "instrument_dishonoured",
        gettext_noop(
            "Instrument %(number)s was refused on %(on)s; %(open_minor)s %(currency)s of what it covered is open."
        ),
    )


class RegisterReason(FormatCode):
    """Why a register of instruments, or a row of it, is not taken in."""

    COLUMN_MISSING = (
        "register_column_missing",
        gettext_noop("There is no column for %(field)s, such as: %(words)s."),
        gettext_noop("Name the columns number, kind, amount, maturity, customer."),
    )
    KIND = (
        "register_kind",
        gettext_noop("%(value)s is no kind of instrument."),
        gettext_noop("Write bank acceptance, commercial acceptance, cheque, direct debit or card."),
    )
    AMOUNT = (
        "register_amount",
        gettext_noop("%(field)s is not more than zero: %(value)s"),
        gettext_noop("Write the amount that stands on it."),
    )
    RANGE = (
        "register_range",
        gettext_noop("%(value)s is no sub-bill range of an acceptance."),
        gettext_noop("Write it as 1-100000, or leave it empty."),
    )
    COVERS = (
        "register_covers",
        gettext_noop("The invoices covered cannot be read: %(value)s"),
        gettext_noop("Write each number once, parted by commas, or NUMBER=AMOUNT such as 4711=1234.50."),
    )
    CUSTOMER = (
        "register_customer",
        gettext_noop("The ledger has no customer %(value)s."),
        gettext_noop("Bring the customer in first, or correct the number."),
    )
    SEVERAL_CUSTOMERS = (
        "register_several_customers",
        gettext_noop("%(value)s does not lead to one customer."),
        gettext_noop("Fill in the number of the customer who gave it."),
    )
    INVOICE = (
        "register_invoice",
        gettext_noop("%(value)s is no invoice of this customer in this currency with an open item."),
        gettext_noop("Correct the number; an invoice that is paid is not covered."),
    )
    NOTHING_OPEN = (
        "register_nothing_open",
        gettext_noop(
            "Of %(value)s nothing is open that is not covered already, or nothing of the instrument is left for it."
        ),
        gettext_noop("Take the invoice out of the row, or look what covers it: fairdue cash instrument list"),
    )
    TOO_MUCH = (
        "register_too_much",
        gettext_noop("%(value)s covers more than is open and not covered, or more than the instrument has left."),
        gettext_noop("Write a smaller amount, or none: then as much is covered as fits."),
    )
    OTHER = (
        "register_other",
        gettext_noop("%(value)s is known as instrument %(instrument)s with another amount, day, currency or range."),
        gettext_noop(
            "Correct the row, or take the receipt of the other back: fairdue cash instrument step NUMBER undo"
        ),
    )
    UNITS = (
        "register_units",
        gettext_noop("The sub-bill range has %(units)s numbers of one fen, which is not the amount: %(value)s"),
        gettext_noop("Correct the range or the amount."),
    )
