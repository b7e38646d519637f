"""What the pages show, and with how few queries."""

from __future__ import annotations

import csv
import io

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from web_sample import Sample

from fairdue.contact.models import InboundMail, Task
from fairdue.ledger import audit
from fairdue.ledger.store import blob_path
from fairdue.people.models import Company, Membership

QUERIES_MAX = 8


def queries_of(client: Client, address: str) -> list[str]:
    """Open a page and give its queries; the two calls that move PostgreSQL's row-level scope are no reads."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200, address
    return [row["sql"] for row in captured.captured_queries if "set_config" not in row["sql"]]


def pages(sample: Sample) -> dict[str, str]:
    return {
        "home": reverse("web:home"),
        "worklist": reverse("web:worklist"),
        "tasks": reverse("web:worklist-tasks"),
        "customers": reverse("web:customers"),
        "customer": reverse("web:customer", args=[sample.customer.pk]),
        "contacts": reverse("web:customer-contacts", args=[sample.customer.pk]),
        "timeline": reverse("web:customer-timeline", args=[sample.customer.pk]),
        "links": reverse("web:customer-links", args=[sample.customer.pk]),
        "terms": reverse("web:customer-terms", args=[sample.customer.pk]),
        "cover": reverse("web:cover"),
        "cover of a customer": reverse("web:customer-cover", args=[sample.customer.pk]),
        "cover policy": reverse("web:cover-policy", args=[sample.cover.pk]),
        "ageing": reverse("web:ageing"),
        "answers": reverse("web:answers"),
        "answer": reverse("web:answer", args=[sample.answer.pk]),
        "settings": reverse("web:settings"),
        "runs": reverse("web:runs"),
        "review": reverse("web:run", args=[sample.run.pk]),
        "proposal": reverse("web:runs-proposal", args=[sample.proposal.pk]),
        "notice": reverse("web:notice", args=[sample.notice.pk]),
        "outbox": reverse("web:outbox"),
        "message": reverse("web:outbox-message", args=[sample.message.pk]),
        "policies": reverse("web:policies"),
        "policy": reverse("web:policy", args=["flexible"]),
        "imports": reverse("web:imports"),
        "audit": reverse("web:audit"),
        "books": reverse("web:books"),
        "batch": reverse("web:books-batch", args=[sample.batch.pk]),
    }


def test_a_page_makes_at_most_eight_queries(ours: Sample, lead: Client):
    counts = {name: len(queries_of(lead, address)) for name, address in pages(ours).items()}
    assert {name: count for name, count in counts.items() if count > QUERIES_MAX} == {}


def test_more_rows_make_no_more_queries(ours: Sample, lead: Client):
    before = len(queries_of(lead, reverse("web:customers")))
    for number in range(5):
        ours.customer.pk, ours.customer.number_key, ours.customer._state.adding = None, f"x{number}", True
        ours.customer.save()
    assert len(queries_of(lead, reverse("web:customers"))) == before


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_home_shows_the_figures_of_the_latest_run(ours: Sample, lead: Client):
    page = text_of(lead, reverse("web:home"))
    for shown in ("150,000", "34.2%", "43.7", "8.12", "not enough history", "XAU", "Quernstein"):
        assert shown in page
    assert "Falling due by week" in page
    assert 'fill="var(--b5)"' in page


def test_home_without_a_run_says_how_to_begin(ours: Sample, lead: Client):
    ours.run.worklist.all().delete()
    ours.run.delete()
    assert "Three steps to the first letter" in text_of(lead, reverse("web:home"))


def test_the_customer_page_shows_items_as_of_a_day(ours: Sample, lead: Client):
    address = reverse("web:customer", args=[ours.customer.pk])
    page = text_of(lead, address)
    for shown in ("R-1", "R-2", "1,734.56", "1,234.56", "100.00", "Dispute", "Sales block"):
        assert shown in page, shown
    earlier = text_of(lead, f"{address}?as_of={ours.document.issued_on.isoformat()}")
    assert "R-1" in earlier
    assert "R-2" not in earlier


def test_customers_are_found_by_name_number_city_and_email(ours: Sample, lead: Client):
    for asked, found in (("quern", True), ("4711", True), ("lyon", True), ("anne@ours", True), ("nobody", False)):
        page = text_of(lead, reverse("web:customers") + f"?q={asked}")
        assert ("Quernstein" in page) is found, asked


def test_the_customer_list_gives_only_rows_to_htmx(ours: Sample, lead: Client):
    part = lead.get(reverse("web:customers") + "?q=quern", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "Quernstein" in part


def test_the_worklist_is_filtered_and_exported(ours: Sample, lead: Client):
    assert "Quernstein" in text_of(lead, reverse("web:worklist") + "?channel=email&days=30")
    assert "Quernstein" not in text_of(lead, reverse("web:worklist") + "?days=90")
    exported = lead.get(reverse("web:worklist-export", args=["csv"]))
    assert exported["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(exported.content.decode("utf-8-sig"))))
    assert [(row["Customer"], row["At stake"], row["Days overdue"]) for row in rows] == [
        ("Quernstein", "1134.56", "45")
    ]
    assert lead.get(reverse("web:worklist-export", args=["xlsx"])).content[:2] == b"PK"
    assert lead.get(reverse("web:worklist-export", args=["exe"])).status_code == 404


def test_charts_are_offered_as_specifications(ours: Sample, lead: Client):
    spec = lead.get(reverse("web:home-chart", args=["ageing"])).json()
    assert spec["$schema"].endswith("/vega-lite/v5.json")
    assert [row["amount"] for row in spec["data"]["values"]] == [0, 10000, 20000, 30000, 40000, 50000]
    assert lead.get(reverse("web:home-chart", args=["other"])).status_code == 404


def test_a_notice_shows_its_exact_bytes(ours: Sample, lead: Client):
    assert "unchanged" in text_of(lead, reverse("web:notice", args=[ours.notice.pk]))
    letter = lead.get(reverse("web:notice-letter", args=[ours.notice.pk, "txt"]))
    assert letter.content == b"Dear Quernstein"
    assert letter["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert lead.get(reverse("web:notice-letter", args=[ours.notice.pk, "pdf"])).status_code == 404


def test_a_notice_with_changed_bytes_says_so(ours: Sample, lead: Client):
    digest = ours.notice.text_sha256
    blob_path(ours.notice.company_id, digest).write_bytes(b"forged")
    assert "missing or changed" in text_of(lead, reverse("web:notice", args=[ours.notice.pk]))
    assert lead.get(reverse("web:notice-letter", args=[ours.notice.pk, "txt"])).status_code == 404


def test_the_audit_page_verifies_the_chain(ours: Sample, lead: Client):
    assert "The chain holds." in lead.post(reverse("web:audit-verify")).content.decode()
    part = lead.post(reverse("web:audit-verify"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part


def test_switching_the_company_changes_what_is_seen(ours: Sample, theirs: Sample, lead: Client):
    Membership.objects.create(user=ours.users["finance_lead"], company=theirs.company, role="auditor")
    assert lead.post(reverse("web:company"), {"company": theirs.company.pk}).status_code == 302
    page = text_of(lead, reverse("web:customers"))
    assert "Zwiebelfisch" in page
    assert "Quernstein" not in page
    assert lead.get(reverse("web:customer", args=[ours.customer.pk])).status_code == 404
    assert lead.get(reverse("web:imports")).status_code == 403


def test_the_audit_page_reads_a_detail_called_items(ours: Sample, lead: Client):
    audit.record(ours.actor, "answer", "answer:1", kind="wrong", items=[17, 18])
    page = text_of(lead, reverse("web:audit"))
    assert "17, 18" in page


def test_an_empty_installation_says_what_to_do(ours: Sample, lead: Client):
    """A company of its own that has nothing: the first pages name the next step instead of an empty table."""
    fresh = Company.objects.create(code="fresh", name="Fresh GmbH", country="DE", currency="EUR")
    Membership.objects.create(user=ours.users["finance_lead"], company=fresh, role="controller")
    lead.post(reverse("web:company"), {"company": fresh.pk})
    first = text_of(lead, reverse("web:home"))
    assert "Three steps to the first letter" in first
    assert 'class="done"' not in first
    for name, said in (
        ("worklist", "A run ranks whom to contact today"),
        ("customers", "No customer yet."),
        ("ageing", "Nothing measured yet."),
        ("runs", "Start the first one above"),
        ("answers", "No answer here."),
        ("imports", "Nothing imported yet."),
        ("outbox", "No message is in this state."),
        ("settings", "No account yet."),
    ):
        assert said in text_of(lead, reverse(f"web:{name}")), name


def test_refusals_have_the_products_own_look_in_both_languages(ours: Sample, as_role):
    client, auditor = Client(enforce_csrf_checks=True), as_role("auditor")
    client.force_login(ours.users["finance_lead"])
    big = str(200 * 1024 * 1024)
    for language, words in (
        ("en", ("Not found", "Not allowed", "open too long", "Nothing to see here", "too large")),
        ("zh-hans", ("未找到", "无权操作", "页面打开时间过长", "此处没有内容", "文件过大")),
    ):
        asked = {"headers": {"Accept-Language": language}}
        answers = (
            client.get("/nowhere", **asked),
            auditor.get(reverse("web:imports"), **asked),
            client.post(reverse("web:runs-start"), {}, **asked),
            client.get(reverse("web:runs-start"), **asked),
            client.post(reverse("web:imports"), CONTENT_LENGTH=big, **asked),
        )
        assert [answer.status_code for answer in answers] == [404, 403, 403, 405, 413]
        for answer, said in zip(answers, words, strict=True):
            page = answer.content.decode()
            assert said in page, (language, said)
            assert 'class="alone"' in page


def test_a_finding_of_the_audit_log_reads_in_the_language_of_the_page(ours: Sample, lead: Client):
    audit.seal(ours.company.pk)
    with connection.cursor() as cursor:
        # A hand in the database, past the guards: what the chain is for.
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE ledger_audit_entry DISABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_audit_entry'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute("UPDATE ledger_audit_entry SET action = 'other' WHERE company_id = %s", [ours.company.pk])
    page = lead.post(reverse("web:audit-verify"), headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "的内容与封存时不符" in page


def test_home_counts_unread_replies_and_answers_that_wait(ours: Sample, theirs: Sample, lead: Client):
    InboundMail.objects.update(state="waiting")
    for one in (ours, theirs):
        Task.objects.filter(pk=one.task.pk).update(subject=f"answer:{one.answer.pk}")
    page = text_of(lead, reverse("web:home"))
    assert '<strong class="num">1</strong> unread replies' in page
    assert '<strong class="num">1</strong> answers waiting' in page
    InboundMail.objects.filter(pk=ours.mail.pk).update(state="read")
    Task.objects.filter(subject=f"answer:{ours.answer.pk}").update(done_at=ours.actor.at)
    page = text_of(lead, reverse("web:home"))
    assert '<strong class="num">0</strong> unread replies' in page
    assert '<strong class="num">0</strong> answers waiting' in page


def lit(client: Client, address: str) -> str:
    """Give the label of the navigation's line that is marked as the present one."""
    nav = text_of(client, address).partition('<nav class="nav"')[2].partition("</nav>")[0]
    marked = [line for line in nav.splitlines() if 'aria-current="page"' in line]
    assert len(marked) == 1, address
    return marked[0].rpartition("</svg>")[2].removesuffix("</a>")


def test_every_page_lights_its_line_of_the_menu(ours: Sample, lead: Client):
    for name, args, label in (
        ("inbox", [], "Replies"), ("answers", [], "Replies"), ("balances", [], "Replies"), ("inbox-changes", [], "Replies"),
        ("answer", [ours.answer.pk], "Replies"), ("inbox-mail", [ours.mail.pk], "Replies"), ("third-parties", [], "Settings"),
        ("customer-why", [ours.customer.pk], "Customers"), ("notice", [ours.notice.pk], "Outbox"),
        ("country", ["de"], "Countries and law"), ("runs-proposal", [ours.proposal.pk], "Runs and review"),
    ):  # fmt: skip
        assert lit(lead, reverse(f"web:{name}", args=args)) == label, name


def test_each_tab_of_a_customer_has_its_own_title(ours: Sample, lead: Client):
    names = ("customer", "customer-contacts", "customer-cover", "customer-timeline", "customer-links", "customer-files")
    names += ("customer-why", "customer-law", "customer-terms")
    titles = [
        text_of(lead, reverse(f"web:{name}", args=[ours.customer.pk])).partition("<title>")[2].partition("</title>")[0]
        for name in names
    ]
    assert len(set(titles)) == len(names)
    assert all(title.endswith(" · Quernstein · Fairdue") for title in titles)


def test_the_customer_page_tells_how_the_receipt_of_each_item_stands(ours: Sample, lead: Client):
    address = reverse("web:customer", args=[ours.customer.pk])
    rows = text_of(lead, address).partition("Open items</h2>")[2].partition("</table>")[0].split("<tr>")
    assert ["received" in row for row in rows if "R-1" in row or "R-2" in row] == [
        "R-1" in row for row in rows if "R-1" in row or "R-2" in row
    ]
    assert len(queries_of(lead, address)) <= QUERIES_MAX


def test_a_task_before_the_due_date_tells_days_until_it(ours: Sample, lead: Client):
    reason = {"code": "dunning.stage_reached", "values": {"stage": "receipt_confirmation", "days": -19}}
    Task.objects.filter(pk=ours.task.pk).update(reasons=[reason], kind="answer", key="x/answer")
    page = text_of(lead, reverse("web:worklist-tasks"))
    assert "Receipt confirmation is due: the next item falls due in 19 days." in page
    assert "Ask for the missing answer" in page
