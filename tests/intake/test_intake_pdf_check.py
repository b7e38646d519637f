"""A PDF that runs something is refused however it is written, and an honest one is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from copy_samples import pdf
from raw_pdf import HARMLESS, objects, packed, raw

from fairdue.formats.copies.pdf import read_pdf
from fairdue.formats.errors import FormatError

SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"
LAUNCH = b"<< /S /Launch /F (calc.exe) >>"
HIDDEN = b"4 0 obj\n" + LAUNCH + b"\nendobj\n"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (raw(objects(o4=SCRIPT)), "JavaScript"),
        (raw(objects(b"4 1 R", o4g1=SCRIPT)), "JavaScript"),
        (raw(objects(o4=b"<< /S 5 0 R /F (calc.exe) >>", o5=b"/Launch")), "Launch"),
        (raw(objects(o4=b"<< /S 5 2 R /F (calc.exe) >>", o5g2=b"/Launch")), "Launch"),
        (raw(objects(o4=b"<< /#53 /La#75nch /F (calc.exe) >>")), "Launch"),
        (raw(objects(o4=b"<< /S /URI /Next << /S /Launch >> >>")), "Launch"),
        (packed(LAUNCH), "Launch"),
        (packed(b"<< /#53 /#4caunch >>"), "Launch"),
        (raw(objects(o4=HARMLESS), objects(o4=LAUNCH)), "Launch"),
        (raw(objects(o4=LAUNCH), {(4, 0): HARMLESS}), "Launch"),
        (raw(objects(o4=HARMLESS), before_table=HIDDEN), "Launch"),
        (raw(objects(o4=LAUNCH), gap=b"%x\n"), "Launch"),
        (raw(objects(o4=b"<< /XFA [(template) 5 0 R] >>", o5=b"<< >>")), "XFA"),
    ],
    ids=("plain", "generation", "kind-behind-reference", "kind-in-generation", "escaped", "next", "packed", "packed-escaped",
         "update", "replaced", "in-no-table", "comment", "xfa"),
)  # fmt: skip
def test_what_runs_something_is_found_however_it_is_written(data: bytes, what: str):
    with pytest.raises(FormatError) as error:
        read_pdf(data)
    assert (error.value.reason.code, dict(error.value.reason.values)["what"]) == ("copy_active", what)


def test_an_object_that_cannot_be_looked_at_is_refused():
    with pytest.raises(FormatError) as error:
        read_pdf(raw(objects(o4=b"<< /A ] /S /Launch >>")))
    assert (error.value.reason.code, dict(error.value.reason.values)["detail"]) == ("copy_broken", "object 4")


def test_a_key_named_twice_is_refused():
    with pytest.raises(FormatError) as error:
        read_pdf(raw(objects(o4=b"<< /S /URI /S /Launch >>")))
    assert error.value.reason.code == "copy_broken"


def test_honest_files_pass():
    assert read_pdf(raw(objects(o4=HARMLESS))).pages == 1
    assert read_pdf(raw(objects(o4=HARMLESS), objects(o4=HARMLESS))).pages == 1
    assert read_pdf(packed(HARMLESS)).pages == 1
    assert "HTML/JavaScript" in read_pdf(pdf("Course HTML/JavaScript")).text


def test_e_invoices_of_many_makers_pass(shared: Path):
    found = sorted(shared.rglob("*.pdf"))
    assert len(found) > 10
    for path in found:
        assert read_pdf(path.read_bytes()).pages > 0, path.name
