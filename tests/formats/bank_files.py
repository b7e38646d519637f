"""Bank files made for benchmarks and fuzzing: the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterator

CAMT_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
    "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-01T06:00:00+01:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id>"
    "<ElctrncSeqNb>12</ElctrncSeqNb><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>"
)
CAMT_BALANCE = (
    '<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    "<Dt><Dt>2026-11-01</Dt></Dt></Bal>\n"
)
CAMT_ENTRY = (
    '<Ntry><NtryRef>{n}</NtryRef><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BookgDt><Dt>2026-11-01</Dt></BookgDt><ValDt><Dt>2026-11-01</Dt></ValDt><AcctSvcrRef>REF{n:09d}</AcctSvcrRef>"
    "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>"
    "<Prtry><Cd>NTRF+166</Cd><Issr>DK</Issr></Prtry></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>E2E-{n}</EndToEndId></Refs>"
    '<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>Kunde {n} GmbH &amp; Co. KG</Nm></Pty></Dbtr>'
    "<DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></DbtrAcct></RltdPties><RltdAgts><DbtrAgt><FinInstnId>"
    "<BICFI>BYLADEM1001</BICFI></FinInstnId></DbtrAgt></RltdAgts><RmtInf><Ustrd>Rechnung RE-{invoice} vom 01.10.2026</Ustrd></RmtInf>"
    "</TxDtls></NtryDtls><AddtlNtryInf>SEPA-Gutschrift</AddtlNtryInf></Ntry>\n"
)
MT940_ENTRY = (
    ":61:2611011101CR{amount},NTRFNONREF//BR{n:010d}\r\n:86:166?00GUTSCHRIFT?100399?20EREF+E2E-{n:06d}?21SVWZ+Rechnung RE-{invoice} vo?22"
    "m 01.10.2026?30BYLADEM1001?31DE0212030000\r\n0000202051?32Kunde {n} GmbH?33 und Co KG\r\n"
)


CSV_HEAD = (
    "Buchungstag;Valuta;Buchungstext;Auftraggeber/Empfänger;IBAN;Verwendungszweck;Kundenreferenz;Betrag;Währung;Saldo;"
    "Bankreferenz\r\n"
)


def amounts(entries: int) -> Iterator[int]:
    """Give the amounts of the entries in cents."""
    return (10_000 + n % 90_000 for n in range(entries))


def _written(amount_minor: int, mark: str = ".") -> str:
    return f"{amount_minor // 100}{mark}{amount_minor % 100:02d}"


def camt(entries: int) -> Iterator[bytes]:
    """Make a CAMT.053 whose balances agree with its entries."""
    yield CAMT_HEAD.encode()
    yield CAMT_BALANCE.format(kind="OPBD", amount="0.00").encode()
    yield CAMT_BALANCE.format(kind="CLBD", amount=_written(sum(amounts(entries)))).encode()
    for n, amount in enumerate(amounts(entries)):
        yield CAMT_ENTRY.format(n=n, amount=_written(amount), invoice=100_000 + n).encode()
    yield b"</Stmt></BkToCstmrStmt></Document>\n"


def mt940(entries: int) -> Iterator[bytes]:
    """Make an MT940 whose balances agree with its entries."""
    yield b":20:ST1\r\n:25:10020030/1234567\r\n:28C:5/1\r\n:60F:C261101EUR0,00\r\n"
    for n, amount in enumerate(amounts(entries)):
        yield (
            MT940_ENTRY.format(n=n, amount=_written(amount, ","), invoice=100_000 + n)
            .replace(",NTRF", "NTRF", 1)
            .encode()
        )
    yield f":62F:C261101EUR{_written(sum(amounts(entries)), ',')}\r\n-\r\n".encode()


def coda(entries: int) -> Iterator[bytes]:
    """Make a CODA whose balances agree with its entries."""
    account = "BE68539007547034".ljust(34) + "EUR"
    yield f"0000001112630005{'':8}{'F1':10}{'ACME NV':26}{'KREDBEBB':11}00403019261 {'00000':5}{'':39}2\r\n".encode()
    yield f"12305{account}0{0:015d}311026{'ACME NV':26}{'Zichtrekening':35}305\r\n".encode()
    for n, amount in enumerate(amounts(entries)):
        order = f"{(n + 1) % 10_000:04d}"
        yield (
            f"21{order}0000REF{n:018d}0{amount * 10:015d}011126001500001101090933755493{'':38}01112630501 0\r\n"
            f"22{order}0000{'':53}E2E-{n:031d}BYLADEM1001{'':3} {'':12}1 0\r\n"
            f"23{order}0000{'DE02120300000000202051':34}EUR{f'Kunde {n} NV':35}{'':43}0 1\r\n"
            f"31{order}0001REF{n:018d}001500001001{f'Kunde {n} NV':70}{'':12}1 0\r\n"
            f"32{order}0001{'Rue de la Loi 16':35}{'1000 Bruxelles':70}{'':10}0 0\r\n"
        ).encode()
    total = sum(amounts(entries)) * 10
    yield f"8305{account}0{total:015d}011126{'':64}0\r\n".encode()
    yield f"9{'':15}{entries * 5 + 2:06d}{0:015d}{total:015d}{'':75}2\r\n".encode()


def aeb43(entries: int) -> Iterator[bytes]:
    """Make a Norma 43 file whose balances agree with its entries."""
    key, total = "210004180200051332", sum(amounts(entries))
    yield f"11{key}2611012611302{0:014d}9783{'ACME SL':26}   \r\n".encode()
    for n, amount in enumerate(amounts(entries)):
        yield (
            f"22    0345261101261101021232{amount:014d}{n:010d}{n:012d}{'':16}\r\n"
            f"2301{f'TRANSFERENCIA DE CLIENTE {n}':38}{f'FACTURA {100_000 + n}':38}\r\n"
        ).encode()
    yield f"33{key}{0:05d}{0:014d}{entries % 100_000:05d}{total:014d}2{total:014d}978    \r\n".encode()
    yield f"88{'9' * 18}{2 * entries + 2:06d}{'':54}\r\n".encode()


def ofx(entries: int) -> Iterator[bytes]:
    """Make an OFX file of version 1, without closing tags."""
    yield (
        b"OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nENCODING:USASCII\r\nCHARSET:1252\r\n\r\n<OFX>\r\n<BANKMSGSRSV1>\r\n<STMTTRNRS>\r\n"
        b"<STMTRS>\r\n<CURDEF>EUR\r\n<BANKACCTFROM>\r\n<BANKID>10020030\r\n<ACCTID>1234567\r\n</BANKACCTFROM>\r\n<BANKTRANLIST>\r\n"
    )
    for n, amount in enumerate(amounts(entries)):
        yield (
            f"<STMTTRN>\r\n<TRNTYPE>CREDIT\r\n<DTPOSTED>20261101\r\n<TRNAMT>{_written(amount)}\r\n<FITID>F{n}\r\n<NAME>Kunde {n}\r\n"
            f"<MEMO>Rechnung RE-{100_000 + n}\r\n</STMTTRN>\r\n"
        ).encode()
    yield (
        f"</BANKTRANLIST>\r\n<LEDGERBAL>\r\n<BALAMT>{_written(sum(amounts(entries)))}\r\n<DTASOF>20261101\r\n</LEDGERBAL>\r\n"
        "</STMTRS>\r\n</STMTTRNRS>\r\n</BANKMSGSRSV1>\r\n</OFX>\r\n"
    ).encode()


def bai2(entries: int) -> Iterator[bytes]:
    """Make a BAI2 file whose balances and controls agree with its entries."""
    total = sum(amounts(entries))
    yield b"01,BANK,ACME,261101,0600,1,,,2/\r\n02,ACME,BANK,1,261101,,EUR,2/\r\n"
    yield f"03,1234567,EUR,010,0,,,015,{total},,,100,{total},{entries},/\r\n".encode()
    for n, amount in enumerate(amounts(entries)):
        yield f"16,195,{amount},,BR{n},E2E-{n},Rechnung RE-{100_000 + n}\r\n88,Kunde {n} GmbH/\r\n".encode()
    sums, count = 3 * total, 2 * entries + 2
    yield f"49,{sums},{count}/\r\n98,{sums},1,{count + 2}/\r\n99,{sums},1,{count + 4}/\r\n".encode()


def csv(entries: int) -> Iterator[bytes]:
    """Make a bank's table, newest line first, whose balance runs on."""
    yield CSV_HEAD.encode()
    balance = sum(amounts(entries))
    for n, amount in reversed(list(enumerate(amounts(entries)))):
        day = f"{1 + n * 28 // max(entries, 1):02d}.11.2026"
        yield (
            f'{day};{day};GUTSCHRIFT;"Kunde {n} GmbH & Co. KG";DE02120300000000202051;"Rechnung RE-{100_000 + n}; vom 01.10.2026";'
            f"E2E-{n};{_written(amount, ',')};EUR;{_written(balance, ',')};BR{n:010d}\r\n"
        ).encode()
        balance -= amount
