"""Credit's only writers. Each action: right, locks, load, decide, write, audit; one transaction.

Order of locks: the company.
"""

from fairdue.credit.actions.limits import Asked, do_ask_limit, do_vote
from fairdue.credit.actions.orders import AskedOrder, Checked, do_check_order, do_end_order

__all__ = ["Asked", "AskedOrder", "Checked", "do_ask_limit", "do_check_order", "do_end_order", "do_vote"]
