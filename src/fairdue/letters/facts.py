"""What a letter is made from: frozen facts, filled by the rooms above and never changed here.

Amounts are integers in minor units of ``totals.currency``; rates are ``Decimal`` per cent. Every text is data: it is
escaped by each renderer and can never become markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class LettersError(ValueError):
    """Facts that must not become a letter: sums that disagree, a deadline in the past, an invalid bank account."""


class Document(StrEnum):
    """The kinds of letter, from the first friendly question to the last notice."""

    RECEIPT_CONFIRMATION = "receipt_confirmation"
    REMINDER = "reminder"
    """Friendly, before the due date."""
    OVERDUE_NOTICE = "overdue_notice"
    """Within a day of the due date."""
    PAYMENT_OFFER = "payment_offer"
    """A few days later: understanding, with an offer to pay in instalments."""
    FORMAL_NOTICE = "formal_notice"
    FINAL_NOTICE = "final_notice"
    STATEMENT = "statement"
    BALANCE_CONFIRMATION = "balance_confirmation"
    """Asks to confirm what was open on a day, or to name what differs; asks for no payment."""
    THANK_YOU = "thank_you"


class Tone(StrEnum):
    """How warm the greeting and the close are; the facts stay the same."""

    WARM = "warm"
    NEUTRAL = "neutral"


class ItemKind(StrEnum):
    """What an item of the table is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    DEBIT_NOTE = "debit_note"
    INSTALMENT = "instalment"
    MILESTONE = "milestone"
    CHARGE = "charge"
    PAYMENT = "payment"


class ChargeKind(StrEnum):
    """What is claimed beside the items themselves."""

    INTEREST = "interest"
    COMPENSATION = "compensation"
    FEE = "fee"


class RatePeriod(StrEnum):
    """The time a rate is quoted for."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"


class Consequence(StrEnum):
    """What may follow, in neutral words. Only what is lawful and decided is passed in; a letter adds none."""

    INTEREST_CONTINUES = "interest_continues"
    COMPENSATION_DUE = "compensation_due"
    DELIVERIES_PAUSED = "deliveries_paused"
    PREPAYMENT_ONLY = "prepayment_only"
    TERMS_REVIEWED = "terms_reviewed"
    RETENTION_OF_TITLE = "retention_of_title"
    WHOLE_PLAN_DUE = "whole_plan_due"
    INSURER_INFORMED = "insurer_informed"
    MEDIATION_PROPOSED = "mediation_proposed"
    COLLECTION_AGENCY = "collection_agency"
    LAWYER = "lawyer"
    COURT_ORDER = "court_order"


class FormName(StrEnum):
    """How a country calls such a letter; ``wording.FORM_NAMES`` names each in the letter's language."""

    MAHNUNG = "mahnung"
    MISE_EN_DEMEURE = "mise_en_demeure"
    COSTITUZIONE_IN_MORA = "costituzione_in_mora"
    REQUERIMIENTO = "requerimiento"
    AANMANING = "aanmaning"
    LETTER_BEFORE_CLAIM = "letter_before_claim"
    LETTER_OF_CLAIM = "letter_of_claim"
    INKASSOVARSEL = "inkassovarsel"
    INKASSOKRAV = "inkassokrav"
    PREDZALOBNI_VYZVA = "predzalobni_vyzva"
    WEZWANIE_DO_ZAPLATY = "wezwanie_do_zaplaty"
    DEMAND_NOTICE = "demand_notice"
    SAIKOKU = "saikoku"
    CUIKUANHAN = "cuikuanhan"


class FormText(StrEnum):
    """What a law asks a notice to say; ``forms.py`` says it in the letter's language."""

    FORMAL_DEMAND = "formal_demand"
    INTEREST_BASIS = "interest_basis"
    COMPENSATION_BASIS = "compensation_basis"
    PENALTIES_WITHOUT_REMINDER = "penalties_without_reminder"
    PUTS_IN_DEFAULT = "puts_in_default"
    INTERRUPTS_LIMITATION = "interrupts_limitation"
    MEANT_TO_INTERRUPT = "meant_to_interrupt"
    RESERVES_PERFORMANCE = "reserves_performance"
    LETTER_BEFORE_CLAIM = "letter_before_claim"
    LETTER_OF_CLAIM = "letter_of_claim"
    CLAIM_RESTS_ON = "claim_rests_on"
    DOCUMENTS_ON_REQUEST = "documents_on_request"
    DEBT_ADVICE = "debt_advice"
    NEW_DUE_DATE = "new_due_date"
    COLLECTION_MAY_BEGIN = "collection_may_begin"
    DEMAND_BEFORE_SUIT = "demand_before_suit"
    PAY_OR_OBJECT = "pay_or_object"
    CONFIRM_RECEIPT = "confirm_receipt"
    DATA_PROTECTION = "data_protection"


@dataclass(frozen=True, slots=True)
class FormStatement:
    """One thing the letter must say. ``basis`` is the citation printed with it."""

    text: FormText
    basis: str = ""


@dataclass(frozen=True, slots=True)
class LegalForm:
    """The form that law asks of the letter: how it is called, what it says besides, and a form to answer on."""

    name: FormName | None = None
    statements: tuple[FormStatement, ...] = ()
    reply_form: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address. ``lines`` (as the party writes it) wins for print; the parts serve structured payment codes."""

    lines: tuple[str, ...] = ()
    street: str = ""
    house_number: str = ""
    postal_code: str = ""
    town: str = ""
    region: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2."""


@dataclass(frozen=True, slots=True)
class Party:
    """One side of the claim, under its full legal name."""

    name: str
    address: Address = Address()
    registration_number: str = ""
    registration_place: str = ""
    """The register or court that keeps the number, as the party writes it."""
    vat_id: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    attention: str = ""
    """For the attention of (a person or department at the debtor)."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person to talk to, or who signs."""

    name: str
    role: str = ""
    phone: str = ""
    email: str = ""
    hours: str = ""
    """When to reach the person, in the letter's language."""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One due item. ``open_minor`` is negative for a credit; ``disputed_minor`` is the contested part of it."""

    document_number: str
    kind: ItemKind
    issued_on: date | None
    due_on: date | None
    days_overdue: int
    """Days after the due date at ``written_on``; 0 or negative when not yet overdue."""
    original_minor: int
    open_minor: int
    disputed_minor: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class RateText:
    """How a rate is made up. Statutory rates name reference and margin; a contract rate only ``all_in_percent``."""

    all_in_percent: Decimal | None
    reference_code: str = ""
    """Code of the reference series (``DE_BASISZINS`` …); the well-known ones are named in the letter's language."""
    reference_name: str = ""
    """Name of any other reference rate, printed as it stands."""
    reference_multiple: Decimal | None = None
    """Where the law multiplies the reference (China: 1.3 to 1.5 times the loan prime rate)."""
    reference_percent: Decimal | None = None
    margin_points: Decimal | None = None
    """Percentage points above the reference rate."""
    per: RatePeriod = RatePeriod.YEAR


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """Interest, compensation or a fee, with what it rests on. ``mentioned_only`` lines are shown but not claimed."""

    kind: ChargeKind
    document_number: str
    amount_minor: int
    basis: str = ""
    """Citation of the statute or contract clause."""
    period_from: date | None = None
    period_to: date | None = None
    days: int | None = None
    principal_minor: int | None = None
    rate: RateText | None = None
    mentioned_only: bool = False
    claimed_on: date | None = None
    """The day of the earlier letter that claimed it first; None for what this letter claims."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums a reader checks: ``payable = open - disputed + charges`` (charges that are only mentioned excluded)."""

    currency: str
    open_minor: int
    charges_minor: int
    payable_minor: int
    disputed_minor: int = 0


@dataclass(frozen=True, slots=True)
class AcceptedClause:
    """A clause of the terms that the debtor has accepted; nothing else is ever cited."""

    text: str
    version: str
    accepted_on: date | None
    accepted_by: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where to pay: an IBAN, or a local account number with its bank code."""

    holder: str
    iban: str = ""
    bic: str = ""
    bank_name: str = ""
    account_number: str = ""
    bank_code: str = ""
    """Routing number, sort code, CNAPS, IFSC … as the bank states it."""


@dataclass(frozen=True, slots=True)
class InstalmentLine:
    """One line of an instalment offer."""

    due_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ReceivedPayment:
    """A payment that a thank-you letter confirms."""

    amount_minor: int
    received_on: date
    reference: str = ""


class CopyKind(StrEnum):
    """What an enclosure is a copy of."""

    INVOICE = "invoice"
    CONTRACT = "contract"
    ORDER = "order"
    DELIVERY_PROOF = "delivery_proof"
    ACCEPTANCE = "acceptance"
    CONFIRMATION = "confirmation"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes along, or (``online``) waits on the debtor's page. Without a kind, its name stands alone."""

    file_name: str
    kind: CopyKind | None = None
    number: str = ""
    online: bool = False


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """Everything one letter says. Equal facts give equal bytes."""

    document: Document
    language: str
    """A language tag: ``de``, ``de-AT``, ``zh-Hans`` …; the region only chooses how dates and numbers are written."""
    written_on: date
    reference: str
    creditor: Party
    debtor: Party
    contact_person: Person
    sender: Person
    items: tuple[ItemLine, ...]
    totals: Totals
    fallback_language: str = "en"
    tone: Tone = Tone.NEUTRAL
    customer_number: str = ""
    charges: tuple[ChargeLine, ...] = ()
    clause: AcceptedClause | None = None
    deadline: date | None = None
    consequences: tuple[Consequence, ...] = ()
    bank: BankAccount | None = None
    payment_reference: str = ""
    payment_link: str = ""
    portal_link: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    edited_paragraph: str = ""
    """A person's own words, set after the opening; blank lines part paragraphs."""
    legal_notes: tuple[str, ...] = ()
    earlier_letters_on: tuple[date, ...] = ()
    instalments: tuple[InstalmentLine, ...] = ()
    payment: ReceivedPayment | None = None
    form: LegalForm | None = None
    as_of: date | None = None
    """The day whose balance a balance confirmation states."""
    asked_on: date | None = None
    """The day on which it was asked for before, where this letter reminds of it."""
