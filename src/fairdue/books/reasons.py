"""Reasons of this room: why a task is there, and why a line of an answer was not taken."""

from __future__ import annotations

from fairdue.formats.reasons import FormatCode
from fairdue.kernel.reasons import gettext_noop


class BooksReason(FormatCode):
    """What is to be done about a batch, and what is wrong with an answer to one."""

    LATE = (
        "books_late",
        gettext_noop("Batch %(number)s was cut on %(cut_on)s; the books have not answered for %(count)s line(s)."),
    )
    LINES_REFUSED = (
        "books_lines_refused",
        gettext_noop("The books refuse %(count)s line(s) of batch %(number)s: %(why)s"),
    )
    NO_BATCH = (
        "books_no_batch",
        gettext_noop("There is no batch %(number)s."),
        gettext_noop("Give the number that stands in the batch's file."),
    )
    OTHER_BATCH = (
        "books_other_batch",
        gettext_noop("The answer is for a batch %(number)s with other lines than ours: %(given)s."),
        gettext_noop("Give the Merkle root that stands in the batch's file, or leave it out."),
    )
    NO_LINE = (
        "books_no_line",
        gettext_noop("Batch %(number)s has no line %(line)s; it has %(lines)s."),
        gettext_noop("Give the line's number as the batch's file has it, or leave it empty for the whole batch."),
    )
    OUTCOME = (
        "books_outcome",
        gettext_noop("%(value)s is no outcome."),
        gettext_noop("Write booked or refused."),
    )
    CHARACTERS = (
        "books_characters",
        gettext_noop("Column %(column)s holds characters that are none: %(value)s."),
        gettext_noop("Write the text as UTF-8 without control characters, and answer the line again."),
    )
    NO_REASON = (
        "books_no_reason",
        gettext_noop("A refusal says why."),
        gettext_noop("Fill the column reason."),
    )
    BOOKED_BEFORE = (
        "books_booked_before",
        gettext_noop("Line %(line)s of batch %(number)s was booked before; it is not refused now."),
        gettext_noop("Reverse the booking in the ledger; the reversal goes out with the next batch."),
    )
    TWO_ANSWERS = (
        "books_two_answers",
        gettext_noop("Line %(line)s of batch %(number)s is both booked and refused in this answer."),
        gettext_noop("Keep one of the two."),
    )
    KEY_USED = (
        "books_key_used",
        gettext_noop("The key %(value)s was used for another answer."),
        gettext_noop("Give every answer a key of its own."),
    )
    COLUMNS = (
        "books_columns",
        gettext_noop("The answer lacks the column(s) %(value)s."),
        gettext_noop("It needs the columns batch, line and outcome; reference and reason may follow."),
    )
    UNREADABLE = (
        "books_unreadable",
        gettext_noop("This is neither CSV nor JSON: %(value)s."),
        gettext_noop("Give a CSV file in UTF-8, or the JSON of the reference page."),
    )
    NUMBER = (
        "books_number",
        gettext_noop("%(value)s is no number."),
        gettext_noop("Write digits only."),
    )
    TOO_LONG = (
        "books_too_long",
        gettext_noop("The answer has more than %(limit)s lines."),
        gettext_noop("Answer with fewer lines a file, or for whole batches."),
    )
