"""The ``balance`` section of a policy: how often customers are asked to confirm their balance, from which amount on,
and when they are reminded."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fairdue.dunning.policy.nodes import Reader
from fairdue.dunning.policy.shape import BalancePlan, Period
from fairdue.kernel.reasons import gettext_noop as _

REMIND_DAYS_MAX = 365


def read_balance(root: Reader, amounts: Callable[[Reader, str], Mapping[str, int] | None]) -> BalancePlan | None:
    """Read the section; None where nobody is asked by itself."""
    section = root.mapping("balance")
    if section is None:
        return None
    every = section.choice("every", list(Period))
    if not section.has("every"):
        section.problem(
            "every", _("%(what)s is missing"), _("Write “every: quarter”, “half-year” or “year”."), what="every"
        )
    remind = section.integer("remind_after", BalancePlan.remind_after, low=0, high=REMIND_DAYS_MAX)
    plan = BalancePlan(Period(every or Period.YEAR), amounts(section, "minimum"), remind or 0)
    section.done()
    return plan
