"""Which rows nobody has confirmed: the page, the gate and the list speak of the same ones."""

from __future__ import annotations

import pytest

from fairdue.law.confirmed import Topic, citation, is_confirmed, unconfirmed_rows, unconfirmed_topics
from fairdue.law.country import countries, country_law
from fairdue.wording.country import asked_of_a_lawyer, source

DOUBTED = {
    "BGB § 286": ("BGB § 286", ""),
    "Lag 1981:739; not confirmed": ("Lag 1981:739", ", not confirmed"),
    "CC 250 (general knowledge, unverified)": ("CC 250", ", general knowledge, not confirmed"),
    "Ley 3/2004 (general knowledge); EU baseline": ("Ley 3/2004; EU baseline", ", general knowledge, not confirmed"),
    "general knowledge, unverified": ("general knowledge", ", not confirmed"),
    "LGBl. 2014 Nr. 105; margin unverified": ("LGBl. 2014 Nr. 105; margin unverified", ", not confirmed"),
}
"""Source as it is written: what is left for a letter to print, and what a page says after it."""


@pytest.mark.parametrize("written", DOUBTED)
def test_a_doubt_is_told_wherever_in_the_source_it_stands(written):
    base, said = DOUBTED[written]
    assert citation(written) == base
    assert source(written) == base + said
    assert is_confirmed(written) == (not said)
    assert asked_of_a_lawyer(written) == "" if not said else base in asked_of_a_lawyer(written)


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
    assert ("ES", Topic.INTEREST) in unconfirmed_topics()
    named = [one for sources in unconfirmed_topics().values() for one in sources]
    assert not [one for one in named if citation(one) != one]
    assert citation("Lag 1981:739; not confirmed") == "Lag 1981:739"
