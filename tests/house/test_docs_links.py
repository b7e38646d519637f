"""The documents lead somewhere: links point to files that are there, every page is found from the index, nothing names a machine."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
INDEX = DOCS / "index.md"
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]
PAGES = sorted(DOCS.rglob("*.md"))
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^(```|~~~).*?^\1|^ {4,}\S.*?$", re.MULTILINE | re.DOTALL)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:home|root|work|Users)/\w+")
PICTURE_BYTES_MAX = 250_000


def prose(page: Path) -> str:
    """Give a page without its code blocks: what looks like a link there is none."""
    return re.sub(r"`[^`\n]*`", "", BLOCK.sub("", page.read_text(encoding="utf-8")))


def links(page: Path) -> list[str]:
    return [target for target in LINK.findall(prose(page)) if not re.match(r"(https?:|mailto:)", target)]


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).lower()) for text in headings)
    return {text.strip().replace(" ", "-") for text in plain}


@pytest.mark.parametrize("page", [*READMES, *PAGES], ids=lambda page: str(page.relative_to(ROOT)))
def test_links_point_to_what_is_there(page: Path) -> None:
    missing = []
    for link in links(page):
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        known = target.exists() and target.is_relative_to(ROOT) and not path.startswith("/")
        if not known or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            missing.append(link)
    assert missing == []


def test_every_page_is_found_from_the_index() -> None:
    found, waiting = {INDEX}, [INDEX]
    while waiting:
        page = waiting.pop()
        targets = {(page.parent / unquote(link).partition("#")[0]).resolve() for link in links(page)}
        fresh = {target for target in targets if target.suffix == ".md" and target.exists()} - found
        found |= fresh
        waiting += sorted(fresh)
    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in found] == []


def test_the_index_itself_links_every_page() -> None:
    named = {(DOCS / link.partition("#")[0]).resolve() for link in links(INDEX)}
    assert [str(page.relative_to(DOCS)) for page in PAGES if page not in named and page != INDEX] == []


def test_pages_name_no_path_of_a_machine() -> None:
    assert [str(page) for page in [*READMES, *PAGES] if MACHINE_PATHS.search(page.read_text(encoding="utf-8"))] == []


def test_pictures_are_used_and_small() -> None:
    used = {(page.parent / link).resolve() for page in [*READMES, *PAGES] for link in links(page)}
    pictures = sorted((DOCS / "pictures").iterdir())
    assert [p.name for p in pictures if p not in used or p.stat().st_size > PICTURE_BYTES_MAX] == []


def test_security_page_states_the_rights_of_each_role() -> None:
    from fairdue.people.actor import RIGHTS, Right

    rows = re.findall(
        r"^\| (\w+): [^|]*\|(.+)\|$", (DOCS / "reference" / "security.md").read_text("utf-8"), re.MULTILINE
    )
    roles = ("controller", "account_owner", "finance_lead", "auditor", "administrator")
    stated = {
        (role, right) for right, cells in rows for role, cell in zip(roles, cells.split("|"), strict=True) if cell.strip() == "yes"
    }  # fmt: skip
    assert sorted(right for right, _ in rows) == sorted(Right)
    assert stated == {(role, str(right)) for role in roles for right in RIGHTS[role]}
