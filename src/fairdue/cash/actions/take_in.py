"""Taking in what the bank said: a file goes in whole, or not at all.

Order of locks: the company. Numbers in comments are those of docs/algorithms/bank-entries.md.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils.translation import gettext

from fairdue.cash import queries
from fairdue.cash.actions.line import note_waiting
from fairdue.cash.models import Account, BankFile, BankLine, Statement
from fairdue.cash.reasons import CashReason
from fairdue.cash.rules import Line, Place, announced_key, is_counted, key_of, lines_of, new_lines, place_of
from fairdue.formats.bank.files import read_bank_file
from fairdue.formats.bank.records import BalanceKind, Begin, End, Entry, Finding
from fairdue.formats.bank.values import is_iban
from fairdue.kernel import chain
from fairdue.kernel.memory import no_collection
from fairdue.kernel.money import MINOR_MAX, exponents
from fairdue.kernel.reasons import because
from fairdue.ledger import audit, bulk, store
from fairdue.ledger.file_actions import safe_name
from fairdue.people.actor import Actor, Right
from fairdue.people.models import Company

FILE_BYTES_MAX = 512 * 1024 * 1024
PROGRESS_EVERY = 2000
"""Entries between two words of progress."""
LINE_FIELDS = (
    "id", "company_id", "account_id", "statement_id", "entry", "part", "key", "announced_key", "occurrence",
    "announced_by_id", "amount_minor", "currency", "status", "reversal", "booked_on", "valued_on", "bank_reference",
    "batch_reference", "reference", "end_to_end", "mandate", "structured", "name", "account_number", "ultimate", "text",
    "information", "code", "bank_code", "return_code",
    "instructed_minor", "instructed_currency", "entry_reference",
)  # fmt: skip


class CashError(ValueError):
    """A file that cannot be taken in as asked; nothing was written."""


class UnknownAccount(CashError):
    """A statement of an account that is not known to be the company's; ``number`` is empty where the file names none."""

    def __init__(self, message: str, number: str = "") -> None:
        super().__init__(message)
        self.number = number


@dataclass(slots=True)
class TakenIn:
    """What became of a file: lines that count now, lines that only announce, lines known before, statements."""

    file: BankFile
    known: bool = False
    """The same bytes were taken in before; nothing changed."""
    statements: list[Statement] = field(default_factory=list)
    new: int = 0
    announced: int = 0
    repeated: int = 0


@dataclass(slots=True)
class _Read:
    """One statement in memory."""

    begin: Begin
    lines: list[Line] = field(default_factory=list)
    entries: int = 0
    net_minor: int = 0


Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of a table that does not say it itself: the account's number, and its currency."""

    account: str = ""
    currency: str = ""


NOTHING_SAID = Said()


def do_take_in(
    actor: Actor,
    data: bytes,
    file_name: str,
    *,
    new_account: bool = False,
    said: Said = NOTHING_SAID,
    progress: Progress | None = None,
) -> TakenIn:
    """Take a bank file in (1 to 11). ``progress`` hears how many entries were read; what it raises stops the work, unwritten.

    ``said`` is needed where a table names no account, and must not contradict one that does.
    Raises FormatError where the file is refused, UnknownAccount where a statement's account is not known and ``new_account`` does
    not say that it is the company's. The bytes are stored first: a killed process leaves bytes without a row, and the same file
    given again puts that right.
    """
    actor.need(Right.IMPORT)
    if len(data) > FILE_BYTES_MAX:
        raise CashError(gettext("The file has more than %(limit)s bytes.") % {"limit": FILE_BYTES_MAX})
    known = BankFile.objects.filter(company_id=actor.company_id, sha256=hashlib.sha256(data).hexdigest()).first()
    if known is not None:
        return TakenIn(known, True, list(known.statements.select_related("account").order_by("ordinal")))
    with transaction.atomic():
        Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
        sha256 = store.put(actor.company_id, data)
        file, made = BankFile.objects.get_or_create(
            company_id=actor.company_id, sha256=sha256,
            defaults={
                "file_name": safe_name(file_name), "size_bytes": len(data), "recorded_by": actor.name,
                "recorded_at": actor.at,
            },
        )  # fmt: skip
        if not made:
            return TakenIn(file, True, list(file.statements.select_related("account").order_by("ordinal")))
        said = _completed(actor, said)
        with no_collection():
            done = _Taking(actor, file, new_account).take(_statements(data, file_name, said, progress))
        if done.new:
            note_waiting(actor, file.pk)
        return done


def _completed(actor: Actor, said: Said) -> Said:
    """Write the account as it is kept, and give the currency that it is kept in where nobody names one and there is but one."""
    number = "".join(said.account.split())
    number = number.upper() if is_iban(number.upper()) else said.account.strip()
    currency = said.currency.strip().upper()
    if currency and currency not in exponents():
        raise CashError(gettext("%(value)s is no currency.") % {"value": said.currency[:20]})
    if number and not currency:
        known = Account.objects.filter(company_id=actor.company_id, number=number).values_list("currency", flat=True)
        found = {one for one in known[:2] if one}
        currency = found.pop() if len(found) == 1 else ""
    return Said(number, currency)


def _owned(begin: Begin, said: Said) -> Begin:
    """Put the account that a person says where the file names none."""
    number = begin.account.number
    if not number and not said.account:
        raise UnknownAccount(gettext("The file does not say which account it is of. Say which one (--account)."))
    if number and said.account and number != said.account:
        raise UnknownAccount(
            gettext("The file is of account %(number)s, not of %(said)s.") % {"number": number, "said": said.account}
        )
    if number:
        return begin
    return replace(begin, account=begin.account._replace(number=said.account, iban=is_iban(said.account)))


def _statements(data: bytes, file_name: str, said: Said, progress: Progress | None) -> Iterator[tuple[_Read, End]]:
    read: _Read | None = None
    seen = 0
    for part in read_bank_file(io.BytesIO(data), file_name, currency=said.currency):
        if isinstance(part, Begin):
            read = _Read(_owned(part, said))
        elif isinstance(part, Entry) and read is not None:
            read.lines += lines_of(part, read.begin.account.number)
            read.entries += 1
            read.net_minor += part.amount_minor if part.currency == read.begin.account.currency else 0
            seen += 1
            if progress is not None and seen % PROGRESS_EVERY == 0:
                progress(seen)
        elif isinstance(part, End) and read is not None:
            yield read, part


class _Taking:
    """One file on its way in."""

    def __init__(self, actor: Actor, file: BankFile, new_account: bool) -> None:
        self.actor, self.file, self.new_account = actor, file, new_account
        self.done = TakenIn(file)
        self.leaves: list[bytes] = []

    def take(self, statements: Iterator[tuple[_Read, End]]) -> TakenIn:
        for ordinal, (read, end) in enumerate(statements, start=1):
            self._statement(ordinal, read, end)
        done = self.done
        audit.record_bulk(
            self.actor, "take_in_bank_file", f"bank_file:{self.file.pk}", self.leaves, sha256=self.file.sha256,
            count=len(done.statements), lines=done.new, announced=done.announced, repeated=done.repeated,
        )  # fmt: skip
        return done

    def _statement(self, ordinal: int, read: _Read, end: End) -> None:
        begin = read.begin
        account = self._account(begin, read, end)
        opening = next((one for one in end.balances if one.kind == BalanceKind.OPENING), None)
        closing = next((one for one in reversed(end.balances) if one.kind == BalanceKind.CLOSING), None)
        days = [line.booked_on for line in read.lines if line.booked_on]
        last_on = (closing.on if closing else None) or begin.to_on or max(days, default=None)
        first_on = begin.from_on or min(days, default=None) or last_on
        place = place_of(begin, last_on)
        statement = Statement(
            company_id=self.actor.company_id, file=self.file, account=account, ordinal=ordinal, format=begin.format,
            told=begin.told.value, identification=begin.identification[:140], number=begin.number[:40],
            page=begin.page[:20], place_number=place.number[:40], place_page=place.page[:20], place_year=place.year,
            first_on=first_on, last_on=last_on, entries=read.entries, net_minor=_bounded(read.net_minor),
            opening_minor=opening.amount_minor if opening else None,
            closing_minor=closing.amount_minor if closing else None,
        )  # fmt: skip
        statement.repeats = queries.same_statement(statement)
        keys = [key_of(line) for line in read.lines]
        occurrences = self._occurrences(read, keys, statement, place)
        counted = sum(number > 0 for number in occurrences)
        announced = sum(not is_counted(line, begin.told) for line in read.lines)
        known = len(read.lines) - counted - announced
        statement.findings = [_finding(one) for one in (*end.findings, *_noticed(statement, known))]
        statement.save(force_insert=True)
        self._write(account, statement, read.lines, keys, occurrences)
        self.done.statements.append(statement)
        self.done.new += counted
        self.done.announced += announced
        self.done.repeated += known

    def _account(self, begin: Begin, read: _Read, end: End) -> Account:
        """Find the account (2), or make it where the company has it on its letters or a person says so."""
        currency = begin.account.currency or next((one.currency for one in end.balances), "")
        currency = currency or next((line.currency for line in read.lines), "")
        number = begin.account.number
        if not begin.account.iban and begin.account.bank:
            number = f"{begin.account.bank}/{number}"
        found = Account.objects.filter(company_id=self.actor.company_id, number=number, currency=currency).first()
        if found is not None:
            return found
        if not self.new_account and not queries.on_letters(self.actor.company_id, begin.account.number, currency):
            raise UnknownAccount(
                gettext("%(account)s is not known as an account of this company. If it is one, say so (--new-account).")
                % {"account": f"{number} {currency}".strip()},
                number,
            )
        made = Account.objects.create(
            company_id=self.actor.company_id, number=number[:70], currency=currency[:3], bank=begin.account.bank[:140],
            recorded_by=self.actor.name, recorded_at=self.actor.at,
        )  # fmt: skip
        audit.record(self.actor, "add_cash_account", f"cash_account:{made.pk}", number=number, currency=currency)
        return made

    def _occurrences(self, read: _Read, keys: Sequence[str], statement: Statement, place: Place) -> list[int]:
        """Give the occurrence of each line, 0 for one that does not count (8, 9, 11)."""
        told = read.begin.told
        countable = [key for key, line in zip(keys, read.lines, strict=True) if is_counted(line, told)]
        if statement.repeats is not None or not countable:
            return [0] * len(read.lines)
        known, standing = queries.deliveries(statement.account_id, [line.booked_on for line in read.lines])
        numbers = iter(new_lines(countable, place, known, standing))
        return [next(numbers) if is_counted(line, told) else 0 for line in read.lines]

    def _write(
        self,
        account: Account,
        statement: Statement,
        lines: Sequence[Line],
        keys: Sequence[str],
        occurrences: Sequence[int],
    ) -> None:
        ids = bulk.reserve_ids(BankLine, len(lines))
        contents = [announced_key(line) for line in lines]
        booked = [content for content, number in zip(contents, occurrences, strict=True) if number]
        announced = queries.Announced(account.pk, booked)
        rows = []
        for line_id, line, key, content, number in zip(ids, lines, keys, contents, occurrences, strict=True):
            by = announced.take(line.bank_reference, line.amount_minor, content) if number else None
            self.leaves.append(chain.canonical([statement.pk, line.entry, line.part, key, number, line.amount_minor]))
            rows.append(
                (line_id, self.actor.company_id, account.pk, statement.pk, line.entry, line.part, key, content, number,
                 by, _bounded(line.amount_minor), line.currency, str(line.status), line.reversal, line.booked_on,
                 line.valued_on, line.bank_reference[:140], line.batch_reference[:140], line.reference, line.end_to_end,
                 line.mandate, "\n".join(line.structured), line.name, line.account, line.ultimate, "\n".join(line.text),
                 "\n".join(line.information), line.code[:60], line.bank_code[:60], line.return_code[:40], line.instructed_minor,
                 line.instructed_currency, line.entry_reference[:140])
            )  # fmt: skip
        bulk.insert_rows(BankLine, LINE_FIELDS, rows)


def _bounded(amount_minor: int) -> int:
    if abs(amount_minor) > MINOR_MAX:
        raise CashError(gettext("The sums of the file are larger than any amount kept here."))
    return amount_minor


def _noticed(statement: Statement, known: int) -> Iterator[Finding]:
    if statement.repeats is not None:
        yield Finding(because(CashReason.REPEATS))
    elif known:
        yield Finding(because(CashReason.KNOWN_LINES, count=known))


def _finding(found: Finding) -> dict[str, object]:
    return {**found.reason.as_dict(), "line": found.line}
