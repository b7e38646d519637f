"""Findings of the tone check that a person let pass on a proposal: kept with who and why, carried into the message."""

from __future__ import annotations

from fairdue.contact.notes import Override
from fairdue.dunning.models import Proposal


def overrides_of(proposal: Proposal) -> tuple[Override, ...]:
    """Give the findings let pass; they count for the very words only, so that an edited text is judged anew."""
    return tuple(Override.from_dict(one) for one in proposal.tone_overrides or ())
