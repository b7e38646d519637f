"""Tell an e-invoice by its content, and read it: whole, or not at all."""

from __future__ import annotations

from fairdue.formats.copies.media import is_zip
from fairdue.formats.einvoice import cii, fapiao, fatturapa, pdf, signed, ubl
from fairdue.formats.einvoice.checks import checked
from fairdue.formats.einvoice.reasons import EInvoiceError
from fairdue.formats.einvoice.records import EInvoice
from fairdue.formats.errors import FormatError, shorten
from fairdue.formats.markup.tree import read_tree


def read_einvoice(data: bytes, file_name: str = "") -> list[EInvoice]:
    """Read all invoices of a file: one, or several of a FatturaPA. Its name is not believed.

    Raises FormatError, with the file's name and the line where it is known.
    """
    try:
        if signed.is_signed(data):
            data = signed.contents(data)
        if data[:1024].lstrip().startswith(b"%PDF-"):
            data = pdf.invoice_in(data)
        elif is_zip(data):
            data = fapiao.invoice_in_ofd(data)
        root = read_tree(data)
        if ubl.SPACES.get(root.space) == root.name:
            found = [ubl.read_ubl(root)]
        elif cii.SPACES.get(root.space) == root.name:
            found = [cii.read_cii(root)]
        elif root.name == fatturapa.ROOT:
            found = fatturapa.read_fatturapa(root)
        elif root.name in fapiao.ROOTS:
            found = [fapiao.read_fapiao(root)]
        else:
            raise FormatError(EInvoiceError.UNKNOWN, line=root.line, element=shorten(root.name))
    except FormatError as error:
        raise error.in_file(file_name) from None
    return [checked(one) for one in found]
