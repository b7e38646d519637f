"""The Swiss payment part: what is printed around the code, in one of the languages the standard allows."""

from __future__ import annotations

from typing import Any

from fairdue.letters.model import Letter
from fairdue.letters.references import spaced

LABELS = {
    "en": ("Receipt", "Payment part", "Account / Payable to", "Reference", "Additional information", "Currency",
           "Amount", "Payable by", "Payable by (name/address)", "Acceptance point"),
    "de": ("Empfangsschein", "Zahlteil", "Konto / Zahlbar an", "Referenz", "Zusätzliche Informationen", "Währung",
           "Betrag", "Zahlbar durch", "Zahlbar durch (Name/Adresse)", "Annahmestelle"),
    "fr": ("Récépissé", "Section paiement", "Compte / Payable à", "Référence", "Informations supplémentaires",
           "Monnaie", "Montant", "Payable par", "Payable par (nom/adresse)", "Point de dépôt"),
}  # fmt: skip
"""Prescribed by the QR-bill style guide (German, French, Italian and English only), so no catalogue holds them."""
NAMES = (
    "receipt",
    "title",
    "account",
    "reference",
    "information",
    "currency",
    "amount",
    "payer",
    "payer_blank",
    "point",
)


def swiss_part(letter: Letter) -> dict[str, Any] | None:
    """Give labels and values of the payment part, read back from the payload so that print and code agree."""
    if letter.code is None:
        return None
    lines = letter.code.payload.split("\n")
    labels = dict(zip(NAMES, LABELS.get(letter.choice.language, LABELS["en"]), strict=True))
    whole, _, cents = lines[18].partition(".")
    return {
        "labels": labels,
        "iban": spaced(lines[3]),
        "payee": _party(lines[4:11]),
        "amount": f"{int(whole):,}".replace(",", " ") + f".{cents}",
        "currency": lines[19],
        "payer": _party(lines[20:27]),
        "reference": spaced(lines[28]) if lines[28] else "",
        "message": lines[29],
    }


def _party(fields: list[str]) -> list[str]:
    _, name, street, number, postal_code, town, country = fields
    place = f"{postal_code} {town}".strip()
    return [line for line in (name, f"{street} {number}".strip(), f"{country}-{place}" if place else "") if line]
