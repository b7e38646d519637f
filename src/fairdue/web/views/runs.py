"""Runs and the review of what they propose: read the letter, edit it, release, postpone or drop it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fairdue.cycle.models import Run
from fairdue.cycle.release import release as release_and_seal
from fairdue.dunning.actions import ReviewError, do_drop, do_edit, do_postpone, do_waive
from fairdue.dunning.models import RELEASABLE_STATES, Proposal
from fairdue.kernel.reasons import Reason
from fairdue.people.actor import NotAllowed, Right
from fairdue.people.days import today_of
from fairdue.web import queries, run_job
from fairdue.web.access import PageRequest, own, page
from fairdue.web.forms import EditForm, ProposalFilter, ReviewForm, RunForm
from fairdue.web.framed import framed
from fairdue.web.preview import MEDIA, draft_of, drawn, notes_on
from fairdue.web.tally import Tally
from fairdue.wording import words

DECIDE_MAX = 500
"""Proposals that one form may name; the page shows fifty."""
LISTED = (
    "run_key", "stage_code", "action", "language", "currency", "due_minor", "held_minor", "items", "days_overdue_max", "reasons",
    "blocks", "note", "state", "first_release_by", "postponed_until", "customer__name", "customer__number",
    "customer__country",
)  # fmt: skip
"""What a line of the review shows of a proposal; fifty rows with all they hold take twice the time to read."""
RELEASE_SALT = "fairdue.web.release"
BATCH_ROWS = 25
"""Letters released per request of a bulk release: about a quarter of a second of drawing, so that progress shows."""


@page(Right.VIEW)
def runs(request: PageRequest) -> HttpResponse:
    """Show the runs, newest first, with how many of their proposals wait and were released."""
    found = Run.objects.filter(company_id=request.company.pk).defer("summary").order_by("-as_of", "-id")
    part = Paginator(found, queries.PAGE_ROWS).get_page(request.GET.get("page"))
    listed = list(part.object_list)
    counts = Proposal.objects.filter(company_id=request.company.pk, run_key__in=[run.key for run in listed])
    by_key: dict[str, Any] = {
        row["run_key"]: row
        for row in counts.values("run_key").annotate(
            all=Count("id"),
            open=Count("id", filter=Q(state__in=RELEASABLE_STATES)),
            released=Count("id", filter=Q(state="released")),
            blocked=Count("id", filter=Q(state="blocked")),
        )
    }
    rows = [(run, by_key.get(run.key, {})) for run in listed]
    context = {
        "rows": rows,
        "part": part,
        "job": run_job.progress_of(request.company.pk),
        "newest": listed[0].pk if listed and not part.has_previous() else None,
        "form": RunForm(today=today_of(request.actor)),
    }
    return render(request, "web/runs.html", context)


@page(Right.VIEW)
def latest(request: PageRequest) -> HttpResponse:
    """Go to the latest finished run's review, keeping the query."""
    run = queries.latest_run(request.company.pk)
    if run is None:
        return redirect("web:runs")
    query = request.GET.urlencode()
    response = redirect("web:run", run.pk)
    response["Location"] += f"?{query}" if query else ""
    return response


def _tell(request: PageRequest, tally: Tally) -> None:
    level = messages.warning if tally.held else messages.success
    level(request, " ".join([tally.sentence(), *(text for text, _n in tally.listed)]))


def _of_run(run: Run) -> QuerySet[Proposal]:
    return Proposal.objects.filter(company_id=run.company_id, run_key=run.key)


def _filtered(run: Run, asked: dict[str, Any]) -> QuerySet[Proposal]:
    rows: QuerySet[Proposal] = _of_run(run)
    if asked.get("q"):
        rows = rows.filter(Q(customer__name__icontains=asked["q"]) | Q(customer__number__icontains=asked["q"]))
    if asked.get("state"):
        rows = rows.filter(state__in=RELEASABLE_STATES if asked["state"] == "open" else [asked["state"]])
    if asked.get("stage"):
        rows = rows.filter(stage_code=asked["stage"])
    if asked.get("action"):
        rows = rows.filter(action=asked["action"])
    return rows


def _stages(run: Run) -> list[str]:
    return list(_of_run(run).order_by("stage_code").values_list("stage_code", flat=True).distinct())


@page(Right.VIEW)
def review(request: PageRequest, run_id: int) -> HttpResponse:
    """Show a run's proposals, filtered, with what can be decided on them. Four queries beside the frame's three."""
    run = own(request, Run.objects.all(), run_id)
    form = ProposalFilter(request.GET or None, stages=_stages(run))
    asked = form.cleaned_data if form.is_valid() else {}
    rows = _filtered(run, asked).select_related("customer").only(*LISTED).order_by("-due_minor", "id")
    part = Paginator(rows, queries.PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "run": run,
        "form": form,
        "part": part,
        "decision": ReviewForm(auto_id="decide_%s"),
        "releasable": {str(state) for state in RELEASABLE_STATES},
    }
    return render(request, "web/run.html", context)


@page(Right.VIEW)
def proposal(request: PageRequest, proposal_id: int) -> HttpResponse:
    """Show one proposal: why, which items, the letter as it would go out now, and what can be decided."""
    rows = Proposal.objects.select_related("customer", "contact", "policy_version__policy")
    found = own(request, rows.annotate(**_neighbours()), proposal_id)
    kind = request.GET.get("form", "pdf")
    return render(
        request,
        "web/proposal.html",
        {
            "proposal": found,
            "lines": found.lines.select_related("due_item__document").order_by("-days_overdue", "id"),
            "run": Run.objects.filter(company_id=request.company.pk, key=found.run_key).only("id", "as_of").first(),
            "kind": kind if kind in ("pdf", "html", "txt") else "pdf",
            "notice": found.notices.order_by("-id").first(),
            "edit_form": EditForm(initial={"text": found.edited_text, "deadline_on": found.deadline_on}),
            "let_pass": found.tone_overrides or (),
            "decision": ReviewForm(auto_id="decide_%s"),
            "open": found.state in RELEASABLE_STATES,
            "before": found.before,  # type: ignore[attr-defined]
            "after": found.after,  # type: ignore[attr-defined]
        },
    )


def _neighbours() -> dict[str, Subquery]:
    """Give the undecided letters before and after one in the order of the review: the largest amount first."""
    others = Proposal.objects.filter(
        company_id=OuterRef("company_id"), run_key=OuterRef("run_key"), state__in=RELEASABLE_STATES
    )
    same = Q(due_minor=OuterRef("due_minor"))
    before = others.filter(Q(due_minor__gt=OuterRef("due_minor")) | same & Q(pk__lt=OuterRef("pk")))
    after = others.filter(Q(due_minor__lt=OuterRef("due_minor")) | same & Q(pk__gt=OuterRef("pk")))
    return {
        "before": Subquery(before.order_by("due_minor", "-pk").values("pk")[:1]),
        "after": Subquery(after.order_by("-due_minor", "pk").values("pk")[:1]),
    }


@page(Right.RELEASE, "POST")
def edit(request: PageRequest, proposal_id: int) -> HttpResponse:
    """Change the letter's own paragraph or deadline; the tone check may refuse it, with its findings."""
    found = own(request, Proposal.objects.all(), proposal_id)
    form = EditForm(request.POST)
    if form.is_valid():
        try:
            do_edit(
                request.actor,
                found.pk,
                text=form.cleaned_data["text"],
                deadline_on=form.cleaned_data["deadline_on"],
                let_pass=form.cleaned_data["let_pass"],
            )
        except (ReviewError, NotAllowed) as error:
            _complain(request, error)
        else:
            messages.success(request, _("The letter is changed."))
    else:
        messages.error(request, _("The letter was not changed: please check text and date."))
    return redirect("web:runs-proposal", found.pk)


@page(Right.WAIVE, "POST")
def waive(request: PageRequest, proposal_id: int) -> HttpResponse:
    """Waive interest and compensation of one proposal, with a reason."""
    found = own(request, Proposal.objects.all(), proposal_id)
    try:
        do_waive(request.actor, found.pk, reason=request.POST.get("reason", "")[:400])
    except ReviewError as error:
        _complain(request, error)
    else:
        messages.success(request, _("Interest and compensation are waived in this letter."))
    return redirect("web:runs-proposal", found.pk)


def _complain(request: PageRequest, error: ReviewError | NotAllowed) -> None:
    said = [words.reason(reason) for reason in error.reasons] if isinstance(error, ReviewError) else []
    messages.error(request, " ".join(said) if said else str(error))


@page(Right.RELEASE, "POST")
def decide(request: PageRequest) -> HttpResponse:
    """Release, postpone or drop the marked proposals; the outcome of each is shown. All or none are postponed or dropped."""
    ids = [int(value) for value in request.POST.getlist("proposal") if value.isdecimal() and len(value) < 19]
    mine = Proposal.objects.filter(company_id=request.company.pk, pk__in=ids[:DECIDE_MAX])
    found = list(mine.order_by("pk").values_list("pk", flat=True))
    if not found or len(found) < len(set(ids)):
        if ids:
            raise Http404
        messages.error(request, _("Nothing is marked."))
        return _back(request)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.get_json_data().values():
            for error in errors:
                messages.error(request, str(error["message"]))
        return _back(request, "here")
    try:
        whole = _decided(request, found, form.cleaned_data)
    except ReviewError as error:
        _complain(request, error)
        return _back(request, "here")
    return _back(request, "next" if whole else "here")


def _decided(request: PageRequest, ids: list[int], asked: dict[str, Any]) -> bool:
    """Do what was decided and say what came of it; False where something was held back."""
    if asked["decision"] == "postpone":
        do_postpone(request.actor, ids, until=asked["until"], reason=asked["reason"])
        messages.success(request, ngettext("%(n)s postponed.", "%(n)s postponed.", len(ids)) % {"n": len(ids)})
    elif asked["decision"] == "drop":
        do_drop(request.actor, ids, reason=asked["reason"])
        messages.success(request, ngettext("%(n)s dropped.", "%(n)s dropped.", len(ids)) % {"n": len(ids)})
    else:
        tally = Tally().add(release_and_seal(request.actor, ids, today_of(request.actor)))
        _tell(request, tally)
        return not tally.held
    return True


def _back(request: PageRequest, where: str = "next") -> HttpResponse:
    """Go where the form says: to ``next`` when all went well, to ``here`` (where it differs) when something is to be mended."""
    target = request.POST.get(where) or request.POST.get("next", "")
    safe = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return redirect(target if safe else "web:runs")


@page(Right.RELEASE, "POST")
def release_all(request: PageRequest, run_id: int) -> HttpResponse:
    """Release everything of a run that fits the filter, in batches, so that progress shows and a broken one goes on.

    Each answer carries the form for the next batch: htmx sends it by itself, without a script a button does.
    """
    run = own(request, Run.objects.all(), run_id)
    form = ProposalFilter(request.POST, stages=_stages(run))
    asked = form.cleaned_data if form.is_valid() else {}
    after, tally = _kept(request)
    rows = _filtered(run, asked).filter(state__in=RELEASABLE_STATES, customer_id__gt=after)
    left = rows.count()
    batch = _batch(rows)
    if batch:
        after = batch[-1][0]
        tally = tally.add(release_and_seal(request.actor, [pk for _customer_id, pk in batch], today_of(request.actor)))
    going = left > len(batch)
    state = signing.dumps([after, tally.as_list()], salt=RELEASE_SALT)
    fields = [(name, str(value)) for name, value in asked.items() if value] + [("kept", state)]
    context = {
        "run": run, "tally": tally, "total": tally.done + left - len(batch), "going": going, "fields": fields,
        "sentence": tally.sentence(),
    }  # fmt: skip
    return render(request, "web/_release.html" if request.htmx else "web/release.html", context)


def _batch(rows: QuerySet[Proposal]) -> list[tuple[int, int]]:
    """Give the next (customer, proposal) pairs, all of a customer's together: they leave in one message."""
    ordered = rows.order_by("customer_id", "pk").values_list("customer_id", "pk")
    found = list(ordered[:BATCH_ROWS])
    if len(found) == BATCH_ROWS:
        last = found[-1][0]
        found = [pair for pair in found if pair[0] != last] + list(ordered.filter(customer_id=last))
    return found


def _kept(request: PageRequest) -> tuple[int, Tally]:
    """Give up to which customer an earlier batch came, and its tally."""
    if "kept" not in request.POST:
        return 0, Tally()
    try:
        after, stored = signing.loads(request.POST["kept"], salt=RELEASE_SALT)
    except signing.BadSignature:
        raise Http404 from None
    return int(after), Tally.from_list(stored)


@page(Right.VIEW)
def letter(request: PageRequest, proposal_id: int, kind: str) -> HttpResponse:
    """Draw the letter as it would go out now, as PDF, HTML or text. Nothing is stored."""
    found = own(request, Proposal.objects.select_related("policy_version"), proposal_id)
    if kind not in MEDIA or not found.document:
        raise Http404
    draft = draft_of(request.actor, found, request.user)
    if isinstance(draft, Reason):
        return framed(words.reason(draft).encode(), "text/plain", "preview.txt")
    return framed(drawn(draft, kind), MEDIA[kind], f"preview-{found.pk}.{kind}")


@page(Right.VIEW)
def notes(request: PageRequest, proposal_id: int) -> HttpResponse:
    """Say what the reader of the letter should know: a fallback language, a moved deadline, interest that is not known."""
    found = own(request, Proposal.objects.select_related("policy_version", "customer"), proposal_id)
    reasons = notes_on(request.actor, found, request.user) if found.document else ()
    context = {"proposal": found, "notes": [words.reason(reason) for reason in reasons]}
    return render(request, "web/_letter_notes.html" if request.htmx else "web/letter_notes.html", context)
