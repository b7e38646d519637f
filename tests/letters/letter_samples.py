"""Sample facts: one believable case per document and language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from fairdue.letters.facts import (
    AcceptedClause,
    Address,
    BankAccount,
    ChargeKind,
    ChargeLine,
    Consequence,
    Document,
    Enclosure,
    InstalmentLine,
    ItemKind,
    ItemLine,
    LetterFacts,
    Party,
    Person,
    RateText,
    ReceivedPayment,
    Tone,
    Totals,
)
from fairdue.letters.references import creditor_reference

WRITTEN_ON = date(2026, 3, 16)

CREDITOR = Party(
    name="Rheinwerk Pumpen GmbH",
    address=Address(street="Hafenstraße", house_number="12", postal_code="40221", town="Düsseldorf", country="DE"),
    registration_number="HRB 54321",
    registration_place="Amtsgericht Düsseldorf",
    vat_id="DE123456789",
    email="forderungen@rheinwerk-pumpen.example",
    phone="+49 211 5550 100",
    website="www.rheinwerk-pumpen.example",
)
BANK = BankAccount("Rheinwerk Pumpen GmbH", "DE89370400440532013000", "COBADEFFXXX", "Commerzbank Düsseldorf")
CONTACT = Person(
    "Anna Weber", "Key account", "+49 211 5550 123", "anna.weber@rheinwerk-pumpen.example", "Mo–Fr 9–17 (CET)"
)
SENDER = Person("Jonas Keller", "Accounts receivable")

DEBTORS = {
    "en": Party(
        "Harbour & Sons Engineering Ltd",
        Address(street="Quayside", house_number="7", postal_code="BS1 6XN", town="Bristol", country="GB"),
        "04567891", "Companies House", "GB987654321", "payables@harbour-sons.example", "+44 117 555 0101",
    ),
    "zh_Hans": Party(
        "苏州恒泰机电设备有限公司",
        Address(region="江苏省", town="苏州市", street="工业园区星海街", house_number="200号", postal_code="215021", country="CN"),
        "91320594MA1XXXXX0T", "", "", "caiwu@hengtai.example", "+86 512 5550 1234", attention="财务部",
    ),
    "de": Party(
        "Alpenblick Hotelbetriebs GmbH & Co. KG",
        Address(street="Seestraße", house_number="3a", postal_code="82319", town="Starnberg", country="DE"),
        "HRA 98765", "Amtsgericht München", "DE987654321", "buchhaltung@alpenblick.example", "+49 8151 5550 10",
    ),
    "fr": Party(
        "Société Lyonnaise d’Équipement SAS",
        Address(street="rue de la République", house_number="48", postal_code="69002", town="Lyon", country="FR"),
        "852 369 147", "RCS Lyon", "FR32852369147", "comptabilite@sle.example", "+33 4 55 50 01 02",
    ),
    "es": Party(
        "Construcciones Peñalara, S.L.",
        Address(street="Calle de Alcalá", house_number="115", postal_code="28009", town="Madrid", country="ES"),
        "B-87654321", "Registro Mercantil de Madrid", "ESB87654321", "pagos@penalara.example", "+34 91 555 01 03",
    ),
    "ar": Party(
        "شركة الواحة للتجارة والمقاولات ذ.م.م",
        Address(lines=("شارع الشيخ زايد، برج الأفق، مكتب 1204", "ص.ب. 12345", "دبي"), town="دبي", country="AE"),
        "CN-1234567", "دائرة الاقتصاد والسياحة", "100123456700003", "accounts@alwaha.example", "+971 4 555 0104",
    ),
}  # fmt: skip

CLAUSES = {
    "en": "Invoices are payable within 30 days of their date. Statutory interest applies after that.",
    "zh_Hans": "发票开具之日起30日内付款；逾期付款的，按法定利率计收逾期利息。",
    "de": "Rechnungen sind innerhalb von 30 Tagen ab Rechnungsdatum zahlbar. Danach gelten die gesetzlichen Verzugszinsen.",
    "fr": "Les factures sont payables à 30 jours de leur date. Au-delà, les intérêts légaux de retard sont applicables.",
    "es": "Las facturas se pagan en el plazo de 30 días desde su fecha. Después se aplica el interés legal de demora.",
    "ar": "تستحق الفواتير خلال 30 يومًا من تاريخها، وتسري بعد ذلك فائدة التأخير القانونية.",
}
EDITED = {
    "en": "Mr Harbour mentioned on the phone that the March delivery is still being checked; the items below are not affected.",
    "zh_Hans": "贵公司在电话中提到三月份的到货仍在验收；下列款项不受影响。",
    "de": "Am Telefon erwähnten Sie, dass die Märzlieferung noch geprüft wird; die folgenden Posten sind davon nicht betroffen.",
    "fr": "Vous nous avez indiqué par téléphone que la livraison de mars est encore en cours de contrôle.",
    "es": "Nos comentaron por teléfono que la entrega de marzo aún se está revisando.",
    "ar": "ذكرتم في الهاتف أن توريد شهر مارس ما زال قيد الفحص، ولا يشمل ذلك البنود التالية.",
}


def items(count: int = 3, due: date = date(2026, 1, 31)) -> tuple[ItemLine, ...]:
    """Give ``count`` invoices, the second with a disputed part."""
    lines = []
    for n in range(count):
        due_on = due + timedelta(days=7 * n)
        open_minor = 124_500 + 31_337 * n
        lines.append(
            ItemLine(
                f"RE-2026-{1001 + n}", ItemKind.INVOICE, due_on - timedelta(days=30), due_on, (WRITTEN_ON - due_on).days,
                open_minor + (50_000 if n == 0 else 0), open_minor, 10_000 if n == 1 else 0,
            )
        )  # fmt: skip
    return tuple(lines)


def charges(lines: tuple[ItemLine, ...]) -> tuple[ChargeLine, ...]:
    """Give interest and compensation on the first item, and a mentioned amount."""
    rate = RateText(Decimal("10.27"), "DE_BASISZINS", reference_percent=Decimal("1.27"), margin_points=Decimal(9))
    first = lines[0]
    assert first.due_on
    return (
        ChargeLine(
            ChargeKind.INTEREST, first.document_number, 1541, "§ 288 Abs. 2 BGB", first.due_on + timedelta(days=1),
            WRITTEN_ON, 44, first.open_minor, rate,
        ),
        ChargeLine(ChargeKind.COMPENSATION, first.document_number, 4000, "§ 288 Abs. 5 BGB", mentioned_only=True),
    )  # fmt: skip


CHARGED = {Document.FORMAL_NOTICE, Document.FINAL_NOTICE}
DEMANDS = {Document.OVERDUE_NOTICE, Document.PAYMENT_OFFER, *CHARGED}


def sample(document: Document, language: str, count: int = 3, currency: str = "EUR") -> LetterFacts:
    """Give the facts of one letter; all required fields are filled."""
    if document in (Document.RECEIPT_CONFIRMATION, Document.REMINDER):
        lines = tuple(
            replace(item, days_overdue=(WRITTEN_ON - item.due_on).days if item.due_on else 0)
            for item in items(min(count, 1), date(2026, 3, 23))
        )
    else:
        lines = items(count)
    if document is Document.THANK_YOU:
        lines = tuple(replace(item, open_minor=0, disputed_minor=0) for item in lines)
    costs = charges(lines) if document in CHARGED else ()
    open_minor, disputed = sum(i.open_minor for i in lines), sum(i.disputed_minor for i in lines)
    charged = sum(c.amount_minor for c in costs if not c.mentioned_only)
    totals = Totals(currency, open_minor, charged, open_minor - disputed + charged, disputed)
    facts = LetterFacts(
        document, language, WRITTEN_ON, "M-2026-000123", CREDITOR, DEBTORS[language], CONTACT, SENDER, lines, totals,
        customer_number="K-10042", bank=BANK, payment_reference=creditor_reference("K10042M000123"), charges=costs,
        portal_link="https://rheinwerk-pumpen.example/p/4f9c2b?s=1&t=2", tone=Tone.WARM,
    )  # fmt: skip
    if document in DEMANDS:
        facts = replace(
            facts,
            clause=AcceptedClause(CLAUSES[language], "2024-05", date(2024, 6, 3), "H. Harbour", "AGB / T&C"),
            deadline=date(2026, 3, 30),
            consequences=(Consequence.INTEREST_CONTINUES, Consequence.TERMS_REVIEWED),
            edited_paragraph=EDITED[language],
        )
    if document is Document.PAYMENT_OFFER:
        third, rest = divmod(totals.payable_minor, 3)
        amounts = (third, third, third + rest)
        facts = replace(
            facts,
            instalments=tuple(InstalmentLine(date(2026, 3 + n, 30), amount) for n, amount in enumerate(amounts)),
            payment_link="https://pay.example/x?a=1&b=2",
        )
    if document in CHARGED:
        facts = replace(
            facts,
            tone=Tone.NEUTRAL,
            enclosures=tuple(Enclosure(f"RE-2026-{n}.pdf") for n in (1001, 1002, 1003)),
            earlier_letters_on=(date(2026, 2, 2), date(2026, 2, 18)),
            consequences=(*facts.consequences, Consequence.DELIVERIES_PAUSED, Consequence.COURT_ORDER),
            edited_paragraph="",
            legal_notes=("Informationen zum Datenschutz / privacy notice: rheinwerk-pumpen.example/privacy",),
        )
    if document is Document.BALANCE_CONFIRMATION:
        open_ = Totals(currency, open_minor, 0, open_minor)
        lines = tuple(replace(item, disputed_minor=0) for item in lines)
        facts = replace(facts, items=lines, totals=open_, bank=None, payment_reference="", as_of=date(2026, 2, 28))
    if document is Document.THANK_YOU:
        facts = replace(facts, payment=ReceivedPayment(1_234_567, date(2026, 3, 13), "RF18539007547034"))
    return facts


def swiss_sample(language: str = "de") -> LetterFacts:
    """Give an overdue notice in francs with a Swiss account."""
    facts = sample(Document.OVERDUE_NOTICE, language, currency="CHF")
    creditor = replace(
        facts.creditor,
        name="Säntis Apparatebau AG",
        address=Address(street="Bahnhofplatz", house_number="1", postal_code="9000", town="St. Gallen", country="CH"),
        registration_number="CHE-123.456.788",
        registration_place="Handelsregister St. Gallen",
    )
    return replace(facts, creditor=creditor, bank=BankAccount(creditor.name, "CH5604835012345678009", "CRESCHZZ80A"))
