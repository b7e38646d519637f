"""The demonstration company: reproducible, of the promised shape, and right by the ledger's own guards."""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
from stdnum import iban, iso11649

from fairdue.demo.files import write_exports
from fairdue.demo.generate import build, make_book
from fairdue.demo.insurance import limits_csv, reports
from fairdue.demo.profiles import texts
from fairdue.demo.receipts import open_amounts as drafted_open
from fairdue.kernel.chain import merkle_root
from fairdue.ledger import audit
from fairdue.ledger.models import (
    AcceptedTerms,
    Allocation,
    AuditEntry,
    Contact,
    Customer,
    Document,
    DueDateChange,
    DueItem,
    Fact,
    Hold,
    Payment,
)
from fairdue.ledger.queries import open_amounts
from fairdue.people.models import BankAccount, User

AS_OF = date(2026, 10, 30)
AT = datetime(2026, 10, 31, 7, 0, tzinfo=UTC)
PASSWORD = "a password for tests"


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """One company for all tests here; what a test writes, it rolls back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(AT, AS_OF, 7, 50, PASSWORD)
        transaction.set_rollback(True)


def test_the_audit_root_can_be_made_again_from_the_table(demo):
    entry = AuditEntry.objects.get(subject="table:ledger_due_date_change")
    rows = DueDateChange.objects.order_by("id").values_list(*entry.detail["fields"])
    assert entry.detail["rows"] == len(rows) > 0
    assert entry.detail["merkle_root"] == merkle_root("\x1f".join(map(str, row)).encode() for row in rows)


def test_the_ledger_holds_what_was_counted(demo):
    assert demo.counts["customers"] == 50 == Customer.objects.count()
    assert demo.counts["documents"] == Document.objects.count()
    assert demo.counts["items"] == DueItem.objects.count()
    assert demo.counts["payments"] == Payment.objects.count()
    assert demo.counts["allocations"] == Allocation.objects.count()
    assert demo.counts["holds"] == Hold.objects.count()


def test_the_guards_were_on_and_stay_on(demo):
    assert open_amounts(demo.company_id, AS_OF) == open_amounts(demo.company_id, date(9999, 1, 1))
    open_items = DueItem.objects.in_bulk(open_amounts(demo.company_id, AS_OF).keys())
    drafted = drafted_open(make_book(AS_OF, 7, 50))
    assert sorted(drafted.values()) == sorted(open_amounts(demo.company_id, AS_OF).values())
    for item_id, open_minor in open_amounts(demo.company_id, AS_OF).items():
        amount = open_items[item_id].amount_minor
        assert min(0, amount) <= open_minor <= max(0, amount)
    paid = Allocation.objects.filter(kind="payment").first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Allocation.objects.create(
            company_id=demo.company_id, customer_id=paid.customer_id, kind="payment", due_item_id=paid.due_item_id,
            payment_id=paid.payment_id, currency=paid.currency, amount_minor=10**15, effective_on=AS_OF, recorded_at=AT,
        )  # fmt: skip


def test_every_payment_and_discount_adds_up(demo):
    for kind, column in (("payment", "payment_id"), ("credit", "credit_item_id")):
        sums = Allocation.objects.filter(kind=kind).values(column).annotate(total=Sum("amount_minor"))
        assert all(row["total"] >= 0 for row in sums)
    taken = Allocation.objects.filter(kind="discount").values_list("due_item__discount_minor", "amount_minor")
    assert all(offered == given for offered, given in taken)


def test_nothing_lies_after_the_day_or_is_recorded_after_the_moment(demo):
    for model in (Document, DueItem, Payment, Allocation):
        assert not model.objects.filter(Q(effective_on__gt=AS_OF) | Q(recorded_at__gt=AT)).exists()
    assert not Hold.objects.filter(Q(since__gt=AS_OF) | Q(released_on__gt=AS_OF)).exists()


def test_the_company_can_be_paid_and_its_people_can_sign_in(demo):
    accounts = {account.currency: account.iban for account in BankAccount.objects.filter(company_id=demo.company_id)}
    assert set(accounts) == {"EUR", "CHF", "GBP", "USD", "JPY"}
    assert all(iban.is_valid(number) for number in accounts.values())
    assert set(DueItem.objects.values_list("currency", flat=True)) <= set(accounts)
    assert [user.role for user in demo.users] == [
        "controller", "finance_lead", "account_owner", "account_owner", "account_owner", "account_owner", "auditor",
        "administrator",
    ]  # fmt: skip
    assert authenticate(username="controller", password=PASSWORD) is not None
    assert authenticate(username="controller", password="guess") is None
    assert User.objects.count() == 8


def test_the_bank_data_are_fresh_and_the_audit_chain_is_whole(demo):
    fact = Fact.objects.get(kind="bank_data_through")
    assert (fact.subject, fact.value) == (f"company:{demo.company_id}", AS_OF.toordinal())
    assert audit.verify(demo.company_id) == []
    assert audit.unsealed(demo.company_id) == 0
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"demo"}


def test_addresses_lead_nowhere(demo):
    emails = [email for email in Contact.objects.values_list("email", flat=True) if email]
    assert emails
    assert all(re.fullmatch(r"[a-z]+@k\d+\.example", email) for email in emails)
    assert all(user.email.endswith("@nordhafen.example") for user in User.objects.all())


def test_accepted_clauses_are_in_the_customers_language(demo):
    for terms in AcceptedTerms.objects.select_related("customer"):
        assert terms.language == terms.customer.language
        assert terms.clause.startswith(texts()[terms.language]["pay"])
        assert ("{" in terms.clause) is False


def test_references_are_valid(demo):
    references = DueItem.objects.filter(amount_minor__gt=0).values_list("payment_reference", flat=True)
    assert all(iso11649.is_valid(reference) for reference in references)


def test_exports_say_the_same_in_three_languages_and_lead_to_the_same_open_amounts(demo, tmp_path):
    written = write_exports(demo.company_id, tmp_path)
    assert len(written) == 12
    with (tmp_path / "en" / "open_items.csv").open(encoding="utf-8", newline="") as file:
        items = list(csv.DictReader(file))
    with (tmp_path / "en" / "payments.csv").open(encoding="utf-8", newline="") as file:
        payments = list(csv.DictReader(file))
    left: dict[str, int] = {}
    for row in items:
        left[row["Document number"]] = left.get(row["Document number"], 0) + int(row["Open amount"].replace(".", ""))
    for row in payments:
        if row["Document number"]:
            left[row["Document number"]] -= int(row["Payment amount"].replace(".", ""))
    numbers = dict(DueItem.objects.values_list("id", "document__number"))
    expected: dict[str, int] = {}
    for item, open_minor in open_amounts(demo.company_id, AS_OF).items():
        expected[numbers[item]] = expected.get(numbers[item], 0) + open_minor
    assert {number: minor for number, minor in left.items() if minor} == expected
    with (tmp_path / "zh" / "未清项.csv").open(encoding="gb18030", newline="") as file:
        chinese = list(csv.DictReader(file))
    with (tmp_path / "de" / "offene_posten.csv").open(encoding="utf-8-sig", newline="") as file:
        german = list(csv.DictReader(file, delimiter=";"))
    assert (
        [row["发票号"] for row in chinese]
        == [row["Document number"] for row in items]
        == [row["Belegnummer"] for row in german]
    )
    assert [row["客户名称"] for row in chinese] == [row["Customer name"] for row in items]
    assert german[0]["Betrag"].replace(".", "").replace(",", ".") == items[0]["Amount"]


def test_what_was_overdue_is_reported_to_the_insurer_but_for_a_few(demo):
    """Only insured buyers are reported, each once, on a day on which they were overdue; the same ledger gives the same reports."""
    told = reports(demo.company_id, AS_OF)
    insured = {row["customer"] for row in csv.DictReader(limits_csv(demo.company_id, AS_OF).splitlines())}
    numbers = dict(Customer.objects.filter(company_id=demo.company_id).values_list("pk", "number"))
    assert told
    assert told == reports(demo.company_id, AS_OF)
    assert {numbers[one.customer_id] for one in told} < insured
    assert len({one.customer_id for one in told}) == len(told)
    assert {one.kind for one in told} <= {"notified", "claimed"}
    assert all(one.on < AS_OF for one in told)
