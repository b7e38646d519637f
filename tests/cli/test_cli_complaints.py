"""The complaints for which users leave this kind of software, each played through with files, mails and a real mail server.

Three customers owe one invoice each and are ten days late. On Friday morning the notices are written and released; before they
leave, something happens to one of the three. The other two must get their notice, that one must not, and the house says why.
"""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfWriter

pytestmark = pytest.mark.kill

CUSTOMERS = """\
Customer number,Customer name,Street,Postcode,City,Country,Language,Email
C1,Hansen Pumpen GmbH,Hafenstr. 1,20457,Hamburg,DE,en,ap@hansen.example
C2,Bergmann AG,Talweg 2,50667,Köln,DE,en,ap@bergmann.example
C3,Castell GmbH,Markt 3,04109,Leipzig,DE,en,ap@castell.example
"""
INVOICES = """\
Customer number,Document number,Document type,Document date,Due date,Currency,Amount,Open amount
C1,R-101,Invoice,2026-09-20,2026-10-20,EUR,1000.00,1000.00
C2,R-201,Invoice,2026-09-20,2026-10-20,EUR,2000.00,2000.00
C3,R-301,Invoice,2026-09-20,2026-10-20,EUR,3000.00,3000.00
"""
MONEY = """\
Payment date,Paid amount,Currency,Customer number,Document number,Reference
2026-10-29,50.00,EUR,,,Interest of the bank
"""
REPLY = """\
From: {sender}
To: collections@acme.example
Subject: {subject}
Date: Fri, 30 Oct 2026 10:40:00 +0100
Message-ID: <one@customer.example>
Content-Type: text/plain; charset=utf-8

{text}
"""


class House:
    """Acme GmbH on a Friday morning: what its people do, and what its customers find in their mailboxes."""

    def __init__(self, fairdue, mailbox, folder: Path) -> None:
        self.fairdue, self.mailbox, self.folder = fairdue, mailbox, folder
        self.server = {
            "FAIRDUE_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}", "FAIRDUE_MAIL_FROM": "collections@acme.example",
        }  # fmt: skip
        fairdue.now = fairdue.now.replace(day=30)
        self.bring("customers", CUSTOMERS)
        self.bring("open_items", INVOICES)
        self.bring("payments", MONEY, source="bank")

    def bring(self, kind: str, text: str, source: str = "erp") -> str:
        """Import a list as of today."""
        file = self.folder / f"{kind}.csv"
        file.write_text(text, encoding="utf-8")
        return self.fairdue("import", str(file), "--kind", kind, "--source", source, "--as-of", "2026-10-30", "--yes")

    def write_notices(self) -> str:
        """Let the line decide, and release what may leave."""
        self.fairdue("run", "--as-of", "2026-10-30", "--no-dispatch")
        return self.fairdue("release", "--all")

    def read_mail(self, sender: str, subject: str, text: str) -> None:
        """Read one mail from a folder, as from the mailbox."""
        box = self.folder / "mails"
        box.mkdir(exist_ok=True)
        (box / "1.eml").write_text(REPLY.format(sender=sender, subject=subject, text=text), encoding="utf-8")
        self.fairdue("inbox", "read", "--folder", str(box))

    def send(self) -> str:
        """Hand over what is in the outbox."""
        return self.fairdue("send", **self.server)

    def written_to(self) -> list[str]:
        """Give whose mailbox got a notice, in order."""
        mails = [message_from_bytes(mail, policy=policy.default) for mail in self.mailbox.mails]
        return sorted(str(mail["To"]).rpartition("@")[2].strip(">") for mail in mails)

    def why(self, number: str) -> str:
        """Ask why something would or would not go out, on one line."""
        return re.sub(r"\s+", " ", self.fairdue("gate", "why", number))


@pytest.fixture
def house(acme, mailbox, tmp_path):
    return House(acme, mailbox, tmp_path)


def test_nothing_happened_and_all_three_are_written_to(house):
    assert "released: 3" in house.write_notices()
    house.send()
    assert house.written_to() == ["bergmann.example", "castell.example", "hansen.example"]
    house.send()
    assert len(house.written_to()) == 3


def test_a_customer_who_paid_this_morning_gets_no_reminder(house):
    house.write_notices()
    house.bring("payments", MONEY + "2026-10-30,1000.00,EUR,C1,R-101,R-101\n", source="bank")
    told = house.send()
    assert house.written_to() == ["bergmann.example", "castell.example"]
    assert "held back: 1" in told
    assert "R-101 is settled: 1,000.00 EUR were to be claimed." in told


def test_money_that_nobody_has_matched_yet_holds_the_reminder_it_would_pay(house):
    house.write_notices()
    house.bring("payments", MONEY + "2026-10-30,1000.00,EUR,C1,,transfer\n", source="bank")
    house.send()
    assert house.written_to() == ["bergmann.example", "castell.example"]
    assert "Credits and unapplied payments of 1,000.00 EUR cover what is overdue" in house.why("C1")


def test_a_customer_who_complained_by_mail_gets_no_reminder_before_a_person_has_read_it(house):
    house.write_notices()
    house.read_mail(
        "ap@bergmann.example", "Invoice R-201", "Two of the four pumps arrived broken. We will not pay for them."
    )
    house.send()
    assert house.written_to() == ["castell.example", "hansen.example"]
    assert "Everything overdue is on hold (Reply not read yet)" in house.why("C2")
    assert "Bergmann" in house.fairdue("inbox", "list", code=2)


def test_an_out_of_office_message_holds_nothing(house):
    house.write_notices()
    house.read_mail("ap@bergmann.example", "Automatic reply: Out of office", "I am out of the office until Monday.")
    house.send()
    assert house.written_to() == ["bergmann.example", "castell.example", "hansen.example"]


def test_a_customer_who_never_received_the_invoice_is_not_reminded_of_it(house):
    house.write_notices()
    house.read_mail("ap@castell.example", "R-301", "We never received invoice R-301. Please send it to us.")
    house.send()
    assert house.written_to() == ["bergmann.example", "hansen.example"]
    assert "Castell" in house.fairdue("inbox", "list", code=2)


def test_where_the_policy_asks_for_a_copy_nobody_is_reminded_without_it(house, tmp_path):
    text = house.fairdue.run("policy", "export", "flexible").stdout
    stage = "  - code: overdue_notice\n"
    assert stage in text
    file = tmp_path / "policy.yaml"
    file.write_text(text.replace(stage, f"{stage}    copies: {{kinds: [invoice], missing: block}}\n"), encoding="utf-8")
    house.fairdue("policy", "adopt", str(file))
    copies = tmp_path / "copies"
    copies.mkdir()
    for number in ("R-101", "R-201"):
        (copies / f"{number}.pdf").write_bytes(invoice_pdf(number))
    house.fairdue("files", "add", str(copies), "--kind", "invoice")
    house.write_notices()
    house.send()
    assert house.written_to() == ["bergmann.example", "hansen.example"]
    assert "R-301" in house.fairdue("files", "missing")
    enclosed = [
        part.get_filename()
        for part in message_from_bytes(house.mailbox.mails[0], policy=policy.default).iter_attachments()
    ]
    assert any("R-" in str(name) for name in enclosed)


def test_payments_not_read_for_days_hold_every_reminder(house):
    house.write_notices()
    house.fairdue.now += timedelta(days=7)
    told = house.send()
    assert house.written_to() == []
    assert "7 days ago; the policy allows 3" in re.sub(r"\s+", " ", told)


def test_a_payment_file_half_read_holds_every_reminder_until_a_person_has_looked(house):
    house.write_notices()
    file = house.folder / "wrong.csv"
    file.write_text(MONEY, encoding="utf-8")
    told = house.fairdue(
        "import", str(file), "--kind", "payments", "--source", "bank", "--as-of", "2026-10-30", "--control", "EUR=1050.00",
        "--yes", code=2,
    )  # fmt: skip
    assert "The control total is 1,050.00 EUR, but the file adds up to 50.00 EUR." in told
    house.send()
    assert house.written_to() == []


def test_without_a_sender_address_everything_waits_and_says_so(house):
    house.write_notices()
    told = house.fairdue("send", FAIRDUE_SMTP_URL=house.server["FAIRDUE_SMTP_URL"])
    assert "No sender address is set" in told
    assert house.written_to() == []
    house.fairdue.now += timedelta(hours=1)
    house.send()
    assert len(house.written_to()) == 3


def invoice_pdf(number: str) -> bytes:
    """Make a one-page PDF with a number on it."""
    out, pdf = BytesIO(), PdfWriter()
    pdf.add_blank_page(200, 200)
    pdf.add_metadata({"/Title": number})
    pdf.write(out)
    return out.getvalue()
