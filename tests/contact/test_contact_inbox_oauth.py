"""A mailbox whose provider takes no passwords: tokens from a file, a command, a provider; a real Dovecot checks them."""

from __future__ import annotations

import base64
import json
import stat

import pytest
from imap_server import USER

from fairdue.contact.collect import from_mailbox, read_before
from fairdue.contact.inbox import oauth
from fairdue.contact.inbox.imap import MailboxError, read_url
from fairdue.contact.inbox.oauth import TokenError, access_token, spoken

MAIL = b"From: ap@muster.example\r\nSubject: Frage\r\nMessage-ID: <1@muster.example>\r\n\r\nWir zahlen am Freitag.\r\n"


@pytest.mark.django_db
class TestServer:
    def test_a_token_from_a_file_or_a_command_opens_the_mailbox(self, imap, actor, contact, tmp_path) -> None:
        imap.put(MAIL)
        token = tmp_path / "token"
        token.write_text("token-0\n")
        url = imap.url(password="")
        assert from_mailbox(actor, read_url(url, f"file:{token}")) == {"reply": 1}
        assert from_mailbox(actor, read_url(url, f"command:cat {token}")) == {}

    @pytest.mark.parametrize("mechanism", oauth.ANSWERS)
    def test_either_mechanism_is_spoken_as_the_server_reads_it(
        self, imap, actor, contact, monkeypatch, tmp_path, mechanism
    ) -> None:
        monkeypatch.setattr(oauth, "ANSWERS", (mechanism,))
        imap.put(MAIL)
        (tmp_path / "token").write_text("token-0")
        assert from_mailbox(actor, read_url(imap.url(password=""), f"file:{tmp_path / 'token'}")) == {"reply": 1}
        (tmp_path / "token").write_text("token-wrong")
        with pytest.raises(MailboxError) as told:
            from_mailbox(actor, read_url(imap.url(password=""), f"file:{tmp_path / 'token'}"))
        assert "token-wrong" not in str(told.value)

    def test_a_refresh_token_is_used_and_kept_anew_each_time(self, imap, actor, contact, tmp_path) -> None:
        imap.put(MAIL)
        path = tmp_path / "mailbox.json"
        told = {"token_url": f"http://127.0.0.1:{imap.provider.port}/token", "client_id": "c", "client_secret": "s"}
        path.write_text(json.dumps(told | {"refresh_token": "refresh-1"}))
        account = read_url(imap.url(password=""), f"oauth:{path}")
        assert from_mailbox(actor, account) == {"reply": 1}
        assert json.loads(path.read_text()) == told | {"refresh_token": "refresh-2"}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert from_mailbox(actor, account) == {}
        assert json.loads(path.read_text())["refresh_token"] == "refresh-3"

    def test_an_ended_refresh_token_is_a_task_and_the_secret_is_not_told(self, imap, actor, contact, tmp_path) -> None:
        path = tmp_path / "mailbox.json"
        told = {"token_url": f"http://127.0.0.1:{imap.provider.port}/token", "client_id": "c", "refresh_token": "ended"}
        path.write_text(json.dumps(told))
        why = read_before(actor, imap.url(password=""), token_from=f"oauth:{path}")
        assert why is not None
        assert "invalid_grant" in str(why.as_dict())
        assert "secret-in-description" not in str(why.as_dict())
        assert json.loads(path.read_text()) == told

    def test_an_application_asks_in_its_own_name(self, imap, tmp_path) -> None:
        path = tmp_path / "app.json"
        url = f"http://127.0.0.1:{imap.provider.port}/token"
        path.write_text(json.dumps({"token_url": url, "client_id": "c", "client_secret": "s", "scope": "x/.default"}))
        assert access_token(f"oauth:{path}") == "token-1"
        assert imap.provider.asked == [
            {"client_id": "c", "client_secret": "s", "scope": "x/.default", "grant_type": "client_credentials"}
        ]
        assert "refresh_token" not in json.loads(path.read_text())


def test_what_is_said_is_as_the_standards_write_it() -> None:
    """XOAUTH2 as Microsoft and Google document it; OAUTHBEARER after the example of RFC 7628, 4.1."""
    mechanism, answer = spoken(("IMAP4REV1", "AUTH=XOAUTH2"), "test@contoso.example", "EwBAAl3BAAUF", "h", 993)
    assert mechanism == "XOAUTH2"
    assert base64.b64encode(answer(b"")) == (
        b"dXNlcj10ZXN0QGNvbnRvc28uZXhhbXBsZQFhdXRoPUJlYXJlciBFd0JBQWwzQkFBVUYBAQ=="
    )
    assert answer(b'{"status":"401"}') == b""
    mechanism, answer = spoken(
        ("AUTH=XOAUTH2", "AUTH=OAUTHBEARER"), "user@example.com", "vF9dft4qmT", "server.example.com", 143
    )
    assert answer(b"") == (
        b"n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer vF9dft4qmT\x01\x01"
    )
    assert (mechanism, answer(b"{}")) == ("OAUTHBEARER", b"\x01")
    with pytest.raises(TokenError):
        spoken(("AUTH=PLAIN",), USER, "t", "h", 993)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "file:",
        "file:/nowhere/token",
        "command:false",
        "command:/nowhere/x",
        "command:true",
        "oauth:/nowhere",
        "x:y",
        "command:echo a b",
    ],
)
def test_a_source_that_gives_no_token_says_so(source: str) -> None:
    with pytest.raises(TokenError):
        access_token(source)


def test_a_token_is_asked_for_over_tls_only(tmp_path) -> None:
    path = tmp_path / "m.json"
    path.write_text('{"token_url": "http://login.example/token", "client_id": "c"}')
    with pytest.raises(TokenError, match="https"):
        access_token(f"oauth:{path}")


def test_a_password_and_a_token_are_not_both_taken() -> None:
    with pytest.raises(ValueError, match="FAIRDUE_IMAP_TOKEN"):
        read_url("imaps://a:b@mail.example/INBOX", "file:/t")
    with pytest.raises(ValueError, match="FAIRDUE_IMAP_TOKEN"):
        read_url("imaps://a@mail.example/INBOX", "/t")
