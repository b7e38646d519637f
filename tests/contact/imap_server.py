"""A real IMAP server of the test's own: Debian's Dovecot over TLS, with a Maildir of one user, in a folder of the test."""

from __future__ import annotations

import getpass
import imaplib
import json
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

USER, PASSWORD = "credit", "s3cret&p@ss"
DOVECOT = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Provider:
    """An OAuth provider: gives tokens for a refresh token, which it replaces each time, and tells the IMAP server whose one is."""

    def __init__(self) -> None:
        self.refresh, self.valid, self.asked = "refresh-1", {"token-0": USER}, []  # type: ignore[var-annotated]
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                known = outer.valid.get(token)
                self._say(200 if known else 401, {"active": "true", "username": known} if known else {"error": "no"})

            def do_POST(self) -> None:
                form = {
                    name: one[0]
                    for name, one in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()
                }
                outer.asked.append(form)
                if form.get("grant_type") == "refresh_token" and form.get("refresh_token") != outer.refresh:
                    self._say(400, {"error": "invalid_grant", "error_description": "secret-in-description"})
                    return
                count = len(outer.asked)
                token, outer.refresh = f"token-{count}", f"refresh-{count + 1}"
                outer.valid[token] = USER
                self._say(200, {"access_token": token, "token_type": "Bearer", "refresh_token": outer.refresh})

            def _say(self, status: int, said: dict[str, Any]) -> None:
                data = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class ImapServer:
    """Dovecot on two ports: TLS, and STARTTLS. The certificate signs itself; clients trust it by ``SSL_CERT_FILE``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tls, self.plain = free_port(), free_port()
        self.certificate = folder / "cert.pem"
        self.provider = Provider()

    def start(self) -> None:
        mail = self.folder / "mail"
        mail.mkdir()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(self.folder / "key.pem"), "-out",
             str(self.certificate), "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
            check=True, capture_output=True,
        )  # fmt: skip
        (self.folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}::::::\n")
        owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.getuid())
        for path in (self.folder, mail):
            os.chown(path, owner.pw_uid, owner.pw_gid)
            path.chmod(0o755)
        (self.folder / "oauth2").write_text(
            f"introspection_url = http://127.0.0.1:{self.provider.port}/whose\nintrospection_mode = auth\n"
            "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
        )
        (self.folder / "dovecot.conf").write_text(self._settings(owner))
        self.process = subprocess.Popen([str(DOVECOT), "-F", "-c", str(self.folder / "dovecot.conf")])
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.tls), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("dovecot does not answer")

    def _settings(self, owner: pwd.struct_passwd) -> str:
        who = "root" if os.geteuid() == 0 else getpass.getuser()
        inner = "dovenull" if who == "root" else who
        return f"""
protocols = imap
listen = 127.0.0.1
base_dir = {self.folder}/run
state_dir = {self.folder}/run
log_path = {self.folder}/log
ssl = yes
ssl_cert = <{self.certificate}
ssl_key = <{self.folder}/key.pem
default_internal_user = {"dovecot" if who == "root" else who}
default_login_user = {inner}
mail_location = maildir:{self.folder}/mail
mail_uid = {owner.pw_uid}
mail_gid = {owner.pw_gid}
first_valid_uid = 1
first_valid_gid = 1
auth_mechanisms = plain oauthbearer xoauth2
auth_failure_delay = 0
passdb {{
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = {self.folder}/oauth2
}}
passdb {{
  driver = passwd-file
  args = {self.folder}/users
}}
userdb {{
  driver = static
  args = uid={owner.pw_uid} gid={owner.pw_gid} home={self.folder}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.plain}
  }}
  inet_listener imaps {{
    port = {self.tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
"""

    def url(self, scheme: str = "imaps", mailbox: str = "INBOX", password: str = PASSWORD) -> str:
        from urllib.parse import quote

        port = self.tls if scheme == "imaps" else self.plain
        secret = f":{quote(password, safe='')}" if password else ""
        return f"{scheme}://{USER}{secret}@localhost:{port}/{quote(mailbox)}"

    def session(self) -> imaplib.IMAP4_SSL:
        """Log in as the mail system does, to put mails there and to look at flags."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        found = imaplib.IMAP4_SSL("localhost", self.tls, ssl_context=context)
        found.login(USER, PASSWORD)
        return found

    def put(self, *mails: bytes, mailbox: str = "INBOX") -> None:
        session = self.session()
        for data in mails:
            kind, said = session.append(mailbox, "", None, data)
            assert kind == "OK", said
        session.logout()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.provider.stop()
