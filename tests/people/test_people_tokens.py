"""Tokens of programs: shown once, kept as a hash, ended by time or by hand, with the rights of their scopes and no other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fairdue.ledger import audit
from fairdue.people.actor import SCOPES, Actor, NotAllowed, Right
from fairdue.people.models import ApiToken
from fairdue.people.tokens import TokenError, actor_of, do_make_token, do_revoke_token, find_token, note_use

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(company, now) -> Actor:
    return Actor(company.pk, now, user_id=None, name="Ada", roles=frozenset({"administrator"}))


def test_the_token_is_not_kept(administrator, now):
    made, shown = do_make_token(administrator, name=" ERP ", scopes=["read", "postings:ack", "read"])
    row = ApiToken.objects.values().get(pk=made.pk)
    assert shown.startswith("fairdue_")
    assert len(shown) >= 50
    assert shown.removeprefix("fairdue_") not in repr(row)
    assert (row["name"], row["scopes"], row["made_by"]) == ("ERP", ["postings:ack", "read"], "Ada")
    assert find_token(shown, now) == made
    for wrong in (shown[:-1], shown + "x", shown.upper(), "", "fairdue_", "fairdue_" + "é" * 10):
        assert find_token(wrong, now) is None


def test_it_ends_by_time_and_by_hand(administrator, now):
    made, shown = do_make_token(administrator, name="ERP", scopes=["read"], days=2)
    assert find_token(shown, now + timedelta(days=2, seconds=-1)) == made
    assert find_token(shown, now + timedelta(days=2)) is None
    assert do_revoke_token(administrator, made.pk)[1] is True
    assert do_revoke_token(administrator, made.pk)[1] is False
    assert find_token(shown, now) is None


@pytest.mark.parametrize(
    ("name", "scopes", "days"),
    [("", ["read"], 90), ("x", [], 90), ("x", ["read", "release"], 90), ("x", ["read"], 0), ("x", ["read"], 731)],
)
def test_what_is_no_token_is_refused(administrator, name, scopes, days):
    with pytest.raises(TokenError):
        do_make_token(administrator, name=name, scopes=scopes, days=days)
    assert not ApiToken.objects.exists()


def test_only_who_administers_makes_and_revokes(administrator, actor, company, now):
    with pytest.raises(NotAllowed):
        do_make_token(actor, name="x", scopes=["read"])
    made, _ = do_make_token(administrator, name="x", scopes=["read"])
    with pytest.raises(NotAllowed):
        do_revoke_token(actor, made.pk)
    stranger = Actor(company.pk + 1, now, roles=frozenset({"administrator"}))
    with pytest.raises(TokenError):
        do_revoke_token(stranger, made.pk)
    assert ApiToken.objects.get().revoked_at is None


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_gives_its_right_and_no_other(administrator, now, scope):
    made, _ = do_make_token(administrator, name="x", scopes=[scope])
    acting = actor_of(made, now)
    assert {right for right in Right if acting.may(right)} == SCOPES[scope]
    assert not any(
        acting.may(right) for right in (Right.RELEASE, Right.RUN, Right.WAIVE, Right.ERASE, Right.ADMINISTER)
    )


def test_a_role_cannot_be_taken_for_a_scope(company, now):
    assert not Actor(company.pk, now, roles=frozenset({"read", "token:", "token:controller"})).may(Right.VIEW)


def test_the_log_names_the_token_and_last_use_is_kept_to_the_minute(administrator, now):
    made, _ = do_make_token(administrator, name="ERP", scopes=["read"])
    entry = audit.record(actor_of(made, now), "test", "test:1")
    assert entry.actor == f"token:{made.pk}"
    assert audit.names([entry.actor]) == {entry.actor: f"ERP (token {made.pk})"}
    for seconds, kept in ((5, 0), (50, 0), (65, 60)):
        note_use(ApiToken.objects.get(), now + timedelta(seconds=seconds))
        assert ApiToken.objects.get().last_used_at == now + timedelta(seconds=kept)
