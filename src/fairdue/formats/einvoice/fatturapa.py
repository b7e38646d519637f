"""FatturaPA 1.2: one file may hold several invoices (bodies) of one seller and buyer."""

from __future__ import annotations

from datetime import date, timedelta

from fairdue.formats.einvoice.reasons import EInvoiceError
from fairdue.formats.einvoice.records import (
    Attachment,
    Discount,
    Due,
    EInvoice,
    Identifier,
    Item,
    Kind,
    Means,
    Party,
    Reference,
    Tax,
    Totals,
)
from fairdue.formats.einvoice.values import Reader, all_fields, attachment, day, needed
from fairdue.formats.errors import FormatError
from fairdue.formats.markup.tree import Element

ROOT = "FatturaElettronica"
_KINDS = {"TD04": Kind.CREDIT_NOTE, "TD08": Kind.CREDIT_NOTE, "TD02": Kind.PREPAYMENT, "TD03": Kind.PREPAYMENT}
"""TD04 credit note, TD08 simplified credit note, TD02 and TD03 advance payments."""
_REFERENCES = {
    "DatiOrdineAcquisto": "order", "DatiContratto": "contract", "DatiConvenzione": "agreement", "DatiRicezione": "receipt",
    "DatiFattureCollegate": "preceding", "DatiDDT": "despatch",
}  # fmt: skip
_BINARY = frozenset({"Attachment"})


def read_fatturapa(root: Element) -> list[EInvoice]:
    """Read all invoices of a file; FormatError where number, day or currency are missing or no such thing."""
    header = root.first("FatturaElettronicaHeader") or Element("", "", {}, root.line)
    bodies = root.all("FatturaElettronicaBody")
    if not bodies:
        raise FormatError(EInvoiceError.MISSING, line=root.line, field="FatturaElettronicaBody")
    above = (*((f"{root.name}@{key}", value) for key, value in root.attributes.items()), *header.fields(root.name))
    return [_read(root, header, body, above) for body in bodies]


def _read(root: Element, header: Element, body: Element, above: tuple[tuple[str, str], ...]) -> EInvoice:
    reader = Reader()
    general = body.first("DatiGenerali/DatiGeneraliDocumento") or Element("", "", {}, body.line)
    reader.set_currency(general.get("Divisa"), "Divisa", general.line)
    issued = day(needed(general.get("Data"), "Data", general.line), "Data", general.line)
    assert issued is not None
    code = general.get("TipoDocumento")
    payments = [one for each in body.all("DatiPagamento") for one in each.all("DettaglioPagamento")]
    dues = [
        Due(on, reader.minor(one.first("ImportoPagamento"), "ImportoPagamento"))
        for one in payments
        if (on := _due(one, issued)) is not None
    ]
    delivered = body.get("DatiGenerali/DatiTrasporto/DataOraConsegna")
    return EInvoice(
        "fatturapa", root.attributes.get("versione", ""), _KINDS.get(code, Kind.INVOICE), code,
        needed(general.get("Numero"), "Numero", general.line), issued, reader.currency, _party(header.first("CedentePrestatore")),
        _party(header.first("CessionarioCommittente")), Party(), day(delivered, "DataOraConsegna", body.line),
        header.get("DatiTrasmissione/CodiceDestinatario"), _references(body), " ".join(body.texts("DatiPagamento/CondizioniPagamento")),
        tuple(dues), tuple(_discount(reader, one) for one in payments if one.get("DataLimitePagamentoAnticipato")),
        tuple(_means(one) for one in payments), tuple(_item(reader, one) for one in body.all("DatiBeniServizi/DettaglioLinee")),
        tuple(_tax(reader, one) for one in body.all("DatiBeniServizi/DatiRiepilogo")), _totals(reader, body, general),
        general.texts("Causale"), tuple(_attachment(one) for one in body.all("Allegati")), tuple(reader.findings),
        (*above, *all_fields(body, _BINARY)),
    )  # fmt: skip


def _due(one: Element, issued: date) -> date | None:
    """Give a maturity: its day, or so many days after the day it counts from."""
    on = day(one.get("DataScadenzaPagamento"), "DataScadenzaPagamento", one.line)
    days = one.get("GiorniTerminiPagamento")
    if on is None and days.isascii() and days.isdigit() and len(days) <= 3:
        start = day(one.get("DataRiferimentoTerminiPagamento"), "DataRiferimentoTerminiPagamento", one.line) or issued
        return start + timedelta(int(days))
    return on


def _party(one: Element | None) -> Party:
    if one is None:
        return Party()
    data = one.first("DatiAnagrafici") or Element("", "", {}, one.line)
    seat = one.first("Sede") or Element("", "", {}, one.line)
    person = " ".join(filter(None, (data.get("Anagrafica/Nome"), data.get("Anagrafica/Cognome"))))
    number = data.get("IdFiscaleIVA/IdCodice")
    street = " ".join(filter(None, (seat.get("Indirizzo"), seat.get("NumeroCivico"))))
    register = one.get("IscrizioneREA/NumeroREA")
    return Party(
        data.get("Anagrafica/Denominazione") or person, "", f"{data.get('IdFiscaleIVA/IdPaese')}{number}" if number else "",
        data.get("CodiceFiscale"), Identifier(f"{one.get('IscrizioneREA/Ufficio')}-{register}", "REA") if register else Identifier(""),
        (), Identifier(""), (street,) if street else (), seat.get("Comune"), seat.get("CAP"), seat.get("Provincia"), seat.get("Nazione"),
        "", one.get("Contatti/Telefono"), one.get("Contatti/Email"),
    )  # fmt: skip


def _references(body: Element) -> tuple[Reference, ...]:
    found = []
    for name, kind in _REFERENCES.items():
        for one in body.all(f"DatiGenerali/{name}"):
            number = one.get("IdDocumento") or one.get("NumeroDDT")
            found.append(Reference(kind, number, day(one.get("Data") or one.get("DataDDT"), f"{name}/Data", one.line)))
    return tuple(found)


def _discount(reader: Reader, one: Element) -> Discount:
    return Discount(
        "", reader.minor(one.first("ScontoPagamentoAnticipato"), "ScontoPagamentoAnticipato"), None,
        day(one.get("DataLimitePagamentoAnticipato"), "DataLimitePagamentoAnticipato", one.line),
        reader.minor(one.first("ImportoPagamento"), "ImportoPagamento"),
    )  # fmt: skip


def _means(one: Element) -> Means:
    return Means(
        one.get("ModalitaPagamento"), one.get("IBAN"), one.get("Beneficiario") or one.get("IstitutoFinanziario"), one.get("BIC"),
        one.get("CodicePagamento"),
    )  # fmt: skip


def _item(reader: Reader, one: Element) -> Item:
    net = one.get("PrezzoTotale")
    decimals = net.rstrip("0").rpartition(".")[2] if "." in net else ""
    element = one.first("PrezzoTotale")
    minor = (
        reader.minor(element, "PrezzoTotale") if len(decimals) <= 2 else None
    )  # Up to eight decimals are allowed here.
    return Item(
        one.get("NumeroLinea"), one.get("Descrizione"), minor, net, one.get("Quantita"), one.get("UnitaMisura"),
        one.get("PrezzoUnitario"), one.get("Natura"), one.get("AliquotaIVA"),
    )  # fmt: skip


def _tax(reader: Reader, one: Element) -> Tax:
    return Tax(
        one.get("Natura"), one.get("AliquotaIVA"), reader.minor(one.first("ImponibileImporto"), "ImponibileImporto"),
        reader.minor(one.first("Imposta"), "Imposta"), one.get("RiferimentoNormativo"),
    )  # fmt: skip


def _totals(reader: Reader, body: Element, general: Element) -> Totals:
    rows = body.all("DatiBeniServizi/DatiRiepilogo")
    bases = [reader.minor(one.first("ImponibileImporto"), "ImponibileImporto") for one in rows]
    taxes = [reader.minor(one.first("Imposta"), "Imposta") for one in rows]
    withheld = [reader.minor(one, "ImportoRitenuta") for one in general.all("DatiRitenuta/ImportoRitenuta")]
    net = sum(one for one in bases if one is not None) if rows else None
    tax = sum(one for one in taxes if one is not None) if rows else None
    due = [
        reader.minor(one, "ImportoPagamento") for one in body.all("DatiPagamento/DettaglioPagamento/ImportoPagamento")
    ]
    known = [one for one in due if one is not None]
    return Totals(
        net_minor=net, tax_minor=tax, gross_minor=reader.minor(general.first("ImportoTotaleDocumento"), "ImportoTotaleDocumento"),
        rounding_minor=reader.minor(general.first("Arrotondamento"), "Arrotondamento"),
        payable_minor=sum(known) if known else None, withheld_minor=sum(one for one in withheld if one is not None) if withheld else None,
    )  # fmt: skip


def _attachment(one: Element) -> Attachment:
    media = {"PDF": "application/pdf", "XML": "application/xml", "TXT": "text/plain"}.get(
        one.get("FormatoAttachment").upper(), ""
    )
    return attachment(
        one.get("NomeAttachment"), media, one.get("Attachment"), one.get("DescrizioneAttachment"), one.line
    )
