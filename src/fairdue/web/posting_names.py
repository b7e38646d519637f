"""What kinds of postings and roles of accounts are called on the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fairdue.ledger.models import ChargeKind, DocumentKind, EffectKind, HoldReason, UsedFor

KINDS = {
    **{str(value): label for value, label in DocumentKind.choices},
    "payment": _("Payment received"),
    "charge": _("Charge raised"),
    "payment_applied": _("Payment applied"),
    "credit_applied": _("Credit note applied"),
    "source_settlement": _("Settled in the source system"),
    **{str(value): label for value, label in UsedFor.choices},
    "discount": _("Early-payment discount"),
    "write_off": _("Written off"),
    "waiver": _("Charge waived"),
    "effect_set": _("Block set"),
    "effect_lifted": _("Block lifted"),
    "hold_set": _("Hold set"),
    "hold_released": _("Hold released"),
}
WHATS = {str(value): label for kind in (ChargeKind, EffectKind, HoldReason) for value, label in kind.choices}
ACCOUNTS = {
    "receivable": _("Receivables"),
    "charges": _("Charges receivable"),
    "bank": _("Bank"),
    "unapplied": _("Money not applied"),
    "documents": _("Documents"),
    "settled_in_source": _("Settled in the source"),
    "exchange": _("Exchange"),
    "suspense": _("Suspense"),
    "interest": _("Interest income"),
    "compensation": _("Compensation income"),
    "fee": _("Fee income"),
    "discount": _("Discounts"),
    "write_off": _("Write-offs"),
    "waiver": _("Waivers"),
}
