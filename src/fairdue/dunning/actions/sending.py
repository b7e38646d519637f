"""Letters of one customer on their way into the outbox: drawn, stored, noted and queued, with all that follows from them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from fairdue.contact.actions import Attachment, Outgoing, Silence, do_make_link, do_queue, do_store, do_task
from fairdue.contact.facts import ClaimItem
from fairdue.contact.models import TaskKind
from fairdue.contact.notes import GateNotes
from fairdue.dunning.actions.working import mark_released
from fairdue.dunning.copies import bytes_of
from fairdue.dunning.desk import Desk
from fairdue.dunning.draft import Draft
from fairdue.dunning.drawing import Drawn, draw, joined_html, joined_text, plain
from fairdue.dunning.gate import gate_policy, message_kind
from fairdue.dunning.judging import notes_of
from fairdue.dunning.models import Notice, NoticeLine
from fairdue.dunning.policy.shape import Policy
from fairdue.dunning.queries import policy_of
from fairdue.dunning.reasons import DunningReason
from fairdue.kernel import chain
from fairdue.kernel.reasons import because
from fairdue.ledger import audit
from fairdue.ledger.actions import do_charge, do_set_effect
from fairdue.people.actor import Actor


def portal_url(desk: Desk, token: str) -> str:
    """Give the address of a debtor's page."""
    return f"{desk.base_url}/p/{token}"


def send_together(actor: Actor, desk: Desk, drafts: Sequence[Draft], today: date) -> list[Notice]:
    """Draw, store and queue the letters of one customer as one message, inside the caller's transaction.

    Raises LettersError when a letter's facts contradict themselves; the caller's savepoint then leaves nothing behind.
    """
    drafts = sorted(drafts, key=lambda draft: (-draft.proposal.level, draft.proposal.currency))
    lead = drafts[0].proposal
    link = do_make_link(actor, customer_id=lead.customer_id, contact_id=lead.contact_id, step_key=lead.step_key)
    url = portal_url(desk, link.token)
    drawn = [(draft, draw(replace(draft.facts, portal_link=url))) for draft in drafts]
    attachments = tuple(
        do_store(actor, letter.result.pdf, file_name=f"{draft.facts.reference}.pdf") for draft, letter in drawn
    )
    attachments += _copies(actor, [draft for draft, _ in drawn])
    notices = [_notice(actor, draft, letter, lead.step_key, today) for draft, letter in drawn]
    _queue(actor, desk, drawn, attachments)
    for draft in drafts:
        _consequences(actor, desk, draft, today)
        mark_released(actor, draft.proposal, today)
    return notices


def _copies(actor: Actor, drafts: Sequence[Draft]) -> tuple[Attachment, ...]:
    """Attach the copies of all letters, the same bytes once, under names that differ. Raises BlobError, OSError."""
    wanted = list({copy.sha256: copy for draft in drafts for copy in draft.copies.enclosed}.values())
    found, names = [], set[str]()
    for copy, data in bytes_of(actor.company_id, wanted):
        name, place = copy.file_name, 1
        while name.casefold() in names:
            stem, dot, ending = copy.file_name.rpartition(".")
            place += 1
            name = f"{stem}-{place}.{ending}" if dot else f"{copy.file_name}-{place}"
        names.add(name.casefold())
        found.append(do_store(actor, data, file_name=name, media_type=copy.media_type))
    return tuple(found)


def _notice(actor: Actor, draft: Draft, drawn: Drawn, message_key: str, today: date) -> Notice:
    proposal, totals = draft.proposal, draft.facts.totals
    signed = f"{proposal.first_release_by} + {actor.name}" if proposal.first_release_by else actor.name
    facts = plain(draft.facts)
    if proposal.waived_charges:
        facts["waived_charges"] = proposal.waived_charges
    if kept := draft.copies.as_list():
        facts["copies"] = kept
    notice = Notice.objects.create(
        company_id=actor.company_id, customer_id=proposal.customer_id, currency=proposal.currency, proposal=proposal,
        step_key=proposal.step_key, message_key=message_key, number=draft.facts.reference, level=proposal.level,
        stage_code=proposal.stage_code, episode_on=proposal.episode_on, document=draft.stage.document,
        language=drawn.result.language_used, policy_version_id=proposal.policy_version_id, written_on=today,
        effective_on=today, deadline_on=draft.facts.deadline, open_minor=totals.open_minor,
        disputed_minor=totals.disputed_minor, charges_minor=totals.charges_minor, payable_minor=totals.payable_minor,
        facts=facts, pdf_sha256=drawn.pdf_sha256, html_sha256=drawn.html_sha256, text_sha256=drawn.text_sha256,
        released_by=signed[:250], recorded_at=actor.at,
    )  # fmt: skip
    due = {line.due_item_id: line.days_overdue for line in proposal.lines.all()}
    NoticeLine.objects.bulk_create(
        NoticeLine(
            company_id=actor.company_id, notice=notice, due_item_id=item_id, open_minor=opened, held_minor=held,
            days_overdue=due.get(item_id, 0),
        )
        for item_id, opened, held in draft.claim_items
    )  # fmt: skip
    audit.record(
        actor, "release", f"proposal:{proposal.pk}", step=proposal.step_key, notice=notice.pk,
        payable=totals.payable_minor, currency=proposal.currency, pdf_sha256=drawn.pdf_sha256, signed=signed,
        waived=proposal.waived_charges, facts_sha256=hashlib.sha256(chain.canonical(facts)).hexdigest(),
        policy_sha256=proposal.policy_version.sha256,
    )  # fmt: skip
    return notice


def _queue(actor: Actor, desk: Desk, drawn: Sequence[tuple[Draft, Drawn]], attachments: tuple[Attachment, ...]) -> None:
    lead, letter = drawn[0]
    policy = _policy(lead)
    do_queue(
        actor,
        Outgoing(
            customer_id=lead.proposal.customer_id,
            step_key=lead.proposal.step_key,
            channel=lead.proposal.action,
            language=letter.result.language_used,
            subject=letter.result.subject,
            contact_id=lead.proposal.contact_id,
            kind=message_kind(lead.stage),
            run_key=lead.proposal.run_key,
            body_text=joined_text([one.result.text for _, one in drawn]),
            body_html=joined_html([one.result.html for _, one in drawn]),
            edited_text="\n\n".join(draft.proposal.edited_text for draft, _ in drawn if draft.proposal.edited_text),
            attachments=attachments,
            currency=lead.proposal.currency,
            claim_items=tuple(ClaimItem(*item) for draft, _ in drawn for item in draft.claim_items),
            policy=replace(gate_policy(policy, lead.stage), two_person_release=False),
            legal_stage=lead.stage.legal_stage,
            third_party=any(draft.stage.third_party for draft, _ in drawn),
            notes=_together([notes_of(draft) for draft, _ in drawn]),
            on_silence=tuple(wait for draft, _ in drawn for wait in _waits(desk, draft)),
            references=tuple(
                text.replace(" ", "")
                for draft, _ in drawn
                for text in (draft.facts.reference, draft.facts.payment_reference)
                if text
            ),
        ),
    )


def _waits(desk: Desk, draft: Draft) -> list[Silence]:
    """Give the tasks of a stage that wait for an answer: their days count from the hand-over of the message."""
    proposal, stage = draft.proposal, draft.stage
    why = because(DunningReason.STAGE_REACHED, stage=stage.code, days=proposal.days_overdue_max)
    owner_id = desk.customers[proposal.customer_id].account_owner_id
    return [
        Silence(task.kind, f"{proposal.step_key}/{task.kind}", task.after_days, (why,), owner_id)
        for task in stage.tasks
        if task.kind == TaskKind.ANSWER
    ]


def _together(notes: Sequence[GateNotes]) -> GateNotes:
    """Join the notes of the letters of one message: the longest time given, everything else together."""
    longest = max(notes, key=lambda one: (one.grants == "plan", one.grants_until or date.min))
    return replace(
        longest,
        law_doubts=tuple(dict.fromkeys(doubt for one in notes for doubt in one.law_doubts)),
        tone_overrides=tuple(dict.fromkeys(pass_ for one in notes for pass_ in one.tone_overrides)),
    )


def _policy(draft: Draft) -> Policy:
    return policy_of(draft.proposal.policy_version)


def _consequences(actor: Actor, desk: Desk, draft: Draft, today: date) -> None:
    """Write what follows from a letter: charges it claims, effects, tasks that come with it; none that waits for an answer."""
    proposal, stage = draft.proposal, draft.stage
    for booking in draft.claims.bookings:
        do_charge(
            actor,
            customer_id=proposal.customer_id,
            kind=booking.kind,
            amount_minor=booking.amount_minor,
            currency=proposal.currency,
            effective_on=today,
            basis=booking.basis,
            due_item_id=booking.due_item_id,
            period_from=booking.period_from,
            period_to=booking.period_to,
            notice_key=proposal.step_key,
        )
    for kind in stage.effects:
        do_set_effect(actor, customer_id=proposal.customer_id, kind=kind, since=today, cause=proposal.step_key)
    why = because(DunningReason.STAGE_REACHED, stage=stage.code, days=proposal.days_overdue_max)
    for task in stage.tasks:
        if task.kind == TaskKind.ANSWER:
            continue
        do_task(
            actor,
            customer_id=proposal.customer_id,
            kind=task.kind,
            key=f"{proposal.step_key}/{task.kind}",
            due_on=today + timedelta(days=task.after_days),
            reasons=[why],
            subject=f"proposal:{proposal.pk}",
            owner_id=desk.customers[proposal.customer_id].account_owner_id,
        )
