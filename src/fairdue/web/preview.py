"""The letter of a proposal as it would go out now, on live balances. Nothing is written; release makes its own."""

from __future__ import annotations

from django.conf import settings

from fairdue.dunning.desk import lay_out
from fairdue.dunning.draft import Draft, make_draft
from fairdue.dunning.judging import judged
from fairdue.dunning.models import Proposal
from fairdue.dunning.queries import policy_of
from fairdue.kernel.reasons import Reason
from fairdue.letters import render_html, render_pdf, render_text
from fairdue.people.actor import Actor
from fairdue.people.days import today_of
from fairdue.people.models import User

MEDIA = {"pdf": "application/pdf", "html": "text/html", "txt": "text/plain"}


def draft_of(actor: Actor, proposal: Proposal, user: User) -> Draft | Reason:
    """Give the letter's facts, or the reason why nothing is left to write. About twenty queries."""
    desk = lay_out(proposal.company_id, [proposal.customer_id], today_of(actor), actor.at)
    policy = policy_of(proposal.policy_version)
    return make_draft(desk, proposal, policy, portal_link=f"{settings.BASE_URL}/p/…", releaser=user)


def notes_on(actor: Actor, proposal: Proposal, user: User) -> tuple[Reason, ...]:
    """Say what the reader of a proposal's letter should know, the gate's warnings on the law among it."""
    desk = lay_out(proposal.company_id, [proposal.customer_id], today_of(actor), actor.at)
    policy = policy_of(proposal.policy_version)
    draft = make_draft(desk, proposal, policy, portal_link=f"{settings.BASE_URL}/p/…", releaser=user)
    if isinstance(draft, Reason):
        return (draft,)
    return (*draft.notes, *judged(desk, draft, policy).warnings)


def drawn(draft: Draft, kind: str) -> bytes:
    """Draw a draft as ``pdf``, ``html`` or ``txt``."""
    if kind == "pdf":
        return render_pdf(draft.facts)
    return (render_html(draft.facts) if kind == "html" else render_text(draft.facts)).encode()
