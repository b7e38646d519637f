"""The room's only writers."""

from fairdue.dunning.actions.charges import do_withdraw_unfounded
from fairdue.dunning.actions.commit import do_commit
from fairdue.dunning.actions.policies import do_adopt_policy, do_set_default_policy
from fairdue.dunning.actions.release import Outcome, do_release
from fairdue.dunning.actions.review import ReviewError, do_drop, do_edit, do_postpone, do_waive

__all__ = [
    "Outcome",
    "ReviewError",
    "do_adopt_policy",
    "do_commit",
    "do_drop",
    "do_edit",
    "do_postpone",
    "do_release",
    "do_set_default_policy",
    "do_waive",
    "do_withdraw_unfounded",
]
