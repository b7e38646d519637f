"""The faces of a Chinese letter: one whose cut does not depend on the recipient, and one for the rest. Nothing is drawn unseen."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typst
from letter_samples import sample

from fairdue.letters import render_pdf, render_text
from fairdue.letters.compose import compose
from fairdue.letters.faces import character_class, drawn_before
from fairdue.letters.facts import Document, LetterFacts
from fairdue.letters.fonts import CHINESE, SECOND_CHINESE, font_folders

FOREIGN = "鑫淼龘 · 臺灣鐵路 · ひらがな · 한국어 · Łódź Café · Ελλάδα · Москва"
MEDIA_BOX = re.compile(rb"/MediaBox ?\[[^\]]*\]")
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")


def named(name: str) -> LetterFacts:
    facts = sample(Document.OVERDUE_NOTICE, "zh_Hans", count=10)
    debtor = replace(facts.debtor, name=name, attention=name, address=replace(facts.debtor.address, lines=(name,)))
    clause = replace(facts.clause, accepted_by=name) if facts.clause else None
    return replace(facts, debtor=debtor, edited_paragraph=name, clause=clause)


def words(pdf: bytes) -> list[str]:
    text = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return text.split()


def enlarged(pdf: bytes) -> bytes:
    """Give the same letter on sheets so large that text outside the old ones is seen."""
    return MEDIA_BOX.sub(lambda box: b"/MediaBox[-999 -999 9999 9999]".ljust(len(box[0])), pdf)


def cut(pdf: bytes, face: str) -> set[bytes]:
    """Give the name tags of a face: Typst works them out from the glyphs."""
    return set(re.findall(rb"([A-Z]{6})\+" + face.encode(), pdf))


def outlines(face: str, characters: str) -> list[str]:
    source = (
        f'#set page(width: 900pt, height: auto)\n#set text(font: "{face}", lang: "zh", region: "cn", fallback: false)\n'
    )
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(path) for path in font_folders()]
    )
    given: Any = {"main.typ": f"{source}#sys.inputs.text".encode()}
    svg = typst.Compiler(given, font_paths=fonts).compile(format="svg", sys_inputs={"text": characters})
    assert isinstance(svg, bytes)
    drawn = dict(re.findall(r'<symbol id="(g\w+)"[^>]*>\s*<path d="([^"]*)"', svg.decode()))
    return [drawn[name] for name in re.findall(r'<use xlink:href="#(g\w+)"', svg.decode())]


def test_the_first_face_is_the_same_for_every_recipient() -> None:
    one, other = render_pdf(named("杭州精密机械有限公司")), render_pdf(named("鑫淼通知日期付款"))
    assert len(cut(one, "NotoSansCJKsc")) == 1
    assert cut(one, "NotoSansCJKsc") == cut(other, "NotoSansCJKsc")
    assert cut(one, "NotoSansMonoCJKsc") != cut(other, "NotoSansMonoCJKsc")


def test_what_was_drawn_before_does_not_depend_on_the_recipient() -> None:
    one, other = drawn_before(compose(named("杭州精密机械有限公司"))), drawn_before(compose(named("鑫淼龘")))
    assert one == other
    assert set("我方编号") <= set(one["opening"] or "")
    assert drawn_before(compose(sample(Document.OVERDUE_NOTICE, "en"))) == dict.fromkeys(one)


def test_character_class_holds_chinese_characters_only() -> None:
    assert character_class(["a]^-\\[z", "乙甲乙。"]) == "[。乙甲]"
    assert character_class(["abc", ""]) == ""


def test_both_faces_have_the_same_outlines() -> None:
    codes = [bytes([row, cell]) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF)]
    characters = "".join(code.decode("gb2312", "ignore") for code in codes).replace("\u3000", "")
    first = outlines(CHINESE, characters)
    assert len(first) == len(characters) > 7000
    assert first == outlines(SECOND_CHINESE, characters)


@needs_poppler
def test_foreign_characters_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(render_pdf(named(FOREIGN)))
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout.decode()
    for word in FOREIGN.split(" · "):
        assert text.count(word) >= 3, word


@needs_poppler
@pytest.mark.parametrize("language", ["en", "zh_Hans", "ar"])
@pytest.mark.parametrize("document", [Document.OVERDUE_NOTICE, Document.FORMAL_NOTICE])
def test_nothing_is_drawn_that_the_reader_does_not_see(document: Document, language: str) -> None:
    facts = sample(document, language, count=10)
    pdf = render_pdf(facts)
    found = words(pdf)
    assert sorted(words(enlarged(pdf))) == sorted(found), "text outside the sheet"
    letter = compose(facts)
    before, between, after = letter.page_words
    said = [render_text(facts), letter.return_line, letter.code_caption, *letter.recipient]
    said += [f"{before}{page}{between}{pages}{after}" for page in (1, 2, 3) for pages in (1, 2, 3)]
    said += [f"{side.heading}{letter.colon}{side.name}" for side in (letter.creditor, letter.debtor)]
    if letter.enclosures:
        said.append(f"{letter.enclosures.heading}{letter.colon}{letter.enclosures.points[0]}")
    text = bare(" ".join(said))
    # Arabic comes back from a PDF in visual order, so only its Latin words can be looked up.
    looked_up = [bare(word) for word in found if word.isascii() or language != "ar"]
    assert [word for word in looked_up if word not in text] == []


def bare(text: str) -> str:
    """Drop white space, direction marks and the signs between parts, which the forms of a letter set differently."""
    return re.sub(r"[\s\u00a0\u202f\u200e\u200f\u061c\u2066-\u2069•·]+", "", text)
