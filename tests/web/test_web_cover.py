"""The insurance pages: what they show after a run, what they take, what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from web_sample import Sample

from fairdue.cover.models import BuyerLimit, CoverPolicy, CoverRecord, CoverTerms
from fairdue.cover.replaced import with_replaced
from fairdue.cover.rules import Kind
from fairdue.cover.standing import Deadline
from fairdue.cycle import line
from fairdue.ledger.models import AuditEntry, Hold
from fairdue.web.cover import Covered, sorted_apart, upcoming

POLICY = {"insurer": "Nordkredit", "number": "NK-1", "currency": "eur", "valid_from": "2026-01-01", "share": "90"}


def run(ours: Sample) -> None:
    line.go(ours.actor, ours.actor.at.date())


def test_after_a_run_the_page_shows_deadlines_and_what_is_insured(ours: Sample, lead: Client):
    before = lead.get(reverse("web:cover")).content.decode()
    assert "No run has measured cover yet." in before
    CoverTerms.objects.create(
        company=ours.company, policy=ours.cover, version=2, valid_from=date(2025, 1, 1), insured_share_ppm=900_000,
        claim_days=180, recorded_at=ours.actor.at, recorded_by="x",
    )  # fmt: skip
    run(ours)
    page = lead.get(reverse("web:cover")).content.decode()
    # R-1 of 1,234.56 was due 45 days ago, R-2 of 500.00 is due in 20 days: 90 % of both is insured.
    assert "1,561.10" in page
    assert "File the claim" in page
    mine = lead.get(reverse("web:customer-cover", args=[ours.customer.pk])).content.decode()
    assert "is insured now" in mine
    assert "N Quernstein" in mine


def test_more_insured_than_the_insurer_pays_is_said(ours: Sample, lead: Client):
    for version, most in ((2, 1_561_10), (3, 1_561_09)):
        CoverTerms.objects.create(
            company=ours.company, policy=ours.cover, version=version, valid_from=date(2025, 1, 1), insured_share_ppm=900_000,
            max_liability_minor=most, recorded_at=ours.actor.at, recorded_by="x",
        )  # fmt: skip
        if version == 2:
            run(ours)
        told = "over the most that the insurer pays" in lead.get(reverse("web:cover")).content.decode()
        assert told is (version == 3)


def test_a_policy_is_entered_and_its_terms_changed(ours: Sample, lead: Client):
    response = lead.post(reverse("web:cover-add"), POLICY | {"max_extension_days": "60", "minimum": "1000.50"})
    made = CoverPolicy.objects.get(number="NK-1")
    assert response.headers["Location"] == reverse("web:cover-policy", args=[made.pk])
    assert lead.get(reverse("web:cover-policy", args=[made.pk])).status_code == 200
    lead.post(reverse("web:cover-terms", args=[made.pk]), POLICY | {"share": "85.5", "notify_days": "30"})
    rows = made.terms.order_by("version").values_list(
        "insured_share_ppm", "max_extension_days", "minimum_minor", "notify_days"
    )
    assert list(rows) == [(900_000, 60, 1000_50, None), (855_000, None, 0, 30)]


def test_a_policy_that_cannot_be_is_refused(ours: Sample, lead: Client):
    for wrong in (
        {"number": "P-1"},
        {"currency": "XXQ"},
        {"share": "101"},
        {"valid_to": "2025-01-01"},
        {"insurer": ""},
    ):
        assert lead.post(reverse("web:cover-add"), POLICY | wrong).status_code == 400
    assert CoverPolicy.objects.filter(company=ours.company).count() == 1


def test_a_list_of_limits_is_read_and_refused_rows_are_told(ours: Sample, lead: Client):
    def send(text: str):
        file = SimpleUploadedFile("limits.csv", text.encode())
        return lead.post(reverse("web:cover-limits", args=[ours.cover.pk]), {"file": file})

    page = send("customer,limit,from\n4711,5000,2026-03-01\n9,1,2026-03-01\n").content.decode()
    assert "The ledger has no customer or group “9”." in page
    assert BuyerLimit.objects.filter(company=ours.company).order_by("-id").first().limit_minor == 5000_00
    assert send("nothing\nhere\n").status_code == 400
    assert lead.post(reverse("web:cover-limits", args=[ours.cover.pk])).status_code == 400


LIMIT = {
    "buyer": "4711",
    "limit": "7500.50",
    "effect_on": "2026-03-01",
    "share": "85",
    "max_extension_days": "90",
    "reference": "L-3",
}


def test_one_limit_is_entered_with_the_insurer_s_letter(ours: Sample, theirs: Sample, lead: Client):
    address = reverse("web:cover-limit", args=[ours.cover.pk])
    before = BuyerLimit.objects.count()
    for wrong in (
        {"buyer": "9"},
        {"limit": "-1"},
        {"share": "101"},
        {"until": "2026-02-01"},
        {"max_extension_days": "4000"},
    ):
        assert lead.post(address, LIMIT | wrong).status_code == 400
    page = SimpleUploadedFile("letter.html", b"<html>")
    assert lead.post(address, LIMIT | {"file": page}).status_code == 400
    assert BuyerLimit.objects.count() == before
    letter = SimpleUploadedFile("letter.pdf", b"%PDF-1.4 x")
    assert lead.post(address, LIMIT | {"file": letter}).headers["Location"] == reverse(
        "web:cover-policy", args=[ours.cover.pk]
    )
    made = BuyerLimit.objects.latest("id")
    assert (made.company_id, made.customer_id, made.limit_minor) == (ours.company.pk, ours.customer.pk, 7500_50)
    assert (made.share_ppm, made.max_extension_days, made.reference) == (850_000, 90, "L-3")
    shown = lead.get(reverse("web:cover-policy", args=[ours.cover.pk])).content.decode()
    assert "90 days" in shown
    file = lead.get(reverse("web:cover-limit-file", args=[made.pk]))
    assert (file.content, file.headers["Content-Type"]) == (b"%PDF-1.4 x", "application/pdf")
    told = AuditEntry.objects.filter(company=ours.company, action="set_cover_limit").latest("id").detail
    assert (told["max_extension_days"], told["file"]) == (90, made.source_file.sha256)


def test_who_may_not_import_enters_no_limit(ours: Sample, as_role: Callable[[str], Client]):
    assert as_role("auditor").post(reverse("web:cover-limit", args=[ours.cover.pk]), LIMIT).status_code == 403
    assert not BuyerLimit.objects.filter(limit_minor=7500_50).exists()


def test_a_consent_is_recorded_and_lets_a_plan_through(ours: Sample, lead: Client):
    run(ours)
    hold = {"reason": "promise", "until": "2026-12-31", "note": ""}
    page = lead.post(reverse("web:customer-hold", args=[ours.customer.pk]), hold, follow=True).content.decode()
    assert "is insured: without the insurer" in page
    assert not Hold.objects.filter(reason="promise").exists()
    told = {"kind": "consent", "on": "2026-03-03", "until": "2026-12-31", "reference": "E-9"}
    lead.post(reverse("web:customer-cover-record", args=[ours.customer.pk]), told)
    lead.post(reverse("web:customer-hold", args=[ours.customer.pk]), hold)
    assert Hold.objects.filter(company=ours.company, reason="promise").count() == 1


def test_a_record_that_cannot_be_changes_nothing(ours: Sample, theirs: Sample, lead: Client):
    address = reverse("web:customer-cover-record", args=[ours.customer.pk])
    good = {"kind": "notified", "on": "2026-03-03", "reference": "E-9"}
    for wrong in ({"on": "2026-03-04"}, {"reference": ""}, {"until": "2026-12-31"}, {"kind": "guess"}):
        assert lead.post(address, good | wrong).status_code == 400
    item = theirs.document.due_items.get().pk
    assert lead.post(address, good | {"due_item": item}).status_code == 404
    assert CoverRecord.objects.filter(company=ours.company).count() == 1


def deadline(kind: str, day: date, at_risk_minor: int, customer_id: int) -> Deadline:
    return Deadline(customer_id, 1, "EUR", Kind(kind), day, day, at_risk_minor, 1)


def test_what_is_to_be_kept_comes_by_day_and_amount_and_what_is_missed_stands_apart():
    today = date(2026, 3, 3)
    old_stop = deadline("stop", date(2025, 1, 1), 87_39, 1)
    large_stop = deadline("stop", date(2026, 2, 1), 9_000_00, 2)
    late, later = deadline("claim", date(2026, 1, 2), 100, 3), deadline("notify", date(2026, 3, 2), 50, 4)
    small, large = deadline("notify", today, 10, 5), deadline("notify", today, 20, 6)
    next_week = deadline("claim", date(2026, 3, 12), 99_999_00, 7)
    parts = sorted_apart([old_stop, late, small, next_week, large, later, large_stop], today)
    assert parts == {"coming": [large, small, next_week], "missed": [later, late], "stop": [large_stop, old_stop]}
    assert upcoming(Covered(today, (old_stop, late, small, next_week, large, later), ()), today) == (2, 2)
    assert upcoming(None, today) is None


def test_missed_deadlines_have_a_page_of_their_own_and_home_counts_them(ours: Sample, lead: Client):
    CoverTerms.objects.create(
        company=ours.company, policy=ours.cover, version=2, valid_from=date(2025, 1, 1), insured_share_ppm=900_000,
        claim_days=10, recorded_at=ours.actor.at, recorded_by="x",
    )  # fmt: skip
    run(ours)
    page = lead.get(reverse("web:cover") + "?state=missed").content.decode()
    assert "File the claim" in page
    assert 'class="tag bad">missed' in page
    assert 'class="tag bad">missed' not in lead.get(reverse("web:cover") + "?state=coming").content.decode()
    assert "1 missed" in lead.get(reverse("web:home")).content.decode()


def test_a_limit_that_another_replaced_shows_the_day(ours: Sample, lead: Client):
    def entered(effect_on: date, until: date | None = None) -> BuyerLimit:
        return BuyerLimit.objects.create(
            company=ours.company, policy=ours.cover, customer=ours.customer, effect_on=effect_on, until=until,
            limit_minor=1_00, recorded_at=ours.actor.at, recorded_by="x",
        )  # fmt: skip

    first = entered(date(2026, 1, 1))
    second = entered(date(2026, 2, 1), until=date(2026, 2, 10))
    third, fourth = entered(date(2026, 2, 20)), entered(date(2026, 2, 20))
    found = with_replaced(BuyerLimit.objects.filter(company=ours.company)).in_bulk()
    days = [found[one.pk].replaced_on for one in (first, second, third, fourth)]
    assert days == [date(2026, 2, 1), None, date(2026, 2, 20), None]
    for page in (
        lead.get(reverse("web:cover-policy", args=[ours.cover.pk])),
        lead.get(reverse("web:customer-cover", args=[ours.customer.pk])),
    ):
        shown = page.content.decode()
        assert shown.count("replaced from") == 3
        assert shown.count("open end") == 1
