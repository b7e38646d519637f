"""What a body may hold: characters that no database keeps are refused with the name of their field."""

from __future__ import annotations

import json

import pytest

from fairdue.api.models import KeptAnswer
from fairdue.books.models import Acknowledgement
from fairdue.intake.models import Import

NUL, HALF = "a\0b", "a\ud800b"
BODIES = {
    "rows": ("/imports/rows", {"rows": [{"Customer": "C-1"}, {"Customer": "%"}]}, "rows.1.Customer"),
    "heading": ("/imports/rows", {"rows": [{"%": "C-1"}]}, "rows.0."),
    "source": ("/imports/rows", {"source": "%", "rows": [{"Customer": "C-1"}]}, "source"),
    "default": ("/imports/rows", {"rows": [{"Customer": "C-1"}], "defaults": {"currency": "%"}}, "defaults.currency"),
    "control": ("/imports/rows", {"rows": [{"Customer": "C-1"}], "control": {"EUR": "%"}}, "control.EUR"),
    "unknown field": ("/imports/rows", {"rows": [{"Customer": "C-1"}], "more": {"%": 1}}, "more."),
    "reference": ("/postings/batches/1/acknowledgement", {"outcome": "booked", "reference": "%"}, "reference"),
    "line": (
        "/postings/batches/1/acknowledgement",
        {"lines": [{"line": 1, "outcome": "refused", "reason": "%"}]},
        "lines.0.reason",
    ),
}


@pytest.mark.parametrize("written", ["escaped", "utf-16", "raw"])
@pytest.mark.parametrize("bad", [NUL, HALF], ids=["nul", "half"])
@pytest.mark.parametrize("case", BODIES)
def test_characters_that_no_database_keeps_are_refused_by_field(case: str, bad: str, written: str, ours, program):
    """However they are written: escaped, in UTF-16, or as bytes that are no UTF-8."""
    path, body, field = BODIES[case]
    text = json.dumps(body).replace("%", json.dumps(bad)[1:-1])
    data = text.encode("utf-16" if written == "utf-16" else "utf-8")
    if written == "raw" and bad == HALF:
        data = text.replace("\\ud800", "\ud800").encode("utf-8", "surrogatepass")
    before = (Import.objects.count(), Acknowledgement.objects.count(), KeptAnswer.objects.count())
    answer = program.post(path, data)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json"), answer.content
    told = answer.json()
    assert (told["code"], told["errors"][0]["code"]) == ("contents", "characters")
    assert told["errors"][0]["field"].startswith(field)
    assert "%" not in answer.content.decode()
    assert (Import.objects.count(), Acknowledgement.objects.count(), KeptAnswer.objects.count()) == before


def test_a_whole_character_beyond_the_first_plane_and_a_written_escape_are_taken(ours, program):
    body = b'{"outcome": "booked", "reference": "\\ud83d\\ude00 \\\\u0000"}'
    assert program.post("/postings/batches/1/acknowledgement", body).status_code == 200
    assert Acknowledgement.objects.get(batch=ours.batch).reference == "\N{GRINNING FACE} \\u0000"


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 100_000, b'{"rows": [{"a": 1' + b"0" * 5000 + b"}]}", b"\xff\xfe", b""]
)
def test_what_is_no_json_is_told_so(body: bytes, ours, program):
    assert program.post("/imports/rows", body).status_code in {400, 422}
