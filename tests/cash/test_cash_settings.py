"""A company's settings: bounds, versions, who may set them, and what they change. Numbers are those of docs/algorithms/cash-settings.md."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.db import DatabaseError, connection, transaction

from fairdue.cash.actions import do_confirm, do_post, do_set_settings
from fairdue.cash.book import record_by_class
from fairdue.cash.company_settings import settings_of, versions
from fairdue.cash.matching.records import Kind, Limit, Part, Tolerances
from fairdue.cash.models import CashSettings, Decision, Proposal
from fairdue.cash.settings import NAMES, SettingError, Settings, changed
from fairdue.ledger.models import AuditEntry
from fairdue.people.actor import NotAllowed, system_actor

PAGE = Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "cash-settings.md"
CASES = yaml.safe_load(PAGE.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0])["limits"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['text']} of {case['currency']} {case['amount']}")
def test_worked_limits(case: dict) -> None:
    for name in ("rounding", "charges"):
        held = changed(Settings(), {name: case["text"]}).tolerances()
        assert getattr(held, name)(case["currency"], case["amount"]) == case["limit"]


def test_the_defaults_are_those_of_the_matcher() -> None:
    assert Settings().tolerances() == Tolerances()
    assert set(NAMES) == {
        row.split("`")[1] for row in PAGE.read_text("utf-8").splitlines() if row.startswith("    | `")
    }


def test_what_is_written_is_read_back() -> None:
    asked = {"rounding": "5, JPY 1, EUR 1000 ppm max 50", "posting": "off", "early_days": "3"}
    found = changed(Settings(), asked)
    assert changed(Settings(), found.told()) == found
    assert found.rounding == (Limit(5), Limit(50, 1000, "EUR"), Limit(1, 0, "JPY"))


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("gift", "1", "cash_no_setting"), ("posting", "perhaps", "cash_setting_switch"), ("budget_ppm", "0", "cash_setting_bounds"),
        ("budget_ppm", "10001", "cash_setting_bounds"), ("budget_ppm", "1.5", "cash_setting_bounds"),
        ("early_days", "-1", "cash_setting_bounds"),
        ("judged_days", "6", "cash_setting_bounds"), ("rounding", "5 cents", "cash_setting_limit"),
        ("rounding", "5, XQZ 1", "cash_setting_limit"),
        ("rounding", "5, EUR 1, EUR 2", "cash_setting_limit"),
        ("rounding", "EUR 5", "cash_setting_no_general"),
        ("rounding", "", "cash_setting_no_general"), ("charges", "1000001", "cash_setting_limit_most"),
        ("charges", "100001 ppm max 5", "cash_setting_limit_most"), ("discount_grace_days", "٣", "cash_setting_bounds"),
    ],
)  # fmt: skip
def test_what_is_not_within_the_bounds_is_refused(name: str, value: str, code: str) -> None:
    with pytest.raises(SettingError) as caught:
        changed(Settings(), {name: value})
    assert caught.value.reason.code == code


@pytest.mark.django_db
class TestStored:
    def test_a_change_is_a_version_with_what_was_and_is(self, desk) -> None:
        assert settings_of(desk.company_id) == Settings()
        made = do_set_settings(desk.actor, {"rounding": "3", "budget_ppm": "50"})
        assert (made.version, made.budget_ppm, made.rounding, made.judged_days) == (1, 50, (Limit(3),), 60)
        assert do_set_settings(desk.actor, {"rounding": "3"}).version == 1
        assert do_set_settings(desk.actor, {"posting": "off"}).version == 2
        assert [row.version for row, _ in versions(desk.company_id)] == [2, 1]
        first, second = AuditEntry.objects.filter(action="set_cash_settings").order_by("id")
        assert first.detail["before"] == {"budget_ppm": "100", "rounding": "5"}
        assert first.detail["after"] == {"budget_ppm": "50", "rounding": "3"}
        assert (second.detail["before"], second.detail["after"]) == ({"posting": "on"}, {"posting": "off"})

    def test_nothing_is_taken_by_halves(self, desk) -> None:
        with pytest.raises(SettingError):
            do_set_settings(desk.actor, {"budget_ppm": "50", "early_days": "many"})
        assert not CashSettings.objects.exists()

    @pytest.mark.parametrize("role", ["controller", "account_owner", "auditor", "administrator", "system"])
    def test_only_who_may_change_policies_and_waive_sets_them(self, desk, role: str) -> None:
        actor = replace(desk.actor, roles=frozenset({role}))
        with pytest.raises(NotAllowed):
            do_set_settings(actor, {"budget_ppm": "50"})
        with pytest.raises(NotAllowed):
            do_set_settings(system_actor(desk.company_id, desk.actor.at), {"budget_ppm": "50"})
        assert not CashSettings.objects.exists()
        assert not AuditEntry.objects.filter(action="set_cash_settings").exists()

    def test_another_company_has_its_own(self, desk, other_desk) -> None:
        do_set_settings(desk.actor, {"budget_ppm": "50"})
        assert settings_of(other_desk.company_id) == Settings()
        do_set_settings(other_desk.actor, {"budget_ppm": "70"})
        assert (settings_of(desk.company_id).budget_ppm, settings_of(other_desk.company_id).version) == (50, 1)

    def test_the_database_shows_a_companys_settings_to_it_alone(self, desk, other_desk) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("row-level security is PostgreSQL's")
        do_set_settings(other_desk.actor, {"budget_ppm": "70"})
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('fairdue.companies', %s, true)", [str(desk.company_id)])
            assert not CashSettings.objects.exists()
            cursor.execute("SELECT set_config('fairdue.companies', %s, true)", [str(other_desk.company_id)])
            assert CashSettings.objects.count() == 1

    @pytest.mark.parametrize("table", ["cash_settings", "cash_proposal", "cash_decision"])
    def test_versions_and_what_was_made_under_them_stay(self, desk, table: str) -> None:
        do_set_settings(desk.actor, {"budget_ppm": "50"})
        item, line = desk.item(100_00), desk.line(100_00)
        desk.says(line, Part(item.pk, item.customer_id, 100_00))
        desk.post()
        column = "budget_ppm" if table == "cash_settings" else "settings_version"
        for sql in (f"UPDATE {table} SET {column} = 9", f"DELETE FROM {table}"):
            with (
                pytest.raises(DatabaseError, match="never changed"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(sql)


@pytest.mark.django_db
class TestWhatTheyChange:
    def paid(self, desk, amount: int = 100_00):
        item, line = desk.item(amount), desk.line(amount)
        desk.says(line, Part(item.pk, item.customer_id, amount))
        return line

    def test_a_decision_keeps_the_version_it_was_made_under(self, desk) -> None:
        first = self.paid(desk)
        desk.post()
        do_set_settings(desk.actor, {"early_days": "1"})
        second, third = self.paid(desk, 50_00), self.paid(desk, 30_00)
        desk.propose()
        do_confirm(desk.actor, third.pk)
        do_post(desk.actor)
        found = dict(Decision.objects.values_list("line_id", "settings_version"))
        assert found == {first.pk: 0, second.pk: 1, third.pk: 1}

    def test_a_proposal_of_another_version_is_left_until_it_is_made_anew(self, desk) -> None:
        line = self.paid(desk)
        desk.propose()
        do_set_settings(desk.actor, {"budget_ppm": "50"})
        done = do_post(desk.actor)
        assert (done.posted, done.left) == (0, [line.pk])
        assert desk.propose().new == 1
        assert do_post(desk.actor).posted == 1
        assert list(Proposal.objects.order_by("number").values_list("settings_version", flat=True)) == [0, 1]

    def test_switched_off_nothing_posts_and_no_class_may(self, desk) -> None:
        line = self.paid(desk)
        desk.propose()
        do_set_settings(desk.actor, {"posting": "off"})
        heard: list[frozenset[str]] = []

        def hear(book, lines, allowed):
            heard.append(allowed)
            return desk.matcher(book, lines, allowed)

        from fairdue.cash.actions import do_propose

        do_propose(desk.actor, matcher=hear)
        done = do_post(desk.actor)
        assert (heard, done.off, done.posted) == ([frozenset()], True, 0)
        assert not Decision.objects.exists()
        do_confirm(desk.actor, line.pk)
        assert Decision.objects.get().how == "confirmed"

    def test_budget_and_tolerances_reach_the_matcher(self, desk) -> None:
        from fairdue.cash.actions import do_propose
        from fairdue.cash.matching.match import match

        desk.item(100_00, "RE-10001")
        desk.line(99_97, text="RE-10001")
        found = [desk.actor, {}]

        def hear(book, lines, allowed):
            found[1] = {"tolerances": book.tolerances, "allowed": allowed}
            return match(book, lines, allowed)

        do_set_settings(desk.actor, {"rounding": "3", "budget_ppm": "1"})
        do_propose(desk.actor, matcher=hear)
        assert found[1] == {"tolerances": Tolerances(rounding_minor=3), "allowed": frozenset()}
        newest = Proposal.objects.latest("number")
        assert newest.parts[0]["difference"] == "rounding"
        do_set_settings(desk.actor, {"rounding": "2"})
        do_propose(desk.actor, matcher=hear)
        assert Proposal.objects.latest("number").parts[0]["difference"] == "open"

    def test_days_after_which_a_posting_counts_as_right(self, desk) -> None:
        self.paid(desk)
        desk.post()
        at = desk.actor.at + timedelta(days=30)
        assert record_by_class(desk.company_id, at) == {}
        assert record_by_class(desk.company_id, at, 29) == {"number": (1, 0)}

    def test_days_that_a_payment_may_come_early(self, desk) -> None:
        """The item's document is of 7 February, the payment of the 5th: it names nothing, so only the payer finds it."""
        from fairdue.cash.actions import do_propose

        item = desk.item(123_45)
        line = desk.line(123_45, on=item.document.issued_on - timedelta(days=2))
        for days, kinds in ((1, [Kind.ON_ACCOUNT]), (2, [Kind.PAYMENT])):
            do_set_settings(desk.actor, {"early_days": str(days)})
            do_propose(desk.actor)
            assert [one["kind"] for one in Proposal.objects.filter(line=line).latest("number").parts] == kinds
