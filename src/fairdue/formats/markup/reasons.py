"""Why an XML file is refused."""

from __future__ import annotations

from fairdue.formats.reasons import FormatCode
from fairdue.kernel.reasons import gettext_noop


class MarkupReason(FormatCode):
    """A whole XML file is refused; nothing of it counts."""

    BROKEN = (
        "markup_broken",
        gettext_noop("The XML is not well-formed (%(detail)s)."),
        gettext_noop("The file is cut off or damaged: fetch it again."),
    )
    DOCTYPE = (
        "markup_doctype",
        gettext_noop("The file declares a document type or entities, which no file of this kind needs."),
        gettext_noop("Do not use this file; ask its sender for a clean one."),
    )
    DEEP = (
        "markup_deep",
        gettext_noop("Elements are nested more than %(limit)s deep."),
        gettext_noop("Do not use this file; ask its sender for a clean one."),
    )
    LONG = (
        "markup_long",
        gettext_noop("%(path)s is longer than %(limit)s characters."),
        gettext_noop("Do not use this file; ask its sender for a clean one."),
    )
    MANY = (
        "markup_many",
        gettext_noop("%(path)s holds more than %(limit)s values."),
        gettext_noop("Do not use this file; ask its sender for a clean one."),
    )
    MIXED = (
        "markup_mixed",
        gettext_noop("%(path)s holds text beside elements: %(value)s"),
        gettext_noop("Ask its sender for a file that keeps to the standard."),
    )
    TOO_LARGE = (
        "markup_too_large",
        gettext_noop("The file has more than %(limit)s bytes."),
        gettext_noop("Split the file by day or by account."),
    )
    UNKNOWN = (
        "markup_unknown",
        gettext_noop("The file begins with %(element)s, which is none of the messages read here."),
        gettext_noop("Check that it is the right file; if it is, send us an example without names."),
    )
