"""Every field that the benchmark writes is read back from its four formats, typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.cash_application.files import ACCOUNTS, WRITERS, Line, Writer
from bench.cash_application.generate import generate
from bench.cash_application.names import plain

from fairdue.formats.bank.files import read_bank_file
from fairdue.formats.bank.records import Detail, End, Entry

LINES = 2_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Line]]:
    """Give the files of a seed, and the lines that were written into them."""
    written: dict[str, Line] = {}

    class Seen(Writer):
        def add(self, line: Line) -> None:
            written[line.id] = line
            super().add(line)

    with pytest.MonkeyPatch.context() as patch:
        for name, writer in list(WRITERS.items()):
            patch.setitem(WRITERS, name, type(writer.__name__, (Seen, writer), {}))
        folder = tmp_path_factory.mktemp("cash")
        generate(folder, 7, LINES, 2 * LINES)
    return folder, written


def read(folder: Path, name: str) -> Iterator[tuple[Entry, Detail]]:
    account = ACCOUNTS[name]
    with (folder / account.path).open("rb") as file:
        for part in read_bank_file(file, account.path):
            if isinstance(part, Entry):
                (detail,) = part.details
                yield part, detail
            elif isinstance(part, End):
                assert part.findings == ()


@pytest.mark.parametrize("name", ACCOUNTS)
def test_all_that_is_written_is_read(made: tuple[Path, dict[str, Line]], name: str) -> None:
    folder, written = made
    account = ACCOUNTS[name]
    mine = {number for number, line in written.items() if line.case.account == name}
    seen = set()
    instructed = 0
    for entry, detail in read(folder, name):
        case = written[entry.bank_reference].case
        seen.add(entry.bank_reference)
        assert (entry.amount_minor, entry.currency) == (case.amount_minor, account.currency)
        assert entry.booked_on == entry.valued_on == written[entry.bank_reference].on
        party = detail.debtor or detail.creditor
        latin = account.format in ("mt940", "bai2")
        given = (plain(case.name) if latin else case.name)[: 54 if account.format == "mt940" else None]
        assert (party.name if party else "").rstrip() == given.rstrip()
        assert (party.account if party else "") == case.iban
        end_to_end = entry.reference if account.format == "bai2" else detail.end_to_end
        assert end_to_end == case.end_to_end
        text = plain(case.text) if latin else case.text
        said = "".join(detail.text) if account.format == "mt940" else " ".join(detail.text)
        if account.format == "csv" and case.instructed:
            assert said.startswith(text)
            assert case.instructed[1] in said
        else:
            assert _bare(said) == _bare(text.replace("/", " ") if account.format == "bai2" else text)
        if account.format.startswith("camt"):
            assert [one.reference for one in detail.structured] == ([case.reference] if case.reference else [])
        if case.instructed and account.format in ("mt940", "camt.053.001.08"):
            instructed += 1
            assert detail.exchange is not None
            assert (detail.exchange.instructed_minor, detail.exchange.instructed_currency) == case.instructed[:2]
    assert seen == mine
    if name == "DE-CAMT":
        assert instructed > 0


def _bare(text: str) -> str:
    """Leave out blanks: a field's end may swallow one."""
    return "".join(text.split())
