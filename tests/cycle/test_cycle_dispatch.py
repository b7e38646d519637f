"""The end of the line: what leaves by rule, what waits, and what the worklist still asks for afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cycle_department import DAY, acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def folders(data_dir):
    from fairdue.contact.transports import FileFolder, PrintFolder

    return [PrintFolder(data_dir / "letters"), FileFolder(data_dir / "files")]


def test_what_the_policy_lets_go_leaves_and_the_rest_waits(by_itself, folders):
    from fairdue.contact.models import OutboxMessage
    from fairdue.cycle.dispatch import by_rule, send_out
    from fairdue.cycle.line import go
    from fairdue.cycle.models import Run
    from fairdue.dunning.models import Notice, Proposal

    run = go(acting(by_itself), DAY, then_dispatch=True)
    assert run.state == Run.State.RUNNING
    chosen = by_rule(run)
    assert len(chosen) == Proposal.objects.filter(run_key=run.key, action="email").count() > 0
    done = send_out(acting(by_itself), run, transports=folders)
    assert done["released_by_rule"] == len(chosen) == OutboxMessage.objects.count()
    run.refresh_from_db()
    assert (run.state, run.stage) == (Run.State.DONE, Run.Stage.DISPATCH)
    again = send_out(acting(by_itself), run, transports=folders)
    assert again["released_by_rule"] == 0
    assert Notice.objects.count() == len(chosen) == OutboxMessage.objects.count()


def test_a_run_stopped_before_its_hand_over_is_gone_on_with(by_itself, folders):
    from fairdue.cycle.dispatch import send_out
    from fairdue.cycle.line import go
    from fairdue.cycle.models import Run

    first = go(acting(by_itself), DAY, then_dispatch=True)
    second = go(acting(by_itself, hour=11), DAY, then_dispatch=True)
    assert second.pk == first.pk
    assert send_out(acting(by_itself, hour=11), second, transports=folders)["released_by_rule"] > 0
    assert Run.objects.count() == 1


def test_a_look_at_the_past_writes_to_nobody(by_itself, folders):
    from fairdue.contact.models import OutboxMessage
    from fairdue.cycle.dispatch import by_rule, send_out
    from fairdue.cycle.line import go

    run = go(acting(by_itself), DAY - timedelta(days=2))
    assert by_rule(run)
    assert send_out(acting(by_itself), run, transports=folders)["released_by_rule"] == 0
    assert OutboxMessage.objects.count() == 0


def test_the_default_policy_lets_nothing_go_by_itself(ready, folders):
    from fairdue.cycle.dispatch import send_out
    from fairdue.cycle.line import go

    assert send_out(acting(ready), go(acting(ready), DAY), transports=folders)["released_by_rule"] == 0


def test_the_worklist_keeps_what_is_left(ready):
    from fairdue.contact.actions import do_finish_task
    from fairdue.contact.models import Task
    from fairdue.cycle.exports import worklist_of
    from fairdue.cycle.line import go
    from fairdue.dunning.actions import do_drop, do_release
    from fairdue.dunning.models import Proposal

    run = go(acting(ready), DAY)
    rows = worklist_of(run, left_only=True)
    assert len(rows) == len(worklist_of(run)) == run.summary["worklist"] > 2
    letters = list(Proposal.objects.filter(run_key=run.key, action="email").values_list("pk", flat=True))
    work = list(Proposal.objects.filter(run_key=run.key, action__in=("call", "task")).values_list("pk", flat=True))
    do_drop(acting(ready), letters[:1], reason="settled by phone")
    assert {row.proposal_id for row in worklist_of(run, left_only=True)} == {*letters[1:], *work}
    if work:
        assert do_release(acting(ready), work[:1], DAY)[0].state == "released"
        assert work[0] in {row.proposal_id for row in worklist_of(run, left_only=True)}
        task = Task.objects.get(key=Proposal.objects.get(pk=work[0]).step_key)
        do_finish_task(acting(ready), task.pk, outcome="done")
        assert work[0] not in {row.proposal_id for row in worklist_of(run, left_only=True)}
    assert len(worklist_of(run)) == len(rows)


def test_a_task_of_the_house_has_no_line_and_a_customer_s_has_the_amount(ready):
    from fairdue.contact.actions.tasks import open_task
    from fairdue.contact.models import TaskKind
    from fairdue.cycle.exports import worklist_of
    from fairdue.cycle.line import go
    from fairdue.ledger.models import Customer

    late = Customer.objects.get(number="C3")
    who = acting(ready)
    open_task(who, customer_id=None, kind=TaskKind.DELIVERY, key="delivery:email", due_on=DAY, reasons=[])
    open_task(who, customer_id=late.pk, kind=TaskKind.REPLY, key="reply:1", due_on=DAY, reasons=[])
    rows = worklist_of(go(who, DAY))
    tasks = [row for row in rows if row.task_id]
    assert [(row.rank, row.action, row.amount_minor, row.currency) for row in tasks] == [(1, "reply", 3000_00, "EUR")]


def test_files_of_the_worklist_hold_exact_amounts(ready):
    from fairdue.cycle import exports
    from fairdue.cycle.line import go
    from fairdue.cycle.look import ageing_now

    run = go(acting(ready), DAY)
    rows = exports.worklist_of(run)
    lines = exports.worklist(rows, "csv").decode("utf-8-sig").splitlines()
    assert len(lines) == len(rows) + 1
    assert any("3000.00" in line and "C3" in line for line in lines)
    assert exports.worklist(rows, "xlsx").startswith(b"PK")
    table = ageing_now(ready.pk, DAY, acting(ready).at)
    ageing = exports.ageing(ready.pk, table, DAY, "csv").decode("utf-8-sig").splitlines()
    assert len(ageing) == 5
    assert sum("1000.00" in line for line in ageing) == 1
    with pytest.raises(ValueError, match="not pdf"):
        exports.worklist(rows, "pdf")
