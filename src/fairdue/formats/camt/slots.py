"""Which leaf of a CAMT message means what, in all versions. A path is looked up once a file and remembered.

Versions moved elements: a party's name stands in ``Dbtr/Nm`` up to version 07 and in ``Dbtr/Pty/Nm`` from 08, a BIC in ``BIC`` or
``BICFI``, a status in ``Sts`` or ``Sts/Cd``. A slot that begins with ``*`` gathers all its leaves, any other takes the first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fairdue.formats.markup.scan import Leaf

_PARTY = re.compile(r"RltdPties/(Dbtr|UltmtDbtr|Cdtr|UltmtCdtr)/(?:(?:Pty|Agt)/)?(?:FinInstnId/)?(.+)")
_ACCOUNT = re.compile(r"RltdPties/(Dbtr|Cdtr)Acct/Id/(?:IBAN|BBAN|UPIC|Othr/Id|PrtryAcct/Id)")
_AGENT = re.compile(
    r"RltdAgts/(Dbtr|Cdtr)Agt/FinInstnId/(?:CmbndId/)?(?:(BIC|BICFI)|(ClrSysMmbId/MmbId|ClrSysMmbId/Id)|.*)"
)
_NO_IDENTIFIER = re.compile(r".*(SchmeNm|Issr|Birth|Ctry|City|Prvc|Tp|Nm).*")

STATEMENT = {
    "Id": "id", "ElctrncSeqNb": "number", "LglSeqNb": "legal_number", "CreDtTm": "created",
    "StmtPgntn/PgNb": "page", "StmtPgntn/LastPgInd": "last_page", "RptPgntn/PgNb": "page",
    "RptPgntn/LastPgInd": "last_page", "NtfctnPgntn/PgNb": "page", "NtfctnPgntn/LastPgInd": "last_page",
    "FrToDt/FrDtTm": "from", "FrToDt/ToDtTm": "to", "FrToDt/FrDt": "from", "FrToDt/ToDt": "to",
    "Acct/Id/IBAN": "iban", "Acct/Id/Othr/Id": "account", "Acct/Id/PrtryAcct/Id": "account",
    "Acct/Id/BBAN": "account", "Acct/Id/UPIC": "account",
    "Acct/Ccy": "currency", "Acct/Ownr/Nm": "owner", "Acct/Ownr/Pty/Nm": "owner",
    "Acct/Svcr/FinInstnId/BIC": "bank", "Acct/Svcr/FinInstnId/BICFI": "bank",
    "Acct/Svcr/FinInstnId/CmbndId/BIC": "bank",
    "Acct/Svcr/FinInstnId/ClrSysMmbId/MmbId": "clearing", "Acct/Svcr/FinInstnId/Nm": "bank_name",
    "TxsSummry/TtlNtries/NbOfNtries": "count",
    "TxsSummry/TtlNtries/TtlNetNtryAmt": "net", "TxsSummry/TtlNtries/CdtDbtInd": "net_side",
    "TxsSummry/TtlNtries/TtlNetNtry/Amt": "net", "TxsSummry/TtlNtries/TtlNetNtry/CdtDbtInd": "net_side",
    "TxsSummry/TtlCdtNtries/NbOfNtries": "credit_count", "TxsSummry/TtlCdtNtries/Sum": "credit_sum",
    "TxsSummry/TtlDbtNtries/NbOfNtries": "debit_count", "TxsSummry/TtlDbtNtries/Sum": "debit_sum",
}  # fmt: skip

BALANCE = {
    "Tp/CdOrPrtry/Cd": "kind", "Tp/CdOrPrtry/Prtry": "own_kind", "Tp/Cd": "kind", "Tp/SubTp/Cd": "sub_kind",
    "Amt": "amount", "Amt@Ccy": "currency", "CdtDbtInd": "side", "Dt/Dt": "day", "Dt/DtTm": "day",
}  # fmt: skip

ENTRY = {
    "NtryRef": "reference", "Amt": "amount", "Amt@Ccy": "currency", "CdtDbtInd": "side", "RvslInd": "reversal",
    "Sts": "status", "Sts/Cd": "status", "Sts/Prtry": "status",
    "BookgDt/Dt": "booked", "BookgDt/DtTm": "booked", "ValDt/Dt": "valued", "ValDt/DtTm": "valued",
    "AcctSvcrRef": "bank_reference",
    "BkTxCd/Domn/Cd": "domain", "BkTxCd/Domn/Fmly/Cd": "family", "BkTxCd/Domn/Fmly/SubFmlyCd": "subfamily",
    "BkTxCd/Prtry/Cd": "bank_code",
    "NtryDtls/Btch/NbOfTxs": "batch_count", "NtryDtls/Btch/MsgId": "batch_message", "NtryDtls/Btch/PmtInfId": "batch",
    "Btch/NbOfTxs": "batch_count", "Btch/MsgId": "batch_message", "Btch/PmtInfId": "batch",
    "AddtlNtryInf": "*information",
    "AmtDtls/InstdAmt/Amt": "instructed", "AmtDtls/InstdAmt/Amt@Ccy": "instructed_currency",
    "AmtDtls/InstdAmt/CcyXchg/XchgRate": "rate", "AmtDtls/TxAmt/CcyXchg/XchgRate": "rate",
    "AmtDtls/CntrValAmt/CcyXchg/XchgRate": "rate",
}  # fmt: skip

DETAIL = {
    "Refs/EndToEndId": "end_to_end", "Refs/MndtId": "mandate", "Refs/TxId": "transaction", "Refs/UETR": "uetr",
    "Refs/InstrId": "instruction", "Refs/AcctSvcrRef": "bank_reference", "Refs/ChqNb": "cheque",
    "Amt": "amount", "Amt@Ccy": "currency", "CdtDbtInd": "side",
    "AmtDtls/TxAmt/Amt": "transaction_amount", "AmtDtls/TxAmt/Amt@Ccy": "transaction_currency",
    "AmtDtls/InstdAmt/Amt": "instructed", "AmtDtls/InstdAmt/Amt@Ccy": "instructed_currency",
    "AmtDtls/InstdAmt/CcyXchg/XchgRate": "rate", "AmtDtls/TxAmt/CcyXchg/XchgRate": "rate",
    "AmtDtls/CntrValAmt/CcyXchg/XchgRate": "rate",
    "RmtInf/Ustrd": "*text", "AddtlTxInf": "*information",
    "Purp/Cd": "purpose", "Purp/Prtry": "purpose",
    "RtrInf/Rsn/Cd": "return_code", "RtrInf/Rsn/Prtry": "return_code", "RtrInf/RtrRsn/Cd": "return_code",
    "RtrInf/RtrRsn/Prtry": "return_code", "RtrInf/AddtlInf": "*return_text", "RtrInf/AddtlRtrRsnInf": "*return_text",
}  # fmt: skip

STRUCTURED = {
    "CdtrRefInf/Ref": "reference", "CdtrRefInf/CdtrRef": "reference",
    "CdtrRefInf/Tp/CdOrPrtry/Cd": "kind", "CdtrRefInf/Tp/CdOrPrtry/Prtry": "own_kind", "CdtrRefInf/Tp/Issr": "issuer",
    "CdtrRefInf/CdtrRefTp/Cd": "kind", "CdtrRefInf/CdtrRefTp/Prtry": "own_kind", "CdtrRefInf/CdtrRefTp/Issr": "issuer",
    "RfrdDocAmt/DuePyblAmt": "due", "RfrdDocAmt/DuePyblAmt@Ccy": "due_currency",
    "RfrdDocAmt/RmtdAmt": "paid", "RfrdDocAmt/RmtdAmt@Ccy": "paid_currency",
    "RfrdDocAmt/DscntApldAmt": "discount", "RfrdDocAmt/DscntApldAmt@Ccy": "discount_currency",
    "RfrdDocAmt/DscntApldAmt/Amt": "discount", "RfrdDocAmt/DscntApldAmt/Amt@Ccy": "discount_currency",
    "RfrdDocAmt/CdtNoteAmt": "credit", "RfrdDocAmt/CdtNoteAmt@Ccy": "credit_currency",
    "AddtlRmtInf": "*text",
}  # fmt: skip

DOCUMENT = {
    "Nb": "number", "RfrdDocNb": "number", "Tp/CdOrPrtry/Cd": "kind", "Tp/CdOrPrtry/Prtry": "kind",
    "RfrdDocTp/Cd": "kind", "RltdDt": "day", "RltdDt/Dt": "day", "RfrdDocRltdDt": "day",
}  # fmt: skip

CHARGE = {
    "Amt": "amount", "Amt@Ccy": "currency", "CdtDbtInd": "side", "ChrgInclInd": "included", "Tp/Cd": "kind",
    "Tp/Prtry/Id": "kind", "Tp/Prtry": "kind", "Br": "bearer",
}  # fmt: skip


class Slots(dict[str, str]):
    """Path to slot, for one kind of record and one file; "" for what only ``fields`` keeps."""

    def __init__(self, known: Mapping[str, str], *, parties: bool = False) -> None:
        super().__init__()
        self._known, self._parties = known, parties

    def __missing__(self, path: str) -> str:
        slot = self._known.get(path, "") or (self._party(path) if self._parties else "")
        self[path] = slot
        return slot

    def bag(self, leaves: list[Leaf]) -> dict[str, Any]:
        """Gather leaves by slot: a text, or a list of texts for a slot that begins with ``*``."""
        found: dict[str, Any] = {}
        for path, value in leaves:
            slot = self[path]
            if not slot:
                continue
            if slot[0] == "*":
                found.setdefault(slot, []).append(value)
            elif slot not in found:
                found[slot] = value
        return found

    def _party(self, path: str) -> str:
        if found := _ACCOUNT.fullmatch(path):
            return f"{found[1]}.account"
        if found := _AGENT.fullmatch(path):
            return f"{found[1]}.bank" if found[2] else f"{found[1]}.clearing" if found[3] else ""
        if found := _PARTY.fullmatch(path):
            role, rest = found[1], found[2]
            if rest == "Nm":
                return f"{role}.name"
            if rest == "PstlAdr/Ctry" or rest == "CtryOfRes":
                return f"{role}.country"
            if rest.startswith("PstlAdr/"):
                return f"*{role}.address"
            if rest.startswith("Id/") and not _NO_IDENTIFIER.fullmatch(rest):
                return f"*{role}.identifiers"
        return ""
