"""PDFs, ZIPs and mails made for the tests: honest ones and hostile ones."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject


def pdf(*lines: str, pages: int = 1) -> bytes:
    """A PDF whose first page shows lines of Latin text."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    page = writer.pages[0]
    font = DictionaryObject({
        NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
        NameObject("/BaseFont"): NameObject("/Helvetica"), NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
    })  # fmt: skip
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    shown = "".join(f"({line}) Tj 0 -16 Td " for line in lines)
    content = DecodedStreamObject()
    content.set_data(f"BT /F1 12 Tf 60 780 Td {shown}ET".encode("cp1252"))
    page[NameObject("/Contents")] = writer._add_object(content)
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_action(kind: str, place: str = "open") -> bytes:
    """A PDF that does something by itself: when it is opened, or when a link on its page is followed."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    action = DictionaryObject({NameObject("/S"): NameObject(kind), NameObject("/JS"): TextStringObject("app.alert(1)")})
    if kind != "/JavaScript":
        del action["/JS"]
    if place == "open":
        writer._root_object[NameObject("/OpenAction")] = writer._add_object(action)
    else:
        link = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): action})
        page[NameObject("/Annots")] = writer._add_object(link)
    return written(writer)


def locked() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.encrypt("secret", algorithm="RC4-128")
    return written(writer)


def zipped(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def mail(subject: str, *files: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@kunde.example", "b@acme.example", subject
    message.set_content("Please find attached.")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()


PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
