"""Countries and their law, and the facts on a customer that decide which of it holds."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from web_sample import Sample

from fairdue.dunning.law import law_of
from fairdue.law.country import countries, country_law
from fairdue.law.parties import CONDITIONS
from fairdue.ledger.actions import PARTY_FACTS
from fairdue.ledger.models import AuditEntry, Customer
from fairdue.wording import names
from fairdue.wording.country import chapters


def shown(client: Client, name: str, *args: object) -> str:
    page = client.get(reverse(f"web:{name}", args=args)).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_germanys_page_says_what_holds_and_where_it_stands(ours: Sample, lead: Client):
    page = shown(lead, "country", "de")
    assert "German base rate (BGB s.247) plus 9.0 percentage points" in page
    assert "a third party" in page.lower()
    assert "needs a licence, a registration, a mandate or a lawyer" in page
    assert "RDG § 10" in page
    assert "Mahnbescheid" in page
    assert "saying that a reminder stops limitation" in page
    assert "World Bank, Doing Business 2020" in page
    assert "verified until" in page


def test_what_is_not_collected_is_said_to_be_unknown(ours: Sample, lead: Client):
    page = shown(lead, "country", "ua")
    assert "No rules of conduct are collected for this country: the safe default holds." in page
    assert page.count("Nothing is collected.") == 3, "terms, forms and ways to pay"
    assert lead.get(reverse("web:country", args=["zz"])).status_code == 404


def test_the_index_sets_countries_with_customers_first(ours: Sample, lead: Client):
    Customer.objects.filter(company=ours.company).update(country="JP")
    page = shown(lead, "countries")
    assert page.index("Japan JP") < page.index("Austria AT") < page.index("Germany DE")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_country_reads_whole(language: str):
    """Every line says something, names its source and confidence; Chinese pages hold no English note."""
    with translation.override(language):
        for code in countries():
            for chapter in chapters(country_law(code), date(2026, 11, 22)):
                for line in chapter.lines:
                    assert line.about, code
                    assert line.says, (code, line)
                    assert line.confidence in {"high", "medium", "low", "gap"}
                    if language == "zh-hans":
                        assert re.search("[\u4e00-\u9fff]", line.about + line.says + line.note), (code, line)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "contract: from Jul 29, 2014 on"),
        ("zh-hans", "自2014年7月29日起"),
    ],
)
def test_the_days_of_a_rule_name_no_end_that_is_not_there(language: str, told: str):
    with translation.override(language):
        says = [line.says for line in chapters(country_law("DE"), date(2026, 11, 22))[0].lines]
        assert told in says[0]
        assert not any("–" in one for code in countries() for one in interest_of(code))


def interest_of(code: str) -> list[str]:
    return [line.says for line in chapters(country_law(code), date(2026, 11, 22))[0].lines]


def test_chinese_readers_get_facts_sources_and_laws_of_no_country_in_chinese(ours: Sample, lead: Client):
    lead.cookies["django_language"] = "zh-hans"
    Customer.objects.filter(pk=ours.customer.pk).update(country="CN")
    page = shown(lead, "customer-law", ours.customer.pk)
    assert "我方在订立合同时已向该客户说明自身企业规模" in page
    assert "日本：所涉交易为制造、修理或服务的分包合同。" in page
    assert "意大利：所售为农产品或食品。" in page
    assert "（1993年、1995年和2000年关于取缔讨债公司的通知）" in page
    assert "against debt-collection companies" not in page
    law = shown(lead, "law")
    assert "《联合国国际货物销售合同公约》（CISG）" in law
    assert "XX" not in law
    assert "general knowledge, unverified" not in shown(lead, "country", "us")


def test_a_fact_is_changed_with_an_audit_entry_and_judged_at_once(ours: Sample, lead: Client):
    customer = ours.customer
    Customer.objects.filter(pk=customer.pk).update(natural_person="unknown", country="GB")
    assert "towards a person" in shown(lead, "customer-law", customer.pk)
    asked = {"natural_person": "no", "public_body": "no", "size": "large"}
    assert lead.post(reverse("web:customer-law-facts", args=[customer.pk]), asked).status_code == 302
    customer.refresh_from_db()
    assert (customer.natural_person, customer.public_body, customer.size) == ("no", "no", "large")
    entry = AuditEntry.objects.filter(action="set_party_facts").latest("id")
    assert entry.subject == f"customer:{customer.pk}"
    assert entry.detail["size"] == "large"
    page = shown(lead, "customer-law", customer.pk)
    assert "towards a company" in page
    assert "In United Kingdom a third party may collect without a licence" in page


def test_a_word_that_is_none_changes_nothing(ours: Sample, lead: Client):
    before = AuditEntry.objects.count()
    asked = {"natural_person": "perhaps", "public_body": "no", "size": "large"}
    assert lead.post(reverse("web:customer-law-facts", args=[ours.customer.pk]), asked).status_code == 400
    assert AuditEntry.objects.count() == before
    assert Customer.objects.get(pk=ours.customer.pk).size != "large"


def test_who_may_not_change_sees_the_facts(ours: Sample, as_role):
    page = as_role("auditor").get(reverse("web:customer-law", args=[ours.customer.pk])).content.decode()
    assert 'name="natural_person"' not in page
    assert "Public body" in page


def test_the_law_page_says_which_rule_holds_and_why(ours: Sample, lead: Client):
    page = shown(lead, "customer-law", ours.customer.pk)
    assert "Rome I, 4(1)(a)" in page
    assert "BGB § 288(2)" in page


def chinese(sample: Sample, **facts: str) -> Customer:
    """Give the customer as one in China that owes a small Chinese supplier."""
    sample.company.country, sample.company.size = "CN", "small"
    sample.company.save()
    Customer.objects.filter(pk=sample.customer.pk).update(country="CN", **facts)
    return Customer.objects.get(pk=sample.customer.pk)


def test_the_law_page_says_which_fact_decided_and_what_is_unknown_with_its_effect(ours: Sample, lead: Client):
    customer = chinese(ours, size="large")
    page = shown(lead, "customer-law", customer.pk)
    assert "cannot be claimed until it is known" in page
    asked = {
        "natural_person": "no",
        "public_body": "no",
        "size": "large",
        "size_declared": "yes",
        "found_in": "contract of 5 May, clause 12",
    }
    assert lead.post(reverse("web:customer-law-facts", args=[customer.pk]), asked).status_code == 302
    page = shown(lead, "customer-law", customer.pk)
    assert "may be claimed as far as this fact goes" in page
    assert "contract of 5 May, clause 12" in page
    assert law_of(ours.company, Customer.objects.get(pk=customer.pk), date(2026, 3, 2)).rule.startswith("State Council")
    asked |= {"size_declared": "no"}
    lead.post(reverse("web:customer-law-facts", args=[customer.pk]), asked)
    assert "does not apply" in shown(lead, "customer-law", customer.pk)


@pytest.mark.parametrize(
    ("law", "facts", "rule"),
    [
        ("PL", {"public_health": "yes"}, "PL_UTZ_HEALTH"),
        ("US-NY", {"federal_agency": "yes"}, "US_PROMPT_PAYMENT"),
        ("JP", {"subcontract": "yes"}, "JP_TORITEKI"),
        ("IT", {"agri_food": "yes"}, "IT_DLGS198_AGRI"),
    ],
)
def test_every_condition_of_a_rule_can_be_met_by_a_fact_on_record(ours: Sample, law, facts, rule):
    ours.company.country, _, ours.company.subdivision = law.partition("-")
    ours.company.save()
    for word, taken in (("yes", True), ("unknown", False)):
        Customer.objects.filter(pk=ours.customer.pk).update(**dict.fromkeys(facts, word))
        answer = law_of(ours.company, Customer.objects.get(pk=ours.customer.pk), date(2026, 3, 2))
        assert any(dict(one.values).get("regime") == rule and one.code in {"law.rule_taken", "law.low_confidence", "law.no_rate"}
                   for one in answer.rule_reasons) == taken, answer.rule_reasons  # fmt: skip
        (condition,) = [
            one
            for one in answer.conditions
            if one.word in {"agri_food", "subcontract", "buyer_public_health", "buyer_federal_agency"}
        ]
        assert condition.met is (True if taken else None)


def test_every_condition_word_of_the_tables_has_a_fact_that_can_set_it():
    facts = {
        "seller_sme_declared": "size_declared", "seller_sme": "company.size", "seller_micro_or_small": "company.size",
        "buyer_large": "size", "buyer_public": "public_body", "buyer_large_or_public": "size", "buyer_public_health": "public_health",
        "buyer_federal_agency": "federal_agency", "no_agreed_rate": "terms.interest_rate_ppm", "subcontract": "subcontract",
        "agri_food": "agri_food",
    }  # fmt: skip
    assert set(facts) == set(CONDITIONS)
    for fact in facts.values():
        assert fact.startswith(("company.", "terms.")) or fact in PARTY_FACTS


CHAPTERS = ("interest", "terms", "limitation", "court", "company", "person", "forms", "pay")


def test_every_countrys_page_has_every_part_with_source_and_confidence(ours: Sample, lead: Client):
    """All countries: each part is there, holds sourced lines or says that nothing is collected; each float has its drawing and table."""
    drawn = 0
    for code in countries():
        page = lead.get(reverse("web:country", args=[code.lower()])).content.decode()
        law = {one.key: one for one in chapters(country_law(code), date(2026, 11, 22))}
        assert tuple(law) == CHAPTERS
        for key, chapter in law.items():
            part = page.split(f'id="{key}"')[1].split("</section>")[0]
            assert ("Nothing is collected." in part) == (not chapter.lines), (code, key)
            assert all(line.source and line.confidence and line.look for line in chapter.lines), (code, key)
            assert part.count('class="tag warn">not confirmed') == sum(bool(line.asks) for line in chapter.lines), (
                code,
                key,
            )
        for line in law["company"].lines:
            assert ("not confirmed" in line.source) == bool(line.asks), (code, line)
        assert any(line.about == "A third party" for line in law["company"].lines), code
        charts = [rates.chart for rates in law["interest"].rates if rates.chart]
        assert page.count('role="img"') >= len(charts)
        assert "<script" not in "".join(charts)
        drawn += len(charts)
    assert drawn >= DRAWN


DRAWN = 44
"""Rules whose rate is drawn; raise it with the series."""


def test_a_drawing_ends_where_the_rate_is_no_longer_verified():
    (rates,) = chapters(country_law("DE"), date(2028, 1, 1))[0].rates[:1]
    assert "2027" not in rates.chart
    assert ">2026<" in rates.chart
    for forbidden in ("style=", "href", "<script", "#"):
        assert forbidden not in rates.chart


def test_countries_are_listed_by_pinyin_and_by_letters_without_accents():
    """斐, 梵 and 瑙 stand outside the part of GB 2312 that goes by pinyin."""
    shuffled = [
        "瑙鲁",
        "中国",
        "斐济",
        "德国",
        "梵蒂冈",
        "阿曼",
        "越南",
        "美国",
        "法国",
        "奥地利",
        "尼泊尔",
        "纳米比亚",
        "约旦",
    ]
    assert sorted(shuffled, key=names.in_order) == [
        "阿曼", "奥地利", "德国", "法国", "梵蒂冈", "斐济", "美国", "纳米比亚", "瑙鲁", "尼泊尔", "约旦", "越南", "中国",
    ]  # fmt: skip
    assert sorted(["Zypern", "Österreich", "Oman", "Åland", "Albanien"], key=names.in_order) == [
        "Åland", "Albanien", "Oman", "Österreich", "Zypern",
    ]  # fmt: skip


def test_every_name_of_a_country_that_is_collected_goes_by_pinyin():
    with translation.override("zh-hans"):
        for code in countries():
            first = names.in_order(names.country(code))[:2]
            assert b"\xb0\xa1" <= first <= b"\xd7\xf9", names.country(code)


def test_the_index_in_chinese_goes_by_pinyin(ours: Sample, lead: Client):
    lead.cookies["django_language"] = "zh-hans"
    page = shown(lead, "countries")
    placed = [page.index(name) for name in ("阿拉伯联合酋长国 AE", "奥地利 AT", "比利时 BE", "德国 DE", "中国 CN")]
    assert placed == sorted(placed)


def test_rates_of_states_name_the_states(ours: Sample, lead: Client):
    page = shown(lead, "countries")
    assert "% a year · 9.00% a year (New York) · 10.00% a year (California)" in page
    assert "6.00% a year (Texas, Pennsylvania, Alabama)" in page
    assert "United States (New York): CPLR 5004" in shown(lead, "country", "us")
    lead.cookies["django_language"] = "zh-hans"
    assert "美国（纽约州）" in shown(lead, "country", "us")
    assert "（得克萨斯州、宾夕法尼亚州、亚拉巴马州）" in shown(lead, "countries")


def test_interest_and_limitation_that_nobody_confirmed_are_marked():
    for key, marked in (("interest", ("US", "California")), ("limitation", ("AT", "Austria"))):
        code, about = marked
        with translation.override("en"):
            law = {one.key: one for one in chapters(country_law(code), date(2026, 11, 22))}
        line = next(one for one in law[key].lines if about in one.about)
        assert line.asks.startswith("A lawyer must confirm that ")
    with translation.override("en"):
        unasked = [
            (code, line)
            for code in countries()
            for chapter in chapters(country_law(code), date(2026, 11, 22))
            if chapter.key in ("interest", "limitation")
            for line in chapter.lines
            if ("not confirmed" in line.source) != bool(line.asks)
        ]
    assert not unasked
