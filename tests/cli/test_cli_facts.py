"""Facts that law asks for, on the command line: one by one, and from the columns of a file."""

from __future__ import annotations


def test_facts_are_set_and_read_from_columns_with_their_source(fairdue, tmp_path):
    number = fairdue("gate", "why", "1", "--json", "--as-of", "2026-10-30").split('"customer": "')[1].split('"')[0]
    assert "size=large" in fairdue(
        "facts", "set", number, "size=large", "agri_food=yes", "--source", "register of 2 May"
    )
    assert "perhaps" in fairdue("facts", "set", number, "size=perhaps", "--source", "x", code=1)
    table = tmp_path / "facts.csv"
    table.write_text(
        f"customer,size,public_body,source\n{number},small,no,own declaration\n0000x,large,,\n", encoding="utf-8"
    )
    told = fairdue("facts", "import", str(table), code=1)
    assert "facts.csv, line 3: There is no customer 0000x" in told
    assert "1 customers read, 1 rows left out" in told


def test_a_lawyers_word_on_a_topic_is_recorded_and_listed(fairdue):
    assert "SE  fee  not confirmed  Lag 1981:739" in fairdue("law", "list", "se")
    told = fairdue(
        "law", "confirm", "se", "fee", "--by", "Astrid Berg", "--reference", "opinion 12", "--from", "2020-01-01",
        "--until", "2022-12-31",
    )  # fmt: skip
    number = told.split()[0]
    assert "SE  fee  not confirmed" in fairdue("law", "list", "SE"), "it ended years ago"
    assert "opinion 12" in fairdue("law", "list", "SE")
    assert "nothing to confirm" in fairdue(
        "law", "confirm", "DE", "interest", "--by", "A", "--reference", "B", "--until", "2027-01-01", code=1
    )
    fairdue("law", "withdraw", number, "--why", "typing error")
    assert "taken back" in fairdue("law", "list", "SE")
