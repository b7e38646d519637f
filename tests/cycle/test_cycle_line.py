"""The line from snapshot to hand-over: stopped between any two steps it goes on; doing it again does nothing twice."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from cycle_department import DAY, acting

pytestmark = pytest.mark.django_db

CHECKPOINTS = (
    "opened", "snapshot taken", "measured", "summarised", "decided", "decisions written", "tied", "committing",
    "worklist written", "committed", "anchored",
)  # fmt: skip


class Stopped(Exception):
    """The test's own death."""


def stopping(name):
    from fairdue.cycle.line import Watch

    def checkpoint(reached):
        if reached == name:
            raise Stopped(name)

    return Watch(checkpoint=checkpoint)


def whole(run):
    """What a run leaves, without ids and moments: to be the same whether it was stopped or not."""
    from fairdue.cycle.models import WorklistRow
    from fairdue.dunning.models import DunningRun, Proposal

    proposals = Proposal.objects.filter(run_key=run.key).order_by("step_key")
    rows = WorklistRow.objects.filter(run=run).order_by("rank")
    return {
        "decisions": run.decisions_sha256, "manifest": run.manifest_sha256, "summary": run.summary,
        "proposals": list(proposals.values_list("key", "state", "due_minor")),
        "worklist": list(rows.values_list("rank", "customer_id", "action", "amount_minor")),
        "commits": DunningRun.objects.filter(run_key=run.key).count(),
    }  # fmt: skip


@pytest.fixture
def undisturbed(ready):
    """What the line leaves when nobody stops it; rolled back."""
    from django.db import transaction

    from fairdue.cycle.line import folder_of, go

    with transaction.atomic():
        run = go(acting(ready), DAY)
        found = whole(run)
        folder = folder_of(run)
        transaction.set_rollback(True)
    folder.rename(folder.with_name("kept"))
    return found


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_a_line_stopped_anywhere_goes_on_and_ends_the_same(ready, undisturbed, name):
    from django.db import transaction

    from fairdue.cycle.line import go
    from fairdue.cycle.models import Run
    from fairdue.ledger.models import AuditAnchor, AuditEntry

    # The savepoint that a killed process's open transaction would be is inside the line itself; none is added here.
    with pytest.raises(Stopped):
        go(acting(ready), DAY, stopping(name))
    assert transaction.get_connection().needs_rollback is False
    assert Run.objects.get().state == Run.State.RUNNING
    run = go(acting(ready, hour=9), DAY)
    assert run.state == Run.State.DONE
    assert whole(run) == undisturbed
    assert Run.objects.count() == 1
    assert AuditEntry.objects.filter(action="start_run").count() == 1
    assert AuditEntry.objects.filter(action="propose").count() == 1
    assert AuditAnchor.objects.count() == 1


def test_a_second_run_of_a_day_is_a_run_of_its_own_and_supersedes(ready):
    from fairdue.cycle.line import go
    from fairdue.dunning.models import Proposal

    first = go(acting(ready), DAY)
    count = Proposal.objects.filter(run_key=first.key, state="proposed").count()
    second = go(acting(ready, hour=11), DAY)
    assert (first.key, second.key) == ("2026-03-02", "2026-03-02.2")
    assert count > 0
    assert Proposal.objects.filter(run_key=first.key, state="superseded").count() == count
    assert Proposal.objects.filter(run_key=second.key, state="proposed").count() == count


def test_an_unfinished_run_of_another_day_is_closed(ready):
    from fairdue.cycle.line import go
    from fairdue.cycle.models import Run
    from fairdue.ledger.models import AuditEntry

    with pytest.raises(Stopped):
        go(acting(ready), DAY, stopping("decided"))
    tomorrow = DAY + timedelta(days=1)
    assert go(acting(ready, tomorrow), tomorrow).key == "2026-03-03"
    assert Run.objects.get(key="2026-03-02").state == Run.State.CANCELLED
    assert AuditEntry.objects.filter(action="cancel_run").count() == 1


def test_a_run_that_was_committed_is_closed_as_done(ready):
    from fairdue.cycle.line import go
    from fairdue.cycle.models import Run
    from fairdue.ledger.models import AuditEntry

    with pytest.raises(Stopped):
        go(acting(ready), DAY, stopping("committed"))
    tomorrow = DAY + timedelta(days=1)
    go(acting(ready, tomorrow), tomorrow)
    assert Run.objects.get(key="2026-03-02").state == Run.State.DONE
    assert AuditEntry.objects.filter(action="cancel_run").count() == 0


def test_what_was_booked_between_the_kill_and_the_resumption_stays_out(ready):
    from fairdue.cycle.line import go
    from fairdue.dunning.models import Proposal
    from fairdue.ledger.actions import do_allocate, do_book_payment
    from fairdue.ledger.models import DueItem

    with pytest.raises(Stopped):
        go(acting(ready, hour=8), DAY, stopping("opened"))
    item = DueItem.objects.get(document__number="R-2")
    later = acting(ready, hour=10)
    payment = do_book_payment(
        later, amount_minor=2000_00, currency="EUR", effective_on=DAY, customer_id=item.customer_id
    )
    do_allocate(later, due_item_id=item.pk, payment_id=payment.pk, amount_minor=2000_00, effective_on=DAY)
    run = go(acting(ready, hour=12), DAY)
    assert run.known_at.hour == 8
    assert Proposal.objects.get(run_key=run.key, customer_id=item.customer_id, action="email").due_minor == 2000_00
    again = go(acting(ready, hour=13), DAY)
    assert not Proposal.objects.filter(run_key=again.key, customer_id=item.customer_id).exists()


def test_a_company_without_a_policy_is_told_so_and_can_run_once_it_has_one(ledger):
    from fairdue.cycle.line import RunError, go
    from fairdue.cycle.models import Run
    from fairdue.dunning.actions import do_adopt_policy
    from fairdue.dunning.policy import shipped_yaml

    with pytest.raises(RunError, match="no default policy"):
        go(acting(ledger), DAY)
    assert Run.objects.count() == 0
    do_adopt_policy(acting(ledger), "flexible", shipped_yaml("flexible"))
    assert go(acting(ledger), DAY).summary["worklist"] > 0


def test_who_may_not_run_starts_nothing(ready):
    from fairdue.cycle.line import go
    from fairdue.cycle.models import Run
    from fairdue.people.actor import Actor, NotAllowed

    auditor = Actor(ready.pk, acting(ready).at, name="Audrey", roles=frozenset({"auditor"}))
    with pytest.raises(NotAllowed):
        go(auditor, DAY)
    assert Run.objects.count() == 0


@pytest.mark.parametrize("harm", ["snapshot gone", "snapshot changed", "decisions changed", "decisions gone"])
def test_a_run_whose_files_were_touched_refuses_to_go_on_and_can_be_begun_anew(ready, harm):
    import shutil

    from fairdue.cycle.line import RunError, folder_of, go
    from fairdue.cycle.models import Run
    from fairdue.dunning.models import Proposal

    with pytest.raises(Stopped):
        go(acting(ready), DAY, stopping("committing"))
    folder = folder_of(Run.objects.get())
    if harm == "snapshot gone":
        shutil.rmtree(folder)
    elif harm == "snapshot changed":
        (folder / "customers.parquet").write_bytes((folder / "contacts.parquet").read_bytes())
    elif harm == "decisions changed":
        (folder / "decisions" / "waiting.parquet").write_bytes((folder / "decisions" / "lines.parquet").read_bytes())
    else:
        shutil.rmtree(folder / "decisions")
    with pytest.raises(RunError, match="cannot go on"):
        go(acting(ready), DAY)
    assert Proposal.objects.count() == 0
    run = go(acting(ready), DAY, anew=True)
    assert run.key == "2026-03-02.2"
    assert Run.objects.get(key="2026-03-02").state == Run.State.CANCELLED
    assert Proposal.objects.filter(run_key=run.key).count() > 0


def test_a_snapshot_left_by_another_database_is_moved_aside(ready, data_dir):
    from fairdue.cycle.line import folder_of, go

    left = data_dir / "snapshots" / str(ready.pk) / "2026-03-02"
    left.mkdir(parents=True)
    (left / "manifest.json").write_text("{}")
    (left.parent / "note").write_text("")
    run = go(acting(ready), DAY)
    assert (folder_of(run) / "customers.parquet").exists()
    assert (left.parent / "2026-03-02.left-1" / "manifest.json").read_text() == "{}"


def test_two_runs_at_once_are_one_too_many(ready, data_dir):
    from fairdue.cycle.line import go
    from fairdue.cycle.lock import RunBusy, only_one
    from fairdue.cycle.models import Run

    with only_one(data_dir / "snapshots" / str(ready.pk)), pytest.raises(RunBusy):
        go(acting(ready), DAY)
    assert Run.objects.count() == 0


def test_the_head_of_the_chain_lies_outside_and_finds_a_cut_tail(ready, data_dir):
    from fairdue.cycle.anchors import outside_anchors
    from fairdue.cycle.line import folder_of, go
    from fairdue.ledger import audit

    run = go(acting(ready), DAY)
    assert audit.verify(ready.pk, outside_anchors(ready.pk)) == []
    file = folder_of(run) / "audit-head.json"
    stored = json.loads(file.read_text())
    assert stored["sequence"] == audit.head_of(ready.pk).sequence
    file.write_text(json.dumps({**stored, "sequence": stored["sequence"] + 1}))
    assert [finding.fault for finding in audit.verify(ready.pk, outside_anchors(ready.pk))] == [audit.Fault.CUT_TAIL]
    file.write_text("{")
    assert [f.fault for f in audit.verify(ready.pk, outside_anchors(ready.pk))] == [audit.Fault.ANCHOR_DIFFERS]


def test_progress_is_told_of_every_part(ready):
    from fairdue.cycle.line import Watch, go

    told: dict[str, list[tuple[int, int]]] = {}
    go(acting(ready), DAY, Watch(report=lambda what, done, of: told.setdefault(what, []).append((done, of))))
    assert list(told) == ["snapshot", "measures", "decisions", "tie", "commit", "worklist"]
    for steps in told.values():
        assert steps[-1][0] <= steps[-1][1]


def test_the_day_is_an_argument(ready):
    from fairdue.cycle.line import go

    early = go(acting(ready), date(2026, 1, 2))
    assert early.as_of == date(2026, 1, 2)
    assert early.summary["kpis"][0]["code"] == "open"
