"""CAMT messages: nothing of a file is lost, all versions read alike, hostile files refused. See docs/algorithms/bank-files.md."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from samples import BANK_STATEMENTS

from fairdue.formats.bank.checks import checked
from fairdue.formats.bank.records import (
    Balance,
    BalanceKind,
    Charge,
    Detail,
    Document,
    Entry,
    Party,
    Statement,
    Status,
    Told,
    statements,
)
from fairdue.formats.camt import read_camt
from fairdue.formats.errors import FormatError

SAMPLES = sorted(BANK_STATEMENTS.glob("camt/**/*.xml"))
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">\n'
)
OPENING = (
    "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
    "<Dt><Dt>2026-11-02</Dt></Dt></Bal>"
)


def message(entries: str, *, version: str = "08", opening: str = "0", closing: str = "100.00", head: str = "") -> bytes:
    balances = OPENING.format(kind="OPBD", amount=opening) + OPENING.format(kind="CLBD", amount=closing)
    return (
        HEAD.format(version=version) + "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S1</Id>"
        "<ElctrncSeqNb>7</ElctrncSeqNb><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{balances}{head}{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def entry(
    amount: str = "100.00", side: str = "CRDT", inside: str = "", status: str = "<Sts><Cd>BOOK</Cd></Sts>"
) -> str:
    return (
        f"\n<Ntry><Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{status}"
        f"<BookgDt><Dt>2026-11-02</Dt></BookgDt>{inside}</Ntry>"
    )


def details(*inside: str) -> str:
    return "<NtryDtls>" + "".join(f"<TxDtls>{one}</TxDtls>" for one in inside) + "</NtryDtls>"


def read(data: bytes) -> list[Statement]:
    return list(statements(checked(read_camt(io.BytesIO(data)))))


def only(data: bytes) -> Entry:
    (statement,) = read(data)
    (found,) = statement.entries
    return found


def found_in(statement: Statement) -> list[str]:
    return [finding.reason.code for finding in statement.end.findings]


def kept(statement: Statement) -> Counter[str]:
    """Every value that the records keep, each once."""
    values: Counter[str] = Counter()
    records = [statement.begin, statement.end, *statement.end.balances, *statement.entries]
    for one in statement.entries:
        records += [*one.charges, *one.details]
        for detail in one.details:
            records += [*detail.charges, *detail.structured]
    for record in records:
        values.update(value for _, value in record.fields)
    return values


def leaves(path: Path) -> Counter[str]:
    """Every text and attribute of a file, found by another parser."""
    values: Counter[str] = Counter()
    for element in ElementTree.parse(path).iter():
        values.update(element.attrib.values())
        if element.text and element.text.strip():
            values[element.text] += 1
    return values


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_nothing_of_a_file_is_lost(path: Path) -> None:
    whole = leaves(path)
    if not any(element.tag.endswith(("}Stmt", "}Rpt", "}Ntfctn")) for element in ElementTree.parse(path).iter()):
        with pytest.raises(FormatError, match="holds no statement"):
            read(path.read_bytes())
        return
    found = read(path.read_bytes())
    together: Counter[str] = Counter()
    for statement in found:
        together.update(kept(statement))
    # The message's own header is repeated in each of its statements.
    assert set(together) >= set(whole)
    if len(found) == 1:
        assert together == whole


def test_samples_are_there() -> None:
    if not BANK_STATEMENTS.exists():
        pytest.skip("no samples here")
    assert len(SAMPLES) == 26


def test_versions_2_and_8_give_the_same_transaction() -> None:
    old = details(
        "<Refs><EndToEndId>E1</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy='EUR'>100.00</Amt></TxAmt></AmtDtls>"
        "<RltdPties><Dbtr><Nm>Kunde</Nm><PstlAdr><Ctry>DE</Ctry><AdrLine>Weg 1</AdrLine></PstlAdr></Dbtr>"
        "<DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></DbtrAcct></RltdPties>"
        "<RltdAgts><DbtrAgt><FinInstnId><BIC>BYLADEM1001</BIC></FinInstnId></DbtrAgt></RltdAgts>"
        "<RmtInf><Ustrd>RE 1</Ustrd><Ustrd>RE 2</Ustrd></RmtInf>"
    )
    new = details(
        "<Refs><EndToEndId>E1</EndToEndId></Refs><Amt Ccy='EUR'>100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
        "<RltdPties><Dbtr><Pty><Nm>Kunde</Nm><PstlAdr><Ctry>DE</Ctry><AdrLine>Weg 1</AdrLine></PstlAdr></Pty></Dbtr>"
        "<DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></DbtrAcct></RltdPties>"
        "<RltdAgts><DbtrAgt><FinInstnId><BICFI>BYLADEM1001</BICFI></FinInstnId></DbtrAgt></RltdAgts>"
        "<RmtInf><Ustrd>RE 1</Ustrd><Ustrd>RE 2</Ustrd></RmtInf>"
    )
    two = only(message(entry(inside=old, status="<Sts>BOOK</Sts>"), version="02")).details[0]
    eight = only(message(entry(inside=new))).details[0]
    assert two._replace(fields=()) == eight._replace(fields=())
    assert two.debtor == Party("Kunde", "DE02120300000000202051", "BYLADEM1001", (), ("Weg 1",), "DE")
    assert two.text == ("RE 1", "RE 2")


def test_an_entry_in_full() -> None:
    inside = (
        "<ValDt><DtTm>2026-11-03T01:00:00+08:00</DtTm></ValDt><AcctSvcrRef>B1</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>"
        "<Prtry><Cd>NTRF+166</Cd></Prtry></BkTxCd><AddtlNtryInf>Gutschrift</AddtlNtryInf>"
    )
    found = only(message(entry(inside=inside)))
    assert (found.ordinal, found.line, found.amount_minor, found.currency) == (1, 4, 100_00, "EUR")
    assert (found.booked_on, found.valued_on) == (date(2026, 11, 2), date(2026, 11, 3))
    assert (found.bank_reference, found.code, found.bank_code) == ("B1", "PMNT/RCDT/ESCT", "NTRF+166")
    assert found.information == ("Gutschrift",)


def test_a_batch_and_its_parts() -> None:
    parts = "<NtryDtls><Btch><PmtInfId>P1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>" + details(
        "<Amt Ccy='EUR'>60.00</Amt>", "<Amt Ccy='EUR'>40.00</Amt>"
    ).removeprefix("<NtryDtls>")
    found = only(message(entry(side="DBIT", inside=parts), opening="200.00"))
    assert (found.batch_count, found.batch_reference) == (2, "P1")
    assert [one.amount_minor for one in found.details] == [-60_00, -40_00]
    assert found_in(read(message(entry(side="DBIT", inside=parts), opening="200.00"))[0]) == []


def test_a_returned_debit_with_its_cost() -> None:
    inside = details(
        "<Refs><MndtId>MD1</MndtId></Refs><Amt Ccy='EUR'>98.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>"
        "<Chrgs><TtlChrgsAndTaxAmt Ccy='EUR'>2.00</TtlChrgsAndTaxAmt><Rcrd><Amt Ccy='EUR'>2.00</Amt>"
        "<ChrgInclInd>true</ChrgInclInd><Tp><Cd>COMM</Cd></Tp></Rcrd></Chrgs>"
        "<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Konto aufgelöst</AddtlInf></RtrInf>"
    )
    data = message(entry(side="DBIT", inside="<RvslInd>true</RvslInd>" + inside), opening="200.00")
    detail = only(data).details[0]
    assert only(data).reversal
    assert (detail.return_code, detail.return_text, detail.mandate) == ("AC04", "Konto aufgelöst", "MD1")
    assert [one._replace(fields=()) for one in detail.charges] == [Charge(-2_00, "EUR", True, "COMM")]
    assert ("Chrgs/TtlChrgsAndTaxAmt", "2.00") in detail.fields
    assert found_in(read(data)[0]) == []


def test_structured_references_and_documents() -> None:
    inside = details(
        "<Amt Ccy='EUR'>100.00</Amt><RmtInf><Strd><RfrdDocInf><Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp><Nb>RE-7</Nb>"
        "<RltdDt>2026-10-01</RltdDt></RfrdDocInf><RfrdDocAmt><DuePyblAmt Ccy='EUR'>102.00</DuePyblAmt>"
        "<DscntApldAmt><Amt Ccy='EUR'>2.00</Amt></DscntApldAmt><RmtdAmt Ccy='EUR'>100.00</RmtdAmt></RfrdDocAmt>"
        "<CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>RF18539007547034</Ref></CdtrRefInf>"
        "<AddtlRmtInf>danke</AddtlRmtInf></Strd></RmtInf>"
    )
    (structured,) = only(message(entry(inside=inside))).details[0].structured
    assert (structured.reference, structured.kind, structured.text) == ("RF18539007547034", "SCOR", ("danke",))
    assert structured.documents == (Document("RE-7", "CINV", date(2026, 10, 1), "EUR", 102_00, 100_00, 2_00),)


def test_what_is_not_booked_does_not_count_for_the_balance() -> None:
    entries = entry() + entry("55.00", status="<Sts><Cd>PDNG</Cd></Sts>")
    (statement,) = read(message(entries))
    assert [one.status for one in statement.entries] == [Status.BOOKED, Status.PENDING]
    assert found_in(statement) == []
    assert statement.begin.told == Told.BOOKED


def test_what_does_not_add_up_is_said() -> None:
    wrong = entry(inside=details("<Amt Ccy='EUR'>60.00</Amt>", "<Amt Ccy='EUR'>41.00</Amt>"))
    (statement,) = read(message(wrong, closing="101.00"))
    assert found_in(statement) == ["bank_details_differ", "bank_balance_differs"]
    assert dict(statement.end.findings[1].reason.values) == {"counted": "100.00 EUR", "told": "101.00 EUR"}
    totals = (
        "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><TtlNetNtry><Amt>90</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
        "</TtlNetNtry></TtlNtries></TxsSummry>"
    )
    (statement,) = read(message(entry(), head=totals))
    assert found_in(statement) == ["bank_count_differs", "bank_total_differs"]


def test_a_balance_in_full() -> None:
    (statement,) = read(message(entry()))
    assert [one._replace(fields=()) for one in statement.end.balances] == [
        Balance(BalanceKind.OPENING, 0, "EUR", date(2026, 11, 2)),
        Balance(BalanceKind.CLOSING, 100_00, "EUR", date(2026, 11, 2)),
    ]


REFUSED = {
    "document type": (b"<!DOCTYPE Document [<!ENTITY a 'b'>]><Document/>", "document type"),
    "external entity": (b"<!DOCTYPE d SYSTEM 'file:///etc/passwd'><Document/>", "document type"),
    "cut off": (message(entry())[:-30], "not well-formed"),
    "nested without end": (
        HEAD.format(version="08").encode() + b"<BkToCstmrStmt>" + b"<a>" * 100 + b"</a>" * 100, "nested more"
    ),
    "another message": (b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'/>", "none of the messages"),
    "no amount": (message("<Ntry><CdtDbtInd>CRDT</CdtDbtInd></Ntry>"), "Ntry/Amt is missing"),
    "no side": (message("<Ntry><Amt Ccy='EUR'>1</Amt></Ntry>"), "neither credit nor debit"),
    "letters in an amount": (message(entry("1e3")), "no amount: 1e3"),
    "a comma": (message(entry("1,50")), "no amount: 1,50"),
    "half a cent": (message(entry("1.505")), "more decimals than EUR"),
    "no such currency": (message(entry()).replace(b"<Amt Ccy='EUR'>100.00<", b"<Amt Ccy='EUX'>100.00<"), "no currency"),
    "no such day": (message(entry().replace("2026-11-02", "2026-11-31")), "no day: 2026-11-31"),
    "text beside elements": (message(entry(inside="oops<NtryRef>1</NtryRef>")), "text beside elements: oops"),
    "another encoding": (b"<?xml version='1.0' encoding='no-such'?><Document/>", "not well-formed"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_says_why_and_where(case: str) -> None:
    data, why = REFUSED[case]
    with pytest.raises(FormatError, match=why) as refused:
        read(data)
    assert refused.value.line >= 1
    assert refused.value.remedy


def test_zeros_beyond_the_cent_are_no_fraction_of_it() -> None:
    assert only(message(entry("100.00000"))).amount_minor == 100_00


def test_an_unsigned_part_goes_the_way_of_its_entry() -> None:
    signed = details("<Amt Ccy='EUR'>100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>")
    unsigned = details("<Amt Ccy='EUR'>100.00</Amt>")
    for inside, amount in ((signed, 100_00), (unsigned, -100_00)):
        (found,) = only(message(entry(side="DBIT", inside=inside))).details
        assert isinstance(found, Detail)
        assert found.amount_minor == amount
