"""The catalogues: complete against the sources, placeholders kept, every reason has its text, the field's own terms."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import typer
from babel.messages.catalog import Catalog
from django.utils import translation

import fairdue
from fairdue.conf.catalogues import faults, placeholders_kept
from fairdue.conf.extract import DOMAINS, read_catalogue, strings
from fairdue.kernel.reasons import Reason, ReasonCode, because, text_index
from fairdue.law.reasons import LawReason

PACKAGE = Path(fairdue.__file__).parent
DJANGO = DOMAINS[0]

GLOSSARY = {
    "Customer": "客户",
    "Invoice": "发票",
    "Credit note": "贷项通知单",
    "Open items": "未清项",
    "Payment": "收款",
    "Overdue": "已逾期",
    "Days overdue": "逾期天数",
    "Ageing": "账龄",
    "Policies": "催收策略",
    "Stage": "阶段",
    "Notice": "通知",
    "Promise to pay": "付款承诺",
    "Dispute": "争议",
    "Instalment plan": "分期还款协议",
    "Credit limit": "信用额度",
    "Worklist": "催收工作清单",
    "Days sales outstanding": "应收账款周转天数",
    "Collection effectiveness": "催收效率",
    "Average days delinquent": "平均逾期天数",
}
"""What the pages call the field's terms (the table of terms in the design)."""

TERMS = {
    r"\b[Oo]pen items?\b": "未清",
    r"\b[Ww]orklist\b(?!\.)": "催收工作清单",
    r"\bDSO\b|[Dd]ays sales outstanding": "应收账款周转天数",
    r"\b[Pp]romised? to pay\b": "付款承诺|承诺",
    r"\b[Dd]isputed?\b": "争议",
    r"\b[Oo]verdue\b": "逾期",
    r"\b[Aa]geing\b": "账龄",
    r"\b[Aa]llocat": "核销",
    r"\b[Ii]nstalment plan\b": "分期还款协议",
    r"\b[Cc]redit limit\b": "信用额度",
    r"(?<!-)\b[Pp]olicy\b(?!:)": "策略|保单",
    r"\b[Pp]rovision\b": "坏账准备",
    r"\b[Ee]xposure\b": "风险敞口",
}
"""Wherever an English text uses the term, its translation uses the bound one, as a pattern."""


def catalogue(name: str) -> Catalog:
    domain = next(domain for domain in DOMAINS if domain.name == name)
    return read_catalogue(domain.catalogue_path("zh_Hans"))


def reason_enums() -> Iterator[type[ReasonCode]]:
    for module in pkgutil.walk_packages([str(PACKAGE)], "fairdue."):
        path = PACKAGE.parent / (module.name.replace(".", "/") + ".py")
        if path.exists() and re.search(r"\bclass \w+\((ReasonCode|FormatCode)\)", path.read_text(encoding="utf-8")):
            import_module(module.name)
    yield from _below(ReasonCode)


def _below(enum: type[ReasonCode]) -> Iterator[type[ReasonCode]]:
    for found in enum.__subclasses__():
        if len(found):
            yield found
        yield from _below(found)


def ours() -> list[type[ReasonCode]]:
    return sorted((e for e in reason_enums() if e.__module__.startswith("fairdue.")), key=lambda e: e.__qualname__)


def test_catalogues_are_complete_and_keep_their_placeholders() -> None:
    assert list(faults()) == []


def test_reason_codes_are_unique_across_rooms() -> None:
    enums = ours()
    assert {enum.__module__.split(".")[1] for enum in enums} >= {"contact", "dunning", "formats", "intake", "law"}
    assert len(text_index(*enums)) == sum(len(enum) for enum in enums)


def test_every_reason_has_its_text() -> None:
    known = catalogue("django")
    lacking = [member.code for enum in ours() for member in enum if not getattr(known.get(member.text), "string", "")]
    assert lacking == []


def test_every_reason_the_pages_know_is_every_reason_there_is() -> None:
    from fairdue.wording import words

    assert set(text_index(*ours())) - set(words._texts()) == set()


@pytest.mark.parametrize(("text", "term"), GLOSSARY.items())
def test_the_terms_of_the_field_are_used(text: str, term: str) -> None:
    message = catalogue("django").get(text)
    assert message is not None, f"no page uses {text!r} any more; take it from the glossary"
    assert strings(message.string) == (term,)


@pytest.mark.parametrize("name", ["django", "cli"])
def test_terms_inside_sentences_are_the_bound_ones(name: str) -> None:
    strays = [
        f"{english!r}: {chinese!r} lacks {bound}"
        for message in catalogue(name)
        for english, chinese in [(strings(message.id)[-1], strings(message.string)[0])]
        for pattern, bound in TERMS.items()
        if message.id and re.search(pattern, english) and not re.search(bound, chinese)
    ]
    assert strays == []


@pytest.mark.parametrize("name", ["django", "cli", "portal", "letters"])
def test_chinese_sets_full_width_punctuation(name: str) -> None:
    """Chinese sentences end and pause with full-width marks; half-width ones stay inside code and figures."""
    half_width = re.compile(r"[一-鿿][,;:!?(]|[,;!?](?=[一-鿿])|[一-鿿]\.(?:\s|$)")
    found = [text for message in catalogue(name) for text in strings(message.string) if half_width.search(text)]
    assert [text for text in found if text] == []


@pytest.mark.parametrize(
    ("originals", "translations", "kept"),
    [
        (("%(n)s of %(m)s",), ("%(m)s之%(n)s",), True),
        (("%(n)s items",), ("若干项",), False),
        (("%(n)s items",), ("%(n)d项",), False),
        (("100 %% of %s",), ("%s的100%%",), True),
        (("<b>%(n)s</b>",), ("%(n)s",), False),
        (("{name!r} and {}",), ("{}和{name!r}",), True),
        (("One item", "%(n)s items"), ("%(n)s项",), True),
        (("One item", "%(n)s items"), ("一些",), False),
        (("%(n)s day", "%(n)s days"), ("يومان", "%(n)s أيام"), True),
        (("%(n)s day", "%(n)s days"), ("%(m)s天",), False),
    ],
)
def test_placeholders_are_compared(originals: tuple[str, ...], translations: tuple[str, ...], kept: bool) -> None:
    assert placeholders_kept(originals, translations) is kept


def test_extraction_reads_what_people_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fairdue.conf import extract

    monkeypatch.setattr(extract, "PACKAGE", tmp_path)
    (tmp_path / "one.py").write_text(
        "_('plain'); f\"{_('inside an f-string')}\"; _('yes' if x else 'no')\n"
        "ngettext('%(n)s item', '%(n)s items', n); pgettext('month', 'May'); _(variable); other('not a text')\n"
    )
    (tmp_path / "two.html").write_text(
        '{% load i18n %}\n  {% translate "tag" %}\n{{ x|default:_("filter") }} it\'s (odd\n'
        "{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}\n"
    )
    assert list(extract._python(tmp_path / "one.py")) == [
        ("one.py", "plain", None),
        ("one.py", "inside an f-string", None),
        ("one.py", "yes", None),
        ("one.py", "no", None),
        ("one.py", ("%(n)s item", "%(n)s items"), None),
        ("one.py", "May", "month"),
    ]
    assert [message for _, message, _ in extract._template(tmp_path / "two.html")] == [
        "tag", "filter", ("%(n)s day", "%(n)s days"),
    ]  # fmt: skip


def test_merging_keeps_translations_and_drops_what_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fairdue.conf import extract

    monkeypatch.setattr(extract, "PACKAGE", tmp_path)
    path = DJANGO.catalogue_path("zh_Hans")
    path.parent.mkdir(parents=True)
    path.write_text('msgid ""\nmsgstr ""\n\nmsgid "stays"\nmsgstr "留"\n\nmsgid "leaves"\nmsgstr "去"\n')
    texts = Catalog()
    for text in ("stays", "comes"):
        texts.add(text)
    assert extract.merge(DJANGO, "zh_Hans", texts) == 1
    known = {message.id: message.string for message in read_catalogue(path) if message.id}
    assert known == {"stays": "留", "comes": ""}
    assert "leaves" not in path.read_text(encoding="utf-8")


def test_pages_speak_chinese_through_the_compiled_catalogue() -> None:
    from fairdue.conf.catalogues import compile_if_stale

    compile_if_stale()
    with translation.override("zh-hans"):
        assert translation.gettext("Worklist") == "催收工作清单"
        assert translation.ngettext("%(n)s letter", "%(n)s letters", 3) % {"n": 3} == "3封信函"


@pytest.mark.parametrize(
    ("language", "reason", "text"),
    [
        (
            "zh-hans",
            because(LawReason.CONDITION_UNKNOWN, regime="CN_SME_REG", condition="seller_sme_declared, buyer_public"),
            "规则“State Council Decree 802 (2025) art. 17”（中国）目前尚不能主张："
            "是否满足“卖方为中小微企业并已在订约时声明、买方为公共机构”不明。",
        ),
        (
            "zh-hans",
            because(LawReason.LIMITATION_UNAFFECTED, event="demand", on="2026-01-31", law="US-NY"),
            "在美国（纽约州），2026年1月31日的催告不影响时效。",
        ),
        (
            "en",
            because(LawReason.LIMITATION_UNAFFECTED, event="demand", on="2026-01-31", law="DE"),
            "A demand on Jan 31, 2026 does not affect the period in Germany.",
        ),
    ],
)
def test_reasons_name_codes_in_words(language: str, reason: Reason, text: str) -> None:
    from fairdue.wording import words

    with translation.override(language):
        assert words.reason(reason) == text


def test_every_condition_of_the_law_has_words() -> None:
    from fairdue.law.limitation import EventKind
    from fairdue.law.parties import CONDITIONS
    from fairdue.law.statutes import ValidBy
    from fairdue.wording import names

    assert set(names.CONDITIONS) == set(CONDITIONS)
    assert set(names.EVENTS) == {kind.value for kind in EventKind}
    assert set(names.DECIDING_DATES) == {date.value for date in ValidBy}


def test_shipped_policies_read_in_the_pages_language() -> None:
    from fairdue.dunning.policy import shipped
    from fairdue.wording import names

    with translation.override("zh-hans"):
        assert names.policy_text(shipped("flexible").title) == "柔性催收"
        assert names.policy_text("Our own title") == "Our own title"
        assert names.policy_text("") == ""


def test_problems_of_a_policy_speak_chinese() -> None:
    from fairdue.dunning.policy import PolicyError, load_yaml

    with pytest.raises(PolicyError) as caught:
        load_yaml("policy: ours\nrelase: person\n")
    said = [problem.said(translation.gettext) for problem in caught.value.problems]
    assert [text.split(":")[0] for text in said] == ["line 1, stages", "line 2, relase"]
    with translation.override("zh-hans"):
        said = [problem.said(translation.gettext) for problem in caught.value.problems]
    assert said[0] == "第1行，stages：策略至少需要一个阶段。请添加“stages:”及其列表。"
    assert said[1].startswith("第2行，relase：'relase'不是已知的键。您是否想写release？允许：")


def test_every_command_has_help_in_chinese() -> None:
    from fairdue.cli.main import app
    from fairdue.cli.texts import help_texts

    known = catalogue("cli")
    assert isinstance(app, typer.Typer)
    found = list(help_texts(app))
    assert len(found) >= 20
    assert [text for _, text in found if not getattr(known.get(text), "string", "")] == []
