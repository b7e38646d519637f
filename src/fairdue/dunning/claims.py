"""Interest and compensation of a letter: what law computes, less what was charged before, as lines and as claims to book.

Sentences 27 and 28 of ``docs/algorithms/dunning.md``. Pure: the desk's facts come in as arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from fairdue.dunning.policy.shape import Claiming
from fairdue.dunning.reasons import ReleaseReason
from fairdue.kernel.reasons import Reason, because
from fairdue.kernel.rounding import PPM, split
from fairdue.law.accrual import Balances, InterestRequest, InterestResult, Segment
from fairdue.law.compensation import compensation
from fairdue.law.conduct import bounded
from fairdue.law.conduct_table import RuleCode
from fairdue.law.contract_rate import ContractRate
from fairdue.law.interest import accrue
from fairdue.law.parties import DealFacts, PartyFacts, Size
from fairdue.law.rates import all_series
from fairdue.law.regimes import RegimeChoice, regime_for, which_law
from fairdue.law.start import StartFacts
from fairdue.law.statutes import regimes
from fairdue.letters.facts import ChargeKind, ChargeLine, RatePeriod, RateText

INTEREST, COMPENSATION = "interest", "compensation"
PPM_PER_PERCENT = Decimal(10_000)


class ClaimedItem(NamedTuple):
    """An overdue item as far as a claim for being late depends on it. ``charged_to`` is the last day already charged."""

    due_item_id: int
    document_number: str
    due_on: date
    amount_minor: int
    balances: Balances
    delivered_on: date | None = None
    interest_charged_minor: int = 0
    charged_to: date | None = None
    compensated: bool = False
    fees_charged: int = 0


@dataclass(frozen=True, slots=True)
class Deal:
    """The two parties and what they agreed."""

    seller: PartyFacts
    buyer: PartyFacts
    governing_law: str = ""
    contract_rate_ppm: int | None = None
    contract_on: date | None = None
    natural_person: str = "unknown"
    contract_text: str = ""
    subcontract: bool | None = None
    agri_food: bool | None = None
    """How the agreed rate is cited, such as the version of the terms."""


@dataclass(frozen=True, slots=True)
class Booking:
    """A claim to write into the ledger when the notice is released."""

    due_item_id: int
    kind: str
    amount_minor: int
    period_from: date | None
    period_to: date | None
    basis: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claims:
    """The lines of a letter, what is to be booked, and what the reviewer must know."""

    lines: tuple[ChargeLine, ...] = ()
    bookings: tuple[Booking, ...] = ()
    notes: tuple[Reason, ...] = ()


def claims_of(
    items: Sequence[ClaimedItem],
    deal: Deal,
    currency: str,
    as_of: date,
    *,
    interest: Claiming,
    compensation_choice: Claiming,
    per_item: bool = False,
    notice_on: date | None = None,
) -> Claims:
    """Compute what being late costs on ``items`` up to ``as_of``, as the policy chose: charged or only mentioned.

    ``notice_on`` is the day of the first formal demand, where a law starts interest there. What the law or its data do
    not support is left out and named in the notes.
    """
    lines: list[ChargeLine] = []
    bookings: list[Booking] = []
    notes: list[Reason] = []
    compensated = False
    for item in items:
        choice = _choice(deal, item.due_on)
        if interest in (Claiming.CHARGE, Claiming.MENTION):
            found = _interest(item, choice, deal, currency, as_of, interest is Claiming.MENTION, notice_on, notes)
            lines += found[0]
            bookings += found[1]
        if compensation_choice in (Claiming.CHARGE, Claiming.MENTION) and (per_item or not compensated):
            line = _compensation(item, choice, deal, currency, as_of, compensation_choice is Claiming.MENTION, notes)
            if line is not None:
                compensated = True
                lines.append(line)
                if not line.mentioned_only:
                    basis = {"basis": line.basis}
                    bookings.append(Booking(item.due_item_id, COMPENSATION, line.amount_minor, None, None, basis))
    return Claims(tuple(lines), tuple(bookings), tuple(notes))


def governing_law(deal: Deal) -> str:
    """Give the code of the law that governs the debt (DE, US-NY); empty where it cannot be named."""
    return which_law(deal.seller, deal.buyer, deal.governing_law or None, True).code or ""


def party(country: str, subdivision: str, size: str, public_body: str = "unknown") -> PartyFacts:
    """Give a party as law sees it; what the ledger calls unknown is None there."""
    return PartyFacts(
        country=country or None,
        subdivision=subdivision.rpartition("-")[2] or None if subdivision else None,
        size=Size(size) if size in {one.value for one in Size} else None,
        public_body=known(public_body),
    )


def deal_facts(deal: Deal) -> DealFacts:
    """Give what is known of the deal itself, as law sees it."""
    return DealFacts(
        agreed_rate=deal.contract_rate_ppm is not None, subcontract=deal.subcontract, agri_food=deal.agri_food
    )


def known(word: str) -> bool | None:
    """Give yes, no or unknown as law sees it."""
    return {"yes": True, "no": False}.get(word)


@lru_cache(maxsize=8192)
def _choice(deal: Deal, due_on: date) -> tuple[str, RegimeChoice | None]:
    """Give the governing law and its rule for a debt due on a day."""
    ruling = which_law(deal.seller, deal.buyer, deal.governing_law or None, True)
    if ruling.code is None:
        return "", None
    return ruling.code, regime_for(ruling.code, deal.seller, deal.buyer, deal.contract_on, due_on, deal_facts(deal))


def _interest(
    item: ClaimedItem,
    choice: tuple[str, RegimeChoice | None],
    deal: Deal,
    currency: str,
    as_of: date,
    mentioned: bool,
    notice_on: date | None,
    notes: list[Reason],
) -> tuple[list[ChargeLine], list[Booking]]:
    code, rule = choice
    regime = rule.regime if rule else None
    contract = ContractRate(deal.contract_rate_ppm) if deal.contract_rate_ppm is not None else None
    if regime is None and contract is None:
        notes.append(because(ReleaseReason.INTEREST_NOT_CLAIMABLE, document=item.document_number))
        notes += rule.reasons if rule else ()
        return [], []
    result = accrue(
        InterestRequest(
            regime=regime.id if regime else None,
            due_on=item.due_on,
            as_of=as_of,
            balances=item.balances,
            currency=currency,
            contract=contract,
            contract_on=deal.contract_on,
            start=StartFacts(delivered_on=item.delivered_on, notice_on=notice_on),
            code=code,
        )
    )
    if result.unknown_from is not None:
        known = {"document": item.document_number, "from_on": result.unknown_from.isoformat()}
        notes.append(because(ReleaseReason.INTEREST_UNKNOWN, **known))
    rest_minor = result.amount_minor - item.interest_charged_minor
    if rest_minor <= 0 or not result.segments:
        return [], []
    basis = result.citation or deal.contract_text
    lines = _lines(item, result, rest_minor, basis, mentioned)
    if mentioned:
        return lines, []
    first = min(line.period_from for line in lines if line.period_from)
    booked = Booking(item.due_item_id, INTEREST, rest_minor, first, result.segments[-1].to_on, _stored(result, basis))
    return lines, [booked]


def _lines(item: ClaimedItem, result: InterestResult, rest_minor: int, basis: str, mentioned: bool) -> list[ChargeLine]:
    """Give a line for each stretch of one rate and principal that was not charged before; the lines add up exactly."""
    begin = item.charged_to + timedelta(days=1) if item.charged_to else None
    left = [part for part in result.segments if begin is None or part.to_on >= begin]
    if not left:
        return []
    weights = [max(1, part.principal_minor * part.rate_ppm * _days(part, begin) // part.basis) for part in left]
    amounts = result.shown_minor() if begin is None else tuple(split(rest_minor, weights))
    return [
        ChargeLine(
            kind=ChargeKind.INTEREST,
            document_number=item.document_number,
            amount_minor=amount,
            basis=basis,
            period_from=max(part.from_on, begin) if begin else part.from_on,
            period_to=part.to_on,
            days=_days(part, begin),
            principal_minor=part.principal_minor,
            rate=_rate(part),
            mentioned_only=mentioned,
        )
        for part, amount in zip(left, amounts, strict=True)
    ]


def _days(part: Segment, begin: date | None) -> int:
    if begin is None or begin <= part.from_on:
        return part.days
    return (part.to_on - begin).days + 1


def _rate(part: Segment) -> RateText:
    per = RatePeriod.DAY if part.basis == 1 else RatePeriod.YEAR
    all_in = Decimal(part.rate_ppm) / PPM_PER_PERCENT
    if part.reference is None:
        return RateText(all_in, per=per)
    regime = regimes()[part.regime_id]
    return RateText(
        all_in,
        reference_code=part.reference.series,
        reference_name=all_series()[part.reference.series].name,
        reference_multiple=Decimal(regime.multiplier_ppm) / PPM if regime.multiplier_ppm != PPM else None,
        reference_percent=Decimal(part.reference.rate_ppm) / PPM_PER_PERCENT,
        margin_points=Decimal(regime.margin_ppm) / PPM_PER_PERCENT,
        per=per,
    )


def _stored(result: InterestResult, basis: str) -> dict[str, Any]:
    """Give what a charge keeps of its computation: enough to compute it again."""
    return {
        "regime": result.regime_id,
        "basis": basis,
        "segments": [
            {
                "from": part.from_on.isoformat(),
                "to": part.to_on.isoformat(),
                "days": part.days,
                "principal_minor": part.principal_minor,
                "rate_ppm": part.rate_ppm,
                "basis_days": part.basis,
            }
            for part in result.segments
        ],
        "unknown_from": result.unknown_from.isoformat() if result.unknown_from else None,
    }


def _compensation(
    item: ClaimedItem,
    choice: tuple[str, RegimeChoice | None],
    deal: Deal,
    currency: str,
    as_of: date,
    mentioned: bool,
    notes: list[Reason],
) -> ChargeLine | None:
    """Give the fixed compensation of one item, where its law gives one in the letter's currency, within the law's own limit."""
    rule = choice[1]
    if item.compensated or rule is None or rule.regime is None:
        return None
    found = compensation(rule.regime.id, item.amount_minor, currency, item.due_on, as_of)
    if found.amount_minor is None or found.currency != currency:
        return None
    limit = bounded(choice[0], deal.natural_person, RuleCode.COMPENSATION_MAX, found.amount_minor, currency, as_of)
    if limit.rule is not None and limit.amount_minor != found.amount_minor:
        told = {"document": item.document_number, "currency": currency, "source": limit.rule.source}
        if limit.amount_minor is None:
            notes.append(because(ReleaseReason.COMPENSATION_UNSURE, amount=found.amount_minor, **told))
            return None
        notes.append(because(ReleaseReason.COMPENSATION_CAPPED, amount=limit.amount_minor, **told))
        if not limit.amount_minor:
            return None
    return ChargeLine(
        kind=ChargeKind.COMPENSATION,
        document_number=item.document_number,
        amount_minor=limit.amount_minor if limit.amount_minor is not None else found.amount_minor,
        basis=found.citation,
        mentioned_only=mentioned,
    )
