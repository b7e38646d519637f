"""Proposing and posting from the page, in a process of its own; and bank files taken in there."""

from __future__ import annotations

import fcntl
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from web_sample import Sample

from fairdue.cash.actions import do_set_settings
from fairdue.cash.models import BankFile, BankLine, Decision, Proposal
from fairdue.ledger.actions import Maturity, do_book_document
from fairdue.web import jobs, money_job

IBAN = "DE02120300000000202051"


def statement(*amounts: str, number: str = "7", iban: str = IBAN, name: str = "Payer", closing: str = "") -> bytes:
    """Write a CAMT.053 statement with an entry for each amount; ``RE-n`` stands in its text."""
    entries = "".join(
        f"<Ntry><Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>"
        f"<NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>RE-70000{place}</Ustrd></RmtInf>"
        "</TxDtls></NtryDtls></Ntry>"
        for place, amount in enumerate(amounts)
    )
    balance = (
        "<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{}</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
        "<Dt><Dt>2026-03-02</Dt></Dt></Bal>"
    )
    balances = balance.format("OPBD", "0.00") + balance.format("CLBD", closing) if closing else ""
    return (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><Stmt>"
        f"<Id>{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}{entries}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


@pytest.fixture
def launched(monkeypatch) -> list[list[str]]:
    """Note what would be started, and start nothing: the process could not see a test's transaction."""
    found: list[list[str]] = []
    monkeypatch.setattr(money_job.JOB, "launch", lambda arguments, lock: found.append(arguments))
    return found


def give(client: Client, data: bytes, name: str = "day.xml", **asked: str):
    return client.post(
        reverse("web:money-files-upload"), {"file": SimpleUploadedFile(name, data), **asked}, follow=True
    )


def work(ours: Sample, role: str = "finance_lead") -> money_job.Progress:
    return money_job.work(ours.company.pk, ours.users[role].pk)


class TestWork:
    @pytest.fixture
    def items(self, ours: Sample, lead: Client) -> None:
        """Three lines: two pay an item each by its number, the third names nothing known. The sample's own line waits."""
        for place, amount in enumerate((100_00, 250_50)):
            do_book_document(
                ours.actor, customer_id=ours.customer.pk, kind="invoice", number=f"RE-70000{place}", currency="EUR",
                issued_on=date(2026, 1, 10), maturities=[Maturity(date(2026, 2, 10), amount)],
            )  # fmt: skip
        give(lead, statement("100.00", "250.50", "70.07", name=ours.secret))

    def start(self, client: Client):
        return client.post(reverse("web:money-work"), follow=True)

    def test_it_says_what_was_posted_and_what_waits_in_money(self, ours: Sample, lead: Client, launched, items):
        self.start(lead)
        assert launched == [[str(ours.company.pk), str(ours.users["finance_lead"].pk), "en"]]
        ended = work(ours)
        assert (ended.ended, ended.left) == ("done", False)
        assert ended.counts == (("posted", "EUR", 2, 350_50), ("waiting", "EUR", 2, 82_41))
        page = lead.get(reverse("web:money")).content.decode()
        assert "Proposed and posted" in page
        for told in ("350.50", "82.41", "2 lines"):
            assert told in page
        assert Decision.objects.count() == 2

    def test_stopped_between_portions_it_goes_on_and_posts_nothing_twice(
        self, ours: Sample, lead: Client, launched, items, monkeypatch
    ):
        monkeypatch.setattr("fairdue.cash.actions.propose.PORTION", 1)
        looks = iter([False] * 7 + [True])
        monkeypatch.setattr(jobs, "is_to_stop", lambda kind, company_id: next(looks, False))
        self.start(lead)
        ended = work(ours)
        assert (ended.ended, ended.what, ended.left) == ("stopped", "post", True)
        assert (Proposal.objects.count(), Decision.objects.count()) == (4, 1)
        assert "no line posts twice" in lead.get(reverse("web:money")).content.decode()
        lead.post(reverse("web:money-work-resume"))
        assert len(launched) == 2
        assert work(ours).counts[0] == ("posted", "EUR", 2, 350_50)
        assert Decision.objects.values("line").distinct().count() == Decision.objects.count() == 2
        assert "nothing to go on with" in lead.post(reverse("web:money-work-resume"), follow=True).content.decode()

    def test_killed_without_a_word_it_is_left_and_goes_on(self, ours: Sample, lead: Client, launched, items):
        self.start(lead)
        assert money_job.progress_of(ours.company.pk).left
        assert "Go on" in lead.get(reverse("web:money")).content.decode()
        lead.post(reverse("web:money-work-cancel"))
        assert money_job.progress_of(ours.company.pk).ended == "dropped"
        assert "Go on" not in lead.get(reverse("web:money")).content.decode()

    def test_while_one_works_no_second_starts_and_a_stop_is_asked_for(
        self, ours: Sample, lead: Client, launched, items
    ):
        self.start(lead)
        with (Path(settings.DATA_DIR) / "jobs" / f"money-{ours.company.pk}.lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            page = self.start(lead).content.decode()
            assert "being proposed and posted already" in page
            assert 'hx-trigger="load delay:1s"' in page
            assert "Propose and post</button>" not in page
            assert len(launched) == 1
            lead.post(reverse("web:money-work-cancel"))
            assert jobs.is_to_stop("money", ours.company.pk)
        answer = lead.get(reverse("web:money-work-progress"), headers={"HX-Request": "true"})
        assert answer["HX-Refresh"] == "true"
        assert work(ours).ended == "stopped"
        assert not Decision.objects.exists()
        assert lead.get(reverse("web:money-work-progress")).status_code == 200

    def test_a_right_lost_in_between_posts_nothing(self, ours: Sample, lead: Client, launched, items):
        self.start(lead)
        ours.users["finance_lead"].memberships.update(role="auditor")
        assert work(ours).error == "not_allowed"
        ours.users["finance_lead"].memberships.all().delete()
        assert work(ours).error == "not_allowed"
        assert not Decision.objects.exists()

    @pytest.mark.parametrize("role", ["auditor", "account_owner", "administrator"])
    def test_who_may_not_allocate_starts_nothing(self, ours: Sample, as_role, launched, role: str):
        for name in ("money-work", "money-work-resume", "money-work-cancel"):
            assert as_role(role).post(reverse(f"web:{name}")).status_code == 403
        assert "Propose and post</button>" not in as_role(role).get(reverse("web:money")).content.decode()
        assert launched == []

    def test_switched_off_it_says_so_and_posts_nothing(self, ours: Sample, lead: Client, launched, items):
        do_set_settings(ours.actor, {"posting": "off"})
        self.start(lead)
        ended = work(ours)
        assert (ended.off, ended.counts) == (True, (("waiting", "EUR", 4, 432_91),))
        assert "switched off in the settings" in lead.get(reverse("web:money")).content.decode()
        assert not Decision.objects.exists()

    def test_another_company_sees_nothing_of_it(self, ours: Sample, theirs: Sample, lead: Client, launched, items):
        self.start(lead)
        work(ours)
        assert money_job.progress_of(theirs.company.pk) is None
        assert not Proposal.objects.filter(company=theirs.company).exists()


class TestFiles:
    def test_a_file_is_taken_in_and_the_same_again_changes_nothing(self, ours: Sample, lead: Client):
        before = BankLine.objects.count()
        page = give(lead, statement("10.00", "20.00", closing="30.00")).content.decode()
        for told in ("Taken in: 2 new lines.", "Everything adds up.", "30.00", "2 count now"):
            assert told in page
        assert BankLine.objects.count() == before + 2
        again = give(lead, statement("10.00", "20.00", closing="30.00"), name="other.xml").content.decode()
        assert "taken in before; nothing changed" in again
        assert BankLine.objects.count() == before + 2
        assert "day.xml" in lead.get(reverse("web:money-files")).content.decode()

    def test_what_does_not_add_up_is_said_at_its_statement(self, ours: Sample, lead: Client):
        page = give(lead, statement("10.00", closing="11.00")).content.decode()
        assert "Everything adds up." not in page
        assert "note-box warn" in page
        longer = give(lead, statement("10.00", "5.00", closing="15.00"), name="longer.xml").content.decode()
        assert "1 new line, 1 known before" in longer
        assert "1 lines were known already." in longer or "1 line" in longer

    @pytest.mark.parametrize(
        ("data", "asked", "field", "told"),
        [
            (b"<Document", {}, "file", ""), (b"", {}, "file", "empty"), (b"hello, world", {}, "file", ""),
            (statement("1.00", iban="DE89370400440532013000"), {}, "new_account", "DE89370400440532013000"),
            (statement("1.00"), {"account": "DE89370400440532013000"}, "account", "not of"),
        ],
    )  # fmt: skip
    def test_a_bad_file_is_refused_beside_its_field_and_nothing_is_written(
        self, ours: Sample, lead: Client, data: bytes, asked: dict[str, str], field: str, told: str
    ):
        before = BankFile.objects.count(), BankLine.objects.count()
        response = give(lead, data, **asked)
        page = response.content.decode()
        assert response.status_code == 400
        assert f'id="id_{field}_error"' in page
        assert told in page
        assert (BankFile.objects.count(), BankLine.objects.count()) == before

    def test_an_account_is_the_companys_where_a_person_says_so(self, ours: Sample, lead: Client):
        data = statement("1.00", iban="DE89370400440532013000")
        assert "1 new line" in give(lead, data, new_account="on").content.decode()

    def test_a_file_that_is_too_large_is_refused(self, ours: Sample, lead: Client, settings):
        settings.FAIRDUE_UPLOAD_MAX_BYTES = 100
        response = give(lead, statement("1.00"))
        assert (response.status_code, "The file is too large." in response.content.decode()) == (400, True)

    def test_who_may_not_import_gets_no_form(self, ours: Sample, as_role):
        auditor = as_role("auditor")
        assert "Take it in" not in auditor.get(reverse("web:money-files")).content.decode()
        assert give(auditor, statement("1.00")).status_code == 403

    def test_pages_make_few_queries(self, ours: Sample, lead: Client):
        for number in range(3):
            give(lead, statement("1.00", number=str(number + 1)), name=f"{number}.xml")
        file = BankFile.objects.filter(company=ours.company).latest("pk")
        for address in (reverse("web:money-files"), reverse("web:money-file", args=[file.pk]), reverse("web:money")):
            with CaptureQueriesContext(connection) as captured:
                assert lead.get(address).status_code == 200
            assert len([row for row in captured.captured_queries if "set_config" not in row["sql"]]) <= 12, address
