"""Agreed rates: when they stand, when the law changes them, and what the result says about it."""

from datetime import date

import pytest

from fairdue.law.contract_rate import ContractRate, Per, Use, rule_on
from fairdue.law.interest import InterestRequest, accrue

DUE, AS_OF = date(2026, 1, 31), date(2026, 3, 2)
PERCENT = 10_000


@pytest.mark.parametrize(
    ("code", "regime", "contract", "contract_on", "use", "rate", "reasons"),
    [
        ("DE", "DE_BGB288", ContractRate(15 * PERCENT), None, Use.CONTRACT, 15 * PERCENT, ["law.contract_rate"]),
        ("DE", "DE_BGB288", ContractRate(PERCENT, Per.MONTH), None, Use.CONTRACT, 12 * PERCENT, ["law.contract_rate"]),
        ("FR", "FR_L441_10", ContractRate(PERCENT), None, Use.CONTRACT, PERCENT,
         ["law.contract_rate", "law.contract_limit_unknown"]),
        ("US-NY", "US_NY_LEGAL", ContractRate(18 * PERCENT), None, Use.CONTRACT, 18 * PERCENT,
         ["law.contract_rate", "law.contract_limit_unknown"]),
        ("CN", "CN_SME_REG", ContractRate(2 * PERCENT), date(2025, 9, 1), Use.CONTRACT, 3 * PERCENT,
         ["law.contract_raised"]),
        ("CN", "CN_SME_REG", ContractRate(3 * PERCENT), date(2025, 9, 1), Use.CONTRACT, 3 * PERCENT,
         ["law.contract_rate"]),
        ("CN", "CN_SME_REG", ContractRate(2 * PERCENT), date(2026, 9, 1), Use.CONTRACT, 2 * PERCENT,
         ["law.contract_rate", "law.contract_limit_unknown"]),
        ("CN", "CN_SPC_SALES", ContractRate(2 * PERCENT), date(2025, 9, 1), Use.CONTRACT, 2 * PERCENT,
         ["law.contract_rate"]),
        ("CA", "CA_INTEREST_ACT", ContractRate(PERCENT, Per.MONTH), None, Use.CONTRACT, 5 * PERCENT,
         ["law.contract_capped"]),
        ("CA", "CA_INTEREST_ACT", ContractRate(PERCENT // 4, Per.MONTH), None, Use.CONTRACT, 3 * PERCENT,
         ["law.contract_rate"]),
        ("IN", "IN_MSMED16", ContractRate(24 * PERCENT), None, Use.STATUTORY, 0, ["law.contract_set_aside"]),
        ("IN", "IN_CPC34", ContractRate(24 * PERCENT), None, Use.CONTRACT, 24 * PERCENT, ["law.contract_rate"]),
        ("SA", "", ContractRate(PERCENT), None, Use.NONE, 0, ["law.contract_barred"]),
    ],
)  # fmt: skip
def test_rulings(
    code: str, regime: str, contract: ContractRate, contract_on: date | None, use: Use, rate: int, reasons: list[str]
) -> None:
    ruling = rule_on(code, regime, contract, contract_on)
    assert (ruling.use, ruling.rate_ppm) == (use, rate)
    assert [reason.code for reason in ruling.reasons] == reasons


def test_a_rate_per_day_is_kept_per_day() -> None:
    contract = ContractRate(500, Per.DAY)
    result = accrue(InterestRequest("CN_SPC_SALES", DUE, AS_OF, ((DUE, 1_000_000),), "CNY", contract=contract))
    assert result.amount_minor == 1_000_000 * 30 * 5 // 10_000
    assert [(segment.days, segment.basis, segment.rate_ppm) for segment in result.segments] == [(30, 1, 500)]


@pytest.mark.parametrize("regime", ["AU_PREJUDG", "AE_CTL50_2022", "KW_COM110", "BR_CC406", "IN_CPC34"])
def test_an_agreed_rate_needs_no_statutory_one(regime: str) -> None:
    bare = accrue(InterestRequest(regime, DUE, AS_OF, ((DUE, 365_000),), "USD"))
    assert (bare.amount_minor, bare.segments) == (0, ())
    agreed = accrue(InterestRequest(regime, DUE, AS_OF, ((DUE, 365_000),), "USD", contract=ContractRate(10 * PERCENT)))
    assert (agreed.amount_minor, agreed.citation, agreed.unknown_from) == (3_000, "", None)


def test_saudi_law_bars_a_rate_without_a_regime_too() -> None:
    request = InterestRequest(None, DUE, AS_OF, ((DUE, 365_000),), "SAR", contract=ContractRate(PERCENT), code="SA")
    result = accrue(request)
    assert result.amount_minor == 0
    assert [reason.code for reason in result.reasons] == ["law.contract_barred", "law.no_interest"]


def test_no_rule_and_no_contract_is_nothing_with_a_reason() -> None:
    result = accrue(InterestRequest(None, DUE, AS_OF, ((DUE, 365_000),), "EUR", code="ZZ"))
    assert (result.amount_minor, [reason.code for reason in result.reasons]) == (0, ["law.rule_missing"])


def test_a_rule_without_collected_rate_is_unknown_from_the_first_day() -> None:
    result = accrue(InterestRequest("BR_CC406", DUE, AS_OF, ((DUE, 365_000),), "BRL"))
    assert (result.amount_minor, result.unknown_from) == (0, date(2026, 2, 1))


def test_before_the_first_interest_day_nothing_is_due() -> None:
    for as_of in (date(2026, 1, 1), DUE):
        result = accrue(InterestRequest("DE_BGB288", DUE, as_of, ((date(2026, 1, 1), 365_000),), "EUR"))
        assert (result.amount_minor, result.to_on) == (0, None)
        assert [reason.code for reason in result.reasons] == ["law.rule_taken", "law.not_yet_late"]


def test_a_negative_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        ContractRate(-1)


def test_the_result_names_its_sources() -> None:
    result = accrue(InterestRequest("DE_BGB288", date(2026, 5, 31), date(2026, 7, 31), ((DUE, 100_000),), "EUR"))
    assert result.citation == "BGB § 288(2)"
    references = [segment.reference for segment in result.segments]
    assert [(r.series, r.effective_on, r.rate_ppm) for r in references if r] == [
        ("DE_BASISZINS", date(2026, 1, 1), 12_700),
        ("DE_BASISZINS", date(2026, 7, 1), 15_200),
    ]
    assert [(s.from_on, s.to_on) for s in result.segments] == [
        (date(2026, 6, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), date(2026, 7, 31)),
    ]
