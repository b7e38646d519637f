"""Every worked example of an indicator gives what the hand calculated."""

from __future__ import annotations

import pytest

from fairdue.cover.snapshot import SOURCES as COVER
from fairdue.credit.catalogue import Level, indicators, measure_names
from fairdue.credit.snapshot import OTHERS
from fairdue.credit.worked import check, examples
from fairdue.dunning.snapshot import SOURCES as DUNNING


def test_the_catalogue_is_the_core_pack() -> None:
    known = indicators()
    assert len(known) == 190
    for one in known.values():
        told = [value for value in one.thresholds if value is not None]
        assert told == sorted(told, reverse=not one.high_is_risk)
        assert all(one.level(value) > Level.NONE for value in told)


def test_every_measure_gives_indicators_of_the_catalogue() -> None:
    known = indicators()
    assert {one.measure for one in known.values() if one.works} == set(measure_names())
    assert all(one.inputs for one in known.values() if one.works)


@pytest.mark.parametrize(
    "outcome", list(check()), ids=lambda one: f"{one.example.indicator}-{one.example.expect_micro}"
)
def test_a_worked_example(outcome) -> None:
    assert outcome.value_micro == outcome.example.expect_micro, outcome.example.working


def test_what_works_has_an_example_with_a_value_and_one_without_enough_data() -> None:
    shown = examples()
    for one in indicators().values():
        if one.works:
            mine = [example.expect_micro for example in shown if example.indicator == one.id]
            assert any(value is not None for value in mine), one.id
            assert None in mine or one.min_data.startswith(("registry", "message log", "contact log", "request log")), (
                one.id
            )


def test_what_is_read_of_other_rooms_is_what_they_give() -> None:
    given = {source.name: source.schema for source in (*DUNNING, *COVER)}
    read = {name: shape for name, shape in OTHERS.items() if name in given}
    assert {"dunning_contacted", "dunning_signs", "dunning_answers", "cover_terms", "cover_limits"} <= set(read)
    for name, shape in read.items():
        for column in shape:
            assert given[name].field(column.name).type == column.type, f"{name}.{column.name}"
