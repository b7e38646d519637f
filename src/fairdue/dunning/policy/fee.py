"""The ``fee`` of a stage: what its letter costs the customer, by currency. The cap of the customer's country wins at release."""

from __future__ import annotations

from collections.abc import Callable

from fairdue.dunning.policy.nodes import Reader
from fairdue.dunning.policy.shape import Fee
from fairdue.kernel.reasons import gettext_noop as _
from fairdue.law.fees import FeeKind

Amounts = Callable[[Reader, str], dict[str, int] | None]


def read_fee(stage: Reader, amounts: Amounts) -> Fee | None:
    """Read the section; None where the stage charges no fee."""
    section = stage.mapping("fee")
    if section is None:
        return None
    kind = FeeKind(section.choice("kind", list(FeeKind), FeeKind.REMINDER) or FeeKind.REMINDER)
    found = amounts(section, "amounts")
    if not found:
        section.problem("amounts", _("%(what)s is missing"), _("Write “amounts: {EUR: 2.50}”."), what="amounts")
    section.done()
    return Fee(kind, found or {})
