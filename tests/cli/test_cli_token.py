"""Tokens from the command line: shown once on standard output, listed without their secret, revoked."""

from __future__ import annotations


def test_a_token_is_made_listed_and_revoked(acme):
    made = acme.run("token", "make", "ERP connector", "--scope", "read", "--scope", "postings:ack", "--days", "30")
    assert made.returncode == 0, made.stderr
    shown = made.stdout.strip()
    assert shown.startswith("fairdue_")
    assert shown not in made.stderr
    listed = acme("token", "list")
    assert "ERP connector" in listed
    assert "postings:ack, read" in listed
    assert "in force" in listed
    assert shown not in listed
    assert "is revoked" in acme("token", "revoke", "1")
    assert "revoked" in acme("token", "list")
    assert "There is no token 9" in acme("token", "revoke", "9", code=1)
    assert "There is no scope king" in acme("token", "make", "x", "--scope", "king", code=1)
    assert "is whole" in acme("audit", "verify")


def test_a_user_without_the_right_cannot_make_one(acme):
    acme("user", "add", "kim", "--role", "controller", "--password", "a-long-password-1")
    assert "may not" in acme("token", "make", "x", "--scope", "read", "--user", "kim", code=1)
    assert "No token yet" in acme("token", "list")
