"""Every operation, asked for by the wrong program: no token, another company's, one without the scope."""

from __future__ import annotations

from datetime import timedelta

import pytest
from api_sample import REQUESTS, House, Program
from django.conf import settings as conf
from django.test import Client

from fairdue.api.urls import schema
from fairdue.ledger.models import AuditEntry
from fairdue.people.actor import SCOPES
from fairdue.people.models import ApiToken, User

ASKED = {
    "list_customers": "read", "get_customer": "read", "why": "read", "list_open_items": "read", "list_holds": "read",
    "add_files": "files:write", "list_files": "read files:write", "get_file": "read files:write", "get_file_content": "read",
    "list_missing": "read files:write", "list_batches": "read postings:ack", "get_batch": "read postings:ack",
    "get_batch_csv": "read postings:ack", "acknowledge_batch": "postings:ack", "hand_out_batch": "postings:ack",
    "import_file": "imports:write",
    "import_rows": "imports:write", "get_import": "read imports:write", "get_refused": "read imports:write",
    "receive_mail": "inbox:write",
}  # fmt: skip
"""The scopes that open each operation: one of them is enough."""
OPERATIONS = {told["operationId"]: told for methods in schema()["paths"].values() for told in methods.values()}
NAMES_A_ROW = {name for name, told in OPERATIONS.items() for one in told.get("parameters", ()) if one["in"] == "path"}


def test_every_operation_is_asked_for_here():
    assert set(OPERATIONS) == set(REQUESTS) == set(ASKED)
    assert {name: " ".join(told["x-scopes"]) for name, told in OPERATIONS.items()} == ASKED


def test_without_a_token_nothing_opens(ours: House):
    found = {name: ask(Program(None), ours) for name, ask in REQUESTS.items()}
    assert {name for name, answer in found.items() if answer.status_code != 401} == set()
    one = found["why"]
    assert one["WWW-Authenticate"].startswith("Bearer")
    assert one["Content-Type"] == "application/problem+json"
    assert one.json()["code"] == "token"


def test_a_session_is_no_token(ours: House):
    user = User.objects.create(username="kim")
    user.memberships.create(company=ours.company, role="finance_lead")
    program = Program(None)
    program.client.force_login(user)
    assert {name for name, ask in REQUESTS.items() if ask(program, ours).status_code != 401} == set()


def test_a_token_opens_no_page(ours: House):
    answer = Client().get("/customers", headers={"Authorization": f"Bearer {ours.token()}"})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=/customers")


def test_an_ended_a_revoked_and_a_broken_token_are_refused_alike(ours: House):
    shown = {name: ours.token("read", name=name) for name in ("ended", "revoked", "whole")}
    ApiToken.objects.filter(name="ended").update(expires_at=ours.actor.at - timedelta(seconds=1))
    ApiToken.objects.filter(name="revoked").update(revoked_at=ours.actor.at)
    answers = [Program(shown["ended"]), Program(shown["revoked"]), Program(shown["whole"][:-1])]
    bodies = {program.get("/customers").content for program in answers}
    assert len(bodies) == 1
    assert Program(shown["whole"]).get("/customers").status_code == 200


def test_another_companys_rows_do_not_exist(ours: House, theirs: House, program: Program):
    found = {name: REQUESTS[name](program, theirs) for name in OPERATIONS}
    assert {name: found[name].status_code for name in NAMES_A_ROW if found[name].status_code != 404} == {}
    assert {name for name, answer in found.items() if theirs.secret.encode() in answer.content} - {"add_files"} == set()
    assert found["add_files"].status_code == 422
    assert b"4712" not in b"".join(answer.content for answer in found.values())


def test_our_own_rows_do(ours: House, theirs: House, program: Program):
    found = {name: REQUESTS[name](program, ours) for name in OPERATIONS}
    assert {name: answer.content for name, answer in found.items() if answer.status_code not in {200, 201}} == {}
    silent = {
        "add_files",
        "acknowledge_batch",
        "hand_out_batch",
        "import_file",
        "import_rows",
        "receive_mail",
        "why",
        "list_missing",
        "get_file_content",
    }
    assert {name for name, answer in found.items() if ours.secret.encode() not in answer.content} - silent <= {
        "get_batch", "get_batch_csv", "list_batches", "list_holds",
    }  # fmt: skip


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_opens_its_operations_and_no_other(scope: str, ours: House):
    program = ours.program(scope)
    found = {name: ask(program, ours).status_code for name, ask in REQUESTS.items()}
    assert {name for name, status in found.items() if status == 403} == {
        n for n, asked in ASKED.items() if scope not in asked.split()
    }
    assert {name: status for name, status in found.items() if status not in {200, 201, 403}} == {}


def test_the_log_names_the_token(ours: House):
    program = ours.program("postings:ack", name="SAP")
    REQUESTS["acknowledge_batch"](program, ours)
    entry = AuditEntry.objects.filter(action="answer_batch").get()
    assert entry.actor == f"token:{ApiToken.objects.get(name='SAP').pk}"


def test_too_many_calls_wait_and_other_tokens_do_not(ours: House, settings):
    settings.FAIRDUE_API_CALLS_A_MINUTE = 3
    busy, other = ours.program("read"), ours.program("read")
    answers = [busy.get("/customers") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert other.get("/customers").status_code == 200


def test_last_use_is_kept(ours: House):
    ours.program("read", name="BI").get("/customers")
    assert ApiToken.objects.get(name="BI").last_used_at == ours.actor.at.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nowhere", 404, "not_found"), ("/customers?cursor=x", 422, "contents"), ("/customers?limit=0", 422, "contents"),
        ("/open-items?as_of=1066-10-14", 422, "contents"), ("/open-items?customer=none", 422, "contents"),
        ("/documents/files?kind=king", 422, "contents"), ("/customers?cursor=%00", 400, "unreadable"),
        ("/imports/99999999999999999999", 404, "not_found"), ("/postings/batches/99999999999999999999", 404, "not_found"),
    ],
)  # fmt: skip
def test_errors_have_one_shape(path: str, status: int, code: str, program: Program):
    answer = program.get(path)
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert (answer.status_code, told["status"], told["code"], told["type"]) == (
        status,
        status,
        code,
        f"urn:fairdue:problem:{code}",
    )
    assert told["title"]
    assert told["detail"]


def test_errors_speak_chinese(ours: House):
    told = Program(ours.token("read"), "zh-hans").get("/nowhere").json()
    assert (told["code"], told["title"]) == ("not_found", "没有这样的记录。")
    assert Program(None, "zh-hans").get("/customers").json()["title"] == "需要有效的令牌。"


def test_other_methods_and_large_bodies_are_refused(program: Program, settings):
    answer = program.client.delete("/api/v1/customers", headers=program.headers())
    assert (answer.status_code, answer.json()["code"], answer["Allow"]) == (405, "method", "GET")
    settings.FAIRDUE_UPLOAD_MAX_BYTES = 10
    answer = program.post("/inbox", b"x" * 1_100_000, media="message/rfc822")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_the_description_is_open_and_tells_nothing_of_a_company(ours: House):
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert ours.secret.encode() not in answer.content
    assert answer["Content-Security-Policy"].startswith("default-src 'self'")
    assert conf.FAIRDUE_API_CALLS_A_MINUTE == 600
