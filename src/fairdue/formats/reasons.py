"""Reasons of the formats room: why a file, a row or a cell was refused, what was noticed, and what must be asked.

Each member carries two texts: what happened, and the remedy a person can carry out.
"""

from __future__ import annotations

from fairdue.kernel.reasons import ReasonCode, gettext_noop


class FormatCode(ReasonCode):
    """Base of the enums below: ``member = (code, what happened, remedy)``."""

    def __init__(self, code: str, text: str, remedy: str = "") -> None:
        super().__init__(code, text)
        self.remedy = remedy


class FileReason(FormatCode):
    """A whole file is refused; nothing of it was read."""

    EMPTY = ("file_empty", gettext_noop("The file is empty."), gettext_noop("Export it again and check its size."))
    TOO_LARGE = (
        "file_too_large",
        gettext_noop("The file has %(size)s bytes; at most %(limit)s are read."),
        gettext_noop("Split the export by period or by company."),
    )
    NOT_A_TABLE = (
        "file_not_a_table",
        gettext_noop("This is a %(kind)s file, not a table."),
        gettext_noop("Open it in a spreadsheet program and save it as XLSX or CSV."),
    )
    ENCODING_BROKEN = (
        "encoding_broken",
        gettext_noop("The text is not valid %(encoding)s."),
        gettext_noop("Save the file again as UTF-8."),
    )
    ENCODING_UNKNOWN = (
        "encoding_unknown",
        gettext_noop("The text encoding cannot be told."),
        gettext_noop("Save the file as UTF-8, or name its encoding."),
    )
    NUL = (
        "nul_byte",
        gettext_noop("The text holds a NUL character, which no table has."),
        gettext_noop("Export the file again; this one is damaged or binary."),
    )
    QUOTES = (
        "quotes_broken",
        gettext_noop("A quoted cell is never closed, or text follows its closing quote (%(detail)s)."),
        gettext_noop("Close or double the quotation mark in this line."),
    )
    NO_ROWS = (
        "no_rows",
        gettext_noop("The table has no data rows."),
        gettext_noop("Check the filter of the export, and that the right sheet is chosen."),
    )
    TOO_MANY_COLUMNS = (
        "too_many_columns",
        gettext_noop("The table has %(count)s columns; at most %(limit)s are read."),
        gettext_noop("Remove empty or unneeded columns."),
    )
    TOO_MANY_ROWS = (
        "too_many_rows",
        gettext_noop("The table has more than %(limit)s rows."),
        gettext_noop("Split the export by period or by company."),
    )
    CELL_TOO_LONG = (
        "cell_too_long",
        gettext_noop("A cell has %(length)s characters; at most %(limit)s are read."),
        gettext_noop("Shorten the cell; a quotation mark may be missing before this line."),
    )
    ZIP_BROKEN = (
        "zip_broken",
        gettext_noop("The workbook is damaged or cut off (%(detail)s)."),
        gettext_noop("Transfer or export the file again."),
    )
    ZIP_BOMB = (
        "zip_bomb",
        gettext_noop("The part %(part)s unpacks to %(size)s bytes; at most %(limit)s are read."),
        gettext_noop("Split the export, or save the workbook again in a spreadsheet program."),
    )
    XML_ENTITY = (
        "xml_entity",
        gettext_noop("The part %(part)s declares XML entities or a document type, which no workbook needs."),
        gettext_noop("Do not use this file; ask its sender for a clean export."),
    )
    XML_ODD = (
        "xml_odd",
        gettext_noop("The part %(part)s is written in a way that spreadsheet programs do not use."),
        gettext_noop("Open the file in a spreadsheet program and save it again."),
    )
    PASSWORD = (
        "password",
        gettext_noop("The workbook is protected by a password."),
        gettext_noop("Save a copy without the password."),
    )
    WORKBOOK_BROKEN = (
        "workbook_broken",
        gettext_noop("The workbook cannot be read (%(detail)s)."),
        gettext_noop("Open the file in a spreadsheet program and save it again."),
    )
    SHEET_MISSING = (
        "sheet_missing",
        gettext_noop("The workbook has no sheet %(sheet)s; it has: %(sheets)s."),
        gettext_noop("Choose one of its sheets."),
    )
    NO_COLUMN = (
        "no_column",
        gettext_noop("No column is found for %(field)s."),
        gettext_noop("Name the column so that it can be told: customer number, due date, amount, paid on."),
    )


class CellReason(FormatCode):
    """A row is refused because of one cell; the row is kept for repair."""

    ROW_SHORT = (
        "row_short",
        gettext_noop("The row has %(count)s cells where the heading has %(expected)s."),
        gettext_noop("Add the missing cells, or join a line that was broken in two."),
    )
    ROW_LONG = (
        "row_long",
        gettext_noop("The row has %(count)s cells where the heading has %(expected)s."),
        gettext_noop("Put quotation marks around the text that holds the separator."),
    )
    MISSING = ("value_missing", gettext_noop("%(field)s is empty."), gettext_noop("Fill in the cell."))
    DATE = (
        "date_unreadable",
        gettext_noop("%(field)s is not a date: %(value)s"),
        gettext_noop("Write it as YYYY-MM-DD."),
    )
    DATE_RANGE = (
        "date_out_of_range",
        gettext_noop("%(field)s lies outside the years %(first)s to %(last)s: %(value)s"),
        gettext_noop("Check the year."),
    )
    DATE_ORDER = (
        "date_order_unknown",
        gettext_noop("%(field)s may be day/month or month/day, and nothing in the file decides: %(value)s"),
        gettext_noop("Answer which comes first, or export dates as YYYY-MM-DD."),
    )
    AMOUNT = (
        "amount_unreadable",
        gettext_noop("%(field)s is not an amount: %(value)s"),
        gettext_noop("Write digits with one decimal mark, such as 1234.50."),
    )
    AMOUNT_STYLE = (
        "decimal_mark_unknown",
        gettext_noop(
            "%(field)s may use the comma or the point for decimals, and nothing in the file decides: %(value)s"
        ),
        gettext_noop("Answer which mark is used, or export amounts without grouping."),
    )
    AMOUNT_EXPONENT = (
        "amount_exponent",
        gettext_noop("%(field)s was shortened by a spreadsheet program and has lost digits: %(value)s"),
        gettext_noop("Format the column as a number with decimals and export again."),
    )
    AMOUNT_DECIMALS = (
        "amount_more_decimals",
        gettext_noop("%(field)s has more decimals than %(currency)s has: %(value)s"),
        gettext_noop("Correct the amount or its currency; nothing is rounded in silence."),
    )
    AMOUNT_LARGE = (
        "amount_too_large",
        gettext_noop("%(field)s is larger than any amount kept here: %(value)s"),
        gettext_noop("Check the amount."),
    )
    AMOUNT_TWO_SIDES = (
        "amount_two_sides",
        gettext_noop("Both debit and credit are filled."),
        gettext_noop("Leave one of them empty."),
    )
    AMOUNT_CURRENCY = (
        "amount_currency_differs",
        gettext_noop("The amount is marked %(symbol)s but the currency is %(currency)s."),
        gettext_noop("Correct the amount or the currency."),
    )
    CURRENCY = (
        "currency_unknown",
        gettext_noop("%(value)s is not a currency that can be told."),
        gettext_noop("Write the ISO 4217 code, such as EUR."),
    )
    CURRENCY_MISSING = (
        "currency_missing",
        gettext_noop("The row has no currency and no default was given."),
        gettext_noop("Fill in the currency, or give a default for the source."),
    )
    COUNTRY = (
        "country_unknown",
        gettext_noop("%(value)s is not a country that can be told."),
        gettext_noop("Write the two-letter ISO 3166 code, or say which country this code stands for."),
    )
    SIDE = (
        "side_unknown",
        gettext_noop("%(value)s does not say debit or credit."),
        gettext_noop("Write D or C."),
    )
    BOOLEAN = (
        "boolean_unknown",
        gettext_noop("%(field)s is neither yes nor no: %(value)s"),
        gettext_noop("Write yes or no."),
    )
    KNOWN = (
        "known_unread",
        gettext_noop("%(field)s is neither yes, no nor unknown: %(value)s"),
        gettext_noop("Write yes, no or unknown; leave it empty to change nothing."),
    )
    SIZE = (
        "size_unread",
        gettext_noop("%(value)s is no size of a business."),
        gettext_noop("Write micro, small, medium, large or unknown; leave it empty to change nothing."),
    )
    INTEGER = (
        "integer_unreadable",
        gettext_noop("%(field)s is not a whole number: %(value)s"),
        gettext_noop("Write digits only."),
    )
    DIGITS_LOST = (
        "number_digits_lost",
        gettext_noop("%(field)s was kept as a number by a spreadsheet program and has lost digits: %(value)s"),
        gettext_noop("Format the column as text and export again."),
    )
    TEXT_CONTROL = (
        "text_control_character",
        gettext_noop("%(field)s holds a control character."),
        gettext_noop("Remove the invisible character."),
    )
    TEXT_LONG = (
        "text_too_long",
        gettext_noop("%(field)s has more than %(limit)s characters."),
        gettext_noop("Shorten the text."),
    )


class NoteReason(FormatCode):
    """Something noticed that does not stop the file, shown in the preview."""

    TITLE_SKIPPED = ("title_skipped", gettext_noop("%(count)s line(s) above the heading were skipped."))
    HEADING_MISSING = ("heading_missing", gettext_noop("The table has no heading; columns are numbered."))
    HEADING_TWICE = ("heading_twice", gettext_noop("The heading %(heading)s stands more than once."))
    TOTAL_SKIPPED = ("total_skipped", gettext_noop("Line %(line)s is a total and was not read as a row."))
    BLANK_SKIPPED = ("blank_skipped", gettext_noop("%(count)s blank row(s) were skipped."))
    OTHER_SHEETS = (
        "other_sheets",
        gettext_noop("Only the sheet %(sheet)s was read; the workbook also has: %(sheets)s."),
    )
    ENCODING_GUESSED = ("encoding_guessed", gettext_noop("The text was read as %(encoding)s."))
    SECOND_COLUMN = (
        "second_column",
        gettext_noop("%(heading)s also looks like %(field)s; %(chosen)s was taken."),
    )
    EXCEL_SERIAL = ("excel_serial", gettext_noop("%(field)s holds day numbers of a spreadsheet program."))
    SHORT_YEAR = ("short_year", gettext_noop("%(field)s has two-digit years, read as 1970 to 2069."))
    BINARY_REST = (
        "binary_rest",
        gettext_noop("%(field)s holds binary fractions; they were read to 15 digits, as the sheet shows them."),
    )
    CREDITS_NEGATED = ("credits_negated", gettext_noop("Credits are written without a sign and were read as negative."))
    VALUE_DROPPED = (
        "value_dropped",
        gettext_noop("Line %(line)s: %(field)s is not usable and was left empty: %(value)s"),
    )
    DEFAULT_USED = ("default_used", gettext_noop("%(field)s is not in the file; the default %(value)s was used."))


class QuestionReason(FormatCode):
    """What the file does not say: asked once, recorded, remembered per source."""

    KIND = ("ask_kind", gettext_noop("What does this table list?"))
    COLUMN = ("ask_column", gettext_noop("Which column holds %(field)s?"))
    CONFIRM = ("ask_confirm", gettext_noop("Is %(heading)s really %(field)s?"))
    CURRENCY = ("ask_currency", gettext_noop("In which currency are the amounts?"))
    CURRENCY_SIGN = ("ask_currency_sign", gettext_noop("Which currency does %(sign)s stand for?"))
    COUNTRY = ("ask_country", gettext_noop("In which country are the customers?"))
    COUNTRY_CODE = ("ask_country_code", gettext_noop("Which country does the code %(value)s stand for?"))
    COMPANY_CODE = ("ask_company_code", gettext_noop("The table lists several companies. Which of them are read?"))
    DATE_ORDER = ("ask_date_order", gettext_noop("In %(heading)s, which comes first: the day or the month?"))
    DATE_MIXED = (
        "ask_date_mixed",
        gettext_noop("%(heading)s mixes day/month and month/day. Which one is right?"),
    )
    DATE_SWAPPED = (
        "ask_date_swapped",
        gettext_noop("A spreadsheet program seems to have swapped day and month in part of %(heading)s."),
        gettext_noop("Export again with dates as text or as YYYY-MM-DD, and do not open the file before import."),
    )
    DECIMAL = ("ask_decimal", gettext_noop("In %(heading)s, is the decimal mark a comma or a point?"))


ALL_REASONS: tuple[type[FormatCode], ...] = (FileReason, CellReason, NoteReason, QuestionReason)
