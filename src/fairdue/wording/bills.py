"""Words of bills, cheques, direct debits and cards; ``matches.told`` gives them in the page's language."""

from __future__ import annotations

from fairdue.kernel.reasons import gettext_noop as _

SHOWN = {"": _("All"), "todo": _("To do"), "covering": _("Covering"), "away": _("Given on"), "ended": _("Ended")}
DUTIES = {
    "matures": _("present it"), "unanswered": _("no answer yet"), "late": _("no answer, chased again"), "dishonoured": _("refused"),
}  # fmt: skip
RUNGS = {
    "past": _("past"), "week": _("up to 7 days"), "month": _("8 to 30 days"), "two_months": _("31 to 60 days"),
    "quarter": _("61 to 90 days"), "half_year": _("91 to 182 days"), "later": _("later"),
}  # fmt: skip
