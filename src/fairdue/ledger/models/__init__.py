"""What the ledger stores. Money facts are append-only: databases refuse to change or delete them."""

from fairdue.ledger.models.audit import AuditAnchor, AuditEntry, AuditSeal
from fairdue.ledger.models.claims import Charge, ChargeKind, ExchangeRate
from fairdue.ledger.models.documents import Document, DocumentKind, DueDateChange, DueItem
from fairdue.ledger.models.files import (
    CUSTOMER_WIDE,
    NEVER_SHOWN,
    CopyKind,
    DocumentFile,
    FileOrigin,
    FileWithdrawal,
)
from fairdue.ledger.models.holds import Effect, EffectKind, Fact, Hold, HoldReason
from fairdue.ledger.models.money import Allocation, AllocationKind, Payment, PaymentSuspect, UsedFor
from fairdue.ledger.models.parties import (
    AcceptedTerms,
    Channel,
    Consent,
    Contact,
    ContactPurpose,
    Customer,
    CustomerGroup,
    Known,
)
from fairdue.ledger.models.personal import AuditText, ErasedMark, Erasure, ErasureState, KeyCheck, SealedFile
from fairdue.ledger.models.sources import Source

__all__ = [
    "CUSTOMER_WIDE",
    "NEVER_SHOWN",
    "AcceptedTerms",
    "Allocation",
    "AllocationKind",
    "AuditAnchor",
    "AuditEntry",
    "AuditSeal",
    "AuditText",
    "Channel",
    "Charge",
    "ChargeKind",
    "Consent",
    "Contact",
    "ContactPurpose",
    "CopyKind",
    "Customer",
    "CustomerGroup",
    "Document",
    "DocumentFile",
    "DocumentKind",
    "DueDateChange",
    "DueItem",
    "Effect",
    "EffectKind",
    "ErasedMark",
    "Erasure",
    "ErasureState",
    "ExchangeRate",
    "Fact",
    "FileOrigin",
    "FileWithdrawal",
    "Hold",
    "HoldReason",
    "KeyCheck",
    "Known",
    "Payment",
    "PaymentSuspect",
    "SealedFile",
    "Source",
    "UsedFor",
]
