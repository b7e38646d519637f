"""``fairdue inbox``: a file of a reply is taken over as a copy of the invoice it names."""

from __future__ import annotations

import sqlite3
from email.message import EmailMessage

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
INVOICE = """
SELECT document.number, contact.email FROM ledger_document AS document
JOIN ledger_contact AS contact ON contact.customer_id = document.customer_id
WHERE document.kind = 'invoice' AND contact.email <> ''
  AND document.customer_id NOT IN (SELECT customer_id FROM contact_inbound_mail WHERE customer_id IS NOT NULL)
ORDER BY document.id DESC LIMIT 1
"""


def one(folder, query: str, *values: object) -> tuple:
    with sqlite3.connect(folder / "fairdue.sqlite3") as connection:
        return connection.execute(query, values).fetchone()


def test_a_file_of_a_reply_is_taken_over_as_a_copy_of_its_invoice(fairdue, tmp_path):
    number, address = one(fairdue.folder, INVOICE)
    made = EmailMessage()
    made["From"], made["Subject"], made["Message-ID"] = address, f"Re: {number}", "<proof@customer.example>"
    made.set_content("Please find the delivery note.")
    made.add_attachment(PNG, maintype="image", subtype="png", filename=f"Delivery note {number}.png")
    made.add_attachment(b"PK", maintype="application", subtype="zip", filename="all.zip")
    box = tmp_path / "box"
    box.mkdir()
    (box / "1.eml").write_bytes(made.as_bytes())
    fairdue("inbox", "read", "--folder", str(box))
    (mail,) = one(fairdue.folder, "SELECT id FROM contact_inbound_mail WHERE mail_id = ?", "<proof@customer.example>")

    taken = fairdue("inbox", "take", str(mail))
    assert number in taken
    assert f"Delivery note {number}.png" in taken
    kept = "SELECT count(*), min(kind), min(origin) FROM ledger_document_file WHERE file_name = ?"
    assert one(fairdue.folder, kept, f"Delivery note {number}.png") == (1, "delivery_proof", "mail")
    fairdue("inbox", "take", str(mail), "1")
    assert one(fairdue.folder, kept, f"Delivery note {number}.png")[0] == 1

    assert "no such file" in fairdue("inbox", "take", str(mail), "3", code=1)
    assert "no such mail" in fairdue("inbox", "take", "999999", code=1)
    assert "copy of" in fairdue("inbox", "take", str(mail), "2", code=1)
    assert "neither PDF" in fairdue("inbox", "take", str(mail), "2", "--kind", "other", code=1)
    assert "没有" in fairdue("inbox", "take", "999999", code=1, FAIRDUE_LANGUAGE="zh-hans")
