"""Every command and option is documented, every text passes the catalogue, and mistakes are told in one line."""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_reference_names_every_command_argument_and_option():
    from fairdue.cli.reference import reference

    page = (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    assert page == reference(), "run: python -m fairdue.cli.reference > docs/reference/command-line.md"


def test_every_command_and_option_has_help():
    from fairdue.cli.reference import commands

    for name, command in commands():
        assert command.help, name
        for parameter in command.params:
            if parameter.name != "help":
                assert getattr(parameter, "help", None), f"{name} {parameter.name}"


def test_an_empty_folder_says_how_to_begin(bare):
    assert "fairdue demo" in bare("worklist", code=1)


def test_a_company_runs_without_customers_and_is_listed(acme):
    assert "acme  Acme GmbH  DE  EUR" in acme("company", "list")
    assert "flexible  v1" in acme("policy", "list")
    assert "the worklist has 0 lines" in acme("run")
    assert "is whole" in acme("audit", "verify")


def test_chinese_is_spoken_where_it_is_asked_for(bare):
    assert any("\u4e00" <= sign <= "\u9fff" for sign in bare("--help", FAIRDUE_LANGUAGE="zh-hans"))


def test_mistakes_are_told_in_one_line(acme):
    for arguments, told in (
        (("run", "--as-of", "tomorrow"), "is no date"),
        (("release",), "Name proposals by number"),
        (("policy", "export", "none"), "There is no policy"),
        (("replay", "2020-01-01"), "There is no run"),
        (("company", "add", "b", "--name", "B", "--country", "Germany", "--currency", "EUR"), "two-letter"),
    ):
        assert told in acme(*arguments, code=1)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_file_mode_turns_files_into_a_worklist_letters_and_a_report(bare, tmp_path):
    items = tmp_path / "items.csv"
    items.write_text(
        "Customer no,Customer,Invoice,Invoice date,Due date,Open amount,Currency\n"
        "100,Alpha AG,R1,2026-01-02,2026-02-01,1200.50,EUR\n"
        "100,Alpha AG,R2,2026-01-20,2026-02-19,99.50,EUR\n"
        "200,Beta SA,R3,2026-01-05,2026-02-04,500.00,CHF\n"
        "300,Gamma Ltd,R4,2026-01-05,not a day,1.00,EUR\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    told = bare(
        "once", "--items", str(items), "--as-of", "2026-03-02", "--out", str(out), "--default", "country=DE",
        "--default", "company=Acme GmbH", "--default", "company_country=DE",
    )  # fmt: skip
    assert "refused 1" in told
    assert {path.name for path in out.iterdir()} == {
        "worklist.csv", "worklist.xlsx", "ageing.csv", "ageing.xlsx", "letters", "report.html", "refused.csv",
    }  # fmt: skip
    assert "1300.00" in (out / "worklist.csv").read_text("utf-8-sig")
    assert "R4" in (out / "refused.csv").read_text("utf-8-sig")
    letters = sorted((out / "letters").glob("*.pdf"))
    assert [path.name.split("-")[0] for path in letters] == ["100", "200"]
    assert all(path.read_bytes().startswith(b"%PDF") and b"/p/" not in path.read_bytes() for path in letters)
    page = (out / "report.html").read_text("utf-8")
    named = {row["Customer number"]: row["Letter"] for row in table(out / "worklist.csv") if row["Letter"]}
    assert sorted(named.values()) == [f"letters/{path.name}" for path in letters]
    assert named["200"].startswith("letters/200-CHF-")
    assert all(f'href="{file}"' in page for file in named.values())
    assert "country = DE" in page
    assert "3 rows read, 1 refused" in page
    assert "<svg" in page
    assert not bare.folder.exists(), "file mode keeps nothing"


def test_a_taken_port_is_told_with_another_one(bare):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = bare("serve", "--port", str(port), code=1)
        assert f"Port {port} of 127.0.0.1 is taken by another program" in told
        assert f"--port {port + 1}" in told
        assert "is taken by another program" in bare("demo", "--serve", "--port", str(port), code=1)
    assert not (bare.folder / "blobs").exists(), "the demonstration is not made for pages that cannot be shown"


def test_a_password_is_asked_for_twice_until_both_are_the_same():
    import typer
    from typer.testing import CliRunner

    from fairdue.cli.people import ask_password

    app = typer.Typer()
    app.command()(lambda: typer.echo("=" + ask_password()))
    told = CliRunner().invoke(app, input="one\ntwo\nthree\nthree\n").output
    assert told.splitlines()[0] == "Password: "
    assert "[]" not in told
    assert told.count("differ") == 1
    assert told.rstrip().endswith("=three")


def test_releases_are_told_by_reason_with_counts():
    from fairdue.cli.operate import by_reason
    from fairdue.contact.reasons import GateReason
    from fairdue.kernel.reasons import because

    nobody = because(GateReason.NO_ADDRESS)
    busy = [because(GateReason.CONTACTS_PER_WEEK, used=used, limit=1) for used in (2, 3)]
    assert by_reason([[nobody], [nobody, busy[0]], [nobody, busy[1]], []]) == [
        "3 × The postal address is incomplete.",
        "2 × such as: 2 contacts in seven days; the policy allows 1.",
    ]


def test_the_terminal_decides_the_language_where_no_setting_does(bare):
    def chinese(**env: str) -> bool:
        return any("\u4e00" <= sign <= "\u9fff" for sign in bare("--help", **env))

    assert chinese(LANGUAGE="zh_Hans")
    assert chinese(LANG="zh_CN.UTF-8")
    assert not chinese(LANG="zh_CN.UTF-8", LANGUAGE="en_GB:en")
    assert not chinese(LANGUAGE="zh_Hans", FAIRDUE_LANGUAGE="en")


def test_file_mode_knows_the_day_of_its_list_and_tells_where_the_money_went(bare, tmp_path):
    items, payments, out = tmp_path / "items.csv", tmp_path / "payments.csv", tmp_path / "out"
    items.write_text(
        "Customer no,Customer,Invoice,Invoice date,Due date,Amount,Open amount,Currency\n"
        "100,Alpha AG,R1,2026-01-02,2026-02-01,100.00,70.00,EUR\n"
        "100,Alpha AG,R2,2026-01-20,2026-02-19,500.00,500.00,EUR\n",
        encoding="utf-8",
    )
    payments.write_text(
        "Payment date,Customer no,Invoice,Payment amount,Currency,Payment no\n"
        "2026-02-25,100,R1,30.00,EUR,P1\n"
        "2026-02-26,100,,5.00,EUR,P2\n"
        "2026-03-05,100,R2,20.00,EUR,P3\n",
        encoding="utf-8",
    )

    def once(*more: str, code: int = 0) -> str:
        return bare(
            "once", "--items", str(items), "--payments", str(payments), "--as-of", "2026-03-02", "--out", str(out),
            "--no-letters", "--default", "country=DE", *more, code=code,
        )  # fmt: skip

    def balance() -> list[str]:
        return [row["Balance"] for row in table(out / "ageing.csv") if row["Customer number"] == "100"]

    told = once()
    assert "55.00 EUR received: 50.00 applied; 1 payment(s) with 5.00 unapplied." in told
    assert "30.00 EUR of it the list of open items had taken off already." in told
    assert "--items-date" in told
    assert "1 payments are dated after 2026-03-02" in told
    assert "5.00 unapplied" in (out / "report.html").read_text("utf-8")
    assert balance() == ["565.00"]
    assert "Letter" not in table(out / "worklist.csv")[0]
    told = once("--items-date", "2026-02-20")
    assert "had taken off already" not in told
    assert "--items-date" not in told
    assert balance() == ["535.00"]
    assert "after --as-of" in once("--items-date", "2026-03-03", code=1)


def test_a_countrys_weak_rules_say_that_nobody_confirmed_them(acme):
    told = acme("country", "at").splitlines()
    at = next(number for number, line in enumerate(told) if "ABGB 1486,1497" in line)
    assert told[at].endswith("[medium] [not confirmed]")
    assert told[at + 1].strip().startswith("A lawyer must confirm that ABGB 1486,1497")
    listed = acme("country", "all", FAIRDUE_LANGUAGE="zh-hans")
    assert listed.index("AE ") < listed.index("AT ") < listed.index("FR ") < listed.index("CN ")
