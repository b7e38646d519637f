"""Small e-invoices made for tests, in each syntax: one invoice over 119.00 EUR."""

from __future__ import annotations

import base64
import io
import zipfile
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from pypdf import PdfWriter

COPY = base64.b64encode(b"%PDF-1.4 the copy").decode()
_CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
_CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"


def ubl(*more: str, total: str = "119.00", credit: bool = False, currency: str = "EUR", net: str = "100.00") -> bytes:
    """Write a UBL invoice or credit note; ``more`` stands before the parties."""
    name, line, quantity = (
        ("CreditNote", "CreditNoteLine", "CreditedQuantity")
        if credit
        else ("Invoice", "InvoiceLine", "InvoicedQuantity")
    )
    code = (
        "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>"
        if credit
        else "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>"
    )
    amount = f'currencyID="{currency}"'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{name} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{name}-2" xmlns:cac="{_CAC}" xmlns:cbc="{_CBC}">
<cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID><cbc:ID>R-17</cbc:ID><cbc:IssueDate>2026-11-02</cbc:IssueDate>
<cbc:DueDate>2026-12-02</cbc:DueDate>{code}<cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>
<cbc:BuyerReference>04011000-12345-34</cbc:BuyerReference><cac:OrderReference><cbc:ID>PO-9</cbc:ID></cac:OrderReference>{"".join(more)}
<cac:AdditionalDocumentReference><cbc:ID>copy</cbc:ID><cac:Attachment><cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf"
 filename="R-17.pdf">{COPY}</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>
<cac:AccountingSupplierParty><cac:Party><cac:PartyName><cbc:Name>Seller GmbH</cbc:Name></cac:PartyName><cac:PartyTaxScheme>
<cbc:CompanyID>DE123456789</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme></cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cbc:EndpointID schemeID="0204">04011000-12345-34</cbc:EndpointID><cac:PartyName>
<cbc:Name>Buyer &amp; Söhne KG</cbc:Name></cac:PartyName><cac:PostalAddress><cbc:StreetName>Weg 1</cbc:StreetName><cbc:CityName>Ulm</cbc:CityName>
<cbc:PostalZone>89073</cbc:PostalZone><cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country></cac:PostalAddress></cac:Party></cac:AccountingCustomerParty>
<cac:PaymentMeans><cbc:PaymentMeansCode>58</cbc:PaymentMeansCode><cbc:PaymentID>RF18539007547034</cbc:PaymentID><cac:PayeeFinancialAccount>
<cbc:ID>DE02120300000000202051</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>
<cac:PaymentTerms><cbc:Note>#SKONTO#TAGE=14#PROZENT=2.00#
30 Tage netto</cbc:Note></cac:PaymentTerms>
<cac:TaxTotal><cbc:TaxAmount {amount}>19.00</cbc:TaxAmount><cac:TaxSubtotal><cbc:TaxableAmount {amount}>100.00</cbc:TaxableAmount>
<cbc:TaxAmount {amount}>19.00</cbc:TaxAmount><cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount {amount}>{net}</cbc:LineExtensionAmount><cbc:TaxExclusiveAmount {amount}>100.00</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount {amount}>119.00</cbc:TaxInclusiveAmount><cbc:PayableAmount {amount}>{total}</cbc:PayableAmount></cac:LegalMonetaryTotal>
<cac:{line}><cbc:ID>1</cbc:ID><cbc:{quantity} unitCode="C62">4</cbc:{quantity}><cbc:LineExtensionAmount {amount}>100.00</cbc:LineExtensionAmount>
<cac:Item><cbc:Name>Pump</cbc:Name></cac:Item><cac:Price><cbc:PriceAmount {amount}>25.00</cbc:PriceAmount></cac:Price></cac:{line}></{name}>""".encode()


def cii(terms: str = "", code: str = "380") -> bytes:
    """Write a CII invoice; ``terms`` are whole elements of payment terms."""
    space = "urn:un:unece:uncefact:data:standard"
    terms = terms or due("20261202")
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="{space}:CrossIndustryInvoice:100" xmlns:udt="{space}:UnqualifiedDataType:100"
 xmlns:ram="{space}:ReusableAggregateBusinessInformationEntity:100"><rsm:ExchangedDocumentContext>
<ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn:cen.eu:en16931:2017</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>R-17</ram:ID><ram:TypeCode>{code}</ram:TypeCode><ram:IssueDateTime><udt:DateTimeString format="102">20261102</udt:DateTimeString></ram:IssueDateTime>
</rsm:ExchangedDocument><rsm:SupplyChainTradeTransaction><ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID>
</ram:AssociatedDocumentLineDocument><ram:SpecifiedTradeProduct><ram:Name>Pump</ram:Name></ram:SpecifiedTradeProduct><ram:SpecifiedLineTradeDelivery>
<ram:BilledQuantity unitCode="C62">4</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery><ram:SpecifiedLineTradeSettlement>
<ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>100.00</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>
</ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem><ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty><ram:Name>Seller GmbH</ram:Name>
<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE123456789</ram:ID></ram:SpecifiedTaxRegistration></ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:ID>77001</ram:ID><ram:Name>Buyer &amp; Söhne KG</ram:Name><ram:PostalTradeAddress><ram:PostcodeCode>89073</ram:PostcodeCode><ram:LineOne>Weg 1</ram:LineOne>
<ram:CityName>Ulm</ram:CityName><ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress></ram:BuyerTradeParty>
<ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>PO-9</ram:IssuerAssignedID></ram:BuyerOrderReferencedDocument></ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeDelivery/><ram:ApplicableHeaderTradeSettlement><ram:PaymentReference>RF18539007547034</ram:PaymentReference>
<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode><ram:ApplicableTradeTax><ram:CalculatedAmount>19.00</ram:CalculatedAmount><ram:BasisAmount>100.00</ram:BasisAmount>
<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19</ram:RateApplicablePercent></ram:ApplicableTradeTax>{terms}
<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:LineTotalAmount>100.00</ram:LineTotalAmount><ram:TaxBasisTotalAmount>100.00</ram:TaxBasisTotalAmount>
<ram:TaxTotalAmount currencyID="EUR">19.00</ram:TaxTotalAmount><ram:GrandTotalAmount>119.00</ram:GrandTotalAmount><ram:DuePayableAmount>119.00</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>""".encode()


def due(on: str, part: str = "", inner: str = "") -> str:
    """Write payment terms of CII with a due day; ``part`` is the amount that is due then."""
    amount = f"<ram:PartialPaymentAmount>{part}</ram:PartialPaymentAmount>" if part else ""
    day = f'<ram:DueDateDateTime><udt:DateTimeString format="102">{on}</udt:DateTimeString></ram:DueDateDateTime>'
    return f"<ram:SpecifiedTradePaymentTerms>{day}{amount}{inner}</ram:SpecifiedTradePaymentTerms>"


def fatturapa(*payments: tuple[str, str]) -> bytes:
    """Write a FatturaPA with one body and its payments, each a day and an amount."""
    told = "".join(
        f"<DettaglioPagamento><ModalitaPagamento>MP05</ModalitaPagamento><DataScadenzaPagamento>{on}</DataScadenzaPagamento>"
        f"<ImportoPagamento>{amount}</ImportoPagamento><IBAN>IT60X0542811101000000123456</IBAN></DettaglioPagamento>"
        for on, amount in payments or (("2026-12-02", "122.00"),)
    )
    seat = "<Sede><Indirizzo>Via Roma 1</Indirizzo><CAP>00100</CAP><Comune>Roma</Comune><Provincia>RM</Provincia><Nazione>IT</Nazione></Sede>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<p:FatturaElettronica versione="FPR12" xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2"><FatturaElettronicaHeader>
<CedentePrestatore><DatiAnagrafici><IdFiscaleIVA><IdPaese>IT</IdPaese><IdCodice>01234567890</IdCodice></IdFiscaleIVA><Anagrafica>
<Denominazione>Seller SRL</Denominazione></Anagrafica></DatiAnagrafici>{seat}</CedentePrestatore><CessionarioCommittente><DatiAnagrafici>
<CodiceFiscale>09876543210</CodiceFiscale><Anagrafica><Nome>Anna</Nome><Cognome>Bianchi</Cognome></Anagrafica></DatiAnagrafici>{seat}</CessionarioCommittente>
</FatturaElettronicaHeader><FatturaElettronicaBody><DatiGenerali><DatiGeneraliDocumento><TipoDocumento>TD01</TipoDocumento><Divisa>EUR</Divisa>
<Data>2026-11-02</Data><Numero>R-17</Numero><ImportoTotaleDocumento>122.00</ImportoTotaleDocumento></DatiGeneraliDocumento></DatiGenerali>
<DatiBeniServizi><DettaglioLinee><NumeroLinea>1</NumeroLinea><Descrizione>Pompa</Descrizione><PrezzoUnitario>100.00</PrezzoUnitario>
<PrezzoTotale>100.00000000</PrezzoTotale><AliquotaIVA>22.00</AliquotaIVA></DettaglioLinee><DatiRiepilogo><AliquotaIVA>22.00</AliquotaIVA>
<ImponibileImporto>100.00</ImponibileImporto><Imposta>22.00</Imposta></DatiRiepilogo></DatiBeniServizi>
<DatiPagamento><CondizioniPagamento>TP01</CondizioniPagamento>{told}</DatiPagamento></FatturaElettronicaBody></p:FatturaElettronica>""".encode()


def pdf(xml: bytes, name: str = "factur-x.xml", *, more: tuple[str, ...] = ()) -> bytes:
    """Write a PDF of one empty page that carries an invoice."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_attachment(name, xml)
    for other in more:
        writer.add_attachment(other, b"<x/>")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def fapiao(
    total: str = "113.00", *, red: str = "", issued: str = "2026-11-02", net: str = "100.00", tax: str = "13.00"
) -> bytes:
    """Write a Chinese digital invoice; ``red``: the number of the invoice that it takes back."""
    minus = "-" if red else ""
    before = (
        f"<SpecificInformation><RedEInvoice><OriginalInvoiceCode>{red}</OriginalInvoiceCode></RedEInvoice></SpecificInformation>"
        if red
        else ""
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<EInvoice><Header><EIid>26312000000012345678</EIid><EInvoiceTag>SWEI3200</EInvoiceTag><Version>0.2</Version><InherentLabel>
<InIssuType><LabelCode>{"N" if red else "Y"}</LabelCode></InIssuType><EInvoiceType><LabelCode>01</LabelCode></EInvoiceType>
<GeneralOrSpecialVAT><LabelCode>02</LabelCode></GeneralOrSpecialVAT></InherentLabel></Header><EInvoiceData>
<SellerInformation><SellerIdNum>91310000MA1K000011</SellerIdNum><SellerName>上海示例贸易有限公司</SellerName><SellerBankName>示例银行</SellerBankName>
<SellerBankAccNum>6222000011112222</SellerBankAccNum></SellerInformation><BuyerInformation><BuyerIdNum>91320000MA1K000022</BuyerIdNum>
<BuyerName>苏州样本制造有限公司</BuyerName></BuyerInformation><BasicInformation><TotalAmWithoutTax>{minus}{net}</TotalAmWithoutTax>
<TotalTaxAm>{minus}{tax}</TotalTaxAm><TotalTax-includedAmount>{minus}{total}</TotalTax-includedAmount><RequestTime>{issued} 10:00:00</RequestTime></BasicInformation>
<IssuItemInformation><ItemName>*泵*水泵</ItemName><MeaUnits>台</MeaUnits><Quantity>{minus}3</Quantity><UnPrice>33.3333333333</UnPrice><Amount>{minus}100.00</Amount>
<TaxRate>0.13</TaxRate><ComTaxAm>{minus}13.00</ComTaxAm></IssuItemInformation>{before}<AdditionalInformation><Remark>合同 HT-9</Remark></AdditionalInformation>
</EInvoiceData><TaxSupervisionInfo><InvoiceNumber>26312000000012345678</InvoiceNumber><IssueTime>{issued}</IssueTime></TaxSupervisionInfo></EInvoice>""".encode()


def old_fapiao() -> bytes:
    """Write the VAT invoice that an OFD of 2020 carries."""
    return """<?xml version="1.0" encoding="UTF-8"?><eInvoice xmlns="http://www.edrm.org.cn/schema/e-invoice/2019"><InvoiceCode>031002000011</InvoiceCode>
<InvoiceNo>12345678</InvoiceNo><TypeCode>0</TypeCode><IssueDate>2020年04月07日</IssueDate><Buyer><BuyerName>苏州样本制造有限公司</BuyerName>
<BuyerTaxID>91320000MA1K000022</BuyerTaxID></Buyer><Seller><SellerName>上海示例贸易有限公司</SellerName><SellerTaxID>91310000MA1K000011</SellerTaxID>
<SellerFinancialAccount>示例银行 6222000011112222</SellerFinancialAccount></Seller><TaxInclusiveTotalAmount>106.00</TaxInclusiveTotalAmount>
<TaxTotalAmount>6.00</TaxTotalAmount><TaxExclusiveTotalAmount>100.00</TaxExclusiveTotalAmount><GoodsInfos><GoodsInfo><Item>*服务*维修</Item><Price>25</Price>
<Quantity>4</Quantity><Amount>100.00</Amount><TaxScheme>6%</TaxScheme><TaxAmount>6.00</TaxAmount></GoodsInfo></GoodsInfos></eInvoice>""".encode()


def ofd(xml: bytes, name: str = "Doc_0/Attachs/original_invoice.xml") -> bytes:
    """Write an OFD that carries an invoice as data."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("OFD.xml", '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" DocType="OFD"/>')
        archive.writestr("Doc_0/Pages/Page_0/Content.xml", "<Page/>")
        archive.writestr(name, xml)
    return out.getvalue()


def p7m(xml: bytes, *, pem: bool = False) -> bytes:
    """Sign a file as the Italian exchange wants it."""
    key = ec.derive_private_key(4711, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Signer")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    certificate = (
        made.not_valid_before(datetime(2026, 1, 1)).not_valid_after(datetime(2027, 1, 1)).sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM if pem else serialization.Encoding.DER
    signing = pkcs7.PKCS7SignatureBuilder().set_data(xml).add_signer(certificate, key, hashes.SHA256())
    return signing.sign(form, [pkcs7.PKCS7Options.Binary])


def p7m_in_pieces(xml: bytes, size: int = 100) -> bytes:
    """Write the same without its signers, in BER: open lengths, and the contents cut into pieces."""

    def short(tag: int, inner: bytes) -> bytes:
        assert len(inner) < 128
        return bytes((tag, len(inner))) + inner

    def open_(tag: int, inner: bytes) -> bytes:
        return bytes((tag, 0x80)) + inner + b"\x00\x00"

    pieces = b"".join(short(0x04, xml[at : at + size]) for at in range(0, len(xml), size))
    data = open_(0x30, short(0x06, bytes.fromhex("2a864886f70d010701")) + open_(0xA0, open_(0x24, pieces)))
    inner = open_(0x30, short(0x02, b"\x01") + short(0x31, b"") + data + short(0x31, b""))
    return open_(0x30, short(0x06, bytes.fromhex("2a864886f70d010702")) + open_(0xA0, inner))
