"""What in a mail may point to a customer or a message: identities, links, references, numbers, addresses. Pure; no lookup yet."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fairdue.contact.inbox.mail import Mail
from fairdue.letters.references import is_creditor_reference, is_qr_reference

NUMBERS_MAX = 300
TOKENS_MAX = 5
TEXT_MAX = 60_000
NAMES_CHARS = 8_000
_OUR_ID = re.compile(r"(?<![\w@.])([0-9a-f]{40}@[A-Za-z0-9.\-]{1,120})")
_TOKEN = re.compile(r"/p/([A-Za-z0-9_\-]{8,120}:[A-Za-z0-9_\-]{4,12}:[A-Za-z0-9_\-]{20,60})")
_RF = re.compile(r"\bRF\d{2}(?:[ \u00a0]?[A-Za-z0-9]{1,4}){1,6}\b")
_QR = re.compile(r"\b\d{2}(?:[ \u00a0]?\d{5}){5}\b")
_NUMBER = re.compile(
    r"(?<![\w@/])[A-Za-z0-9\u4e00-\u9fff][A-Za-z0-9/_.\-]{0,38}[A-Za-z0-9](?![\w@])|(?<![\w@/])[A-Za-z0-9](?![\w@])"
)
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|20\d\d")
_AMOUNT = re.compile(r"\d{1,3}(?:[.,]\d{3})*[.,]\d{2}|\d{1,3}(?:[.,]\d{3})+")
_LABEL = re.compile(
    r"(?:invoice|inv|rechnung|rechnungsnr|rg|re|beleg|facture|fact|fattura|factura|factuur|faktura|fv|no|nr|n°|nº|number|nummer|numéro|número|"
    r"reference|ref|referenz|aktenzeichen|zeichen|référence|referencia|riferimento|referentie|znak|"
    r"letter|schreiben|mahnung|erinnerung|lettre|courrier|carta|lettera|brief|pismo|函|信|参照番号|番号|مرجعنا|رسالتكم|发票|发票号|发票号码|单号|编号|号|請求書|請求番号|فاتورة|رقم|مرجع)\s*[.:：#°]*\s*$",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:tel|telefon|telefax|fon|phone|fax|mobil|mobile|cell|ext|extension|durchwahl|reg|registration|registered|register|company|hrb|hra|"
    r"iban|bic|swift|konto|account|vat|ust|idnr|uid|tax|steuer|siren|siret|rcs|nif|cif|iva|kvk|btw|nip|regon|krs|postfach|box|bp)"
    r"(?:[\s.:#/+()|\-]|[a-z]{2}\d|\d|no\b|nr\b|number\b|nummer\b|id\b|in\b)*$",
    re.IGNORECASE,
)
"""Before a number that is somebody's telephone, register entry, account or address."""
_SIGNATURE = re.compile(r"(?m)^-- ?$")
_QUOTED_FROM = re.compile(
    r"[\[<(（：:\s](?:mailto:)?([A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@[A-Za-z0-9.\-]{1,120}\.[A-Za-z]{2,18})"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A word that may be the number of a document or of a letter.

    ``telling`` where it can hardly be anything else: long enough, no date, no amount, or right behind a word such as "invoice".
    ``own`` where the sender's own words or the subject say it, not only the quote.
    """

    text: str
    telling: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Clues:
    """All clues of a mail, the strongest first within each kind."""

    answers: tuple[str, ...]
    """Message-IDs of the thread headers, nearest first."""
    mentions: tuple[str, ...]
    """Message-IDs elsewhere: in a mail within, in the text."""
    tokens: tuple[str, ...]
    """Tokens of links to the debtor's page, of which letters carry one."""
    references: tuple[str, ...]
    """Payment references with right check digits, without spaces."""
    numbers: tuple[Number, ...]
    senders: tuple[str, ...]
    """Who writes: From, then Reply-To."""
    forwarded: tuple[str, ...]
    """Who wrote what was forwarded."""
    words: str = ""
    """In which names of customers are sought: the sender's name, the subject, what was written and quoted."""


def clues_of(mail: Mail, *, own: frozenset[str] = frozenset()) -> Clues:
    """Collect the clues of a mail. ``own`` are our own addresses: they point to nobody."""
    inner = "\n".join(f"{one.subject}\n{one.text}" for one in mail.inner)
    names = " ".join(file.name.rpartition(".")[0] for file in mail.files)
    said = f"{mail.subject}\n{mail.split.new}"[:TEXT_MAX]
    quoted = f"{names}\n{mail.split.quoted}\n{inner}"[:TEXT_MAX]
    whole = f"{said}\n{quoted}"
    mentions = [one.message_id for one in mail.inner if one.message_id] + [
        f"<{one}>" for one in _OUR_ID.findall(whole)[:TOKENS_MAX]
    ]
    return Clues(
        answers=mail.answers,
        mentions=tuple(dict.fromkeys(one for one in mentions if one not in mail.answers)),
        tokens=tuple(dict.fromkeys(_TOKEN.findall(whole)))[:TOKENS_MAX],
        references=_references(whole),
        numbers=_numbers(said, quoted),
        senders=tuple(one for one in dict.fromkeys((mail.sender, mail.reply_to)) if one and one not in own),
        forwarded=_forwarded(mail, own),
        words=f"{mail.sender_name}\n{whole}"[:NAMES_CHARS],
    )


def _references(text: str) -> tuple[str, ...]:
    found = []
    for match in _RF.findall(text)[:50]:
        parts = match.replace("\u00a0", " ").split(" ")
        joined = ("".join(parts[:length]).upper() for length in range(len(parts), 0, -1))
        found += [one for one in joined if is_creditor_reference(one)][:1]
    bare = (re.sub(r"[ \u00a0]", "", one) for one in _QR.findall(text)[:50])
    return tuple(dict.fromkeys([*found, *(one for one in bare if is_qr_reference(one))]))


def _numbers(said: str, quoted: str) -> tuple[Number, ...]:
    found: dict[str, Number] = {}
    signed = _SIGNATURE.split(said, maxsplit=1)
    for text, own, signature in ((signed[0], True, False), (quoted, False, False), ("".join(signed[1:]), True, True)):
        for match in _NUMBER.finditer(text):
            word = match.group(0)
            if len(found) >= NUMBERS_MAX:
                return tuple(found.values())
            if not any(char.isdigit() for char in word):
                continue
            before = text[max(0, match.start() - 40) : match.start()].rpartition("\n")[2]
            foreign = signature or bool(_OTHERS.search(before))
            plain = not foreign and not _DATE.fullmatch(word) and not _AMOUNT.fullmatch(word)
            telling = plain and (bool(_LABEL.search(before)) or _tells(word))
            known = found.get(word)
            if known is None or (telling and not known.telling):
                found[word] = Number(word, telling, own or (known is not None and known.own))
    return tuple(found.values())


def _tells(word: str) -> bool:
    digits = sum(char.isdigit() for char in word)
    return digits >= 5 or (digits >= 3 and len(word) >= 5 and digits < len(word))


def _forwarded(mail: Mail, own: frozenset[str]) -> tuple[str, ...]:
    found = [one.sender for one in mail.inner]
    if (
        mail.split.forwarded
        or mail.sender in own
        or mail.sender.partition("@")[2] in {one.partition("@")[2] for one in own}
    ):
        head = mail.split.quoted[:2_000]
        found += [one.lower() for one in _QUOTED_FROM.findall(head)[:3]]
    return tuple(one for one in dict.fromkeys(found) if one and one not in own and one != mail.sender)


@cache
def freemail() -> frozenset[str]:
    """Give the domains at which anybody may have an address (``data/freemail.csv``)."""
    text = files("fairdue.contact").joinpath("data", "freemail.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(row["domain"] for row in rows)


def domains_of(address: str) -> tuple[str, ...]:
    """Give a sender's domain and its parents of two labels or more, nearest first; none for a public mail service."""
    domain = address.rpartition("@")[2]
    labels = domain.split(".")
    if len(labels) < 2 or domain in freemail():
        return ()
    shortest = 3 if len(labels[-1]) == 2 and len(labels) > 2 and len(labels[-2]) <= 3 else 2
    return tuple(".".join(labels[at:]) for at in range(len(labels) - shortest + 1))
