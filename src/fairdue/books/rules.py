"""What a posting means: the kinds, the two accounts of each, which holds the books are told of. Pure."""

from __future__ import annotations

from dataclasses import dataclass

LINES_MAX = 20_000
"""Lines of a batch: a file of some six megabytes, which spreadsheet programs and booking interfaces still take in one go."""

TOLD_HOLDS = ("dispute", "insolvency", "legal", "mediation", "plan")
"""Holds that change what others may do with the item: the books and shared service centres chase and pay out too. Promises, replies
not read and internal checks concern our own chasing only and stay here."""

RECEIVABLE, CHARGES, BANK, UNAPPLIED = "receivable", "charges", "bank", "unapplied"
DOCUMENTS, SETTLED, EXCHANGE, SUSPENSE = "documents", "settled_in_source", "exchange", "suspense"

ACCOUNTS = {
    RECEIVABLE: "Assets:Receivable:{customer}:Documents",
    CHARGES: "Assets:Receivable:{customer}:Charges",
    BANK: "Assets:Bank",
    UNAPPLIED: "Liabilities:Unapplied",
    SUSPENSE: "Liabilities:Suspense",
    DOCUMENTS: "Equity:Documents",
    SETTLED: "Equity:SettledInSource",
    EXCHANGE: "Equity:Exchange",
    "interest": "Income:Interest",
    "compensation": "Income:Compensation",
    "fee": "Income:Fees",
    "discount": "Expenses:Discounts",
    "write_off": "Expenses:WriteOffs",
    "waiver": "Expenses:Waivers",
}
"""Roles of accounts, with their names in the journal. What a company calls them in its books stands in its books."""

COUNTER = {"payment": UNAPPLIED, "credit": RECEIVABLE, "source_settlement": SETTLED}
"""The side of an allocation that gives, where it is not named like the allocation's kind."""
USED_FOR = {"paid_back": BANK, "no_customer": SUSPENSE, "converted": EXCHANGE}
"""Where money goes that is used up without paying anything here."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The account that is debited and the one that is credited, by role."""

    debit: str
    credit: str

    def turned(self) -> Sides:
        """Give the sides of a reversal."""
        return Sides(self.credit, self.debit)


def sides_of_allocation(
    kind: str, *, item: bool, charge: bool, payment: bool, reversal: bool, used_for: str | None = None
) -> Sides:
    """Give the accounts of an allocation of ``kind`` that names an item, a charge or a payment to be used up.

    What is paid is credited: the item, else the charge. Where a source settled something that owes nothing, the credit note is
    debited and the payment's rest taken out of the unapplied money; the other side is the source, or where ``used_for`` says.
    """
    counter = COUNTER.get(kind, kind)
    found = Sides(UNAPPLIED if payment else RECEIVABLE, USED_FOR.get(used_for or "", SETTLED))
    if item or charge:
        found = Sides(counter, RECEIVABLE if item else CHARGES)
    return found.turned() if reversal else found


@dataclass(frozen=True, slots=True)
class Given:
    """One line of an answer as it was given. ``line`` None means every line of the batch not named by itself."""

    line: int | None
    booked: bool
    reference: str = ""
    reason: str = ""
    place: int = 0
    """Line of the file that it stands in; 0 where there is no file."""
