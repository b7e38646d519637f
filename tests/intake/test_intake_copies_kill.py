"""Bringing files in can be killed anywhere and started again: every file is there once, with whole batches only."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from copy_samples import PNG

from killed import House

HERE = Path(__file__).resolve().parent
BOOK = """
import django; django.setup()
from datetime import UTC, date, datetime
from fairdue.ledger.actions import Maturity, do_book_document
from fairdue.ledger.models import Customer
from fairdue.people.actor import Actor
from fairdue.people.models import Company
company, at = Company.objects.get(), datetime(2026, 3, 1, 9, tzinfo=UTC)
actor = Actor(company.pk, at, roles=frozenset({"finance_lead"}))
customer = Customer.objects.create(company=company, number="K1", number_key="K1", name="K", created_at=at)
for n in range(12):
    do_book_document(actor, customer_id=customer.pk, kind="invoice", number=f"RE-{n:05}", issued_on=date(2026, 1, 5),
                     currency="EUR", maturities=[Maturity(date(2026, 2, 4), 100)])
"""
READ = """
import django, hashlib, sys; django.setup()
from fairdue.ledger import store
print(*(hashlib.sha256(store.get(1, sha256)).hexdigest() == sha256 for sha256 in sys.argv[1:]))
"""
pytestmark = pytest.mark.kill


def test_killed_anywhere_and_started_again_every_file_is_there_once(house: House, tmp_path):
    house.python("-c", BOOK)
    folder = tmp_path / "scans"
    folder.mkdir()
    for n in range(12):
        (folder / f"RE-{n:05}.png").write_bytes(PNG + bytes([n]))
    seen = []
    for write_to, after in (("ledger_document_file", 3), ("ledger_audit_entry", 1), ("ledger_document_file", 4)):
        assert house.killed(str(HERE / "copies_once.py"), str(folder), write_to, str(after))
        seen.append(rows(house))
    assert seen == [0, 5, 5]
    assert house.python(str(HERE / "copies_once.py"), str(folder), "", "0") == "7 5 0"
    assert house.python(str(HERE / "copies_once.py"), str(folder), "", "0") == "0 12 0"
    assert rows(house) == 12
    wanted = [hashlib.sha256(PNG + bytes([n])).hexdigest() for n in range(12)]
    assert house.python("-c", READ, *wanted).strip() == " ".join(["True"] * 12), (
        "each file can be read, and is what was brought"
    )


def rows(made: House) -> int:
    code = (
        "import django; django.setup()\nfrom fairdue.ledger.models import DocumentFile as F\nprint(F.objects.count())"
    )
    return int(made.python("-c", code))
