"""What kind of mail came in: a reply of a person, an automatic one, a request not to be written to. Pure; ``docs/algorithms/replies.md``.

Who is wrong in one direction only loses a little time (a person reads an automatic mail); in the other a customer's answer goes
unheard. So words alone never make a mail automatic where it speaks of paying, and a header of a program alone decides only
where programs of that kind set it.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from fairdue.contact.inbox.expressions import pattern_of, plain_text
from fairdue.contact.inbox.mail import Mail

HEAD_CHARS = 700
"""An automatic reply says what it is at once."""
SHORT_CHARS = 420
"""A request not to be written to stands in a short mail; a long one that holds such words has them in its small print."""
SEARCHED_CHARS = 6_000
ADDRESS_CHARS_MAX = 254
"""No mail can be sent to a longer one (RFC 5321, 4.5.3.1.3)."""
_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@[A-Za-z0-9](?:[A-Za-z0-9\-]{0,62}\.){1,6}[A-Za-z]{2,18}")
PREFIX = re.compile(
    r"^\s*(?:(?:re|aw|antw|sv|vs|rv|odp|rif|ynt|r|答复|回复|回覆|答覆|رد|fw|fwd|wg|tr|enc|i|转发|轉寄|doorst)\s*(?:\[\d+\])?\s*[:：]\s*)+",
    re.IGNORECASE,
)
"""Before the subject of an answer or a forward, in the languages of common programs."""
_SIGNATURE = re.compile(r"(?m)^-- ?$")


class Kind(StrEnum):
    """Kinds of inbound mail."""

    REPLY = "reply"
    OPT_OUT = "opt_out"
    """A person who asks not to be written to: a reply, and a proposal."""
    AWAY = "away"
    """Out of office."""
    LEFT = "left"
    """An automatic mail of somebody who is no longer there."""
    AUTOMATIC = "automatic"
    """A ticket number, a receipt: a program answered."""
    BULK = "bulk"
    """A newsletter or spam: no answer to anything."""
    OWN = "own"
    """Our own mail, such as a copy to ourselves."""
    BOUNCE = "bounce"
    DELAYED = "delayed"
    UNREADABLE = "unreadable"


PERSONAL = frozenset({Kind.REPLY, Kind.OPT_OUT, Kind.UNREADABLE})
"""Kinds that hold the next step until a person has read them."""


@dataclass(frozen=True, slots=True)
class Told:
    """The kind, the signs that it rests on, and the address that the mail names for those who write (empty: none)."""

    kind: Kind
    signs: tuple[str, ...] = ()
    changes: tuple[tuple[str, str], ...] = ()
    """What it asks of the ledger: (change, new address or empty)."""


@cache
def _rows() -> tuple[dict[str, str], ...]:
    text = files("fairdue.contact").joinpath("data", "mail_signs.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


@cache
def _sought(sign: str, place: str) -> re.Pattern[str]:
    """Give one pattern for all expressions of a sign in all languages."""
    found = [
        pattern_of(row["expression"], row["language"])
        for row in _rows()
        if (row["sign"], row["place"]) == (sign, place)
    ]
    return re.compile("|".join(dict.fromkeys(found)) or r"(?!)")


def says(sign: str, text: str, place: str = "text") -> str:
    """Give the first expression of a sign that a plain text (``plain_text``) holds, empty for none."""
    match = _sought(sign, place).search(text)
    return match.group(0).strip() if match else ""


def begins(sign: str, subject: str) -> str:
    """Give the expression of a sign with which a plain subject begins, empty for none."""
    match = _sought(sign, "start").match(subject)
    return match.group(0).strip() if match else ""


def kind_of(mail: Mail, *, own: frozenset[str] = frozenset(), heard: bool = False) -> Told:
    """Tell a mail's kind (delivery reports apart). ``own`` are our own addresses, which no change may name.

    ``heard``: a contact wrote it, or it names a letter or document of ours, so that the mark of a list or of spam says nothing.
    """
    subject = plain_text(mail.subject.strip())
    written = _SIGNATURE.split(mail.split.new, maxsplit=1)[0]
    text = plain_text(written[:SEARCHED_CHARS])
    if mail.sender in own and not mail.split.forwarded and not mail.inner:
        return Told(Kind.OWN, ("sender",))
    bulk = _bulk(mail)
    if bulk and not mail.answers and not heard:
        return Told(Kind.BULK, bulk)
    robot = _robot_headers(mail)
    started = "" if PREFIX.match(mail.subject) else begins("away", subject) or says("away", subject, "subject")
    away = started or says("away", text[:HEAD_CHARS])
    left = says("left", text[:HEAD_CHARS])
    receipt = begins("robot", subject) or says("robot", text)
    silent = not says("business", text)
    machine = tuple(one for one in mail.machine if one != "calendar" or not text.strip())
    automatic = bool(machine) or robot or bool(started) or bool(receipt and silent) or (_away_by_words(text) and silent)
    if not automatic:
        return _of_person(mail, written, text, own)
    signs = tuple(
        dict.fromkeys([*machine, *robot_names(mail), *(one for one in (started, away, left, receipt) if one)])
    )
    changes = _changes(mail, written, text, own)
    if left:
        return Told(Kind.LEFT, signs, changes)
    return Told(Kind.AWAY if away else Kind.AUTOMATIC, signs, changes if away else ())


def _bulk(mail: Mail) -> tuple[str, ...]:
    heads = mail.headers
    if heads.get("x-spam-flag", "").lower().startswith("yes"):
        return ("x-spam-flag",)
    listed = [name for name in ("list-id", "list-unsubscribe", "feedback-type") if name in heads]
    return tuple(listed)


def _robot_headers(mail: Mail) -> bool:
    return bool(robot_names(mail))


def robot_names(mail: Mail) -> tuple[str, ...]:
    """Give the headers by which a program says that no person wrote this."""
    heads, found = mail.headers, []
    if heads.get("auto-submitted", "no").lower().split(";")[0].strip() not in {"no", ""}:
        found.append("auto-submitted")
    found += [
        name
        for name in ("x-autoreply", "x-autorespond", "x-auto-reply-from", "x-autogenerated", "x-qq-autoreply", "x-vacation",
                     "x-auto-answer", "x-servicenow-generated", "x-ms-exchange-inbox-rules-loop")
        if heads.get(name, "").lower() not in {"", "no", "false", "0"}
    ]  # fmt: skip
    if heads.get("precedence", "").lower() in {"auto_reply", "auto-reply", "autoreply", "bulk", "junk"}:
        found.append("precedence")
    if heads.get("return-path", "").replace(" ", "") == "<>" and mail.answers:
        found.append("return-path")
    suppress = heads.get("x-auto-response-suppress", "").lower()
    if suppress and suppress != "none" and begins("away", plain_text(mail.subject)):
        found.append("x-auto-response-suppress")
    return tuple(found)


def _away_by_words(text: str) -> bool:
    """Without any header: absence told at the start, and somebody else or a return named. One alone a person may write too."""
    return (
        bool(says("away", text[:HEAD_CHARS]))
        and bool(says("deputy", text) or says("robot", text))
        and len(text) < 1_200
    )


def _of_person(mail: Mail, written: str, text: str, own: frozenset[str]) -> Told:
    changes = _changes(mail, written, text, own)
    asked = says("opt_out", text) if len(text) <= SHORT_CHARS else ""
    subject = plain_text(mail.subject.strip()) if not PREFIX.match(mail.subject) else ""
    asked = asked or (says("opt_out", subject) if len(subject) <= 60 and len(text) <= SHORT_CHARS else "")
    if asked:
        return Told(Kind.OPT_OUT, (asked,), (("opt_out", ""), *changes))
    return Told(Kind.REPLY, (), changes)


def _changes(mail: Mail, written: str, text: str, own: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Give what the mail asks to change about whom to write to. An address is one that the new text names beside the sender's."""
    named = [one.lower().rstrip(".") for one in _ADDRESS.findall(written[:SEARCHED_CHARS])]
    others = [one for one in dict.fromkeys(named) if len(one) <= ADDRESS_CHARS_MAX and one not in {mail.sender, *own}]
    first = others[0] if others else ""
    if says("left", text):
        return (("left", first),)
    if says("new_address", text) and first:
        return (("new_address", first),)
    if first and says("deputy", text) and says("away", text):
        return (("deputy", first),)
    return ()
