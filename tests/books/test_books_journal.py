"""The journal: bean-check accepts it on any day, and refuses it when a cent is changed."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from books_sample import DAY, invoice

from fairdue.books.actions import do_cut
from fairdue.books.journal import journal, write_journal
from fairdue.books.opening import do_open
from fairdue.ledger.actions import do_allocate, do_book_payment, do_charge, do_reverse
from fairdue.ledger.models import Allocation
from fairdue.people.actor import Actor, NotAllowed

pytestmark = pytest.mark.django_db
BEAN_CHECK = Path(sys.executable).with_name("bean-check")


@pytest.fixture
def bean_check(tmp_path):
    """Give what bean-check says of a journal; empty means: accepted. Skipped without the program, failing in CI."""
    program = str(BEAN_CHECK) if BEAN_CHECK.exists() else shutil.which("bean-check")
    if program is None:
        assert not os.environ.get("CI"), "bean-check is not installed"
        pytest.skip("bean-check is not installed")

    def check(text: str) -> str:
        path = tmp_path / "journal.beancount"
        path.write_text(text, encoding="utf-8")
        done = subprocess.run([program, "--no-cache", str(path)], capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else done.stdout + done.stderr

    return check


def text_of(company, as_of, **more) -> str:
    return "\n".join(journal(company.pk, as_of, **more)) + "\n"


def test_a_payment_a_charge_and_a_reversal_balance_to_the_cent(actor, company, ledger, bean_check):
    made = do_allocate(
        actor, due_item_id=ledger.invoice.pk, payment_id=ledger.paid.pk, amount_minor=600_00, effective_on=DAY
    )
    charge = do_charge(
        actor, customer_id=ledger.customer.pk, kind="interest", amount_minor=12_34, currency="EUR", effective_on=DAY,
        basis={},
    )  # fmt: skip
    do_allocate(actor, kind="waiver", charge_id=charge.pk, amount_minor=2_34, effective_on=DAY, reason='said "please"')
    do_reverse(actor, made.pk, effective_on=DAY + timedelta(days=1), reason="wrong invoice")
    first, second = text_of(company, DAY), text_of(company, DAY + timedelta(days=1))
    account = f"Assets:Receivable:C{ledger.customer.pk}"
    assert f"2026-03-03 balance {account}:Documents  450.00 ~ 0 EUR" in first
    assert f"2026-03-03 balance {account}:Charges  10.00 ~ 0 EUR" in first
    assert "2026-03-03 balance Liabilities:Unapplied  0.00 ~ 0 EUR" in first
    assert f"2026-03-04 balance {account}:Documents  1050.00 ~ 0 EUR" in second
    assert "2026-03-04 balance Liabilities:Unapplied  -600.00 ~ 0 EUR" in second
    assert [bean_check(text) for text in (first, second)] == ["", ""]


def test_bean_check_accepts_the_journal_of_books_that_were_opened_in_mid_life(actor, company, ledger, bean_check):
    """The opening marks what is known; the ledger's entries and balances stay what they are, on that day and after."""
    do_allocate(actor, due_item_id=ledger.invoice.pk, payment_id=ledger.paid.pk, amount_minor=600_00, effective_on=DAY)
    before = text_of(company, DAY)
    opened = do_open(actor, DAY)
    assert opened.lines == 3
    later = replace(actor, at=actor.at + timedelta(days=1))
    paid = do_book_payment(
        later, amount_minor=50_00, currency="EUR", effective_on=DAY + timedelta(days=1), customer_id=ledger.customer.pk
    )
    do_allocate(
        later, due_item_id=ledger.own.pk, payment_id=paid.pk, amount_minor=50_00, effective_on=DAY + timedelta(days=1)
    )
    (new,) = do_cut(later)
    assert new.lines == 2
    after = text_of(company, DAY + timedelta(days=1))
    assert text_of(company, DAY) == before
    assert f"balance Assets:Receivable:C{ledger.customer.pk}:Documents  400.00 ~ 0 EUR" in after
    assert [bean_check(text) for text in (before, after)] == ["", ""]


def test_one_cent_more_and_bean_check_refuses(actor, company, ledger, bean_check):
    text = text_of(company, DAY)
    assert "Balance failed" in bean_check(
        text.replace("balance Liabilities:Unapplied  -600.00", "balance Liabilities:Unapplied  -600.01")
    )
    assert bean_check(text.replace("  Assets:Bank  600.00", "  Assets:Bank  600.01", 1)) != ""


def test_what_is_paid_before_its_invoice_counts_waits_in_suspense(actor, company, ledger, bean_check):
    early = DAY - timedelta(days=5)
    paid = do_book_payment(
        actor, amount_minor=100_00, currency="EUR", effective_on=early, customer_id=ledger.customer.pk
    )
    do_allocate(actor, due_item_id=ledger.invoice.pk, payment_id=paid.pk, amount_minor=100_00, effective_on=early)
    do_allocate(actor, due_item_id=ledger.invoice.pk, payment_id=ledger.paid.pk, amount_minor=1_00, effective_on=early)
    before, after = text_of(company, early), text_of(company, DAY)
    assert "Liabilities:Suspense  -100.00 EUR" in before
    assert "Documents" not in before
    assert f"balance Assets:Receivable:C{ledger.customer.pk}:Documents  949.00 ~ 0 EUR" in after
    assert [bean_check(text) for text in (before, after)] == ["", ""]


def test_yesterdays_journal_is_yesterdays_journal(actor, company, ledger):
    before = text_of(company, DAY, known_at=actor.at)
    later = replace(actor, at=actor.at + timedelta(hours=1))
    do_allocate(later, due_item_id=ledger.invoice.pk, payment_id=ledger.paid.pk, amount_minor=1_00, effective_on=DAY)
    assert text_of(company, DAY, known_at=actor.at) == before
    assert text_of(company, DAY) != before


def test_random_ledgers_pass_on_every_day(actor, company, ledger, bean_check):
    """Items in three currencies (no decimals, two, three), paid, credited, waived, settled and taken back at random days."""
    rng = random.Random(11)
    for n in range(60):
        currency = rng.choice(("EUR", "JPY", "KWD"))
        item = invoice(actor, ledger.customer, ledger.source, f"R{n}", rng.randrange(0, 90_000), currency)
        note = invoice(actor, ledger.customer, ledger.source, f"N{n}", -rng.randrange(1, 9_000), currency)
        paid = do_book_payment(
            actor, amount_minor=rng.randrange(1, 90_000), currency=currency, customer_id=rng.choice((None, ledger.customer.pk)),
            effective_on=DAY + timedelta(days=rng.randrange(-3, 4)),
        )  # fmt: skip
        ways = (
            ({"payment_id": paid.pk}, paid.amount_minor), ({"credit_item_id": note.pk, "kind": "credit"}, -note.amount_minor),
            ({"kind": "source_settlement"}, 90_000), ({"kind": "discount"}, 500),
        )  # fmt: skip
        for means, most in ways:
            left = item.amount_minor - sum(a.amount_minor for a in Allocation.objects.filter(due_item=item))
            part = rng.randrange(0, min(most, left) + 1)
            if part:
                on = DAY + timedelta(days=rng.randrange(-5, 6))
                made = do_allocate(actor, due_item_id=item.pk, amount_minor=part, effective_on=on, **means)
                if rng.random() < 0.3:
                    do_reverse(actor, made.pk, effective_on=on + timedelta(days=rng.randrange(3)), reason="random")
    for day in range(-6, 9, 2):
        assert bean_check(text_of(company, DAY + timedelta(days=day))) == "", day
    assert not re.search(r"balance Liabilities:Suspense", text_of(company, DAY))


def test_the_file_appears_whole_and_needs_the_right(actor, company, ledger, tmp_path):
    path = tmp_path / "out" / "journal.beancount"
    assert write_journal(actor, path, DAY) == path.read_text(encoding="utf-8").count("\n")
    assert [entry.name for entry in path.parent.iterdir()] == ["journal.beancount"]
    owner = Actor(company.pk, actor.at, roles=frozenset({"account_owner"}))
    with pytest.raises(NotAllowed):
        write_journal(owner, tmp_path / "no.beancount", DAY)
    auditor = Actor(company.pk, actor.at, roles=frozenset({"auditor"}))
    assert write_journal(auditor, tmp_path / "yes.beancount", DAY) > 0
