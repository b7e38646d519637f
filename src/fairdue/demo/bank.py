"""The demonstration's bank statements of the last two days: money as customers send it, in a file as a bank sends it.

Most lines name what they pay; the others are what people in receivables see every morning: a digit missing, several invoices at once, a
discount, charges on the way, nothing but a name, somebody else who pays, twice the same, and money of nobody. The entrance hands the
file to the room that reads it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple
from xml.etree import ElementTree as ET

from fairdue.demo.chance import between, fill, happens, one_of, pick, seeded
from fairdue.demo.company import with_check_digits
from fairdue.kernel.money import plain
from fairdue.ledger.models import Customer, DueItem
from fairdue.ledger.queries import OpenItem, open_items
from fairdue.people.models import BankAccount

CURRENCY, FILE_NAME = "EUR", "statement.xml"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
PAYERS, ONE_IN = 160, 5
"""How many customers pay in these two days at most, and one in how many of those who owe what is due about now."""
CHARGES_MINOR = (7_50, 12_00, 15_00, 25_00)
WAYS = {
    "number": 60,
    "several": 22,
    "damaged": 10,
    "discount": 14,
    "charges": 9,
    "name": 18,
    "other payer": 6,
    "more": 5,
    "nothing": 6,
}
WORDS = ("Rechnung {}", "Invoice {}", "Facture {}", "RG-NR {} DANKE", "{}", "Zahlung {} vom {on}", "/INV/{}", "发票 {}")
OURS = ((-18_90, "Beispielbank Hamburg", "Kontofuehrung und Buchungsposten"), (-2_340_00, "Stadtwerke Hafen", "Abschlag Strom"),
        (1_250_00, "Finanzamt Hamburg", "Erstattung Umsatzsteuer"))  # fmt: skip
"""Lines that are no customer's."""


class Line(NamedTuple):
    """One booking: amount in cents, negative for what goes out, with who it is from and what it says."""

    minor: int
    name: str
    iban: str
    text: str


def statement_file(company_id: int, as_of: date, seed: int) -> bytes:
    """Give the statements of the two business days before ``as_of`` as CAMT.053; the same ledger and seed give the same bytes."""
    rng = seeded(seed, "bank statements")
    account = BankAccount.objects.get(company_id=company_id, currency=CURRENCY)
    lines = [*_lines(company_id, as_of, rng), *(Line(minor, name, _iban(rng), text) for minor, name, text in OURS)]
    rng.shuffle(lines)
    days = [on for on in (as_of - timedelta(days=back) for back in range(4, 0, -1)) if on.weekday() < 5][-2:]
    root = ET.Element("Document", xmlns=NAMESPACE)
    message = ET.SubElement(root, "BkToCstmrStmt")
    _put(message, "GrpHdr", {"MsgId": f"NDHF{as_of:%y%m%d}", "CreDtTm": f"{as_of.isoformat()}T05:10:00"})
    opening, half = between(rng, 900_000_00, 1_400_000_00), len(lines) * 3 // 5
    for place, (on, some) in enumerate(zip(days, (lines[:half], lines[half:]), strict=True)):
        closing = opening + sum(line.minor for line in some)
        head = (str(on.timetuple().tm_yday), account.iban, on, opening, closing)
        _statement(message, place, head, some)
        opening = closing
    data: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def _lines(company_id: int, as_of: date, rng: Random) -> Iterator[Line]:
    owed: defaultdict[int, list[OpenItem]] = defaultdict(list)
    for item in open_items(company_id, as_of):
        near = as_of - timedelta(days=20) <= item.due_on <= as_of + timedelta(days=10)
        if item.currency == CURRENCY and item.open_minor == item.amount_minor > 0 and near and not item.held_minor:
            owed[item.customer_id].append(item)
    names = dict(Customer.objects.filter(company_id=company_id, pk__in=list(owed)).values_list("pk", "name"))
    offers = dict(
        DueItem.objects.filter(company_id=company_id, discount_until__gte=as_of - timedelta(days=3), discount_minor__gt=0)
        .values_list("pk", "discount_minor")
    )  # fmt: skip
    chosen = rng.sample(sorted(owed), min(PAYERS, -(-len(owed) // ONE_IN)))
    for place, customer in enumerate(chosen):
        others = [names[one] for one in chosen[place + 1 :]] or ["Nordkontor Treuhand GmbH"]
        yield from _pay(rng, owed[customer], names[customer], one_of(rng, others), offers)


def _pay(rng: Random, items: list[OpenItem], name: str, other: str, offers: dict[int, int]) -> Iterator[Line]:
    way, item, iban = pick(rng, WAYS), items[0], _iban(rng)
    discounted = [one for one in items if one.due_item_id in offers]
    text, minor = _text(rng, item.document_number, item), item.open_minor
    if discounted or way == "discount":
        item = (discounted or items)[0]
        text, minor = _text(rng, item.document_number, item), item.open_minor - offers.get(item.due_item_id, 0)
    elif way == "several":
        some = items[: between(rng, 2, 4)]
        text, minor = (
            _text(rng, " ".join(one.document_number for one in some), item),
            sum(one.open_minor for one in some),
        )
    elif way == "damaged":
        kind, year, number = item.document_number.split("-")
        text = _text(rng, one_of(rng, (f"{kind}{year[2:]}{number}", f"{kind} {year} {int(number)}", number)), item)
    elif way == "charges":
        minor -= one_of(rng, CHARGES_MINOR)
    elif way == "name":
        text = ""
    elif way == "other payer":
        name, text = other, "im Auftrag / on behalf of"
    elif way == "more":
        minor += between(rng, 1, 90) * 1_00
    elif way == "nothing":
        name, text = f"Sammelkonto {fill(rng, '####')}", "Diverse"
    if minor > 0:
        yield Line(minor, name, iban, text)
    if way == "number" and minor > 0 and happens(rng, 20_000):
        yield Line(minor, name, iban, text)


def _text(rng: Random, number: str, item: OpenItem) -> str:
    return one_of(rng, WORDS).format(number, on=f"{item.issued_on:%d.%m.%y}")


def _iban(rng: Random) -> str:
    return with_check_digits(fill(rng, "DE9990########0#####"))


def _statement(message: ET.Element, place: int, head: tuple[str, str, date, int, int], lines: list[Line]) -> None:
    number, iban, on, opening, closing = head
    statement = ET.SubElement(message, "Stmt")
    _put(statement, "", {"Id": f"{on:%Y%m%d}", "ElctrncSeqNb": number, "CreDtTm": f"{on.isoformat()}T23:00:00"})
    account = ET.SubElement(statement, "Acct")
    _put(account, "Id", {"IBAN": iban})
    _put(account, "", {"Ccy": CURRENCY})
    for code, minor in (("OPBD", opening), ("CLBD", closing)):
        balance = ET.SubElement(statement, "Bal")
        _put(ET.SubElement(balance, "Tp"), "CdOrPrtry", {"Cd": code})
        _amount(balance, minor)
        _put(balance, "Dt", {"Dt": on.isoformat()})
    for at, line in enumerate(lines, start=1):
        entry = ET.SubElement(statement, "Ntry")
        _amount(entry, line.minor)
        _put(entry, "Sts", {"Cd": "BOOK"})
        _put(entry, "BookgDt", {"Dt": on.isoformat()})
        _put(entry, "ValDt", {"Dt": on.isoformat()})
        _put(entry, "", {"AcctSvcrRef": f"BB{on:%y%m%d}{place}{at:05d}"})
        details = ET.SubElement(ET.SubElement(entry, "NtryDtls"), "TxDtls")
        who = "Dbtr" if line.minor > 0 else "Cdtr"
        parties = ET.SubElement(details, "RltdPties")
        _put(ET.SubElement(parties, who), "Pty", {"Nm": line.name})
        _put(ET.SubElement(parties, f"{who}Acct"), "Id", {"IBAN": line.iban})
        if line.text:
            _put(details, "RmtInf", {"Ustrd": line.text})


def _amount(parent: ET.Element, minor: int) -> None:
    ET.SubElement(parent, "Amt", Ccy=CURRENCY).text = plain(abs(minor), CURRENCY)
    _put(parent, "", {"CdtDbtInd": "CRDT" if minor >= 0 else "DBIT"})


def _put(parent: ET.Element, name: str, texts: dict[str, str]) -> None:
    into = ET.SubElement(parent, name) if name else parent
    for key, text in texts.items():
        ET.SubElement(into, key).text = text
