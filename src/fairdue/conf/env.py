"""Every environment variable that Fairdue reads, declared once. ``docs/reference/settings.md`` lists the same names."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: its name, what stands where it is unset, and what it does."""

    name: str
    default: str
    meaning: str

    def text(self) -> str:
        """Give the value, or the default where it is unset or empty."""
        return os.environ.get(self.name) or self.default

    def flag(self) -> bool:
        """Give the value as yes or no; anything but 1, true, yes, on is no."""
        return self.text().strip().lower() in {"1", "true", "yes", "on"}

    def number(self) -> int:
        """Give the value as an integer; raises ValueError with the variable's name."""
        try:
            return int(self.text())
        except ValueError:
            raise ValueError(f"{self.name} must be a whole number, not {self.text()!r}") from None


DATA_DIR = Variable(
    "FAIRDUE_DATA_DIR", "var", "Folder of the embedded database, snapshots, stored letters and the key file."
)
DATABASE_URL = Variable(
    "FAIRDUE_DATABASE_URL",
    "",
    "sqlite:///path or postgresql://user:password@host:port/name. Unset: SQLite in the data folder.",
)
SECRET_KEY = Variable(
    "FAIRDUE_SECRET_KEY", "", "Key that signs sessions and links. Unset: a key file is made in the data folder."
)
MASTER_KEY = Variable(
    "FAIRDUE_MASTER_KEY",
    "",
    "64 hex digits that wrap the keys of stored files. Unset: a key file is made in the data folder.",
)
MASTER_KEY_COMMAND = Variable(
    "FAIRDUE_MASTER_KEY_COMMAND", "", "Command that prints the master key, such as a key service's client. Unset: none."
)
KEYS_URL = Variable(
    "FAIRDUE_KEYS_URL",
    "",
    "Where the keys of stored files and texts lie, apart from the database: sqlite:///path or postgresql://…."
    " Unset: keys.sqlite3 in the data folder.",
)
DEBUG = Variable("FAIRDUE_DEBUG", "no", "Show errors in the browser. Never in production.")
ALLOWED_HOSTS = Variable(
    "FAIRDUE_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", "Host names the server answers to, by comma."
)
BASE_URL = Variable("FAIRDUE_BASE_URL", "http://127.0.0.1:8000", "Address that links in letters start with.")
SMTP_URL = Variable(
    "FAIRDUE_SMTP_URL",
    "",
    "smtp://user:password@host:port, smtps:// or smtp+starttls://. Unset: e-mails stay in the outbox.",
)
SMTP_TOKEN = Variable(
    "FAIRDUE_SMTP_TOKEN",
    "",
    "OAuth token for that server instead of a password: file:PATH, command:LINE or oauth:PATH (a JSON file). Unset: the password.",
)
MAIL_FROM = Variable("FAIRDUE_MAIL_FROM", "", "Sender address of e-mails. Unset: the company's own address.")
IMAP_URL = Variable(
    "FAIRDUE_IMAP_URL",
    "",
    "Mailbox that replies come to: imaps://user:password@host:port/mailbox or imap+starttls://. Unset: no mailbox is read.",
)
IMAP_COMPANY = Variable(
    "FAIRDUE_IMAP_COMPANY", "", "Code of the company whose mailbox that is. Needed where there are several companies."
)
IMAP_TOKEN = Variable(
    "FAIRDUE_IMAP_TOKEN",
    "",
    "OAuth token for that mailbox instead of a password: file:PATH, command:LINE or oauth:PATH (a JSON file). Unset: the password.",
)
LINK_DAYS = Variable("FAIRDUE_LINK_DAYS", "60", "Days for which a debtor's link stays valid.")
LANGUAGE = Variable("FAIRDUE_LANGUAGE", "", "Language of the command line, en or zh-hans. Unset: the terminal's.")
NOW = Variable(
    "FAIRDUE_NOW", "", "Moment from which the entrances' clock runs, for demonstrations. Unset: the real one."
)
UPLOAD_MAX_MB = Variable("FAIRDUE_UPLOAD_MAX_MB", "50", "Largest file taken by upload or portal, in megabytes.")
BLOB_URL = Variable(
    "FAIRDUE_BLOB_URL",
    "",
    "Where stored files lie: s3://bucket/prefix?endpoint=https://…&region=… (extra s3). Unset: blobs/ in the data folder.",
)
BOOKS_ACK_DAYS = Variable(
    "FAIRDUE_BOOKS_ACK_DAYS",
    "3",
    "Days after which a posting batch that the books have not answered makes a task; 0: never.",
)
API_CALLS_A_MINUTE = Variable(
    "FAIRDUE_API_CALLS_A_MINUTE", "600", "Calls that one token may make in a minute, by server process; 0: no limit."
)

ALL = (
    DATA_DIR,
    DATABASE_URL,
    SECRET_KEY,
    MASTER_KEY,
    MASTER_KEY_COMMAND,
    KEYS_URL,
    DEBUG,
    ALLOWED_HOSTS,
    BASE_URL,
    SMTP_URL,
    SMTP_TOKEN,
    MAIL_FROM,
    IMAP_URL,
    IMAP_COMPANY,
    IMAP_TOKEN,
    LINK_DAYS,
    LANGUAGE,
    NOW,
    UPLOAD_MAX_MB,
    BLOB_URL,
    BOOKS_ACK_DAYS,
    API_CALLS_A_MINUTE,
)


def set_for_libraries() -> None:
    """Set what libraries read from the environment, unless it is set: Typst draws in one thread.

    Handing a small letter's work to several threads takes more time than it saves. Must come before the first letter.
    """
    os.environ.setdefault("RAYON_NUM_THREADS", "1")


def for_child() -> dict[str, str]:
    """Give the environment for a process of our own that works on the same settings."""
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "fairdue.conf.settings"}
