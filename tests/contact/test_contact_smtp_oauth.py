"""Sending through a server that takes tokens instead of passwords: said as the standards ask, refused without a mail lost."""

from __future__ import annotations

import base64
import json

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from smtp_server import Mailbox, free_port

from fairdue.contact.actions import do_queue
from fairdue.contact.dispatch import dispatch
from fairdue.contact.transports import SmtpTransport
from fairdue.contact.transports.smtp import read_url

pytestmark = pytest.mark.django_db
TOKEN = "ya29.fresh-token"
USER = "credit@acme.example"
X = f"user={USER}\x01auth=Bearer {TOKEN}\x01\x01"


class TokenBox(Mailbox):
    """Takes XOAUTH2 and OAUTHBEARER, and remembers what was said; a wrong token gets the provider's word, then 535."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    async def _judge(self, server, text: str, ending: bytes) -> AuthResult:
        self.said.append(text)
        if TOKEN in text:
            return AuthResult(success=True, auth_data=text)
        word = await server.challenge_auth(json.dumps({"status": "401"}).encode())
        self.said.append(word.decode())
        assert word == ending
        await server.push("535 5.7.3 the token has ended")
        return AuthResult(success=False, handled=True)

    async def auth_XOAUTH2(self, server, args):
        return await self._judge(server, base64.b64decode(args[1]).decode(), b"")

    async def auth_OAUTHBEARER(self, server, args):
        return await self._judge(server, base64.b64decode(args[1]).decode(), b"\x01")


class TokenServer(Controller):
    def __init__(self, box: TokenBox, without: set[str]) -> None:
        self.without = without
        super().__init__(box, hostname="127.0.0.1", port=free_port())

    def factory(self) -> SMTP:
        barred = {"LOGIN", "PLAIN", *self.without}
        return SMTP(self.handler, auth_required=True, auth_require_tls=False, auth_exclude_mechanism=barred)


@pytest.fixture(params=["XOAUTH2", "OAUTHBEARER"])
def server(request):
    box = TokenBox()
    made = TokenServer(box, {"XOAUTH2", "OAUTHBEARER"} - {request.param})
    made.start()
    yield made, box, request.param
    made.stop()


def transport(port: int, token_file) -> SmtpTransport:
    return SmtpTransport.from_url(f"smtp://credit%40acme.example@127.0.0.1:{port}", f"file:{token_file}")


def test_a_mail_leaves_with_a_token(outgoing, actor, company, now, server, tmp_path):
    made, box, mechanism = server
    (tmp_path / "token").write_text(TOKEN + "\n")
    do_queue(actor, outgoing())
    done = dispatch(company.pk, now, [transport(made.port, tmp_path / "token")])
    assert (done.handed_over, len(box.taken)) == (1, 1)
    bearer = f"n,a={USER},\x01host=127.0.0.1\x01port={made.port}\x01auth=Bearer {TOKEN}\x01\x01"
    assert box.said == [X if mechanism == "XOAUTH2" else bearer]


def test_a_token_that_ended_leaves_the_mail_in_the_outbox_and_is_told_without_the_token(
    outgoing, actor, company, now, server, tmp_path
):
    made, box, _mechanism = server
    (tmp_path / "token").write_text("stale-token")
    message = do_queue(actor, outgoing())
    done = dispatch(company.pk, now, [transport(made.port, tmp_path / "token")])
    message.refresh_from_db()
    assert (done.handed_over, done.later, box.taken, message.state) == (0, 1, [], "queued")
    (reason,) = done.reasons
    assert "the token has ended" in str(reason.values)
    assert "stale-token" not in json.dumps(done.as_dict())
    (tmp_path / "token").write_text(TOKEN)
    message.not_before = None
    message.save(update_fields=["not_before"])
    assert dispatch(company.pk, now, [transport(made.port, tmp_path / "token")]).handed_over == 1


def test_no_token_and_a_server_without_tokens_are_told(outgoing, actor, company, now, mail_server, tmp_path):
    do_queue(actor, outgoing())
    done = dispatch(company.pk, now, [transport(mail_server.port, tmp_path / "none")])
    assert "token file cannot be read" in str(done.reasons[0].values)
    (tmp_path / "token").write_text(TOKEN)
    from fairdue.contact.models import OutboxMessage

    OutboxMessage.objects.update(not_before=None)
    done = dispatch(company.pk, now, [transport(mail_server.port, tmp_path / "token")])
    assert "takes no OAuth tokens" in str(done.reasons[0].values)
    assert mail_server.box.taken == []


@pytest.mark.parametrize(
    ("url", "source", "why"),
    [
        ("smtp://u@mail.example", "file:t", "in the clear"),
        ("smtps://u:p@mail.example", "file:t", "no password"),
        ("smtps://mail.example", "file:t", "must hold the user"),
        ("smtps://u@mail.example", "secret", "must begin with"),
    ],
)
def test_settings_that_cannot_be_are_refused(url, source, why):
    with pytest.raises(ValueError, match=why):
        read_url(url, source)
