"""Copies of documents with notices, told as a credit manager would."""

from __future__ import annotations

from datetime import date

import pytest

from fairdue.contact.models import OutboxMessage, StoredBlob
from fairdue.contact.queries import gate_facts, step_of
from fairdue.contact.rules import Stage, check
from fairdue.dunning.actions import do_release
from fairdue.dunning.copies import Paper, plan
from fairdue.dunning.documents import preview
from fairdue.dunning.models import Notice, Proposal
from fairdue.dunning.policy import PolicyError, load_yaml, shipped_yaml
from fairdue.dunning.policy.copies import KINDS
from fairdue.dunning.policy.shape import Copies, Missing
from fairdue.dunning.why import why
from fairdue.ledger import store
from fairdue.ledger.file_actions import NewFile, do_add_files, do_withdraw_file
from fairdue.ledger.models import NEVER_SHOWN, CopyKind

D = date
DUE = D(2026, 2, 2)
DAY = D(2026, 3, 4)
COPY = "%PDF-1.7 copy of "
BLOCKING = "copies: {kinds: [invoice, contract], missing: block}"


@pytest.fixture
def owing(department):
    """Two invoices, 30 days overdue: the flexible policy enters at the formal notice."""
    customer = department.customer()
    items = [department.invoice(customer, 100_000, DUE, number=number) for number in ("R1", "R2")]
    return department, customer, items


def add(department, customer, kind, item=None, data=None, on=DAY, name=None):
    number = item.document.number if item else "frame"
    new = NewFile(
        customer.pk, item.document_id if item else None, kind, name or f"{number}.pdf", (data or f"{COPY}{number}").encode(),
        "application/pdf", "folder",
    )  # fmt: skip
    return do_add_files(department.actor(on), [new]).files[0]


def release(department, on=DAY):
    (proposal,) = department.run(on)
    (outcome,) = do_release(department.actor(on), [proposal.pk], on)
    return proposal, outcome


def block_where_missing(department, on=D(2026, 1, 1), copies=BLOCKING):
    text = shipped_yaml("flexible").replace("copies: {kinds: [invoice, contract], missing: warn}", copies)
    assert copies in text
    department.adopt(text=text, on=on)


def test_a_formal_notice_leaves_with_the_copies_of_its_invoices_and_the_contract(owing):
    department, customer, (first, second) = owing
    for item in (first, second):
        add(department, customer, "invoice", item)
    add(department, customer, "contract")
    _, outcome = release(department)
    assert (outcome.state, [one.code for one in outcome.reasons if "copy" in one.code]) == ("released", [])
    message, notice = OutboxMessage.objects.get(), Notice.objects.get()
    names = [one["file_name"] for one in message.attachments]
    assert names == [f"{notice.number}.pdf", "R1.pdf", "R2.pdf", "frame.pdf"]
    assert [store.get(message.company_id, one["sha256"]).decode() for one in message.attachments[1:]] == [
        f"{COPY}R1", f"{COPY}R2", f"{COPY}frame",
    ]  # fmt: skip
    for line in ("Anlagen", "Rechnung R1 (R1.pdf)", "Rechnung R2 (R2.pdf)", "Vertrag (frame.pdf)"):
        assert line in message.body_text
    kept = [(one["kind"], one["document"], one["how"], one["sha256"]) for one in notice.facts["copies"]]
    assert kept == [
        (kind, number, "enclosed", row["sha256"])
        for (kind, number), row in zip(
            [("invoice", "R1"), ("invoice", "R2"), ("contract", "")], message.attachments[1:], strict=True
        )
    ]


def test_a_missing_copy_is_a_note_for_the_reviewer_and_the_letter_does_not_name_it(owing):
    department, customer, (first, _) = owing
    add(department, customer, "invoice", first)
    (proposal,) = department.run(DAY)
    shown = preview(proposal.pk, DAY, department.actor(DAY).at)
    notes = {one.code: dict(one.values) for one in shown.notes if "copy" in one.code}
    assert notes == {
        "release.copy_absent": {"copy_kind": "invoice", "documents": "R2"},
        "release.copy_absent_wide": {"copy_kind": "contract"},
    }
    assert shown.blocks == ()
    assert "R1.pdf" in shown.text
    assert "R2.pdf" not in shown.text
    assert "Vertrag (" not in shown.text
    assert do_release(department.actor(DAY), [proposal.pk], DAY)[0].state == "released"


def test_under_a_strict_policy_a_missing_copy_blocks_until_the_file_is_there(owing):
    department, customer, (first, second) = owing
    block_where_missing(department)
    add(department, customer, "invoice", first)
    proposal, outcome = release(department)
    missing = {
        "gate_copy_missing": {"copy_kind": "invoice", "documents": "R2"},
        "gate_copy_missing_wide": {"copy_kind": "contract"},
    }
    assert outcome.state == "blocked"
    proposal.refresh_from_db()
    assert proposal.state == "blocked"
    assert {one["code"]: one["values"] for one in proposal.blocks} == missing
    assert OutboxMessage.objects.count() == 0
    found = why(department.company, customer.pk, DAY, department.actor(DAY).at)
    (documents,) = [one for one in found.cases[0].checks if one.check == "documents"]
    assert {one.code: dict(one.values) for one in documents.reasons} == missing
    add(department, customer, "invoice", second)
    add(department, customer, "contract")
    (outcome,) = do_release(department.actor(DAY), [proposal.pk], DAY)
    assert outcome.state == "released"
    assert len(OutboxMessage.objects.get().attachments) == 4


def test_the_run_itself_says_what_is_missing(owing):
    department, customer, items = owing
    block_where_missing(department)
    add(department, customer, "contract")
    add(department, customer, "invoice", items[0])
    (proposal,) = department.run(DAY)
    assert proposal.state == "blocked"
    assert [(one["code"], one["values"]) for one in proposal.blocks] == [
        ("gate_copy_missing", {"copy_kind": "invoice", "documents": "R2"})
    ]


def test_a_copy_taken_back_after_the_release_holds_the_message_back(owing):
    department, customer, (first, _) = owing
    file = add(department, customer, "invoice", first)
    release(department)
    message = OutboxMessage.objects.get()

    def codes():
        at = department.actor(DAY).at
        facts = gate_facts(department.company.pk, [customer.pk], at, with_items=True)[customer.pk]
        from fairdue.contact.facts import GatePolicy

        found = check(step_of(message, facts), facts, GatePolicy.from_dict(message.gate_policy), Stage.SENDING)
        return [one.code for one in found.blocks]

    assert "gate_copy_withdrawn" not in codes()
    do_withdraw_file(department.actor(DAY), file.pk, reason="another customer's invoice")
    assert "gate_copy_withdrawn" in codes()


def test_a_copy_that_was_changed_on_disk_refuses_the_release_and_leaves_nothing(owing):
    department, customer, (first, _) = owing
    file = add(department, customer, "invoice", first)
    store.blob_path(file.company_id, file.sha256).write_bytes(b"%PDF-1.7 forged")
    proposal, outcome = release(department)
    assert (outcome.state, [one.code for one in outcome.reasons]) == ("refused", ["release.copy_unreadable"])
    assert (OutboxMessage.objects.count(), Notice.objects.count(), StoredBlob.objects.count()) == (0, 0, 0)
    assert Proposal.objects.get(pk=proposal.pk).state == "proposed"


def test_what_is_too_large_for_a_mail_is_shown_on_the_page_and_said_so(owing):
    department, customer, (first, second) = owing
    block_where_missing(department, copies="copies: {kinds: [invoice], missing: block, most_mb: 1}")
    add(department, customer, "invoice", first, data="%PDF-" + "x" * 1_100_000, name="large.pdf")
    add(department, customer, "invoice", second)
    release(department)
    message, notice = OutboxMessage.objects.get(), Notice.objects.get()
    assert [one["file_name"] for one in message.attachments[1:]] == ["R2.pdf"]
    assert "Rechnung R1 (auf Ihrer Seite: large.pdf)" in message.body_text
    assert "Rechnung R2 (R2.pdf)" in message.body_text
    assert [(one["document"], one["how"]) for one in notice.facts["copies"]] == [("R2", "enclosed"), ("R1", "online")]


def test_two_files_of_one_name_get_two_names_and_the_same_bytes_go_once(owing):
    department, customer, (first, second) = owing
    add(department, customer, "invoice", first, name="invoice.pdf")
    add(department, customer, "invoice", second, name="Invoice.pdf")
    same = f"{COPY}R2"
    add(department, customer, "contract", data=same)
    release(department)
    names = [one["file_name"] for one in OutboxMessage.objects.get().attachments[1:]]
    assert names == ["invoice.pdf", "Invoice-2.pdf"]


def test_a_policy_without_copies_and_a_credit_note_ask_for_none():
    assert plan(None, (), [Paper(1, "R1")]).missing == ()
    assert plan(Copies(("invoice",), Missing.BLOCK), (), []).blocking == ()
    many = plan(Copies(("invoice",), Missing.BLOCK), (), [Paper(number, f"R{number}") for number in range(8)])
    assert many.blocking == (("invoice", "R0, R1, R2, R3, R4 (+3)"),)


def test_the_kinds_a_policy_may_name_are_those_of_the_ledger():
    assert set(KINDS) == {kind.value for kind in CopyKind} - {kind.value for kind in NEVER_SHOWN}


@pytest.mark.parametrize(
    ("copies", "key"),
    [
        ("copies: {kinds: [other]}", "copies.kinds"),
        ("copies: {missing: warn}", "copies.kinds"),
        ("copies: {kinds: [invoice], missing: maybe}", "copies.missing"),
        ("copies: {kinds: [invoice], most_mb: 51}", "copies.most_mb"),
        ("copies: {kinds: [invoice], size: 5}", "copies.size"),
    ],
)
def test_a_wrong_copies_key_is_named_with_its_place(copies, key):
    text = shipped_yaml("flexible").replace("copies: {kinds: [invoice, contract], missing: warn}", copies)
    with pytest.raises(PolicyError) as error:
        load_yaml(text)
    assert [problem.key.partition("].")[2] for problem in error.value.problems] == [key]


def test_what_is_missing_is_listed_by_the_money_behind_it(owing):
    from fairdue.dunning.missing import missing_now

    department, customer, (first, second) = owing
    department.invoice(customer, 999_999, D(2026, 4, 1), number="R3")
    department.invoice(customer, 7_000, DUE, number="G1", kind="credit_note")
    add(department, customer, "invoice", first)
    company_id = department.company.pk

    def listed(**more):
        found = missing_now(company_id, DAY, **more)
        return [(one.kind, one.document_number, one.open_minor, one.days_overdue) for one in found]

    assert listed() == [("contract", "", 200_000, 30), ("invoice", "R2", 100_000, 30)]
    assert listed(kinds=["delivery_proof"])[0] == ("delivery_proof", "R3", 999_999, -28)
    assert listed(customer_ids=[customer.pk + 1]) == []
    department.pay(second, 100_000, DAY)
    assert listed() == [("contract", "", 100_000, 30)]
