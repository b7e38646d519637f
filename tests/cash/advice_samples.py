"""Remittance advices as customers send them: the same list as a workbook, a PDF, a text table and a mail."""

from __future__ import annotations

import io
from email.message import EmailMessage

LISTED = (("RE-2026-0101", 119000), ("RE-2026-0102", 20050), ("RE-2026-0103", 30500), ("GS-2026-0007", -4500))
"""Numbers and amounts: three invoices and a credit note."""
Listed = tuple[tuple[str, int], ...]


def euros(minor: int) -> str:
    """Write an amount as German letters do: ``1.190,00``."""
    whole, cents = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{whole:,}".replace(",", ".") + f",{cents:02d}"


def workbook(listed: Listed = LISTED, *, total: bool = True) -> bytes:
    """Make an XLSX with numbers as numbers, a discount column, and a total."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Avis")
        sheet.write_row(0, 0, ["Zahlungsavis der Muster AG"])
        sheet.write_row(2, 0, ["Belegnummer", "Datum", "Brutto", "Skonto", "Zahlbetrag"])
        for at, (number, minor) in enumerate(listed, start=3):
            sheet.write_row(at, 0, [number, "01.02.2026", minor / 100 + 1, 1, minor / 100])
        if total:
            end = len(listed) + 3
            sheet.write_row(end, 0, ["Summe", "", None, None, sum(minor for _, minor in listed) / 100])
    return out.getvalue()


def pdf(listed: Listed = LISTED) -> bytes:
    """Make a PDF with the list as a table."""
    import typst

    rows = "".join(f"[{number}],[01.02.2026],[{euros(minor)}]," for number, minor in listed)
    total = euros(sum(minor for _, minor in listed))
    source = (
        "= Zahlungsavis Nr. 2026-77\nMuster AG, Hafenstr. 1\n"
        f"#table(columns: 3, [Beleg],[Datum],[Betrag], {rows} [Summe],[],[{total}])\n"
    )
    return bytes(typst.compile(source.encode()))


def table(listed: Listed = LISTED) -> bytes:
    """Make a CSV with semicolons."""
    rows = "".join(f"{number};01.02.2026;{euros(minor)}\r\n" for number, minor in listed)
    return f"Rechnung;Datum;Betrag\r\n{rows}Summe;;{euros(sum(minor for _, minor in listed))}\r\n".encode("cp1252")


def words(listed: Listed = LISTED) -> str:
    """Write the list as a mail does."""
    rows = "\n".join(f"{number}   {euros(minor)} EUR" for number, minor in listed)
    total = euros(sum(minor for _, minor in listed))
    return f"Guten Tag,\n\nwir haben heute überwiesen:\n\n{rows}\nGesamt   {total} EUR\n\nMit freundlichen Grüßen\nBuchhaltung\n"


def mail(
    text: str = "",
    *,
    files: tuple[tuple[str, bytes], ...] = (),
    sender: str = "ap@muster.example",
    subject: str = "Zahlungsavis",
) -> bytes:
    """Make a mail."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = f"Buchhaltung <{sender}>", "ar@acme.example", subject
    made["Date"], made["Message-ID"] = (
        "Fri, 27 Feb 2026 10:00:00 +0100",
        f"<{abs(hash((text, files, subject)))}@muster.example>",
    )
    made.set_content(text or "Anbei.")
    for name, data in files:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()
