"""Names of companies across banks' alphabets, legal forms and scripts."""

from __future__ import annotations

import pytest

from fairdue.cash.matching.names import CUT_MIN, keys, told_keys, whole

SAME = [
    ("Müller & Söhne Maschinenbau GmbH & Co. KG", "MUELLER UND SOEHNE MASCHINENBAU"),
    ("Müller & Söhne Maschinenbau GmbH & Co. KG", "Muller Sohne Maschinenbau GmbH + Co KG"),
    ("Ærø Værft A/S", "AERO VAERFT AS"),
    ("Åkeri Sjöberg AB", "AKERI SJOEBERG"),
    ("Łódzkie Zakłady Sp. z o.o.", "LODZKIE ZAKLADY SP ZOO"),
    ("Société Générale d'Électricité S.A.", "SOCIETE GENERALE D'ELECTRICITE"),
    ("重庆长安汽车股份有限公司", "CHONGQING CHANGAN AUTOMOBILE CO LTD"),
    ("苏州新泰机械有限公司", "Suzhou Xintai Machinery Co., Ltd."),
    ("深圳市华信达科技有限公司", "深圳市华信达科技有限公司"),
    ("株式会社アカサ電機", "AKASA DENKI K.K."),
    ("東京ミナト運輸株式会社", "TOKYO MINATO UNYU"),
    ("Ναυτική Βόλου Α.Ε.", "NAFTIKI VOLOU A.E."),
    ("ООО Ромашка", "OOO ROMASHKA"),
]


@pytest.mark.parametrize(("ledger", "bank"), SAME)
def test_one_company_by_two_spellings(ledger, bank):
    assert set(keys(ledger)) & set(told_keys(bank))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Bauer Metallbau GmbH", "Baur Metallbau GmbH"), ("Nord AG", "Nord Süd AG"), ("上海华信电子有限公司", "上海华信机械有限公司"),
        ("Meier Elektro", "Meier Elektrotechnik"),
    ],
)  # fmt: skip
def test_two_companies_stay_two(first, second):
    assert not set(keys(first)) & set(told_keys(second))


@pytest.mark.parametrize("name", ["", " ", "…", "GmbH", "有限公司", "株式会社", "&"])
def test_a_name_of_nothing_finds_nobody_else(name):
    assert all(key in ("", "gmbh") or key not in keys("Nord AG") for key in told_keys(name))


def test_a_cut_name_is_a_beginning():
    full = whole("Internationale Verpackungsmaschinen GmbH")
    assert full.startswith(whole("INTERNATIONALE VERPACKUNGSM"))
    assert len(whole("INTERNATIONALE VERPACKUNGSM")) >= CUT_MIN
