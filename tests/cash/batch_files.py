"""Bank files in which a total stands in one and its parts in another."""

from __future__ import annotations

from collections.abc import Sequence

OWN = "DE89370400440532013000"
KINDS = {
    "Stmt": ("053", "BkToCstmrStmt"),
    "Rpt": ("052", "BkToCstmrAcctRpt"),
    "Ntfctn": ("054", "BkToCstmrDbtCdtNtfctn"),
}
Part = tuple[int, str, str]
"""Amount in cents, name, text."""


def part(one: Part, end_to_end: str = "") -> str:
    minor, name, text = one
    mark = f"<Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>" if end_to_end else ""
    return (
        f"<TxDtls>{mark}<Amt Ccy='EUR'>{abs(minor) / 100:.2f}</Amt><CdtDbtInd>{'CRDT' if minor >= 0 else 'DBIT'}</CdtDbtInd>"
        f"<RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
    )


def entry(
    minor: int,
    parts: Sequence[Part] = (),
    *,
    reference: str = "",
    batch: str = "",
    day: str = "2026-02-27",
    text: str = "",
) -> str:
    """Make an entry: with parts, or as a total that tells only how many there are."""
    reference = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    grouped = f"<Btch><PmtInfId>{batch}</PmtInfId><NbOfTxs>{len(parts) or 2}</NbOfTxs></Btch>" if batch else ""
    details = "".join(part(one) for one in parts)
    information = f"<AddtlNtryInf>{text}</AddtlNtryInf>" if text else ""
    return (
        f"<Ntry><Amt Ccy='EUR'>{abs(minor) / 100:.2f}</Amt><CdtDbtInd>{'CRDT' if minor >= 0 else 'DBIT'}</CdtDbtInd><Sts><Cd>BOOK</Cd>"
        f"</Sts><BookgDt><Dt>{day}</Dt></BookgDt>{reference}<NtryDtls>{grouped}{details}</NtryDtls>{information}</Ntry>"
    )


def balance(kind: str, minor: int, day: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{minor / 100:.2f}</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def camt(
    element: str,
    *entries: str,
    salt: int = 0,
    opening: int = 0,
    closing: int = 0,
    day: str = "2026-02-27",
    iban: str = OWN,
) -> bytes:
    """Make a statement (``Stmt``), a report during the day (``Rpt``) or a notice (``Ntfctn``)."""
    version, message = KINDS[element]
    balances = balance("OPBD", opening, day) + balance("CLBD", closing, day) if element == "Stmt" else ""
    return (
        f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.{version}.001.08'><{message}><GrpHdr><MsgId>{salt}</MsgId></GrpHdr>"
        f"<{element}><Id>S</Id><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}{''.join(entries)}</{element}>"
        f"</{message}></Document>"
    ).encode()
