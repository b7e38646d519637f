"""What an entrance releases is sealed at once, and the head stands outside the database before the next run."""

from __future__ import annotations

import json

import pytest
from cycle_department import DAY, acting

pytestmark = pytest.mark.django_db


def test_a_release_is_sealed_and_its_head_lies_beside_the_run(ready, data_dir):
    from fairdue.cycle.anchors import NAME, outside_anchors
    from fairdue.cycle.line import folder_of, go
    from fairdue.cycle.release import release
    from fairdue.dunning.models import Proposal
    from fairdue.ledger import audit
    from fairdue.ledger.models import AuditSeal

    run = go(acting(ready), DAY)
    before = json.loads((folder_of(run) / NAME).read_text("utf-8"))
    ids = list(Proposal.objects.order_by("pk").values_list("pk", flat=True))
    outcomes = release(acting(ready, hour=10), ids, DAY)
    assert "released" in {outcome.state for outcome in outcomes}
    after = json.loads((folder_of(run) / NAME).read_text("utf-8"))
    head = audit.head_of(ready.pk)
    assert (after["sequence"], after["head"]) == (head.sequence, head.head)
    assert after["sequence"] > before["sequence"]
    assert audit.unsealed(ready.pk) == 0
    assert audit.verify(ready.pk, outside_anchors(ready.pk)) == []
    beyond = [(head.sequence + 1, head.head, "outside")]
    assert [found.fault for found in audit.verify(ready.pk, beyond)] == [audit.Fault.CUT_TAIL]
    assert AuditSeal.objects.filter(entry__action="release").exists()


def test_without_a_run_it_is_sealed_all_the_same(company, data_dir):
    from fairdue.cycle.release import seal
    from fairdue.ledger import audit

    audit.record(acting(company), "note", "test")
    assert audit.unsealed(company.pk) == 1
    seal(acting(company))
    assert audit.unsealed(company.pk) == 0


def test_reasons_are_set_one_after_another_as_the_language_does():
    from django.utils.translation import override

    from fairdue.contact.reasons import EventReason, GateReason
    from fairdue.kernel.reasons import because
    from fairdue.wording import words

    found = [because(GateReason.NO_ADDRESS), because(EventReason.NOTE), because(GateReason.NO_EMAIL)]
    with override("en"):
        said = words.sentences(found)
        assert said == "The postal address is incomplete. Note. The contact has no e-mail address."
    with override("zh-hans"):
        said = words.sentences(found)
        assert said.count("。") == 3
        assert not {" ", ";", "；"} & set(said)
