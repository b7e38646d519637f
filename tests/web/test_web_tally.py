"""What a bulk release says: counts, and the reasons of what did not leave, one line per kind of reason."""

from __future__ import annotations

from fairdue.contact.reasons import GateReason
from fairdue.dunning.actions import Outcome
from fairdue.dunning.reasons import ReleaseReason
from fairdue.kernel.reasons import because
from fairdue.web.tally import Tally


def transit(amount_minor: int):
    return because(GateReason.IN_TRANSIT, amount_minor=amount_minor, currency="EUR", claimed_minor=5000)


def test_reasons_count_by_kind_and_only_for_what_did_not_leave():
    note = because(ReleaseReason.CLAUSE_ABSENT)
    blocked = because(ReleaseReason.BLOCKED)
    tally = Tally().add([Outcome(1, "released", (note,)), Outcome(2, "blocked", (blocked, transit(100)))])
    tally = tally.add([Outcome(3, "blocked", (blocked, transit(250))), Outcome(4, "first", ())])
    assert (tally.released, tally.first, tally.held, tally.done) == (1, 1, 2, 4)
    assert tally.listed == [("1.00 EUR received are not matched yet and may pay this; 50.00 are claimed.", 2)]
    assert tally.sentence() == "1 released. 1 waits for a second person. 2 were held back."


def test_a_tally_goes_through_a_form():
    tally = Tally().add([Outcome(2, "refused", (because(ReleaseReason.NOTHING_LEFT),))])
    assert Tally.from_list(tally.as_list()) == tally
