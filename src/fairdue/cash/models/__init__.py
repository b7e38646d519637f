"""What cash stores: what banks said (append-only), and what was proposed and decided of it."""

from fairdue.cash.models.bank import Account, BankFile, BankLine, Statement
from fairdue.cash.models.company import CashSettings
from fairdue.cash.models.decided import Decision, LearnedAlias, LinePayment, Posting, Proposal, Undoing

__all__ = [
    "Account",
    "BankFile",
    "BankLine",
    "CashSettings",
    "Decision",
    "LearnedAlias",
    "LinePayment",
    "Posting",
    "Proposal",
    "Statement",
    "Undoing",
]
