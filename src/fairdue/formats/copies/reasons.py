"""Why a file is not taken as a copy of a document, each with a remedy a person can carry out."""

from __future__ import annotations

from fairdue.formats.reasons import FormatCode
from fairdue.kernel.reasons import gettext_noop


class CopyReason(FormatCode):
    """One file of many is refused; the others still go in."""

    TOO_LARGE = (
        "copy_too_large",
        gettext_noop("The file has %(size)s bytes; at most %(limit)s are taken."),
        gettext_noop("Save it smaller, for example with less resolution."),
    )
    NO_COPY = (
        "copy_not_known",
        gettext_noop("The file is neither PDF, PNG nor JPEG."),
        gettext_noop("Save the document as PDF."),
    )
    BROKEN = (
        "copy_broken",
        gettext_noop("The PDF cannot be read (%(detail)s)."),
        gettext_noop("Open it, print it into a new PDF, and add that one."),
    )
    LOCKED = (
        "copy_locked",
        gettext_noop("The PDF is protected by a password."),
        gettext_noop("Save it without a password."),
    )
    ACTIVE = (
        "copy_active",
        gettext_noop("The PDF holds active content (%(what)s)."),
        gettext_noop("Print it into a new PDF, and add that one."),
    )
    TOO_SLOW = (
        "copy_too_slow",
        gettext_noop("Reading the PDF took longer than %(seconds)s seconds or too much memory."),
        gettext_noop("Print it into a new PDF, and add that one."),
    )
    ZIP_NESTED = (
        "copy_zip_nested",
        gettext_noop("A ZIP inside a ZIP is not opened."),
        gettext_noop("Unpack it, and add its files."),
    )
    ZIP_TOO_MUCH = (
        "copy_zip_too_much",
        gettext_noop("The ZIP unpacks to more than is taken at once (%(what)s)."),
        gettext_noop("Make several smaller ZIP files."),
    )
    ZIP_BROKEN = (
        "copy_zip_broken",
        gettext_noop("The ZIP file is damaged or protected (%(detail)s)."),
        gettext_noop("Make it anew, without a password."),
    )
    MAIL_BROKEN = (
        "copy_mail_broken",
        gettext_noop("The mail file cannot be read."),
        gettext_noop("Save the attachments, and add them."),
    )
    UNREADABLE = (
        "copy_unreadable",
        gettext_noop("The file cannot be opened (%(detail)s)."),
        gettext_noop("Check that it is there and that you may read it."),
    )
    NO_DOCUMENT = (
        "copy_no_document",
        gettext_noop("Neither name nor text holds the number of a document in the ledger."),
        gettext_noop("Put the invoice number into the file name, or add the file on the customer's page."),
    )
    SEVERAL = (
        "copy_several_documents",
        gettext_noop("The text holds several documents: %(documents)s."),
        gettext_noop("Put the right number into the file name."),
    )
    SEVERAL_CUSTOMERS = (
        "copy_several_customers",
        gettext_noop("%(documents)s: documents of several customers bear this number."),
        gettext_noop("Put the customer's number into the file name or name the folder after it."),
    )
    OWNER_NOT_NAMED = (
        "copy_owner_not_named",
        gettext_noop(
            "The text holds the number %(documents)s of %(customer)s, but neither name, number nor VAT number of that customer."
        ),
        gettext_noop(
            "If it is theirs, put the invoice number into the file name, or add the file on the customer's page."
        ),
    )
    NO_KIND = (
        "copy_no_kind",
        gettext_noop(
            "What kind of document this is stands neither in its name, its folder nor at the head of its text."
        ),
        gettext_noop("Put a word such as invoice, contract or delivery note into the file name."),
    )
