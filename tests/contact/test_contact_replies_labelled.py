"""The labelled set: precision and recall of threading and of kinds, held; every mail on its own says what went wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from replies.held_machines import held
from replies.held_shapes import Held
from replies.labelled import Labelled, everything
from replies.scores import Scores, wilson
from replies.unseen import unseen
from replies.world import Sent, make_world, remind_again

from fairdue.contact.actions import do_receive
from fairdue.contact.inbox.kinds import PERSONAL
from fairdue.contact.inbox.lookup import lay_out
from fairdue.contact.models import InboundMail, OutboxMessage


def told(company, actor, capsys, write: Callable[[dict[str, Sent]], list[Labelled]], later: bool = False) -> Scores:
    """Receive a set into its world, print how well it was told, and give the scores. ``later``: each was reminded once more."""
    company.email = "credit@acme.example"
    company.save()
    world = make_world(company, actor)
    last = remind_again(actor, world, timedelta(days=1)) if later else {key: one.message for key, one in world.items()}
    mails, desk = write(world), lay_out(company.pk)
    customers = {sent.customer_id: key for key, sent in world.items()}
    scores = Scores()
    for one in mails:
        row = InboundMail.objects.get(pk=do_receive(actor, one.data, desk=desk).mail_id)
        whose = customers.get(row.customer_id)
        groups = [f"language {one.language}", f"kind {one.kind}"] if isinstance(one, Held) else []
        scores.add("customer", whose, one.customer, groups)
        scores.add("step", row.message_id, _step(one, world, last), groups)
        scores.add("kind", row.kind, one.kind, groups)
        scores.add("held until read", True if row.kind in PERSONAL else None, True if one.kind in PERSONAL else None)
        if (whose, row.kind) != (one.customer, one.kind):
            codes = [reason["code"] for reason in row.reasons]
            scores.faults.append(
                f"{one.name}: {whose} {row.kind}, should be {one.customer} {one.kind} {codes} {row.signs}"
            )
    with capsys.disabled():
        sys.stdout.write("\n".join([f"\n{len(mails)} mails, {len(scores.faults)} faults", *scores.lines()]) + "\n")
    return scores


def _step(one: Labelled, world: dict[str, Sent], last: dict[str, OutboxMessage]) -> int | None:
    """Give the message a mail answers: the letter that it names, by identity or number; else the last that left."""
    if one.customer is None or (not isinstance(one, Held) and not one.answers):
        return None
    first = world[one.customer]
    if isinstance(one, Held) and not first.named_in(one.data):
        return last[one.customer].pk
    return first.message.pk


@pytest.mark.django_db
def test_threading_and_kinds_on_the_labelled_set(company, actor, capsys) -> None:
    scores = told(company, actor, capsys, everything)
    assert scores["customer"].precision >= 0.99
    assert scores["customer"].recall >= 0.97
    assert scores["step"].precision >= 0.99
    assert scores["kind"].precision >= 0.97
    assert scores["held until read"].recall == 1


@pytest.mark.django_db
def test_threading_and_kinds_on_the_second_set_which_was_unseen_once(company, actor, capsys) -> None:
    scores = told(company, actor, capsys, unseen)
    assert scores["customer"].precision == scores["customer"].recall == 1
    assert scores["kind"].precision == 1
    assert scores["held until read"].recall == 1


@pytest.mark.django_db
def test_threading_and_kinds_on_the_held_out_set(company, actor, capsys) -> None:
    scores = told(company, actor, capsys, held, later=True)
    assert (scores["customer"].right, scores["customer"].wrong, scores["customer"].missed) == (77, 1, 10)
    assert (scores["kind"].right, scores["held until read"].missed) == (88, 2)
    assert wilson(77, 78) == pytest.approx((0.931, 0.998), abs=0.001)
