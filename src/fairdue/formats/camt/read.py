"""CAMT messages as a stream of records. Element names are those of ISO 20022; what the paths mean stands in ``slots``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from fairdue.formats.bank.reasons import BankError
from fairdue.formats.bank.records import (
    Account,
    Balance,
    BalanceKind,
    Begin,
    Charge,
    Detail,
    Document,
    End,
    Entry,
    Exchange,
    Part,
    Party,
    Status,
    Structured,
    Told,
    Totals,
)
from fairdue.formats.bank.values import count_of, day, given, is_iban, minor
from fairdue.formats.camt import slots
from fairdue.formats.errors import FormatError, shorten
from fairdue.formats.markup.reasons import MarkupReason
from fairdue.formats.markup.scan import Frame, Scan

MESSAGES = {
    "BkToCstmrStmt": ("Stmt", Told.BOOKED),
    "BkToCstmrAcctRpt": ("Rpt", Told.INTRADAY),
    "BkToCstmrDbtCdtNtfctn": ("Ntfctn", Told.NOTICE),
}
_BALANCES = {
    "OPBD": BalanceKind.OPENING, "PRCD": BalanceKind.OPENING, "CLBD": BalanceKind.CLOSING, "ITBD": BalanceKind.INTERIM,
    "OPAV": BalanceKind.OPENING_AVAILABLE, "CLAV": BalanceKind.CLOSING_AVAILABLE,
    "ITAV": BalanceKind.INTERIM_AVAILABLE, "FWAV": BalanceKind.FORWARD_AVAILABLE, "XPCD": BalanceKind.EXPECTED,
}  # fmt: skip
_STATES = {
    "BOOK": Status.BOOKED, "PDNG": Status.PENDING, "FUTR": Status.PENDING, "INFO": Status.INFORMATION,
}  # fmt: skip
_NOTHING: tuple[str, ...] = ()


def read_camt(stream: BinaryIO) -> Iterator[Part]:
    """Give the statements of a CAMT.052, .053 or .054 message, in any version.

    Memory does not grow with the file. Raises FormatError with the line where the message is refused; what was given until then
    must be thrown away.
    """
    return _Reader().read(stream)


class _Reader:
    """One message. The scopes close from the inside out: charges, remittances, details, entries, the statement."""

    def __init__(self) -> None:
        self._statement = slots.Slots(slots.STATEMENT)
        self._balance = slots.Slots(slots.BALANCE)
        self._entry = slots.Slots(slots.ENTRY)
        self._detail = slots.Slots(slots.DETAIL, parties=True)
        self._structured = slots.Slots(slots.STRUCTURED)
        self._document = slots.Slots(slots.DOCUMENT)
        self._charge = slots.Slots(slots.CHARGE)
        self._name, self._told = "", Told.BOOKED
        self._begun = self._ordinal = self._statements = 0
        self._currency = ""
        scopes: dict[str, Any] = {}
        for message, (element, told) in MESSAGES.items():
            for name in (message, f"{message}V01", f"{message}V02"):
                scopes |= self._scopes(f"{name}/{element}", told)
        self._scan = Scan(scopes, begin=self._root)

    def _scopes(self, path: str, told: Told) -> dict[str, Any]:
        def end(frame: Frame) -> None:
            self._end(frame, told)

        def entry(frame: Frame) -> None:
            self._close_entry(frame, told)

        found: dict[str, Any] = {path: end, f"{path}/Bal": self._close_balance, f"{path}/Ntry": entry}
        for details in (f"{path}/Ntry/NtryDtls/TxDtls", f"{path}/Ntry/TxDtls"):
            found[details] = self._close_detail
            found[f"{details}/RmtInf/Strd"] = self._close_structured
            found[f"{details}/RmtInf/Strd/RfrdDocInf"] = self._close_document
            found[f"{details}/Chrgs"] = self._close_charges
            found[f"{details}/Chrgs/Rcrd"] = self._close_charge
        found[f"{path}/Ntry/Chrgs"] = self._close_charges
        found[f"{path}/Ntry/Chrgs/Rcrd"] = self._close_charge
        return found

    def read(self, stream: BinaryIO) -> Iterator[Part]:
        yield from self._scan.run(stream)
        if not self._statements:
            raise FormatError(BankError.NO_STATEMENT)

    def _root(self, space: str, element: str) -> None:
        name = space.rpartition(":")[2]
        if element != "Document" or not name.startswith(("camt.052", "camt.053", "camt.054")):
            raise self._scan.error(MarkupReason.UNKNOWN, element=shorten(f"{element} ({name})" if name else element))
        self._name = name

    def _begin(self, frame: Frame, told: Told) -> None:
        bag = self._statement.bag(frame.leaves)
        number = bag.get("iban") or bag.get("account") or ""
        self._currency = bag.get("currency", "")
        account = Account(
            number.replace(" ", ""), "iban" in bag or is_iban(number), self._currency,
            bag.get("bank") or bag.get("clearing") or bag.get("bank_name") or "", bag.get("owner", ""),
        )  # fmt: skip
        line = frame.line
        outer = frame.outer.leaves if frame.outer else []
        self._begun, self._ordinal = len(frame.leaves), 0
        self._statements += 1
        self._scan.emit(
            Begin(
                self._name, told, account, bag.get("id", ""), bag.get("number") or bag.get("legal_number") or "",
                bag.get("page", ""), {"true": True, "1": True, "false": False, "0": False}.get(bag.get("last_page", "")),
                bag.get("created", ""), day(bag["from"], "FrToDt", line) if "from" in bag else None,
                day(bag["to"], "FrToDt", line) if "to" in bag else None, line, (*outer, *frame.leaves),
            )
        )  # fmt: skip

    def _end(self, frame: Frame, told: Told) -> None:
        if not self._begun:
            self._begin(frame, told)
        bag = self._statement.bag(frame.leaves)
        balances = tuple(one for one in frame.inner if isinstance(one, Balance))
        currency = self._currency or next((one.currency for one in balances), "")
        self._scan.emit(End(balances, self._totals(bag, currency, frame.line), (), tuple(frame.leaves[self._begun :])))
        self._begun = 0

    def _totals(self, bag: dict[str, Any], currency: str, line: int) -> Totals:
        def amount(slot: str) -> int | None:
            return minor(bag[slot], currency, slot, line) if slot in bag and currency else None

        def count(slot: str) -> int | None:
            return count_of(bag[slot]) if slot in bag else None

        net = amount("net")
        if net is not None and bag.get("net_side") == "DBIT":
            net = -abs(net)
        return Totals(
            count("count"), net if "net_side" in bag else None, count("credit_count"), amount("credit_sum"),
            count("debit_count"), amount("debit_sum"),
        )  # fmt: skip

    def _close_balance(self, frame: Frame) -> Balance:
        bag = self._balance.bag(frame.leaves)
        amount = self._amount(bag, "Bal", frame.line)
        kind = _BALANCES.get(bag.get("kind", ""), BalanceKind.OTHER)
        if bag.get("sub_kind") == "INTM":
            kind = BalanceKind.INTERIM
        on = day(bag["day"], "Bal/Dt", frame.line) if "day" in bag else None
        return Balance(kind, amount, bag.get("currency", ""), on, tuple(frame.leaves))

    def _amount(self, bag: dict[str, Any], field: str, line: int) -> int:
        """Give the signed amount of a record that must have one."""
        if "amount" not in bag:
            raise FormatError(BankError.MISSING, line=line, field=f"{field}/Amt")
        side = bag.get("side", "").strip()
        if side not in ("CRDT", "DBIT"):
            raise FormatError(BankError.SIDE, line=line, field=f"{field}/CdtDbtInd", value=shorten(side))
        amount = minor(bag["amount"], bag.get("currency", ""), f"{field}/Amt", line)
        return amount if side == "CRDT" else -amount

    def _close_entry(self, frame: Frame, told: Told) -> None:
        statement = frame.outer
        if statement is not None and not self._begun:
            self._begin(statement, told)
        self._ordinal += 1
        bag = self._entry.bag(frame.leaves)
        line = frame.line
        amount = self._amount(bag, "Ntry", line)
        get = bag.get
        count = get("batch_count", "")
        unsaid = Status.BOOKED if told == Told.BOOKED else Status.PENDING
        code = "/".join(bag[part] for part in ("domain", "family", "subfamily") if part in bag)
        details, charges = [], []
        for one in frame.inner:
            if isinstance(one, Detail):
                details.append(one)
            else:
                charges.append(one)
        if details and amount < 0:
            details = [_turned(one) for one in details]
        self._scan.emit(
            Entry(
                self._ordinal, line, amount, bag["currency"], get("reversal", "").strip() in ("true", "1"),
                _STATES.get(get("status", "").strip(), unsaid),
                day(bag["booked"], "BookgDt", line) if "booked" in bag else None,
                day(bag["valued"], "ValDt", line) if "valued" in bag else None,
                get("bank_reference", ""), get("reference", ""), code, get("bank_code", ""),
                count_of(count), get("batch") or get("batch_message") or "",
                tuple(get("*information", _NOTHING)), tuple(charges), _exchange(bag, line),
                tuple(one if one.currency else one._replace(currency=bag["currency"]) for one in details),
                tuple(frame.leaves),
            )
        )  # fmt: skip

    def _close_detail(self, frame: Frame) -> Detail:
        bag = self._detail.bag(frame.leaves)
        get, line = bag.get, frame.line
        amount, currency = None, ""
        if "amount" in bag:
            currency = get("currency", "")
            amount = minor(bag["amount"], currency, "TxDtls/Amt", line)
        elif "transaction_amount" in bag:
            currency = get("transaction_currency", "")
            amount = minor(bag["transaction_amount"], currency, "TxAmt", line)
        side = get("side", "").strip()
        if amount is not None and side == "DBIT":
            amount = -amount
        structured, charges = [], []
        for one in frame.inner:
            if isinstance(one, Structured):
                structured.append(one)
            else:
                charges.append(one)
        found = Detail(
            amount, currency, given(get("end_to_end", "")), get("mandate", ""), get("transaction") or get("uetr") or "",
            get("instruction", ""), get("bank_reference", ""), get("cheque", ""), _party(bag, "Dbtr"),
            _party(bag, "UltmtDbtr"), _party(bag, "Cdtr"), _party(bag, "UltmtCdtr"), tuple(get("*text", _NOTHING)),
            tuple(structured), get("purpose", ""), get("return_code", ""), "\n".join(get("*return_text", _NOTHING)),
            tuple(get("*information", _NOTHING)), tuple(charges), _exchange(bag, line), tuple(frame.leaves),
        )  # fmt: skip
        return found if side else _Unsigned(*found)

    def _close_structured(self, frame: Frame) -> Structured:
        bag = self._structured.bag(frame.leaves)
        documents = [one for one in frame.inner if isinstance(one, Document)]
        amounts = {slot: bag[slot] for slot in ("due", "paid", "discount", "credit") if slot in bag}
        if amounts and len(documents) <= 1:
            currency = next(iter(bag[f"{slot}_currency"] for slot in amounts if f"{slot}_currency" in bag), "")
            told = [
                minor(bag[slot], bag.get(f"{slot}_currency", currency), f"RfrdDocAmt/{slot}", frame.line)
                if slot in bag
                else None
                for slot in ("due", "paid", "discount", "credit")
            ]
            one = documents[0] if documents else Document("")
            documents = [Document(one.number, one.kind, one.on, currency, *told)]
        kind = bag.get("kind") or bag.get("own_kind") or ""
        return Structured(
            bag.get("reference", ""), kind, tuple(documents), tuple(bag.get("*text", _NOTHING)), tuple(frame.leaves)
        )

    def _close_document(self, frame: Frame) -> Document:
        bag = self._document.bag(frame.leaves)
        if frame.outer is not None:
            frame.outer.leaves.extend((f"RfrdDocInf/{path}", value) for path, value in frame.leaves)
        on = day(bag["day"], "RltdDt", frame.line) if "day" in bag else None
        return Document(bag.get("number", ""), bag.get("kind", ""), on)

    def _close_charges(self, frame: Frame) -> Charge | None:
        """Close ``Chrgs``: a charge itself up to version 03, a list of records with a total from version 04."""
        bag = self._charge.bag(frame.leaves)
        if "amount" in bag:
            return self._made_charge(frame, bag)
        if frame.outer is not None:
            frame.outer.leaves.extend((f"Chrgs/{path}", value) for path, value in frame.leaves)
            frame.outer.inner.extend(frame.inner)
        return None

    def _close_charge(self, frame: Frame) -> Charge:
        bag = self._charge.bag(frame.leaves)
        if "amount" not in bag:
            raise FormatError(BankError.MISSING, line=frame.line, field="Chrgs/Rcrd/Amt")
        return self._made_charge(frame, bag)

    def _made_charge(self, frame: Frame, bag: dict[str, Any]) -> Charge:
        amount = minor(bag["amount"], bag.get("currency", ""), "Chrgs/Amt", frame.line)
        included = {"true": True, "1": True, "false": False, "0": False}.get(bag.get("included", "").strip())
        signed = amount if bag.get("side", "").strip() == "CRDT" else -amount
        return Charge(signed, bag.get("currency", ""), included, bag.get("kind", ""), tuple(frame.leaves))


class _Unsigned(Detail):
    """A detail that says no side: it goes the way of its entry."""

    __slots__ = ()


def _turned(detail: Detail) -> Detail:
    """Give a detail of an entry that goes out: one without a side of its own goes out, too."""
    if isinstance(detail, _Unsigned) and detail.amount_minor is not None:
        return Detail(-detail.amount_minor, *detail[1:])
    return detail


def _exchange(bag: dict[str, Any], line: int) -> Exchange | None:
    if "instructed" not in bag and "rate" not in bag:
        return None
    currency = bag.get("instructed_currency", "")
    amount = minor(bag["instructed"], currency, "InstdAmt", line) if "instructed" in bag else None
    return Exchange(amount, currency, bag.get("rate", ""))


_ROLES = {
    role: tuple(f"{star}{role}.{part}" for star, part in (
        ("", "name"), ("", "account"), ("", "bank"), ("", "clearing"), ("*", "identifiers"), ("*", "address"),
        ("", "country"),
    ))
    for role in ("Dbtr", "UltmtDbtr", "Cdtr", "UltmtCdtr")
}  # fmt: skip


def _party(bag: dict[str, Any], role: str) -> Party | None:
    get = bag.get
    name, account, bank, clearing, identifiers, address, country = (get(slot) for slot in _ROLES[role])
    if not (name or account or bank or clearing or identifiers or address or country):
        return None
    return Party(
        name or "", (account or "").replace(" ", ""), bank or clearing or "", tuple(identifiers or ()),
        tuple(address or ()), country or "",
    )  # fmt: skip
