"""The reference page names every column, kind, account and reason that there is."""

from __future__ import annotations

from pathlib import Path

from fairdue.books.files import COLUMNS
from fairdue.books.reasons import BooksReason
from fairdue.books.rules import ACCOUNTS
from fairdue.web.posting_names import ACCOUNTS as NAMED
from fairdue.web.posting_names import KINDS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_reference_page_is_complete():
    page = (DOCS / "reference" / "postings.md").read_text(encoding="utf-8")
    tasks = {"books_late", "books_lines_refused", "books_reason"}
    codes = {reason.code for reason in BooksReason} - tasks
    wanted = {*COLUMNS, *KINDS, *NAMED, *codes}
    assert {word for word in wanted if f"`{word}`" not in page} == set()


def test_the_rules_name_every_account_of_the_journal():
    page = (DOCS / "algorithms" / "flow-back.md").read_text(encoding="utf-8")
    assert {name for name in ACCOUNTS.values() if f"`{name.format(customer='C7')}`" not in page} == set()
    assert set(NAMED) | {"suspense"} == set(ACCOUNTS)
