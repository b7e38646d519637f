"""Which rows nobody has confirmed: the page, the gate and the list speak of the same ones."""

from __future__ import annotations

from fairdue.law.confirmed import ENDINGS, Topic, citation, is_confirmed, unconfirmed_rows, unconfirmed_topics
from fairdue.law.country import countries, country_law
from fairdue.wording.country import ENDINGS as SAID
from fairdue.wording.country import asked_of_a_lawyer


def test_the_page_and_the_gate_know_a_row_by_the_same_endings():
    assert set(ENDINGS) == set(SAID)


def test_every_rule_of_conduct_marked_on_a_country_page_can_be_confirmed():
    known = {(row.country, row.source) for row in unconfirmed_rows()}
    marked = 0
    for code in countries():
        law = country_law(code)
        for rule in {*law.company.rules, *law.person.rules, *law.parts}:
            if rule.value and asked_of_a_lawyer(rule.source):
                marked += 1
                assert (rule.country, rule.source) in known
    assert marked >= 30


def test_a_topic_names_each_source_once_and_without_the_word():
    assert unconfirmed_topics()["DK", Topic.CONDUCT] == ("Renteloven § 9b",)
    assert ("DE", Topic.INTEREST) not in unconfirmed_topics()
    assert all(is_confirmed(one) for sources in unconfirmed_topics().values() for one in sources)
    assert citation("Lag 1981:739; not confirmed") == "Lag 1981:739"
