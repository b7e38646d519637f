"""Bills and cheques from the command line: a register, one of them, its steps."""

from __future__ import annotations

HEADINGS = "invoice number,customer number,customer name,invoice date,due date,amount,currency\n"
REGISTER = """Number,Kind,Amount,Currency,Maturity,Customer,Covers
C-1,cheque,60.00,EUR,2026-12-01,7,"AB-1, AB-2"
C-2,promise,60.00,EUR,2026-12-01,7,AB-1
"""


def test_a_register_from_file_to_dishonour(acme, tmp_path):
    ledger, register = tmp_path / "open.csv", tmp_path / "bills.csv"
    rows = "".join(f"AB-{n},7,Kunde 2 GmbH & Co. KG,2026-09-01,2026-10-01,50.00,EUR\n" for n in (1, 2))
    ledger.write_text(HEADINGS + rows, encoding="utf-8")
    acme("import", str(ledger), "--source", "erp", "--as-of", "2026-10-29", "--yes")
    acme.now = acme.now.replace(month=11, day=2)
    register.write_text(REGISTER, encoding="utf-8")
    told = acme("cash", "instrument", "import", str(register))
    assert "1 instruments with 2 covers are in, 0 known before, 1 rows refused." in told
    assert "bills.csv:3: promise is no kind of instrument. Write bank acceptance," in " ".join(told.split())
    refused = (tmp_path / "bills-refused.csv").read_text("utf-8-sig").splitlines()
    assert refused[0].startswith("Number,Kind,Amount,Currency,Maturity,Customer,Covers,fairdue_line,fairdue_reason")
    assert refused[1].startswith("C-2,promise,60.00,EUR,2026-12-01,7,AB-1,3,promise is no kind of instrument.")
    mended = tmp_path / "bills-refused.csv"
    mended.write_text(
        mended.read_text("utf-8-sig").replace("C-2,promise", "C-2,cheque").replace("AB-1", "AB-2"), "utf-8"
    )
    told = acme("cash", "instrument", "import", str(mended))
    assert "1 instruments with 1 covers are in, 0 known before, 0 rows refused." in told
    assert "0 instruments with 0 covers are in, 1 known before, 1 rows" in acme(
        "cash", "instrument", "import", str(register)
    )

    acme("cash", "instrument", "step", "1", "presented")
    acme("cash", "instrument", "step", "1", "dishonoured", "--reason", "no funds", "--cost", "7.50")
    one = acme("cash", "instrument", "show", "1")
    for text in (
        "C-1",
        "Cheque",
        "60.00 EUR",
        "presented",
        "dishonoured",
        "7.50",
        "no funds",
        "AB-1",
        "AB-2",
        "not held",
    ):
        assert text in one
    acme("cash", "instrument", "step", "1", "undo", "--reason", "not yet")
    one = acme("cash", "instrument", "show", "1")
    assert "dishonoured (taken back)" in " ".join(one.replace("│", " ").split()) or "(taken" in one
    assert "not held" not in one
    assert "There is no instrument 9." in acme("cash", "instrument", "show", "9", code=1)
