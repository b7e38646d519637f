"""Hash chains, Merkle roots and reasons: equal things are equal bytes, different things are not."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairdue.kernel import chain, reasons
from fairdue.kernel.reasons import ReasonCode


class Code(ReasonCode):
    PAID = ("paid", "Paid %(amount)s")


class Other(ReasonCode):
    PAID_TOO = ("paid", "Also paid")


def test_parts_do_not_run_together() -> None:
    assert chain.digest("d", b"ab", b"c") != chain.digest("d", b"a", b"bc")
    assert chain.digest("d", b"a") != chain.digest("e", b"a")


def test_canonical_writing_refuses_floats_and_sorts_keys() -> None:
    assert chain.canonical({"b": 1, "a": [None, "ü"]}) == '{"a":[null,"ü"],"b":1}'.encode()
    with pytest.raises(TypeError):
        chain.canonical({"a": [1.5]})


def test_merkle_root_of_known_shapes() -> None:
    leaf = [hashlib.sha256(b"\x00" + part).digest() for part in (b"a", b"b", b"c")]
    two = hashlib.sha256(b"\x01" + leaf[0] + leaf[1]).digest()
    assert chain.merkle_root([]) == hashlib.sha256(b"").hexdigest()
    assert chain.merkle_root([b"a"]) == leaf[0].hex()
    assert chain.merkle_root([b"a", b"b", b"c"]) == hashlib.sha256(b"\x01" + two + leaf[2]).hexdigest()


@given(st.lists(st.binary(max_size=8), min_size=2, max_size=40), st.data())
def test_any_change_of_leaves_changes_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    changed = [*leaves[:place], leaves[place] + b"x", *leaves[place + 1 :]]
    assert chain.merkle_root(changed) != chain.merkle_root(leaves)
    assert chain.merkle_root(leaves[:-1]) != chain.merkle_root(leaves)


def test_reasons_are_stored_as_canonical_text_and_read_back() -> None:
    one = reasons.because(Code.PAID, currency="EUR", amount=5)
    assert reasons.dump([one]) == '[{"code":"paid","values":{"amount":5,"currency":"EUR"}}]'
    assert reasons.load(reasons.dump([one])) == [one]
    assert reasons.because(Code.PAID, amount=5, currency="EUR") == one


def test_two_rooms_may_not_use_one_code() -> None:
    with pytest.raises(ValueError, match="twice"):
        reasons.text_index(Code, Other)
