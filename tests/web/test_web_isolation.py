"""Every address of the web application, opened by the wrong person: nobody, another company, a role without the right."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, reverse
from web_sample import ROLES, Sample

from fairdue.cash.actions.instruments import Told, do_add_instrument
from fairdue.cash.models import Decision, Instrument, LearnedAlias
from fairdue.people.actor import RIGHTS
from fairdue.people.days import today_of
from fairdue.web.urls import urlpatterns

OPEN = {"sign-in", "sign-out"}
"""Addresses that need no company."""
KINDS = {
    "worklist-export": "csv", "ageing-export": "csv", "data-check-export": "csv", "runs-letter": "txt", "notice-letter": "txt",
    "books-export": "csv",
}  # fmt: skip
"""The kind of file that an address is asked for."""


def arguments(pattern: URLPattern, sample: Sample) -> dict[str, object]:
    """Give the path's arguments for a row of the sample; a new kind of row must be named here."""
    known: dict[str, object] = {
        "customer_id": sample.customer.pk, "file_id": sample.file.pk, "hold_id": sample.hold.pk, "run_id": sample.run.pk,
        "proposal_id": sample.proposal.pk, "notice_id": sample.notice.pk, "message_id": sample.message.pk,
        "task_id": sample.task.pk, "answer_id": sample.answer.pk, "link_id": sample.answer.link_id,
        "clearance_id": sample.clearance.pk, "law_confirmation_id": sample.law.pk,
        "import_id": sample.imported.pk, "batch_id": sample.batch.pk,
        "mail_id": sample.mail.pk, "change_id": sample.change.pk, "place": 0, "number": sample.policy.number,
        "code": sample.policy.policy.code, "sha256": "0" * 64,
        "kind": KINDS.get(str(pattern.name), ""),
        "cover_policy_id": sample.cover.pk, "cover_limit_id": sample.cover.limits.get().pk, "difference_id": sample.difference.pk,
        "confirmation_id": sample.difference.answer.confirmation_id, "balance_answer_id": sample.difference.answer_id,
        "token_id": sample.token.pk, "line_id": sample.line.pk,
        "alias_id": alias(sample) if "alias_id" in pattern.pattern.converters else 0,
        "bank_file_id": sample.line.statement.file_id,
        "instrument_id": instrument(sample) if "instrument_id" in pattern.pattern.converters else 0,
        "subject": f"customer-{sample.customer.pk}", "name": "ageing", "check": "registration_missing", "country": "de",
    }  # fmt: skip
    return {name: known[name] for name in pattern.pattern.converters}


def alias(sample: Sample) -> int:
    """Give what was learned of the sample's payer, learned now where it was not."""
    found = LearnedAlias.objects.filter(company=sample.company).first()
    if found is None:
        common = {"company": sample.company, "recorded_at": sample.actor.at}
        decision = Decision.objects.create(
            **common, line=sample.line, number=1, how="confirmed", agreed=True, parts_count=0, decided_by="Sample"
        )  # fmt: skip
        found = LearnedAlias.objects.create(
            **common, customer=sample.customer, name=sample.secret, decision=decision, learned_by="Sample"
        )  # fmt: skip
    return found.pk


def instrument(sample: Sample) -> int:
    """Give a cheque of the sample's customer, taken in now where there is none."""
    found = Instrument.objects.filter(company=sample.company).first()
    if found is None:
        told = Told(sample.customer.pk, "cheque", sample.secret[:60], "EUR", 1_00, today_of(sample.actor))
        found = do_add_instrument(sample.actor, told)
    return found.pk


def address(pattern: URLPattern, sample: Sample) -> str:
    return reverse(f"web:{pattern.name}", kwargs=arguments(pattern, sample))


def method(pattern: URLPattern) -> str:
    return "post" if "GET" not in getattr(pattern.callback, "methods", ("GET",)) else "get"


def names_a_row(pattern: URLPattern) -> bool:
    return bool(set(pattern.pattern.converters) - {"kind", "name", "code", "number", "check", "country"})


GUARDED = [pattern for pattern in urlpatterns if pattern.name not in OPEN]
"""One test walks them all: the two companies are made once, and what differs is listed by name."""


def opened(client: Client, pattern: URLPattern, sample: Sample) -> HttpResponse:
    return getattr(client, method(pattern))(address(pattern, sample))


def test_every_address_but_sign_in_is_guarded():
    unguarded = {pattern.name for pattern in urlpatterns if not hasattr(pattern.callback, "right")}
    assert unguarded == OPEN
    assert len({pattern.name for pattern in urlpatterns}) == len(urlpatterns)


def test_nobody_is_sent_to_sign_in(ours: Sample):
    sent = {pattern.name: opened(Client(), pattern, ours).headers.get("Location", "") for pattern in GUARDED}
    assert {name for name, place in sent.items() if not place.startswith("/sign-in")} == set()


def test_another_companys_rows_do_not_exist(ours: Sample, theirs: Sample, lead: Client, as_role):
    admin = as_role("administrator")
    allowed = {pattern.name: pattern.callback.right in RIGHTS["finance_lead"] for pattern in GUARDED}
    found = {p.name: opened(lead if allowed[p.name] else admin, p, theirs) for p in GUARDED}
    rows = {pattern.name for pattern in GUARDED if names_a_row(pattern)}
    assert {name for name in rows if found[name].status_code != 404} == set()
    assert {name for name, response in found.items() if theirs.secret.encode() in response.getvalue()} == set()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_without_the_right_is_refused(role: str, ours: Sample, as_role):
    client = as_role(role)
    lacking = [pattern for pattern in GUARDED if pattern.callback.right not in RIGHTS[role]]
    found = {pattern.name: opened(client, pattern, ours) for pattern in lacking}
    assert {name for name, response in found.items() if response.status_code != 403} == set()
    assert all("Nothing was changed" in response.content.decode() for response in found.values())


def test_a_role_with_the_right_is_let_in(ours: Sample, as_role):
    clients = {role: as_role(role) for role in ROLES}
    having = {p: next(role for role in ROLES if p.callback.right in RIGHTS[role]) for p in GUARDED}
    found = {pattern.name: opened(clients[role], pattern, ours).status_code for pattern, role in having.items()}
    assert {name for name, status in found.items() if status == 403 or status >= 500} == set()


def test_other_methods_are_refused(ours: Sample, lead: Client):
    posts = [pattern for pattern in GUARDED if method(pattern) == "post"]
    assert {p.name for p in GUARDED if lead.delete(address(p, ours)).status_code != 405} == set()
    assert {p.name for p in posts if lead.get(address(p, ours)).status_code != 405} == set()


def test_an_auditor_cannot_release_and_nothing_changes(ours: Sample, as_role):
    response = as_role("auditor").post(
        reverse("web:runs-decide"), {"proposal": ours.proposal.pk, "decision": "drop", "reason": "because"}
    )
    ours.proposal.refresh_from_db()
    assert (response.status_code, ours.proposal.state) == (403, "proposed")


def test_deciding_on_another_companys_proposal_changes_nothing(ours: Sample, theirs: Sample, lead: Client):
    asked = {"proposal": [ours.proposal.pk, theirs.proposal.pk], "decision": "drop", "reason": "because"}
    assert lead.post(reverse("web:runs-decide"), asked).status_code == 404
    ours.proposal.refresh_from_db()
    theirs.proposal.refresh_from_db()
    assert (ours.proposal.state, theirs.proposal.state) == ("proposed", "proposed")


def test_holding_another_companys_item_changes_nothing(ours: Sample, theirs: Sample, lead: Client):
    before = theirs.customer.holds.count()
    asked = {"due_item": theirs.document.due_items.get().pk, "reason": "manual"}
    assert lead.post(reverse("web:customer-hold", args=[ours.customer.pk]), asked).status_code == 404
    assert theirs.customer.holds.count() == before
    assert ours.customer.holds.count() == 1


def test_a_company_can_only_be_chosen_by_its_members(ours: Sample, theirs: Sample, lead: Client):
    assert lead.post(reverse("web:company"), {"company": theirs.company.pk}).status_code == 404
    page = lead.get(reverse("web:home")).content.decode()
    assert ours.company.name in page
    assert theirs.company.name not in page


def test_an_end_of_membership_ends_access_at_once(ours: Sample, lead: Client):
    ours.users["finance_lead"].memberships.all().delete()
    assert lead.get(reverse("web:home")).status_code == 403
