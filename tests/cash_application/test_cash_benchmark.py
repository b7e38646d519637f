"""The open benchmark: the same bytes, files that agree with themselves, shares to the line, a scorer that counts right."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import bench.__main__ as speed
import pytest
from bench.cash_application import naive, references
from bench.cash_application.generate import generate
from bench.cash_application.score import AnswerError, score, truths, upper_bound
from bench.cash_application.shares import WHOLE, counts, situations
from stdnum import iso11649, luhn
from stdnum.ch import esr
from stdnum.iso7064 import mod_97_10

from fairdue.formats.bank.files import read_bank_file
from fairdue.formats.bank.records import Begin, End, Entry

LINES = 2_000
WITHOUT_REFERENCE = {
    "unique_amount",
    "known_iban",
    "learned_alias",
    "third_party",
    "other_script",
    "sum_of_items",
    "whole_balance",
}
FROZEN = "a22bed549e77c22ff67477e83f92ed8eaa4482ff9f05d82ea01d29bcbad46b6c"
HEAD = "line,state,probability_ppm,item,amount_minor,kind\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cash")
    generate(folder, 3, LINES, 3 * LINES)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_others(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("two", 5), ("three", 6)):
        generate(tmp_path / name, seed, 300, 1_500)
    assert digest(tmp_path / "one") == digest(tmp_path / "two")
    assert digest(tmp_path / "one")["items.csv"] != digest(tmp_path / "three")["items.csv"]
    assert len(digest(tmp_path / "one")) == 17, "ten bank files, seven tables, and nothing left over"
    assert len(rows(tmp_path / "one" / "items.csv")) >= 1_500


def test_it_is_still_the_benchmark_that_results_were_told_of(tmp_path: Path) -> None:
    generate(tmp_path / "made", 1, 300, 900)
    found = hashlib.sha256("".join(digest(tmp_path / "made").values()).encode()).hexdigest()
    assert found == FROZEN, "another benchmark: say so in docs/reference/cash-benchmark.md and tell all results again"


def test_shares_are_whole_and_each_situation_occurs_with_its_share(made: Path) -> None:
    assert sum(one.ppm for one in situations()) == WHOLE
    assert len(situations()) >= 25
    assert all(row["source"] and row["why"] for row in _shares())
    found = Counter(truth.situation for truth in truths(made / "truth.csv"))
    assert found == counts(LINES)
    assert found["undecidable"] == 30
    assert sum(counts(40_001).values()) == 40_001


def _shares() -> list[dict[str, str]]:
    lines = (Path(speed.HERE) / "cash_application" / "situations.csv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def test_our_readers_read_the_files_back_without_a_finding(made: Path) -> None:
    truth = {one.line: one for one in truths(made / "truth.csv")}
    currencies = {row["account"]: row["currency"] for row in rows(made / "accounts.csv")}
    seen = 0
    for path in sorted((made / "bank").iterdir()):
        if path.suffix not in (".xml", ".sta"):
            continue
        with path.open("rb") as file:
            for part in read_bank_file(file, path.name):
                if isinstance(part, Entry):
                    seen += 1
                    one = truth[part.bank_reference]
                    assert part.amount_minor == one.amount_minor
                    assert part.currency == currencies[one.account]
                elif isinstance(part, End):
                    assert part.findings == ()
                    assert {balance.kind for balance in part.balances} == {"opening", "closing"}
                else:
                    assert isinstance(part, Begin)
    assert seen > LINES // 2


def test_every_line_stands_in_one_file_with_the_amount_of_its_truth(made: Path) -> None:
    found: dict[str, int] = {}
    for row in rows(made / "accounts.csv"):
        for one in naive.seen(made / row["file"], row["format"], row["currency"]):
            assert one.id not in found
            found[one.id] = one.amount_minor
    assert found == {one.line: one.amount_minor for one in truths(made / "truth.csv")}


def test_bai2_and_csv_add_up(made: Path) -> None:
    total = opening = 0
    records = (made / "bank" / "us.bai").read_text(encoding="ascii").splitlines()
    moved: dict[int, int] = {}
    for record in records:
        field = record.rstrip("/").split(",")
        if field[0] == "03":
            opening, closing, total, net = int(field[4]), int(field[8]), int(field[4]) + int(field[8]), 0
        elif field[0] == "16":
            total, net = total + int(field[2]), net + int(field[2]) * (-1 if field[1] == "555" else 1)
        elif field[0] == "49":
            assert int(field[1]) == total
            assert opening + net == closing
            moved[len(moved)] = total
    assert records[-1] == f"99,{sum(moved.values())},{len(moved)},{len(records)}/"
    balance = 1_000_000
    with (made / "bank" / "at.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            balance += int(row["Betrag"].replace(",", ""))
            assert int(row["Saldo"].replace(",", "")) == balance


def test_truth_names_items_of_the_ledger_and_never_more_than_is_open(made: Path) -> None:
    items = {row["number"]: row for row in rows(made / "items.csv")}
    assert len(items) == len(rows(made / "items.csv"))
    customers = {row["customer"] for row in rows(made / "customers.csv")}
    assert {row["customer"] for row in items.values()} <= customers
    paid: Counter[str] = Counter()
    for row in rows(made / "truth.csv"):
        item, amount = row["item"], int(row["amount_minor"])
        if row["kind"] in ("payment", "credit"):
            assert items[item]["open_minor"] != "0"
            paid[item] += 1
            if row["difference"] not in ("exchange", "rounding"):
                assert abs(amount) <= abs(int(items[item]["open_minor"]))
        elif row["kind"] == "on_account":
            assert item[1:] in customers
        elif row["kind"] == "return":
            assert items[item]["open_minor"] == "0"
    assert set(paid.values()) == {1}


def test_what_has_no_reference_is_decided_by_one_set_of_items_and_a_tie_is_not(made: Path) -> None:
    of: dict[str, list[int]] = defaultdict(list)
    items = {row["number"]: row for row in rows(made / "items.csv")}
    names = {row["customer"]: row["name"] for row in rows(made / "customers.csv")}
    for row in items.values():
        if row["open_minor"] != "0":
            of[row["customer"]].append(int(row["open_minor"]))
    checked = 0
    for one in truths(made / "truth.csv"):
        owners = {items[item]["customer"] for item, _ in one.parts if item in items}
        if one.situation in WITHOUT_REFERENCE:
            assert len(owners) == 1
            amounts = of[owners.pop()]
            some = [each for size in range(1, len(amounts) + 1) for each in combinations(amounts, size)]
            assert sum(sum(each) == one.amount_minor for each in some) == 1
            checked += 1
        elif one.tie:
            item = items[next(item for item, _ in one.parts)]
            name = names[item["customer"]]
            same = ("issued_on", "due_on", "amount_minor", "currency", "open_minor", "discount_ppm")
            twins = [row for row in items.values() if all(row[key] == item[key] for key in same)]
            assert sum(names[row["customer"]] == name for row in twins) == 2
    assert checked > 100


def test_check_digits_are_those_of_the_standards() -> None:
    number = references.iban("DE", "999900000000000001")
    assert iso11649.is_valid(references.scor("100032201"))
    assert luhn.is_valid(references.kid("400037001"))
    assert luhn.is_valid(references.ocr("400037001"))
    assert references.ocr("400037001")[-2] == "1", "eleven digits in all"
    assert esr.is_valid(references.qrr("500007401"))
    assert references.finnish("1234") == "12344", "the example of the Finnish banks"
    assert references.belgian("5390075470") == "539007547034"
    assert references.belgian("97")[-2:] == "97"
    assert mod_97_10.is_valid(number[4:] + number[:4])


def test_the_naive_matcher_lands_where_the_shares_say_and_is_never_wrong(made: Path, tmp_path: Path) -> None:
    naive.answer(made, tmp_path / "answer.csv")
    found = score(made, tmp_path / "answer.csv")
    told = found["decidable"]
    assert told["lines"] == LINES - 30
    assert 450_000 <= told["posted"] * WHOLE // LINES <= 650_000
    assert told["wrong"] == 0
    table = {one.name for one in situations() if one.by_reference}
    assert {name for name, one in found["situations"].items() if one["right"] == one["lines"]} == table
    assert found["ties"] == {"lines": 30, "abstained": 30, "waiting": 0, "guessed": 0, "guessed_right": 0}


def hand(folder: Path, answer: str) -> dict:
    (folder / "accounts.csv").write_text(
        "account,file,format,currency,eur_ppm\nE,e,csv,EUR,1000000\nU,u,csv,USD,500000\n"
    )
    (folder / "truth.csv").write_text(
        "line,situation,tie,account,item,amount_minor,kind,difference\n"
        "L1,a,0,E,I1,1000,payment,\n"
        "L2,a,0,E,I2,700,payment,\nL2,a,0,E,I3,300,payment,\n"
        "L3,b,0,U,I4,4000,payment,\nL3,b,0,U,@C1,2000,on_account,\n"
        "L4,b,0,E,,500,not_customer,\n"
        "L5,t,1,E,I5,900,payment,\n"
    )
    path = folder / "answer.csv"
    path.write_text(HEAD + answer)
    return score(folder, path)


def test_rates_are_those_counted_by_hand(tmp_path: Path) -> None:
    found = hand(
        tmp_path,
        "L1,posted,950000,I1,1000,payment\n"
        "L2,posted,850000,I2,700,payment\nL2,posted,850000,I9,300,payment\n"
        "L3,waiting,650000,I4,4000,payment\nL3,waiting,650000,@C1,2000,on_account\n"
        "L4,posted,950000,,500,not_customer\n"
        "L5,posted,500000,I6,900,payment\n",
    )
    told = found["decidable"]
    assert (told["lines"], told["posted"], told["right"], told["wrong"]) == (4, 3, 2, 1)
    assert told["payment_ppm"] == 500_000
    assert told["line_ppm"] == 500_000, "I1, I2 and the last of six"
    assert told["value_ppm"] == 272_727, "15.00 of 55.00 euros"
    assert told["wrong_ppm"] == 333_333
    assert found["situations"]["a"]["wrong_ppm"] == 500_000
    assert found["ties"] == {"lines": 1, "abstained": 0, "waiting": 0, "guessed": 1, "guessed_right": 0}
    # bins: two at 0.95 both right, 0.85 wrong, 0.65 right, 0.5 wrong: (0.1 + 0.85 + 0.35 + 0.5) / 5
    assert found["calibration_points"] == 36.0
    assert found["answers_that_do_not_add_up"] == 0


def test_what_is_left_out_is_abstained_and_what_does_not_add_up_is_told(tmp_path: Path) -> None:
    found = hand(tmp_path, "L1,posted,1000000,I1,999,payment\nL5,abstained,0,,,\n")
    assert (found["decidable"]["posted"], found["decidable"]["right"]) == (1, 0)
    assert found["ties"]["abstained"] == 1
    assert found["answers_that_do_not_add_up"] == 1


@pytest.mark.parametrize(
    "answer",
    [
        "L9,posted,1,I1,1000,payment\n", "L1,sure,1,I1,1000,payment\n", "L1,posted,1000001,I1,1000,payment\n",
        "L1,posted,1,I1,10.00,payment\n", "L1,posted,1,I1,500,payment\nL1,waiting,1,I1,500,payment\n",
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_scored_is_refused(tmp_path: Path, answer: str) -> None:
    with pytest.raises(AnswerError):
        hand(tmp_path, answer)


def test_the_bound_is_that_of_clopper_and_pearson() -> None:
    assert upper_bound(0, 30_000) == pytest.approx(1 - 0.05 ** (1 / 30_000), rel=1e-9)
    assert upper_bound(1, 10) == pytest.approx(0.39416, abs=1e-5)
    assert upper_bound(5, 5) == upper_bound(0, 0) == 1.0


def test_it_is_no_speed_benchmark() -> None:
    assert "cash_application" not in {path.stem for path in speed.HERE.glob("*.py")}
