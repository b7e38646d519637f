"""Which law and which rule: facts on the parties decide, and what is unknown is never claimed."""

from datetime import date

import pytest

from fairdue.kernel.reasons import Reason, text_index
from fairdue.law.contract_rate import limits
from fairdue.law.parties import DealFacts, PartyFacts, Size
from fairdue.law.rates import Unknown, rate_on
from fairdue.law.reasons import LawReason
from fairdue.law.regimes import regime_for, which_law
from fairdue.law.start import StartFacts, first_interest_day
from fairdue.law.statutes import Claim, Start, regimes
from fairdue.law.timeline import timeline

DE, CN, IN, US = PartyFacts("DE"), PartyFacts("CN"), PartyFacts("IN"), PartyFacts("US", "NY")
ON = date(2026, 2, 1)


def codes(reasons: tuple[Reason, ...]) -> list[str]:
    return [reason.code for reason in reasons]


def test_agreed_law_comes_first() -> None:
    ruling = which_law(DE, PartyFacts("FR"), "at", goods=True)
    assert (ruling.code, ruling.reason.code) == ("AT", "law.agreed")


def test_agreed_law_in_words_is_refused() -> None:
    ruling = which_law(DE, PartyFacts("FR"), "laws of Austria", goods=True)
    assert (ruling.code, ruling.reason.code) == (None, "law.agreed_unreadable")


def test_goods_from_the_eu_follow_rome_i_and_name_the_convention() -> None:
    ruling = which_law(DE, PartyFacts("FR"), None, goods=True)
    assert ruling.code == "DE"
    assert codes(ruling.reasons) == ["law.rome_i_goods", "law.cisg"]


def test_services_and_sellers_outside_the_eu() -> None:
    assert codes(which_law(DE, DE, None, goods=False).reasons) == ["law.seller"]
    ruling = which_law(US, DE, "", goods=True)
    assert ruling.code == "US-NY"
    assert codes(ruling.reasons) == ["law.seller", "law.cisg"]


def test_no_seller_country_no_law() -> None:
    assert which_law(PartyFacts(None), DE, None, goods=True).code is None


def test_german_rule_by_the_contract_date() -> None:
    new = regime_for("DE", DE, DE, contract_on=date(2014, 7, 29), due_on=ON)
    old = regime_for("DE", DE, DE, contract_on=date(2014, 7, 28), due_on=ON)
    assert new.regime is not None
    assert old.regime is not None
    assert (new.regime.id, old.regime.id) == ("DE_BGB288", "DE_BGB288_OLD")
    assumed = regime_for("DE", DE, DE, due_on=ON)
    assert "law.date_assumed" in codes(assumed.reasons)


@pytest.mark.parametrize(
    ("seller", "buyer", "agreed", "expected", "candidates"),
    [
        (
            PartyFacts("CN", size=Size.SMALL, size_declared=True),
            PartyFacts("CN", size=Size.LARGE),
            False,
            "CN_SME_REG",
            (),
        ),
        (
            PartyFacts("CN", size=Size.SMALL, size_declared=True),
            PartyFacts("CN", public_body=True),
            False,
            "CN_SME_REG",
            (),
        ),
        (PartyFacts("CN", size=Size.SMALL), PartyFacts("CN", size=Size.LARGE), False, "CN_SPC_SALES", ("CN_SME_REG",)),
        (PartyFacts("CN", size=Size.SMALL, size_declared=True), CN, False, "CN_SPC_SALES", ("CN_SME_REG",)),
        (PartyFacts("CN", size=Size.LARGE), PartyFacts("CN", size=Size.LARGE), False, "CN_SPC_SALES", ()),
        (
            PartyFacts("CN", size=Size.SMALL, size_declared=True),
            PartyFacts("CN", size=Size.LARGE),
            True,
            "CN_SPC_SALES",
            (),
        ),
    ],
)
def test_chinas_two_rules(
    seller: PartyFacts, buyer: PartyFacts, agreed: bool, expected: str, candidates: tuple[str, ...]
) -> None:
    choice = regime_for("CN", seller, buyer, due_on=ON, deal=DealFacts(agreed_rate=agreed))
    assert choice.regime is not None
    assert (choice.regime.id, choice.candidates) == (expected, candidates)


def test_indian_supplier_must_be_known_to_be_small() -> None:
    small = regime_for("IN", PartyFacts("IN", size=Size.MICRO), IN, due_on=ON)
    unknown = regime_for("IN", IN, IN, due_on=ON)
    large = regime_for("IN", PartyFacts("IN", size=Size.LARGE), IN, due_on=ON)
    assert small.regime is not None
    assert small.regime.id == "IN_MSMED16"
    assert (unknown.regime, unknown.candidates) == (None, ("IN_MSMED16",))
    assert (large.regime, large.candidates) == (None, ())
    assert "law.court_only" in codes(large.reasons)


def test_federal_agency_as_buyer_of_a_state_seller() -> None:
    federal = regime_for("US-NY", US, PartyFacts("US", federal_agency=True), due_on=ON)
    private = regime_for("US-NY", US, PartyFacts("US", federal_agency=False), due_on=ON)
    assert federal.regime is not None
    assert private.regime is not None
    assert (federal.regime.id, private.regime.id) == ("US_PROMPT_PAYMENT", "US_NY_LEGAL")


def test_state_is_asked_for() -> None:
    choice = regime_for("US", PartyFacts("US"), PartyFacts("US"), due_on=ON)
    assert choice.regime is None
    assert "law.subdivision_needed" in codes(choice.reasons)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("SA", "law.no_interest"),
        ("KW", "law.low_confidence"),
        ("LI", "law.low_confidence"),
        ("AU", "law.court_only"),
        ("AE", "law.cap_only"),
        ("BR", "law.no_rate"),
        ("XX-CISG", "law.no_rate"),
        ("ZZ", "law.rule_missing"),
    ],
)
def test_rules_that_give_no_figure(code: str, reason: str) -> None:
    choice = regime_for(code, PartyFacts(code), PartyFacts(code), due_on=ON)
    assert choice.regime is None
    assert reason in codes(choice.reasons)


def test_polish_health_debtor_and_old_claims() -> None:
    health = regime_for("PL", PartyFacts("PL"), PartyFacts("PL", public_health=True), due_on=ON)
    old = regime_for("PL", PartyFacts("PL"), PartyFacts("PL"), due_on=date(2019, 12, 31))
    assert health.regime is not None
    assert old.regime is not None
    assert (health.regime.id, old.regime.id) == ("PL_UTZ_HEALTH", "PL_UTZ_OLD")


def test_czech_rule_by_the_day_default_began() -> None:
    old = regime_for("CZ", PartyFacts("CZ"), PartyFacts("CZ"), due_on=date(2013, 6, 29))
    new = regime_for("CZ", PartyFacts("CZ"), PartyFacts("CZ"), due_on=date(2013, 6, 30))
    assert old.regime is not None
    assert new.regime is not None
    assert (old.regime.id, new.regime.id) == ("CZ_NV351_OLD", "CZ_NV351")


def test_slovak_option_is_taken_by_name_only() -> None:
    choice = regime_for("SK", PartyFacts("SK"), PartyFacts("SK"), due_on=ON)
    assert choice.regime is not None
    assert choice.regime.id == "SK_NV21_2013"
    assert regimes()["SK_NV21_2013_FIXED"].claim is Claim.OPTION


def test_due_date_not_agreed() -> None:
    rule = regimes()["IT_DLGS231"]
    due = date(2026, 3, 31)
    late = StartFacts(due_agreed=False, received_on=date(2026, 3, 20))
    assert first_interest_day(rule, due, late) == date(2026, 4, 20)
    reminded = StartFacts(due_agreed=False, received_on=date(2026, 3, 20), notice_on=date(2026, 4, 10))
    assert first_interest_day(rule, due, reminded) == date(2026, 4, 11)
    nothing = first_interest_day(rule, due, StartFacts(due_agreed=False))
    assert isinstance(nothing, Reason)
    assert nothing.code == "law.delivery_needed"


def test_notice_is_needed_in_indonesia() -> None:
    rule = regimes()["ID_S1848"]
    assert rule.start is Start.NOTICE
    assert isinstance(first_interest_day(rule, ON), Reason)
    assert first_interest_day(rule, ON, StartFacts(notice_on=date(2026, 3, 1))) == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("series", "on", "code"),
    [
        ("SE_REFERENSRANTA", date(2026, 7, 1), "law.rate_unverified"),
        ("DK_UDLANSRENTE_H", date(2026, 7, 1), "law.rate_unverified"),
        ("CN_LPR_1Y", date(2026, 4, 21), "law.rate_unverified"),
        ("BG_BNB_BASE", date(2020, 1, 1), "law.rate_gap"),
        ("AT_BASISZINS", date(1999, 2, 1), "law.rate_low_confidence"),
        ("ECB_MRO_H", date(2012, 12, 31), "law.rate_gap"),
        ("ECB_MRO_H", date(2027, 1, 1), "law.rate_unverified"),
    ],
)
def test_a_series_never_guesses(series: str, on: date, code: str) -> None:
    found = rate_on(series, on)
    assert isinstance(found, Unknown)
    assert found.reason.code == code


@pytest.mark.parametrize(
    ("regime", "on", "percent"),
    [
        # Table 1.2 of the collected law data: all-in rates of H1 2025, H2 2025, H1 2026, H2 2026.
        ("DE_BGB288", date(2025, 1, 1), 11.27), ("DE_BGB288", date(2026, 7, 1), 10.52),
        ("AT_UGB456", date(2025, 1, 1), 11.73), ("AT_UGB456", date(2026, 7, 1), 10.73),
        ("FR_L441_10", date(2025, 1, 1), 13.15), ("FR_L441_10", date(2026, 7, 1), 12.40),
        ("BE_L2002", date(2025, 1, 1), 11.50), ("BE_L2002", date(2026, 7, 1), 10.50),
        ("FI_KORKOLAKI4A", date(2025, 1, 1), 11.50), ("FI_KORKOLAKI4A", date(2026, 7, 1), 10.50),
        ("BG_PMS426", date(2025, 7, 1), 11.91), ("BG_PMS426", date(2026, 1, 1), 10.15),
        ("CZ_NV351", date(2025, 1, 1), 12.00), ("CZ_NV351", date(2025, 7, 1), 11.50),
        ("HU_PTK6_155", date(2025, 1, 1), 14.50), ("PL_UTZ", date(2025, 1, 1), 15.75),
        ("RO_OG13_2011", date(2026, 1, 1), 14.50), ("SE_RANTELAG6", date(2025, 1, 1), 11.00),
        ("DK_RENTELOV5", date(2025, 1, 1), 10.75), ("GB_LPCDA1998", date(2025, 1, 1), 12.75),
        ("NO_FRL3", date(2025, 7, 1), 12.25), ("TR_TTK1530", date(2026, 1, 1), 43.00),
        ("IN_MSMED16", date(2026, 1, 1), 16.50), ("ZA_PRIA55", date(2025, 1, 1), 11.25),
        ("US_PROMPT_PAYMENT", date(2026, 7, 1), 4.75),
    ],
)  # fmt: skip
def test_all_in_rates_of_the_collected_table(regime: str, on: date, percent: float) -> None:
    served = timeline(regimes()[regime], on.toordinal())
    period = [period for period in served.periods if period.start <= on.toordinal()][-1]
    assert period.rate_ppm == round(percent * 10_000)


def test_every_reason_has_its_own_code() -> None:
    assert len(text_index(LawReason)) == len(list(LawReason))


def test_limits_name_rules_that_exist() -> None:
    assert {limit.regime for limit in limits()} - {""} <= set(regimes())
