"""What a credit controller would say of single bank lines: rules 1 to 17 of docs/algorithms/cash-matching.md."""

from __future__ import annotations

from datetime import date

import pytest
from tests.cash.books import TODAY, book, codes, hash_of, item, line, one, told

from fairdue.cash.matching.records import Advice, Advised, Alias, Paid, Tolerances

A, B, C = item("RE-00012345", 11900), item("RE-00012346", 20000), item("RE-00012350", 30500)
PAYER = {"name": "MUELLER PUMPEN GMBH"}


@pytest.mark.parametrize(
    ("text", "why", "evidence"),
    [
        ("Rechnung RE-00012345 vom 01.04.2026", "number", "number"),
        ("re-00012345", "number", "number"),
        ("Rg. RE-0001 2345 danke", "number_spaced", "number_damaged"),
        ("RE-OOO12345", "number_damaged", "number_damaged"),
        ("RE-000I234S", "number_damaged", "number_damaged"),
        ("Rechnung 12345", "number_short", "number_damaged"),
        ("RE 12345", "number_short", "number_damaged"),
    ],
)
def test_a_number_is_found_as_payers_write_it(text, why, evidence):
    answer = one(book(A, B), line(11900, text, **PAYER))
    assert told(answer) == [(A.id, 11900)]
    assert (answer.state, answer.evidence_class, why in codes(answer)) == ("posted", evidence, True)


@pytest.mark.parametrize("text", ["RE-000123451", "XRE-00012345", "Tel. 0761 12345678", "2026-05-12345678"])
def test_a_part_of_a_longer_number_is_no_number(text):
    assert told(one(book(A), line(500, text, name="Other Firm"))) == []


def test_a_word_without_digits_is_no_damaged_number():
    known = book(item("81115", 900))
    assert told(one(known, line(900, "BILLS", name="Nobody here"))) == []


def test_a_structured_reference_is_worth_more_than_a_text():
    known = book(item("4711", 5000, reference="RF18539007547034"))
    for told_as in ({"structured": ("RF18 5390 0754 7034",)}, {"text": "RF18 5390 0754 7034"}):
        answer = one(known, line(5000, **told_as))
        assert (answer.evidence_class, told(answer)) == ("reference", [(hash_of("4711"), 5000)])


def test_several_numbers_a_range_and_a_credit_note():
    known = book(A, B, C, item("GS-00000007", -900))
    assert told(one(known, line(31900, "RE-00012345, RE-00012346", **PAYER))) == [(A.id, 11900), (B.id, 20000)]
    ranged = one(known, line(62400, "RE-00012345 - RE-00012350", **PAYER))
    assert (told(ranged), codes(ranged)[0]) == ([(A.id, 11900), (B.id, 20000), (C.id, 30500)], "range")
    netted = one(known, line(11000, "RE-00012345 abzgl. GS-00000007", **PAYER))
    assert told(netted) == [(A.id, 11900), (hash_of("GS-00000007"), -900)]


def test_a_number_named_for_another_reason_is_left_out():
    answer = one(book(A, B), line(20000, "RE-00012346, Nachlieferung zu RE-00012345", **PAYER))
    assert told(answer) == [(B.id, 20000)]


def test_the_number_of_another_customer_waits():
    known = book(A, item("RE-00099999", 700, 2), customers=((1, "Müller Pumpen GmbH"), (2, "Klein AG")))
    answer = one(known, line(11900, "RE-00012345", name="Klein AG"))
    assert (answer.evidence_class, "other_payer" in codes(answer)) == ("number_other_payer", True)


@pytest.mark.parametrize(
    ("amount", "text", "difference", "missing"),
    [
        (11662, "RE-00012345", "discount", 238),
        (10710, "RE-00012345 LESS TDS 10%", "withholding", 1190),
        (10900, "RE-00012345 abzgl. Transportschaden 10,00", "deduction", 1000),
        (5000, "Teilzahlung RE-00012345", "open", 6900),
        (11897, "RE-00012345", "rounding", 3),
    ],
)
def test_a_shortfall_has_a_name(amount, text, difference, missing):
    discounted = A._replace(discount_minor=238, discount_until=TODAY)
    answer = one(book(discounted), line(amount, text, **PAYER))
    [part] = answer.parts
    assert (part.item, part.amount_minor, part.difference, part.difference_minor) == (A.id, amount, difference, missing)
    assert answer.state == "posted"


@pytest.mark.parametrize(
    ("days", "name"), [(0, "discount"), (1, "discount_grace"), (5, "discount_grace"), (6, "discount_unearned")]
)
def test_a_discount_ends_with_the_days_of_grace(days, name):
    until = date.fromordinal(TODAY.toordinal() - days)
    known = book(A._replace(discount_minor=238, discount_until=until))
    assert one(known, line(11662, "RE-00012345", **PAYER)).parts[0].difference == name


def test_a_bank_abroad_takes_its_charge():
    known = book(item("INV-778899", 100000, currency="USD"), customers=((1, "Acme Inc.", "US"),))
    answer = one(known, line(97500, "INV-778899", name="ACME INC", currency="USD"))
    assert (answer.parts[0].difference, answer.parts[0].difference_minor) == ("charges", 2500)
    at_home = book(A, customers=((1, "Müller Pumpen GmbH", "DE"),))
    assert one(at_home, line(9400, "RE-00012345", **PAYER)).parts[0].difference == "open"


def test_money_in_another_currency_pays_what_was_instructed():
    known = book(item("RE-00077777", 100000, currency="GBP"))
    answer = one(known, line(116000, "RE-00077777", instructed_minor=100000, instructed_currency="GBP", **PAYER))
    [part] = answer.parts
    assert (part.amount_minor, part.item_minor, part.difference) == (116000, 100000, "exchange")


def test_more_than_the_number_stays_to_the_customers_credit():
    assert told(one(book(A), line(12900, "RE-00012345", **PAYER))) == [(A.id, 11900), ("@1", 1000)]


def test_what_was_paid_is_not_paid_again():
    twice = [line(11900, "RE-00012345", number=1, **PAYER), line(11900, "RE-00012345", number=2, **PAYER)]
    answer = one(book(A), *twice)
    assert (told(answer), answer.parts[0].difference) == ([("@1", 11900)], "duplicate")


def test_a_short_number_and_another_amount_is_not_enough():
    answer = one(book(item("2026", 100000)), line(5000, "Miete Juni 2026", **PAYER))
    assert answer.evidence_class == "number_unequal_unknown"


def test_another_item_with_just_this_amount_is_a_doubt():
    answer = one(book(A, B), line(20000, "RE-00012345", **PAYER))
    assert (answer.evidence_class, "other_item" in codes(answer)) == ("number_or_amount", True)


def test_an_account_that_paid_before_finds_the_item():
    before = Paid(date(2026, 3, 1), "Somebody", "DE02X", 1, None, 5, "EUR")
    answer = one(book(A, B, paid=(before,)), line(20000, "", name="HOLDING NORD", account="DE02X"))
    assert (told(answer), codes(answer)) == ([(B.id, 20000)], ["account", "only_item"])


def test_an_alias_a_third_party_and_a_name_in_another_script():
    known = book(A, customers=((1, "上海华信电子有限公司"),), aliases=(Alias("Huaxin Shop", "", 1),))
    for payer in (
        {"name": "HUAXIN SHOP"},
        {"name": "SHANGHAI HUAXIN ELECTRONICS CO., LTD."},
        {"name": "上海华信电子有限公司"},
    ):
        assert told(one(known, line(11900, "货款", **payer))) == [(A.id, 11900)]
    third = one(book(A), line(11900, "payment on behalf of Mueller Pumpen", name="Factor Bank AG"))
    assert (told(third), "on_behalf" in codes(third)) == ([(A.id, 11900)], True)


def test_sums_the_whole_balance_and_a_group():
    assert told(one(book(A, B, C), line(42400, "Zahlung", **PAYER))) == [(A.id, 11900), (C.id, 30500)]
    balance = one(book(A, B, C), line(62400, "Zahlung", **PAYER))
    assert (len(balance.parts), "balance" in codes(balance)) == (3, True)
    other = item("RE-00055555", 4400, 2)
    group = book(A, other, customers=((1, "Müller Pumpen GmbH", "DE", "G"), (2, "Nord Ventile KG", "DE", "G")))
    assert told(one(group, line(16300, "Zahlung", **PAYER))) == [(A.id, 11900), (other.id, 4400)]


def test_future_items_are_not_paid_by_chance():
    later = item("RE-00060000", 777, issued=date(2026, 6, 1))
    assert one(book(later), line(777, "Zahlung", **PAYER)).evidence_class == "payer_only"


def test_two_equal_items_and_two_namesakes_are_ties():
    twins = one(book(A, A._replace(id=9, number="RE-00012399")), line(11900, "Zahlung", **PAYER))
    assert (twins.state, twins.evidence_class, len(twins.others)) == ("abstained", "tie", 2)
    namesakes = book(
        A, B._replace(customer=2, amount_minor=11900, open_minor=11900), customers=((1, "Meier AG"), (2, "Meier AG"))
    )
    assert one(namesakes, line(11900, "Zahlung", name="MEIER AG")).state == "abstained"


def test_the_legal_form_tells_namesakes_apart():
    known = book(
        A, B._replace(customer=2, amount_minor=11900, open_minor=11900), customers=((1, "Meier AG"), (2, "Meier GmbH"))
    )
    assert told(one(known, line(11900, "Zahlung", name="MEIER GMBH"))) == [(B.id, 11900)]
    assert one(known, line(11900, "Zahlung", name="MEIER")).state == "abstained"


def test_a_name_that_the_bank_cut_short():
    known = book(A, customers=((1, "Internationale Verpackungsmaschinen und Anlagenbau GmbH"),))
    answer = one(known, line(11900, "", name="INTERNATIONALE VERPACKUNGSMASCHINE"))
    assert (told(answer), answer.evidence_class) == ([(A.id, 11900)], "payer_weak")


def test_an_advice_ties_to_its_money_once():
    advice = Advice(
        1, "AV77", 1, date(2026, 5, 18), "EUR", (Advised("RE-00012345", 11900), Advised("RE00012346", 20000))
    )
    known = book(A, B, C, advices=(advice,))
    for payer in ({"text": "lt. Avis AV77"}, PAYER):
        assert told(one(known, line(31900, **payer))) == [(A.id, 11900), (B.id, 20000)]
    assert one(known, line(31900, number=1, **PAYER), line(31900, number=2, **PAYER)).evidence_class == "payer_only"


def test_a_returned_debit_opens_its_item_again():
    closed = A._replace(open_minor=0)
    paid = Paid(date(2026, 5, 2), "Müller Pumpen GmbH", "DE02X", 1, A.id, 11900, "EUR", "DD-17")
    back = line(-12200, "RETURNED DIRECT DEBIT", end_to_end="DD17", reversal=True)
    answer = one(book(closed, paid=(paid,)), back)
    assert [(part.kind, part.item, part.amount_minor) for part in answer.parts] == [
        ("return", A.id, -11900),
        ("charge", None, -300),
    ]
    again = one(book(closed, paid=(paid,)), back, line(11900, "RE-00012345", number=2, **PAYER))
    assert told(again) == [(A.id, 11900)]


def test_money_of_nobody_is_told_by_its_words():
    answer = one(book(A), line(1234, "Zinsen 1. Quartal"))
    assert (answer.parts[0].kind, answer.evidence_class) == ("not_customer", "nobody")
    assert one(book(A), line(1234, "refund of your overpayment", **PAYER)).evidence_class == "nobody_by_name"
    assert one(book(A), line(1234, "hello")).evidence_class == "unknown"


def test_what_may_not_post_waits_and_changes_nothing():
    known = book(A)
    lines = [line(11900, "RE-00012345", number=number, **PAYER) for number in (1, 2)]
    assert one(known, *lines, allowed=frozenset()).evidence_class == "number"


def test_limits_are_the_companys():
    known = book(A)._replace(tolerances=Tolerances(rounding_minor=0))
    assert one(known, line(11899, "RE-00012345", **PAYER)).parts[0].difference == "open"


def test_a_number_in_another_currency_keeps_sums_from_posting():
    pounds = item("RE-00077777", 100000, currency="GBP")
    answer = one(book(A, B, pounds), line(31900, "RE-00077777", **PAYER))
    assert (told(answer), answer.evidence_class) == ([(A.id, 11900), (B.id, 20000)], "number_or_amount")


def test_what_was_instructed_may_stand_in_the_text():
    known = book(item("RE-00077777", 100000, currency="GBP"))
    answer = one(known, line(116000, "RE-00077777 GBP 1.000,00", **PAYER))
    assert (answer.evidence_class, answer.parts[0].item_minor) == ("number_unequal", 100000)
    assert one(known, line(116000, "RE-00077777 1.000,00", **PAYER)).evidence_class == "payer_only"


def test_every_reason_is_told_in_words():
    from fairdue.cash.matching.reasons import MatchReason
    from fairdue.kernel.reasons import because
    from fairdue.wording import words

    values = {"number": "1", "said": "a", "first": "1", "last": "2", "name": "b", "currency": "EUR"}
    counts = {"count": 2, "items": 2, "days": 3, "percent": 5, "tried": 9}
    for code in MatchReason:
        told = words.reason(because(code, **values, **counts))
        assert "%(" not in told
        assert "%%" not in told
