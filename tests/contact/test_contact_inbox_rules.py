"""Rules of the inbox on their own: numbers of signatures, names of customers."""

from __future__ import annotations

import pytest

from fairdue.contact.inbox.clues import clues_of
from fairdue.contact.inbox.mail import read
from fairdue.contact.inbox.names import names_of

NAMES = names_of(
    [
        (1, "Officine Torino S.p.A."),
        (2, "Officine"),
        (3, "杭州精密机械有限公司"),
        (4, "Sol AG"),
        (5, "Officine Torino S.p.A. Sud"),
    ]
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("sono Mario delle OFFICINE  TORINO S.p.A., paghiamo", {1}),
        ("Officine Torino paga", set()),
        ("Officine Torino S.p.A. Sud paga", {5}),
        ("我是杭州精密机械有限公司的会计", {3}),
        ("杭州精密", set()),
        ("Sol AG", set()),
    ],
)
def test_a_customer_is_named_by_its_whole_name_only(text: str, named: set[int]) -> None:
    assert {one for found in NAMES.found(text).values() for one in found} == named


@pytest.mark.parametrize(
    ("line", "telling"),
    [
        ("Invoice 100452", True),
        ("Tax invoice no. 100452", True),
        ("Ext. 100452", False),
        ("Reg. No. 100452 England", False),
        ("Tel. +49 221 100452", False),
        ("HRB 100452 Köln", False),
        ("IBAN DE89 3704 100452", False),
        ("-- \nHauptstr. 100452", False),
    ],
)
def test_numbers_of_telephones_registers_and_signatures_tell_nothing(line: str, telling: bool) -> None:
    mail = read(f"From: a@b.example\nSubject: x\n\nHello\n{line}\n".encode())
    assert {one.text: one.telling for one in clues_of(mail).numbers}["100452"] is telling
