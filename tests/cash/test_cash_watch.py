"""The watched folder: what is left, taken, refused, and that a kill at any line loses nothing and counts nothing twice."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from fairdue.cash.actions import TakenIn
from fairdue.cash.models import BankFile
from fairdue.cash.watch import Ended, Folder, Outcome, WatchError, watched
from fairdue.formats.bank.reasons import BankError
from fairdue.formats.errors import FormatError

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "formats"))
import bank_files

RUN = str(Path(__file__).resolve().parent / "watch_folder.py")


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


class Taker:
    """Takes everything in but what says "bad"."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, str]] = []

    def __call__(self, data: bytes, name: str) -> TakenIn:
        if b"bad" in data:
            raise FormatError(BankError.CUT_OFF, file=name, line=7)
        self.got.append((data, name))
        return TakenIn(BankFile())


def take(folder: Folder, taker: Taker, now: float = 100.0) -> list[Outcome]:
    return [folder.take(name, taker, str) for name in folder.ready(now)]


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if one.name != ".fairdue-watch.lock")


def test_a_file_is_left_until_it_rests(drop: Path) -> None:
    taker = Taker()
    with watched(drop, 10.0) as folder:
        (drop / "a.xml").write_bytes(b"one")
        assert folder.ready(0.0) == []
        assert folder.ready(9.9) == []
        (drop / "a.xml").write_bytes(b"one and more")
        assert folder.ready(11.0) == []
        assert folder.ready(20.9) == []
        assert folder.ready(21.0) == ["a.xml"]
        # It changes between the look and the opening.
        (drop / "a.xml").write_bytes(b"one and more!")
        assert folder.take("a.xml", taker, str) == Outcome("a.xml", Ended.LEFT)
        assert taker.got == []
        assert folder.ready(31.0) == []
        assert take(folder, taker, 41.0)[0].ended is Ended.TAKEN
    assert taker.got == [(b"one and more!", "a.xml")]
    assert names(drop) == ["done", "refused"]
    assert names(drop / "done") == ["a.xml"]


@pytest.mark.parametrize("name", ["a.part", "a.xml.filepart", "A.TMP", ".hidden", "a.xml~", "x.crdownload"])
def test_names_of_transfers_are_left(drop: Path, name: str) -> None:
    (drop / name).write_bytes(b"half")
    with watched(drop, 0.0) as folder:
        assert folder.ready(1.0) == folder.ready(2.0) == []
    # The transfer ends by a new name.
    (drop / name).rename(drop / "whole.xml")
    with watched(drop, 0.0) as folder:
        assert folder.ready(3.0) == ["whole.xml"]


def test_what_is_refused_stands_beside_its_reason(drop: Path) -> None:
    (drop / "b.xml").write_bytes(b"bad one")
    (drop / "a.xml").write_bytes(b"good")
    os.utime(drop / "a.xml", ns=(2_000_000_000, 2_000_000_000))
    os.utime(drop / "b.xml", ns=(1_000_000_000, 1_000_000_000))
    taker = Taker()
    with watched(drop, 0.0) as folder:
        outcomes = take(folder, taker)
    assert [(one.name, one.ended) for one in outcomes] == [("b.xml", Ended.REFUSED), ("a.xml", Ended.TAKEN)]
    assert names(drop / "refused") == ["b.xml", "b.xml.why.txt"]
    told = (drop / "refused" / "b.xml.why.txt").read_text()
    assert told.startswith(
        "b.xml\n\nb.xml:7: The file ends in the middle of a statement. Fetch it from the bank again.\n"
    )
    assert (drop / "refused" / "b.xml").read_bytes() == b"bad one"


def test_no_move_takes_another_file_away(drop: Path) -> None:
    taker = Taker()
    for content in (b"1", b"2", b"1", b"1", b"bad 1", b"bad 2", b"bad 1"):
        with watched(drop, 0.0) as folder:
            (drop / "a.xml").write_bytes(content)
            take(folder, taker)
    done = {(drop / "done" / name).read_bytes() for name in names(drop / "done")}
    assert done == {b"1", b"2"}
    assert names(drop / "done") == ["a.6b86b273ff34.xml", "a.d4735e3a265e.xml", "a.xml"]
    refused = [name for name in names(drop / "refused") if not name.endswith(".why.txt")]
    assert {(drop / "refused" / name).read_bytes() for name in refused} == {b"bad 1", b"bad 2"}
    assert len(names(drop / "refused")) == 2 * len(refused)


def test_links_pipes_and_sockets_are_refused_unopened(drop: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes(b"another's statement")
    (drop / "link.xml").symlink_to(secret)
    (drop / "nowhere.xml").symlink_to(tmp_path / "nowhere")
    os.mkfifo(drop / "pipe.xml")
    (drop / "folder").mkdir()
    place = os.getcwd()
    os.chdir(drop)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind("door.xml")
        os.chdir(place)
        taker = Taker()
        with watched(drop, 0.0) as folder:
            outcomes = take(folder, taker)
    assert {one.name for one in outcomes} == {"link.xml", "nowhere.xml", "pipe.xml", "door.xml"}
    assert {one.ended for one in outcomes} == {Ended.REFUSED}
    assert taker.got == []
    assert names(drop) == ["done", "folder", "refused"]
    assert (drop / "refused" / "link.xml").is_symlink()
    assert "not opened" in (drop / "refused" / "link.xml.why.txt").read_text()
    assert secret.read_bytes() == b"another's statement"


def test_a_file_turned_into_a_link_meanwhile_is_not_followed(drop: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes(b"four")
    (drop / "a.xml").write_bytes(b"four")
    taker = Taker()
    with watched(drop, 0.0) as folder:
        (name,) = folder.ready(1.0)
        (drop / "a.xml").unlink()
        (drop / "a.xml").symlink_to(secret)
        assert folder.take(name, taker, str).ended is Ended.LEFT
    assert taker.got == []


def test_done_and_refused_must_not_be_links(drop: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (drop / "done").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WatchError, match="no folder that can be watched"), watched(drop):
        pass
    with pytest.raises(WatchError), watched(tmp_path / "nothing"):
        pass
    (drop / "done").unlink()
    (drop / "a.xml").write_bytes(b"1")
    with watched(drop, 0.0) as folder:
        # Turned into a link after the start: the moves go on by the handle.
        (drop / "done").rename(drop / "moved")
        (drop / "done").symlink_to(tmp_path / "elsewhere")
        take(folder, Taker())
    assert names(drop / "moved") == ["a.xml"]
    assert names(tmp_path / "elsewhere") == []


def test_a_folder_is_watched_once(drop: Path) -> None:
    with watched(drop), pytest.raises(WatchError, match="watched already"), watched(drop):
        pass
    with watched(drop):
        pass


def test_an_error_that_is_not_the_files_leaves_it(drop: Path) -> None:
    (drop / "a.xml").write_bytes(b"1")

    def fails(_data: bytes, _name: str) -> TakenIn:
        raise ConnectionError("away")

    with watched(drop, 0.0) as folder, pytest.raises(ConnectionError):
        folder.take(folder.ready(1.0)[0], fails, str)
    assert names(drop) == ["a.xml", "done", "refused"]


def test_odd_names(drop: Path) -> None:
    raw = os.fsdecode(b"\xff\n..\xe4.xml")
    (drop / raw).write_bytes(b"1")
    (drop / ("l" * 240 + ".xml")).write_bytes(b"bad")
    with watched(drop, 0.0) as folder:
        outcomes = take(folder, Taker())
    assert {one.ended for one in outcomes} == {Ended.TAKEN, Ended.REFUSED}
    assert all(one.name.isprintable() for one in outcomes)
    assert names(drop) == ["done", "refused"]


def fill(drop: Path) -> None:
    drop.mkdir()
    for at, (name, data) in enumerate((
        ("a.xml", b"".join(bank_files.camt(3))), ("b.sta", b"".join(bank_files.mt940(4))),
        ("bad.xml", b"".join(bank_files.camt(3))[:-20]), ("c.csv", b"".join(bank_files.csv(5))),
        ("d.xml", b"".join(bank_files.camt(5))),
    )):  # fmt: skip
        (drop / name).write_bytes(data)
        os.utime(drop / name, (at, at))
    (drop / "link.xml").symlink_to("/etc/hostname")
    (drop / "e.part").write_bytes(b"half")


def settled(house, drop: Path) -> None:
    """Every file was taken in once, and stands where it belongs."""
    assert names(drop) == ["done", "e.part", "refused"]
    assert names(drop / "done") == ["a.xml", "b.sta", "d.xml"]
    kept = ["bad.xml", "bad.xml.why.txt", "c.csv", "c.csv.why.txt", "link.xml", "link.xml.why.txt"]
    assert names(drop / "refused") == kept
    assert house.count("cash_file") == house.count("cash_statement") == 3
    # The second CAMT file holds the three lines of the first again.
    assert house.count("cash_line") == 3 + 4 + 5
    assert house.count("cash_line", "WHERE occurrence > 0") == 4 + 5
    assert house.count("ledger_audit_entry", "WHERE action = 'take_in_bank_file'") == 3


@pytest.mark.kill
def test_killed_before_any_line_and_started_again(house, tmp_path: Path) -> None:
    lines = int(house.python(RUN, str(make(tmp_path / "whole"))))
    assert lines > 300
    settled(house, tmp_path / "whole")
    with house.reading() as con:
        before = {
            table: con.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in ("cash_file", "cash_line")
        }
    # Another set of files would be known by its bytes: the same one again, killed all the way, adds nothing.
    drop = make(tmp_path / "again")
    deaths = 0
    for at in (5, 20, 35, 50, 65, 80, 95):
        deaths += house.killed(RUN, str(drop), str(at))
    house.python(RUN, str(drop))
    assert deaths >= 4
    settled(house, drop)
    with house.reading() as con:
        after = {table: con.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in before}
    assert after == before


@pytest.mark.kill
def test_killed_while_files_are_new(house, tmp_path: Path) -> None:
    drop = make(tmp_path / "drop")
    deaths = 0
    # Each start gets a little further: what was done stays done.
    for at in (1, 25, 60, 90, 130, 170, 40, 200, 75, 110, 150, 50, 230):
        deaths += house.killed(RUN, str(drop), str(at))
        assert house.count("cash_file") == house.count("cash_statement")
    house.python(RUN, str(drop))
    assert deaths >= 8
    settled(house, drop)


def make(drop: Path) -> Path:
    fill(drop)
    return drop
