"""Working: run the line, release, send, replay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fairdue.cli import start
from fairdue.cli.look import waiting_stages
from fairdue.cli.progress import bar
from fairdue.cli.texts import _
from fairdue.people.days import today_of

if TYPE_CHECKING:
    from fairdue.dunning.actions import Outcome
    from fairdue.kernel.reasons import Reason
    from fairdue.people.actor import Actor

TOLD_EACH = 5
"""Up to so many proposals are told one by one."""
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
User = Annotated[str | None, typer.Option("--user", help=_("User name of who acts; without it, the system"))]


def run(
    company: Code = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help=_("The day to run for, YYYY-MM-DD"))] = None,
    dispatch: Annotated[bool, typer.Option(help=_("Also hand over what the policy lets go by itself"))] = True,
    new: Annotated[bool, typer.Option("--new", help=_("Give up an unfinished run of the day and begin anew"))] = False,
) -> None:
    """Run the line: snapshot, measures, decisions, commit, dispatch. A killed run goes on where it was."""
    start.start()
    start.check_keys()
    chosen = start.company(company)
    from fairdue.cycle import line
    from fairdue.cycle.dispatch import send_out
    from fairdue.cycle.lock import RunBusy

    _read_mail(start.actor(chosen))
    acting = start.actor(chosen)
    day = start.day(as_of)
    try:
        with bar() as report:
            done = line.go(acting, day, line.Watch(report=report), anew=new, then_dispatch=dispatch)
            sent = send_out(acting, done, line.Watch(report=report), clock=start.moment) if dispatch else None
    except (RunBusy, line.RunError, ValueError) as error:
        start.fail(str(error))
    except KeyboardInterrupt:
        told = _("Stopped. The run is kept and goes on where it was with: fairdue run --as-of %(day)s")
        start.fail(told % {"day": day.isoformat()}, 130)
    figures = {"run": done.key, "rows": done.summary.get("worklist", 0)}
    start.console.print(_("Run %(run)s is done; the worklist has %(rows)s lines.") % figures)
    if sent is not None:
        _tell(sent)
        _tell_waiting(chosen.pk)


def _read_mail(acting: Actor) -> None:
    """Read the mailbox of FAIRDUE_IMAP_URL first, where one is set for the company; one that fails is told and stops nothing."""
    from django.conf import settings

    from fairdue.contact.collect import read_before
    from fairdue.wording import words

    with bar() as report:
        failed = read_before(
            acting,
            settings.FAIRDUE_IMAP_URL,
            token_from=settings.FAIRDUE_IMAP_TOKEN,
            whose=settings.FAIRDUE_IMAP_COMPANY,
            progress=lambda count, of: report(_("mails"), count, of),
        )
    if failed is not None:
        start.console.print(words.reason(failed), style="yellow", highlight=False, markup=False)


def _tell(figures: dict[str, Any]) -> None:
    """Print what a dispatch did: counts that are not nothing, each reason by an example, and what holds for all of it."""
    from fairdue.kernel.reasons import from_dict
    from fairdue.wording import words

    labels = {
        "released_by_rule": _("released by rule"), "balances_asked": _("asked to confirm their balance"),
        "balances_reminded": _("reminded of their balance confirmation"), "handed_over": _("handed over"),
        "recovered": _("left by a stopped dispatch"), "waiting": _("waiting"), "held_back": _("held back"),
        "later": _("to be tried again"), "refused": _("refused by the server"), "bounced": _("bounced"),
        "uncertain": _("uncertain: ask"), "lost_claims": _("taken by another dispatch"),
        "rehearsed": _("would leave"),
    }  # fmt: skip
    examples = {code: from_dict(stored) for code, stored in figures["examples"].items()}
    for name, label in labels.items():
        value = figures.get(name)
        counts = value if isinstance(value, dict) else {}
        if total := sum(counts.values()) if counts else value:
            start.console.print(f"  {start.line(label, total)}", highlight=False)
        if value and name in examples:
            told = start.line(_("such as"), words.reason(examples[name]))
            start.console.print(f"    {told}", highlight=False, markup=False)
        for code, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
            if code in examples:
                told = start.line(_("such as"), words.reason(examples[code]))
                start.console.print(f"    {count} × {told}", highlight=False, markup=False)
    for reason in words.reasons(figures.get("reasons", ())):
        start.console.print(f"  {reason}", highlight=False)


def _tell_waiting(company_id: int) -> None:
    """Say how many messages wait for a way out that this installation does not have."""
    from django.conf import settings

    from fairdue.contact.models import MessageState, OutboxMessage

    if settings.FAIRDUE_SMTP_URL:
        return
    waiting = OutboxMessage.objects.filter(company_id=company_id, state=MessageState.QUEUED, channel="email").count()
    if waiting:
        told = _("%(count)d e-mails wait in the outbox: no mail server is set (FAIRDUE_SMTP_URL).")
        start.console.print("  " + told % {"count": waiting}, highlight=False)


def release(
    proposals: Annotated[list[int] | None, typer.Argument(help=_("Numbers of proposals (see fairdue review)"))] = None,
    all_: Annotated[bool, typer.Option("--all", help=_("Release everything that waits and is not blocked"))] = False,
    stage: Annotated[list[str] | None, typer.Option(help=_("With --all: only this stage; may be repeated"))] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help=_("Tell each proposal's notes, not only how many share a reason"))
    ] = False,
    company: Code = None,
    user: User = None,
) -> None:
    """Release proposals: write the letters, store them, and put them into the outbox."""
    start.start()
    chosen = start.company(company)
    from fairdue.cycle.release import release as release_and_seal
    from fairdue.dunning.models import ProposalState
    from fairdue.dunning.queries import to_review

    acting = start.actor(chosen, user=user)
    if all_:
        ready = (ProposalState.PROPOSED, ProposalState.EDITED)
        found = to_review(chosen.pk, stages=waiting_stages(chosen.pk, stage))
        ids = list(found.filter(state__in=ready).values_list("pk", flat=True))
    else:
        ids = list(proposals or ())
    if not ids:
        start.fail(
            _("Nothing may be released now: fairdue review says why.")
            if all_
            else _("Name proposals by number, or use --all")
        )
    with bar() as report:
        outcomes = release_and_seal(
            acting, ids, today_of(acting), progress=lambda done, of: report(_("release"), done, of)
        )
    _tell_released(outcomes, each=verbose or len(outcomes) <= TOLD_EACH)


OUTCOMES = {
    "released": _("released"),
    "first": _("signed; a second person is needed"),
    "blocked": _("blocked by the gate"),
    "refused": _("could not be released"),
}


def _tell_released(outcomes: Sequence[Outcome], *, each: bool) -> None:
    """Print what became of proposals: how many of each outcome, and below it each one's notes or each reason once."""
    from fairdue.wording import words

    for state, label in OUTCOMES.items():
        here = [outcome for outcome in outcomes if outcome.state == state]
        if not here:
            continue
        start.console.print(start.line(label, len(here)), highlight=False)
        if each:
            for outcome in here:
                if outcome.reasons:
                    told = words.sentences(outcome.reasons)
                    start.console.print(f"  {outcome.proposal_id}: {told}", highlight=False, markup=False)
        else:
            for line in by_reason([outcome.reasons for outcome in here]):
                start.console.print(f"  {line}", highlight=False, markup=False)
    if not each and any(outcome.reasons for outcome in outcomes):
        start.console.print(
            _("  What still waits, one by one: fairdue review. Each one's notes: --verbose."), highlight=False
        )


def by_reason(found: Iterable[Sequence[Reason]]) -> list[str]:
    """Give a line for each reason with how often it stands, the most frequent first; one that differs is told by an example."""
    from fairdue.wording import words

    texts: dict[str, Counter[str]] = {}
    for reasons in found:
        for reason in reasons:
            texts.setdefault(reason.code, Counter())[words.reason(reason)] += 1
    lines = []
    for said in sorted(texts.values(), key=lambda counts: (-counts.total(), min(counts))):
        text = min(said)
        lines.append(f"{said.total()} × {text if len(said) == 1 else start.line(_('such as'), text)}")
    return lines


def send(
    company: Code = None,
    dry_run: Annotated[bool, typer.Option(help=_("Ask the gate, but hand over nothing"))] = False,
    limit: Annotated[int | None, typer.Option(help=_("At most this many messages"))] = None,
) -> None:
    """Hand over what is in the outbox. The gate is asked once more for every message, on live balances."""
    start.start()
    chosen = start.company(company)
    from fairdue.contact.dispatch import dispatch
    from fairdue.contact.transports import configured
    from fairdue.cycle.release import seal

    if not dry_run:
        _read_mail(start.actor(chosen))
    acting = start.actor(chosen)
    with bar() as report:
        done = dispatch(
            chosen.pk, acting.at, configured(), limit=limit, dry_run=dry_run, actor=acting, clock=start.moment,
            progress=lambda count, of: report(_("send"), count, of),
        )  # fmt: skip
    _tell(done.as_dict())
    _tell_waiting(chosen.pk)
    seal(start.actor(chosen))


def replay(
    key: Annotated[str, typer.Argument(help=_("Key of the run, such as 2026-03-02"))], company: Code = None
) -> None:
    """Decide a run again from its snapshot, and name every difference."""
    start.start()
    chosen = start.company(company)
    from fairdue.cycle.line import RunError
    from fairdue.cycle.models import Run
    from fairdue.cycle.replay import replay as again
    from fairdue.engine.snapshot import SnapshotError

    found = Run.objects.filter(company=chosen, key=key).first()
    if found is None:
        start.fail(_("There is no run %(key)s") % {"key": key})
    try:
        with bar() as report:
            outcome = again(found, lambda done, of: report("decisions", done, of))
    except (RunError, SnapshotError) as error:
        start.fail(start.why(error))
    for change in outcome.version_changes:
        start.console.print(_("version: %(change)s") % {"change": change})
    for difference in outcome.differences:
        start.errors.print(difference, highlight=False)
    if not outcome.exact:
        start.fail(_("The run does not replay exactly."))
    start.console.print(
        _("%(count)d decisions, the same byte for byte (%(hash)s)")
        % {"count": outcome.decisions, "hash": found.decisions_sha256[:16]}
    )
