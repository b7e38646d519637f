"""What cash stores: what banks said (append-only), what payers said that it is for, what covers items,
and what was proposed and decided."""

from fairdue.cash.models.advices import Advice, AdviceLine, AdviceLook, AdviceWithdrawal
from fairdue.cash.models.bank import Account, BankFile, BankLine, Batch, Statement
from fairdue.cash.models.company import CashSettings
from fairdue.cash.models.decided import Decision, LearnedAlias, LinePayment, Posting, Proposal, Undoing
from fairdue.cash.models.instruments import Instrument, InstrumentCover, InstrumentStep

__all__ = [
    "Account",
    "Advice",
    "AdviceLine",
    "AdviceLook",
    "AdviceWithdrawal",
    "BankFile",
    "BankLine",
    "Batch",
    "CashSettings",
    "Decision",
    "Instrument",
    "InstrumentCover",
    "InstrumentStep",
    "LearnedAlias",
    "LinePayment",
    "Posting",
    "Proposal",
    "Statement",
    "Undoing",
]
