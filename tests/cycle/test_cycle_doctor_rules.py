"""Who may be one customer twice: names across scripts and company forms, numbers, mail domains. As docs/algorithms/data-check.md."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairdue.cycle.doctor.rules import Party, Sameness, alike, name_keys, number_key, twins

PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "data-check.md"


def examples() -> list[tuple[str, str, bool]]:
    """Read the worked examples of names from the page."""
    table = PAGE.read_text(encoding="utf-8").partition("<!-- names -->")[2].partition("<!-- end -->")[0]
    rows = [
        [cell.strip() for cell in line.strip("| ").split("|")] for line in table.splitlines() if line.startswith("| ")
    ]
    return [(one, other, same == "yes") for one, other, same, *_ in rows[2:]]


def test_the_page_has_examples():
    assert len(examples()) >= 12


@pytest.mark.parametrize(("one", "other", "same"), examples())
def test_names_of_the_page(one: str, other: str, same: bool):
    assert bool(set(name_keys(one)) & set(name_keys(other))) is same


@given(st.text(max_size=40))
def test_any_name_has_keys_without_gaps(name: str):
    for key in name_keys(name):
        assert len(key) > 1
        assert not any(sign.isspace() for sign in key)
    assert name_keys(name) == name_keys(name)


def test_numbers_are_compared_without_signs_and_placeholders_are_none():
    assert number_key("DE 123.456-788") == "de123456788"
    assert number_key("00000000") == ""
    assert number_key("n/a") == ""


def sets(*parties: Party) -> list[tuple[tuple[int, ...], tuple[str, ...]]]:
    return [(one.customer_ids, tuple(map(str, one.why))) for one in twins(parties)]


def test_the_same_vat_number_joins_different_names():
    assert sets(
        Party(1, "Acme Tools Ltd", country="GB", vat_no="GB 123 4567 82"),
        Party(2, "阿克米工具有限公司", country="CN", vat_no="GB123456782"),
        Party(3, "Other", country="GB", vat_no="GB999999973"),
    ) == [((1, 2), ("same_vat",))]


def test_a_local_register_counts_in_its_town_only():
    here = Party(1, "Alpha GmbH", country="DE", city="Köln", registration_no="HRB 4711")
    assert sets(here, Party(2, "Beta AG", country="DE", city="Koln", registration_no="HRB4711")) == [
        ((1, 2), ("same_registration",))
    ]
    assert sets(here, Party(2, "Beta AG", country="DE", city="Bonn", registration_no="HRB4711")) == []


def test_the_same_name_counts_in_one_country():
    one, other = Party(1, "Acme GmbH", country="DE"), Party(2, "ACME AG", country="DE")
    assert sets(one, other) == [((1, 2), ("same_name",))]
    assert sets(one, Party(2, "Acme SA", country="FR")) == []
    assert sets(one, Party(2, "Acme SA")) == [((1, 2), ("same_name",))]
    assert sets(one, Party(2, "Acme SA"), Party(3, "Acme BV", country="NL")) == []


def test_companies_with_numbers_of_their_own_are_different():
    one = Party(1, "Acme GmbH", country="DE", city="Köln", registration_no="HRB 11111")
    other = Party(2, "Acme GmbH", country="DE", city="Bonn", registration_no="HRB 22222")
    assert sets(one, other) == []
    assert sets(one, other, Party(3, "Acme", country="DE")) == [((1, 2, 3), ("same_name",))]


def test_a_legal_name_finds_the_other_script():
    assert sets(
        Party(1, "Huawei Technologies", legal_name="华为技术有限公司", country="CN"), Party(2, "华为技术", country="CN")
    ) == [((1, 2), ("same_name",))]


def test_a_mail_domain_counts_with_a_similar_name():
    one = Party(1, "Quernstein Werkzeuge", country="DE", domains=("quernstein.example",))
    near = Party(2, "Quernstein Werkzeugbau", country="FR", domains=("quernstein.example",))
    assert sets(one, near) == [((1, 2), ("same_mail",))]
    assert sets(one, Party(2, "Zwiebelfisch", domains=("quernstein.example",))) == []
    public = [Party(at, p.name, country=p.country, domains=("gmail.com",)) for at, p in enumerate((one, near), 1)]
    assert sets(*public) == []
    grouped = [Party(p.customer_id, p.name, country=p.country, domains=p.domains, group_id=7) for p in (one, near)]
    assert sets(*grouped) == []


def test_a_number_that_many_share_is_a_placeholder():
    many = [Party(at, f"Name {at} of its own {at * 7919}", country="DE", vat_no="DE123456788") for at in range(1, 22)]
    assert sets(*many) == []
    assert len(sets(*many[:20])[0][0]) == 20


def test_reasons_add_up_over_a_chain():
    found = twins(
        [
            Party(1, "Acme GmbH", country="DE", vat_no="DE123456788"),
            Party(2, "Acme AG", country="DE"),
            Party(3, "Zeta", country="FR", vat_no="DE123456788"),
        ]
    )
    assert [(one.customer_ids, one.why) for one in found] == [((1, 2, 3), (Sameness.VAT, Sameness.NAME))]


def test_likeness_is_symmetric_and_needs_most_of_the_signs():
    assert alike("quernstein", "quernsteinwerkzeuge")
    assert alike("quernsteinwerkzeuge", "quernstein")
    assert not alike("alpha", "omega")
    assert not alike("", "")
    assert alike("branch2north", "branch2")
    assert not alike("branch2", "branch4")


def test_the_work_grows_with_the_number_of_customers():
    """Every customer of one name and one domain: the worst case of blocks. Four times as many take about four times as long."""

    def seconds(count: int) -> float:
        parties = [Party(at, "Acme GmbH", country="DE", domains=(f"d{at // 10}.example",)) for at in range(count)]
        begun = time.process_time()
        assert len(twins(parties)) == 1
        return time.process_time() - begun

    seconds(1_000)
    assert seconds(20_000) < 12 * max(seconds(5_000), 0.02)
