"""What goes wrong is said in the reader's language, whichever room says it."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.utils.translation import override

from fairdue.contact.reasons import GateReason
from fairdue.kernel.reasons import because
from fairdue.wording import words

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def money():
    from fairdue.kernel.money import Money, to_minor

    yield lambda: to_minor("1", "XYZ"), "ISO 4217"
    yield lambda: to_minor("one", "EUR"), "is not a number"
    yield lambda: to_minor("NaN", "EUR"), "is not a number"
    yield lambda: to_minor("1.234", "EUR"), "more decimals than EUR has (2)"
    yield lambda: to_minor("9" * 30, "EUR"), "larger than any amount"
    yield lambda: Money(1, "EUR") + Money(1, "USD"), "EUR and USD do not add up"


def others():
    from fairdue.contact import blobs
    from fairdue.contact.inbox.mail import read
    from fairdue.engine.snapshot import Snapshot
    from fairdue.people.actor import Actor, Right

    auditor = Actor(1, NOW, name="paula", roles=frozenset({"auditor"}))
    yield lambda: Snapshot.open(Path("nowhere")), "nowhere holds no snapshot"
    yield lambda: blobs.get(1, "kein-hash"), "is no SHA-256"
    yield lambda: read(b"boundary=" * 1000), "nested beyond reason"
    for right in set(Right) - {Right.VIEW, Right.AUDIT}:
        yield lambda right=right: auditor.need(right), "paula may not "


def actions(actor):
    from fairdue.contact.actions import ContactError, do_queue  # noqa: F401 - the class that is told
    from fairdue.contact.actions.messages import Outgoing
    from fairdue.intake import actions as intake
    from fairdue.ledger import actions as ledger
    from fairdue.ledger.models import Source
    from fairdue.people import actions as people

    day = date(2026, 3, 2)
    source = Source(company_id=actor.company_id, code="erp")
    letter = Outgoing(customer_id=1, step_key="s", channel="letter", language="en", subject="S")
    yield lambda: ledger.do_book_payment(actor, amount_minor=0, currency="EUR", effective_on=day), "more than zero"
    yield lambda: ledger.do_reverse(actor, 1, effective_on=day, reason=""), "needs a reason"
    yield lambda: ledger.do_hold(actor, customer_id=1, reason="mood", since=day), "mood is no reason for a hold"
    yield lambda: intake.do_set_vanished_share(actor, source, "open_items", -1), "between 0 and"
    yield lambda: do_queue(actor, letter), "The letter of step s has no PDF"
    yield lambda: people.do_edit_company(actor.company_id, {"colour": "red"}), "There is no field colour"
    yield lambda: people.do_add_user(actor.company_id, username="x", password="y", roles=["king"]), "no role king"


def check(act, english: str) -> None:
    from fairdue.cli.start import why

    for language in ("en", "zh-hans"):
        with override(language):
            with pytest.raises(Exception) as caught:
                act()
            said = why(caught.value)
        assert "%(" not in said
        if language == "en":
            assert english in said
        else:
            assert re.search("[\u4e00-\u9fff]", said), said
            assert not re.search(r"\b(is|may not|the|has|than|no)\b", said), said


def test_errors_without_a_ledger_are_told_in_both_languages():
    for act, english in [*money(), *others()]:
        check(act, english)


@pytest.mark.django_db
def test_errors_of_actions_are_told_in_both_languages(actor):
    for act, english in actions(actor):
        check(act, english)


def test_every_outcome_of_a_mail_has_a_word():
    from fairdue.cli.inbox import RECEIVED
    from fairdue.contact.actions import Received

    assert set(RECEIVED) == {received.value for received in Received} | {"skipped", "unread", "unmoved"}


def test_a_dispatch_is_told_by_reason_and_not_by_code(capsys):
    from fairdue.cli import operate
    from fairdue.contact.dispatch import Summary

    done = Summary(handed_over=2, recovered={"requeued": 1})
    for _ in range(3):
        done.stopped(because(GateReason.QUIET_HOURS, local_time="22:00", zone="Asia/Shanghai"), waits=True)
    old = because(GateReason.BANK_DATA_OLD, through="2026-02-20", age_days=10, max_days=4)
    done.stopped(old, waits=True)
    done.reasons.append(old)
    operate._tell(json.loads(json.dumps(done.as_dict())))
    told = [
        "handed over: 2",
        "left by a stopped dispatch: 1",
        "waiting: 4",
        "3 × such as: It is 22:00 at the customer's place (Asia/Shanghai).",
        f"1 × such as: {words.reason(old)}",
        words.reason(old),
    ]
    assert capsys.readouterr().out.split() == " ".join(told).split()
