"""Cash's only writers: files and advices taken in, proposing, posting, deciding, undoing. Locks: the company, then the ledger's."""

from fairdue.cash.actions.advise import ToldAdvice, Took, advice_desk, do_take_in_advice, do_withdraw_advice
from fairdue.cash.actions.decide import do_assign, do_confirm
from fairdue.cash.actions.expand import do_expand
from fairdue.cash.actions.mail_advices import do_look_for_advices
from fairdue.cash.actions.propose import Posted, Proposed, do_post, do_propose
from fairdue.cash.actions.set_settings import do_set_settings
from fairdue.cash.actions.take_in import CashError, Said, TakenIn, UnknownAccount, do_take_in
from fairdue.cash.actions.undo import do_forget, do_undo

__all__ = [
    "CashError", "Posted", "Proposed", "Said", "TakenIn", "ToldAdvice", "Took", "UnknownAccount", "advice_desk", "do_assign",
    "do_confirm", "do_expand", "do_forget", "do_look_for_advices", "do_post", "do_propose", "do_set_settings", "do_take_in",
    "do_take_in_advice", "do_undo", "do_withdraw_advice",
]  # fmt: skip
