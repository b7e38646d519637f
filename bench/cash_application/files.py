"""The bank files: one statement a day and account, as banks write them. Nothing is kept but the lines of a day."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from bench.cash_application.cases import Case
from bench.cash_application.names import plain
from bench.cash_application.references import iban

NO_DECIMALS = {"JPY"}


class Account(NamedTuple):
    """One of ours. ``eur_ppm`` is the fixed rate of a minor unit, for the value rate only."""

    mark: str
    path: str
    format: str
    currency: str
    number: str
    eur_ppm: int


ACCOUNTS = {
    "DE-CAMT": Account("A", "bank/de.xml", "camt.053.001.08", "EUR", iban("DE", "999900000000000001"), 1_000_000),
    "NL-MT940": Account("B", "bank/nl.sta", "mt940", "EUR", iban("NL", "XXXX0000000002"), 1_000_000),
    "AT-CSV": Account("C", "bank/at.csv", "csv", "EUR", iban("AT", "9999900000000003"), 1_000_000),
    "NO-CAMT": Account("D", "bank/no.xml", "camt.053.001.08", "NOK", iban("NO", "99990000004"), 86_000),
    "SE-CAMT": Account("E", "bank/se.xml", "camt.053.001.08", "SEK", iban("SE", "99990000000000000005"), 90_000),
    "CH-CAMT": Account("F", "bank/ch.xml", "camt.053.001.08", "CHF", iban("CH", "99990000000000006"), 1_060_000),
    "PL-MT940": Account("G", "bank/pl.sta", "mt940", "PLN", iban("PL", "999900000000000000000007"), 234_000),
    "US-BAI2": Account("H", "bank/us.bai", "bai2", "USD", "9990000008", 860_000),
    "CN-CSV": Account("I", "bank/cn.csv", "csv", "CNY", "9999000000000009", 120_000),
    "JP-MT940": Account("J", "bank/jp.sta", "mt940", "JPY", "9990000010", 550_000),
}  # fmt: skip


class Line(NamedTuple):
    """A booking: the bank's reference, its day, and what it says."""

    id: str
    on: date
    case: Case


def written(minor: int, currency: str, mark: str = ".") -> str:
    """Write an amount without its sign; a mark of decimals that is a comma stands behind whole amounts too, as in MT940."""
    minor = abs(minor)
    if currency in NO_DECIMALS:
        return f"{minor}{',' if mark == ',' else ''}"
    return f"{minor // 100}{mark}{minor % 100:02d}"


class Writer:
    """A file of one account, written day by day."""

    head = foot = ""

    def __init__(self, path: Path, account: str) -> None:
        self.account, self.count, self.statements, self.balance = ACCOUNTS[account], 0, 0, 1_000_000
        self.day: list[Line] = []
        self.out = path.open("w", encoding="utf-8", newline="")
        self.out.write(self.start())

    def add(self, line: Line) -> None:
        if self.day and self.day[0].on != line.on:
            self._flush()
        self.day.append(line)
        self.count += 1

    def close(self) -> None:
        self._flush()
        self.out.write(self.end())
        self.out.close()

    def _flush(self) -> None:
        if not self.day:
            return
        self.statements += 1
        closing = self.balance + sum(line.case.amount_minor for line in self.day)
        self.out.writelines(self.statement(self.day, self.balance, closing))
        self.balance, self.day = closing, []

    def start(self) -> str:
        return ""

    def end(self) -> str:
        return ""

    def statement(self, lines: list[Line], opening: int, closing: int) -> Iterator[str]:
        raise NotImplementedError


class Camt(Writer):
    """CAMT.053.001.08."""

    def start(self) -> str:
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>\n'
            f"<GrpHdr><MsgId>{self.account.mark}1</MsgId><CreDtTm>2026-07-01T06:00:00Z</CreDtTm></GrpHdr>\n"
        )

    def end(self) -> str:
        return "</BkToCstmrStmt></Document>\n"

    def statement(self, lines: list[Line], opening: int, closing: int) -> Iterator[str]:
        on = lines[0].on
        yield (
            f"<Stmt><Id>{self.account.mark}{on:%Y%m%d}</Id><ElctrncSeqNb>{self.statements}</ElctrncSeqNb><CreDtTm>{on}T20:00:00Z</CreDtTm>"
            f"<Acct><Id><IBAN>{self.account.number}</IBAN></Id><Ccy>{self.account.currency}</Ccy></Acct>\n"
        )
        for kind, amount in (("OPBD", opening), ("CLBD", closing)):
            yield (
                f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{self._amount(amount)}<Dt><Dt>{on}</Dt></Dt></Bal>\n"
            )
        for line in lines:
            yield self._entry(line)
        yield "</Stmt>\n"

    def _amount(self, minor: int) -> str:
        currency = self.account.currency
        side = "CRDT" if minor >= 0 else "DBIT"
        return f'<Amt Ccy="{currency}">{written(minor, currency)}</Amt><CdtDbtInd>{side}</CdtDbtInd>'

    @staticmethod
    def _instructed(minor: int, currency: str, rate: str) -> str:
        return (
            f'<AmtDtls><InstdAmt><Amt Ccy="{currency}">{written(minor, currency)}</Amt><CcyXchg><SrcCcy>{currency}</SrcCcy>'
            f"<XchgRate>{rate}</XchgRate></CcyXchg></InstdAmt></AmtDtls>"
        )

    def _entry(self, line: Line) -> str:
        case, back = line.case, line.case.amount_minor < 0
        family = (
            "PMNT</Cd><Fmly><Cd>IDDT</Cd><SubFmlyCd>UPDD" if back else "PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT"
        )
        told = self._instructed(*case.instructed) if case.instructed else ""
        name = f"<Dbtr><Pty><Nm>{escape(case.name)}</Nm></Pty></Dbtr>" if case.name else ""
        number = f"<DbtrAcct><Id><IBAN>{case.iban}</IBAN></Id></DbtrAcct>" if case.iban else ""
        parties = f"<RltdPties>{name}{number}</RltdPties>" if name or number else ""
        kind = "<Cd>SCOR</Cd>" if case.reference_kind == "SCOR" else f"<Prtry>{case.reference_kind}</Prtry>"
        remittance = f"<Ustrd>{escape(case.text)}</Ustrd>" if case.text else ""
        if case.reference:
            remittance += f"<Strd><CdtrRefInf><Tp><CdOrPrtry>{kind}</CdOrPrtry></Tp><Ref>{case.reference}</Ref></CdtrRefInf></Strd>"
        told += parties + (f"<RmtInf>{remittance}</RmtInf>" if remittance else "")
        told += "<RtrInf><Rsn><Cd>AM04</Cd></Rsn></RtrInf>" if back else ""
        return (
            f"<Ntry>{self._amount(case.amount_minor)}{'<RvslInd>true</RvslInd>' if back else ''}<Sts><Cd>BOOK</Cd></Sts>"
            f"<BookgDt><Dt>{line.on}</Dt></BookgDt><ValDt><Dt>{line.on}</Dt></ValDt><AcctSvcrRef>{line.id}</AcctSvcrRef>"
            f"<BkTxCd><Domn><Cd>{family}</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>"
            f"{case.end_to_end or 'NOTPROVIDED'}</EndToEndId></Refs>{self._amount(case.amount_minor)}{told}</TxDtls></NtryDtls></Ntry>\n"
        )


class Mt940(Writer):
    """MT940 with German subfields; names and texts in the letters that every bank has."""

    def statement(self, lines: list[Line], opening: int, closing: int) -> Iterator[str]:
        on, currency = lines[0].on, self.account.currency
        yield f":20:ST{self.statements}\r\n:25:{self.account.number}\r\n:28C:{self.statements}/1\r\n"
        yield f":60F:{self._balance(opening, on)}\r\n"
        for line in lines:
            case, back = line.case, line.case.amount_minor < 0
            yield (
                f":61:{on:%y%m%d%m%d}{'RC' if back else 'C'}{currency[2]}{written(case.amount_minor, currency, ',')}"
                f"N{'RTI' if back else 'TRF'}NONREF//{line.id}\r\n"
            )
            remittance = (f"EREF+{case.end_to_end}" if case.end_to_end else "") + f"SVWZ+{plain(case.text)}"
            if case.instructed:
                remittance += f" OAMT+{case.instructed[1]}{written(case.instructed[0], '', ',')}"
            pieces = [remittance[at : at + 27] for at in range(0, len(remittance), 27)]
            keys = [f"{n}" for n in (*range(20, 30), *range(60, 64))]
            parts = [f"?{key}{piece}" for key, piece in zip(keys, pieces, strict=False)]
            name = plain(case.name)
            whole = f"{'109' if back else '166'}?00{'RUECKLASTSCHRIFT' if back else 'GUTSCHRIFT'}{''.join(parts)}"
            whole += f"?31{case.iban}" if case.iban else ""
            whole += f"?32{name[:27]}" + (f"?33{name[27:54]}" if len(name) > 27 else "") if name else ""
            whole += "?34914" if back else ""
            yield ":86:" + "\r\n".join(whole[at : at + 65] for at in range(0, len(whole), 65)) + "\r\n"
        yield f":62F:{self._balance(closing, on)}\r\n-\r\n"

    def _balance(self, minor: int, on: date) -> str:
        currency = self.account.currency
        return f"{'C' if minor >= 0 else 'D'}{on:%y%m%d}{currency}{written(minor, currency, ',')}"


class Bai2(Writer):
    """BAI2: a group and an account for each day."""

    records = 0
    total = 0

    def start(self) -> str:
        return "01,999000001,FAIRDUE,260701,0600,1,,,2/\n"

    def end(self) -> str:
        return f"99,{self.total},{self.statements},{self.records + 2}/\n"

    def statement(self, lines: list[Line], opening: int, closing: int) -> Iterator[str]:
        on, currency = lines[0].on, self.account.currency
        yield f"02,FAIRDUE,999000001,1,{on:%y%m%d},2359,{currency},2/\n"
        yield f"03,{self.account.number},{currency},010,{opening},,,015,{closing},,/\n"
        total, count = opening + closing, 2
        for line in lines:
            case = line.case
            total += abs(case.amount_minor)
            kind = "195" if case.amount_minor >= 0 else "555"
            told = [
                f"16,{kind},{abs(case.amount_minor)},Z,{line.id},{case.end_to_end},{plain(case.text)}".replace("/", " ")
            ]
            if case.name:
                told.append(f"88,ORIG:{plain(case.name)}")
            if case.iban:
                told.append(f"88,ACCT:{case.iban}")
            count += len(told)
            yield "".join(f"{row}\n" for row in told)
        yield f"49,{total},{count}/\n98,{total},1,{count + 2}/\n"
        self.records += count + 2
        self.total += total


class Table(Writer):
    """The CSV of a bank's portal, in German."""

    def start(self) -> str:
        return "Buchungstag;Valuta;Auftraggeber;IBAN;Verwendungszweck;Kundenreferenz;Betrag;Währung;Saldo;Referenz\r\n"

    def statement(self, lines: list[Line], opening: int, closing: int) -> Iterator[str]:
        table = csv.writer(self.out, delimiter=";", lineterminator="\r\n")
        balance, currency = opening, self.account.currency
        for line in lines:
            case = line.case
            balance += case.amount_minor
            signed = [f"{'-' if n < 0 else ''}{written(n, currency, ',')}" for n in (case.amount_minor, balance)]
            day = line.on.strftime("%d.%m.%Y")
            told = (
                f"{case.text} {case.instructed[1]} {written(case.instructed[0], '', ',')}"
                if case.instructed
                else case.text
            )
            table.writerow(
                [day, day, case.name, case.iban, told, case.end_to_end, signed[0], currency, signed[1], line.id]
            )
        yield ""


WRITERS = {"camt.053.001.08": Camt, "mt940": Mt940, "bai2": Bai2, "csv": Table}
