"""Taking remittance advices in, and withdrawing them. Numbers are those of docs/algorithms/remittance-advices.md.

Order of locks: the company. The bytes are stored first: a killed process leaves bytes without a row, and the same file given again puts
that right.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext

from fairdue.cash import advising
from fairdue.cash import book as reading
from fairdue.cash.actions.take_in import CashError
from fairdue.cash.advice_files import Piece, mail_in, piece_of, words_of
from fairdue.cash.matching.advices import ReadAdvice, currencies_in, read_lines
from fairdue.cash.matching.index import Index
from fairdue.cash.models import Advice, AdviceLine, AdviceWithdrawal
from fairdue.cash.plan import Misfit
from fairdue.cash.reasons import AdviceError, CashReason
from fairdue.contact.inbox.mail import Mail
from fairdue.contact.models import InboundMail
from fairdue.formats.errors import FormatError
from fairdue.kernel.money import MINOR_MAX, exponents
from fairdue.ledger import audit, store
from fairdue.ledger.file_actions import safe_name
from fairdue.ledger.pdf_reader import SECONDS_MAX, PdfProcess
from fairdue.people.actor import Actor, Right
from fairdue.people.days import today_of
from fairdue.people.models import Company

TEXT = 200
LINE_CHARS_MAX = 500
UNREAD_MAX = 500
"""So many lines that name no known item are kept of one advice."""
CURRENCIES_TRIED = 3


@dataclass(slots=True)
class AdviceDesk:
    """What reading needs for a session: the items, indexed once when the first file asks for them, and the process that reads PDFs."""

    company_id: int
    today: date
    pdf: PdfProcess
    _all: Index | None = None
    _of: dict[int, Index] = field(default_factory=dict)

    def index(self, customer: int | None) -> Index:
        """Give the items of all, or of a customer and its group (7)."""
        if self._all is None:
            self._all = Index(reading.items_and_customers(self.company_id, self.today))
        if customer is None:
            return self._all
        if customer not in self._of:
            book, members = self._all.book, set(self._all.group_of(customer))
            items = [item for item in book.items if item.customer in members]
            self._of[customer] = Index(book._replace(items=items))
        return self._of[customer]


@contextmanager
def advice_desk(actor: Actor, *, seconds_max: int = SECONDS_MAX) -> Iterator[AdviceDesk]:
    """Lay out what reading advices needs; ends the PDF process."""
    with PdfProcess(seconds_max, wants="list") as pdf:
        yield AdviceDesk(actor.company_id, today_of(actor), pdf)


class ToldAdvice(NamedTuple):
    """What a person says of an advice: whose, in which currency, and the day on which it came."""

    customer: int | None = None
    currency: str = ""
    on: date | None = None


NOTHING_TOLD = ToldAdvice()


class Found(NamedTuple):
    """An advice that was read and is not written yet."""

    piece: Piece
    data: bytes
    read: ReadAdvice
    customer: int | None
    owner: str


class Took(NamedTuple):
    """An advice that is in; ``known``: it was in before, nothing changed."""

    advice: Advice
    known: bool
    unread: int


def do_take_in_advice(
    actor: Actor, data: bytes, file_name: str, *, told: ToldAdvice = NOTHING_TOLD, desk: AdviceDesk | None = None
) -> list[Took]:
    """Take an advice in out of a file (1 to 9, 13, 14); a mail may hold several.

    Raises FormatError for a file that is refused, among them one that names no known item; CashError for a customer or currency that
    there is not. Nothing is written then.
    """
    actor.need(Right.ALLOCATE)
    told = _checked(actor, told)
    known = advising.standing(actor.company_id).filter(sha256=hashlib.sha256(data).hexdigest())
    if standing := list(known.filter(currency=told.currency) if told.currency else known):
        return [Took(one, True, 0) for one in standing]
    if desk is None:
        with advice_desk(actor) as desk:
            found = _found(desk, data, file_name, told)
    else:
        found = _found(desk, data, file_name, told)
    with transaction.atomic():
        Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
        return [write_advice(actor, one, told.on or today_of(actor), sure=True) for one in found]


def _checked(actor: Actor, told: ToldAdvice) -> ToldAdvice:
    currency = told.currency.strip().upper()
    if currency and currency not in exponents():
        raise CashError(gettext("%(value)s is no currency.") % {"value": told.currency[:20]})
    return told._replace(currency=currency)


def _found(desk: AdviceDesk, data: bytes, file_name: str, told: ToldAdvice) -> list[Found]:
    mail = mail_in(data)
    if mail is None:
        piece = piece_of(data, file_name, desk.pdf)
        one = find(desk, piece, data, told)
        if one is None:
            raise FormatError(AdviceError.NO_ITEM, file=file_name)
        return [one]
    found = find_in_mail(desk, mail, data, told)
    if not found:
        raise FormatError(AdviceError.MAIL, file=file_name)
    return found


def find_in_mail(desk: AdviceDesk, mail: Mail, data: bytes, told: ToldAdvice) -> list[Found]:
    """Read the files of a mail, or where none of them is an advice its new text (11). What cannot be read is passed over."""
    found = []
    for file in mail.files:
        try:
            one = find(desk, piece_of(file.data, file.name, desk.pdf), file.data, told)
        except FormatError:
            continue
        found += [one] if one else []
    if not found:
        one = find(desk, Piece("mail.eml", Advice.Kind.MAIL, (words_of(mail.split.new),)), data, told)
        found = [one] if one else []
    return found


def find(desk: AdviceDesk, piece: Piece, data: bytes, told: ToldAdvice, *, sender: int | None = None) -> Found | None:
    """Read a piece in its ways and currencies; give what names most, None where nothing names an item (1, 4)."""
    index = desk.index(told.customer)
    best: ReadAdvice | None = None
    for sheet in piece.sheets:
        wanted = [told.currency] if told.currency else currencies_in(index, sheet.lines)[:CURRENCIES_TRIED]
        for currency in wanted:
            read = read_lines(
                index, sheet.lines, advice_id=0, customer=told.customer, currency=currency, received_on=desk.today,
                paid_column=sheet.paid_column,
            )  # fmt: skip
            if read.advice is not None and (best is None or _worth(read) > _worth(best)):
                best = read
    if best is None or best.advice is None or abs(sum(one.amount_minor for one in best.advice.lines)) > MINOR_MAX:
        return None
    customer, owner = _owner(index, best, told.customer, sender)
    return Found(piece, data, best, customer, owner)


def _worth(read: ReadAdvice) -> tuple[bool, int]:
    return read.agrees, len(read.advice.lines) if read.advice else 0


def _owner(index: Index, read: ReadAdvice, told: int | None, sender: int | None) -> tuple[int | None, str]:
    """Say whose an advice is, and how that was found (7, 8)."""
    named = Counter(line.customer for line in read.lines if line.number)
    if told is not None:
        return told, Advice.Owner.TOLD
    if sender is not None and all(index.together(sender, one) for one in named):
        return sender, Advice.Owner.SENDER
    most = min(named, key=lambda one: (-named[one], one))
    if all(index.together(most, one) for one in named):
        return most, Advice.Owner.ITEMS
    return None, Advice.Owner.NOBODY


def write_advice(actor: Actor, found: Found, on: date, *, sure: bool, mail: InboundMail | None = None) -> Took:
    """Write an advice that was read, under the company's lock (5, 13, 14). ``sure``: who sent it is known."""
    read = found.read
    assert read.advice is not None
    advice = read.advice
    sha256 = store.put(actor.company_id, found.data)
    before = Advice.objects.filter(company_id=actor.company_id, sha256=sha256, currency=advice.currency)
    turns = list(before.select_related("withdrawal").order_by("turn"))
    for one in turns:
        if not hasattr(one, "withdrawal"):
            return Took(one, True, 0)
    key = advising.content_key(advice)
    whole = read.agrees or not read.unread
    if mail is not None and found.piece.kind == Advice.Kind.MAIL and len(advice.lines) == 1:
        whole = read.agrees
    made = Advice.objects.create(
        company_id=actor.company_id, sha256=sha256, file_name=safe_name(found.piece.name), kind=found.piece.kind,
        turn=len(turns) + 1, mail=mail, customer_id=found.customer, owner=found.owner, number=advice.number[:140],
        currency=advice.currency, total_minor=sum(line.amount_minor for line in advice.lines), agrees=read.agrees,
        sure=sure and whole, content_key=key, repeats=advising.same_advice(actor.company_id, key, advice.number, on),
        received_on=on, recorded_by=actor.name[:120], recorded_at=actor.at,
    )  # fmt: skip
    unread = [line for line in read.lines if not line.number][:UNREAD_MAX]
    AdviceLine.objects.bulk_create(
        [
            AdviceLine(
                company_id=actor.company_id, advice=made, place=line.place, text=line.text[:LINE_CHARS_MAX],
                number=line.number[:140], amount_minor=line.amount_minor,
            )
            for line in sorted([*(line for line in read.lines if line.number), *unread])
        ]
    )  # fmt: skip
    audit.record(
        actor, "take_in_advice", f"cash_advice:{made.pk}", sha256=sha256, lines=len(advice.lines), unread=len(unread),
        amount_minor=made.total_minor, currency=made.currency, repeats=made.repeats_id,
    )  # fmt: skip
    return Took(made, False, len(unread))


def do_withdraw_advice(actor: Actor, advice_id: int, *, reason: str) -> AdviceWithdrawal:
    """Withdraw an advice (17). Raises Misfit for one that is tied, withdrawn before, or not there."""
    actor.need(Right.ALLOCATE)
    if not reason.strip():
        raise Misfit(CashReason.NEEDS_REASON)
    with transaction.atomic():
        Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
        found = advising.standing(actor.company_id).filter(pk=advice_id).first()
        if found is None:
            raise Misfit(CashReason.NO_ADVICE, advice=advice_id)
        if line := advising.tied(actor.company_id, [advice_id]).get(advice_id):
            raise Misfit(CashReason.ADVICE_TIED, advice=advice_id, line=line)
        made = AdviceWithdrawal.objects.create(
            company_id=actor.company_id, advice=found, reason=reason[:TEXT], withdrawn_by=actor.name[:120],
            recorded_at=actor.at,
        )  # fmt: skip
        audit.record(actor, "withdraw_advice", f"cash_advice:{advice_id}", reason=reason)
        return made
