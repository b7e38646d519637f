"""Cash's only writers: taking files in, proposing, posting, deciding, undoing. Order of locks: the company, then the ledger's."""

from fairdue.cash.actions.decide import do_assign, do_confirm
from fairdue.cash.actions.propose import Posted, Proposed, do_post, do_propose
from fairdue.cash.actions.set_settings import do_set_settings
from fairdue.cash.actions.take_in import CashError, Said, TakenIn, UnknownAccount, do_take_in
from fairdue.cash.actions.undo import do_forget, do_undo

__all__ = [
    "CashError", "Posted", "Proposed", "Said", "TakenIn", "UnknownAccount", "do_assign", "do_confirm", "do_forget", "do_post",
    "do_propose", "do_set_settings", "do_take_in", "do_undo",
]  # fmt: skip
