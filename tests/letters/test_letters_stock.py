"""The stock of a Chinese letter does not depend on its recipient, and what is not in stock is drawn all the same."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from letter_samples import sample

from fairdue.letters import compose, render_pdf
from fairdue.letters.facts import Document, LetterFacts
from fairdue.letters.stock import character_class, stock

FOREIGN = "鑫淼龘 · 臺灣鐵路 · ひらがな · 한국어 · Łódź Café · Ελλάδα · Москва"


def named(name: str) -> LetterFacts:
    facts = sample(Document.OVERDUE_NOTICE, "zh_Hans", count=10)
    debtor = replace(facts.debtor, name=name, attention=name, address=replace(facts.debtor.address, lines=(name,)))
    return replace(facts, debtor=debtor, edited_paragraph=name)


def test_stock_is_the_same_for_every_recipient() -> None:
    one, other = stock(compose(named("杭州精密机械有限公司"))), stock(compose(named("鑫淼龘")))
    assert one == other
    assert set("逾期日如有年月") <= set(one)
    assert "鑫" not in one


def test_character_class_matches_its_characters_and_no_other() -> None:
    characters = "a-z]^[&~\\0。"
    pattern = re.compile(character_class(characters))
    assert [one for one in map(chr, range(0x20, 0x7F)) if pattern.fullmatch(one)] == sorted(set(characters) - {"。"})
    assert pattern.fullmatch("。")


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="poppler is not installed")
def test_foreign_characters_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(render_pdf(named(FOREIGN)))
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout.decode()
    for word in FOREIGN.split(" · "):
        assert text.count(word) >= 3, word
    assert "abcdefgh" not in text, "the stock is no part of the text"
    fonts = subprocess.run(["pdffonts", path], capture_output=True, check=True).stdout.decode()
    assert "NotoSansCJKsc" in fonts
    assert "NotoSansMonoCJKsc" in fonts
