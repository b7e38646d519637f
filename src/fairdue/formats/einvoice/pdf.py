"""The invoice inside a PDF: Factur-X and ZUGFeRD attach it as XML. The PDF is opened by ``pypdf``; nothing of it is run."""

from __future__ import annotations

import io

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from fairdue.formats.einvoice.reasons import EInvoiceError
from fairdue.formats.errors import FormatError

NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")
ATTACHED_MAX = 64


def invoice_in(data: bytes) -> bytes:
    """Give the XML that a PDF carries as its invoice; FormatError where there is none, or the PDF cannot be opened.

    The names of the standards count first, else the only XML that is attached.
    """
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        attached = [(str(name), reader.attachments[name]) for name in list(reader.attachments)[:ATTACHED_MAX]]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError):
        raise FormatError(EInvoiceError.NO_INVOICE) from None
    by_name = {name.lower(): parts for name, parts in attached}
    for name in NAMES:
        if by_name.get(name):
            return bytes(by_name[name][0])
    others = [parts[0] for name, parts in attached if name.lower().endswith(".xml") and parts]
    if len(others) != 1:
        raise FormatError(EInvoiceError.NO_INVOICE)
    return bytes(others[0])
