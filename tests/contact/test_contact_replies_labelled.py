"""The labelled set: precision and recall of threading and of kinds, held; every mail on its own says what went wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from replies.labelled import Labelled, everything
from replies.unseen import unseen
from replies.world import Sent, make_world

from fairdue.contact.actions import do_receive
from fairdue.contact.inbox.kinds import PERSONAL
from fairdue.contact.inbox.lookup import lay_out
from fairdue.contact.models import InboundMail


@dataclass
class Score:
    """Counts of one question: said and right, said and wrong, not said though there was something to say."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, said: object, truth: object) -> None:
        self.right += said is not None and said == truth
        self.wrong += said is not None and said != truth
        self.missed += truth is not None and said != truth

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed)

    def __str__(self) -> str:
        return f"precision {self.precision:.3f}, recall {self.recall:.3f} ({self.right} right, {self.wrong} wrong, {self.missed} missed)"


def told(company, actor, capsys, write: Callable[[dict[str, Sent]], list[Labelled]]) -> dict[str, Score]:
    """Receive a set into its world, print how well it was told, and give the scores."""
    company.email = "credit@acme.example"
    company.save()
    world = make_world(company, actor)
    mails, desk = write(world), lay_out(company.pk)
    customers = {sent.customer_id: key for key, sent in world.items()}
    scores = {name: Score() for name in ("customer", "message", "kind", "held until read")}
    faults = []
    for one in mails:
        row = InboundMail.objects.get(pk=do_receive(actor, one.data, desk=desk).mail_id)
        whose = customers.get(row.customer_id)
        message = customers.get(row.message.customer_id) if row.message else None
        scores["customer"].add(whose, one.customer)
        scores["message"].add(message, one.customer if one.answers else None)
        scores["kind"].add(row.kind, one.kind)
        scores["held until read"].add(True if row.kind in PERSONAL else None, True if one.kind in PERSONAL else None)
        if (whose, row.kind) != (one.customer, one.kind):
            codes = [reason["code"] for reason in row.reasons]
            faults.append(f"{one.name}: {whose} {row.kind}, should be {one.customer} {one.kind} {codes} {row.signs}")
    with capsys.disabled():
        sys.stdout.write(f"\n{len(mails)} mails, {len(faults)} faults")
        sys.stdout.write("\n".join([*(f"  {name}: {score}" for name, score in scores.items()), *faults]) + "\n")
    return scores


@pytest.mark.django_db
def test_threading_and_kinds_on_the_labelled_set(company, actor, capsys) -> None:
    scores = told(company, actor, capsys, everything)
    assert scores["customer"].precision >= 0.99
    assert scores["customer"].recall >= 0.97
    assert scores["message"].precision >= 0.99
    assert scores["kind"].precision >= 0.97
    assert scores["held until read"].recall == 1


@pytest.mark.django_db
def test_threading_and_kinds_on_mail_written_before_its_author_knew_the_rules(company, actor, capsys) -> None:
    scores = told(company, actor, capsys, unseen)
    assert scores["customer"].precision == 1
