"""Which law governs what a customer owes, which rule on interest holds, and why: the answer that the letters take, for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fairdue.dunning.claims import Deal, party
from fairdue.kernel.reasons import Reason
from fairdue.law.conduct import Conduct, conduct_of, third_party_step
from fairdue.law.parties import DealFacts
from fairdue.law.places import subdivision_of
from fairdue.law.regimes import regime_for, which_law
from fairdue.ledger.models import AcceptedTerms, Customer
from fairdue.people.models import Company


@dataclass(frozen=True, slots=True)
class LawAnswer:
    """``law`` is the code that governs, empty where none can be named; reasons say why, one by one."""

    law: str
    law_reasons: tuple[Reason, ...]
    rule: str
    rule_reasons: tuple[Reason, ...]
    conduct: Conduct
    conduct_reasons: tuple[Reason, ...]
    terms: AcceptedTerms | None


def deal_with(company: Company, customer: Customer, terms: AcceptedTerms | None) -> Deal:
    """Give the facts on the parties and their agreement that law asks for."""
    place = subdivision_of(customer.country, customer.region) or ""
    return Deal(
        seller=party(company.country, company.subdivision, company.size),
        buyer=party(customer.country, place, customer.size, customer.public_body),
        governing_law=terms.governing_law if terms else "",
        contract_rate_ppm=terms.interest_rate_ppm if terms else None,
        contract_on=terms.accepted_on if terms else None,
        natural_person=customer.natural_person,
        contract_text=terms.version if terms else "",
    )


def law_of(company: Company, customer: Customer, on: date) -> LawAnswer:
    """Answer for a debt that falls due on a day. One query."""
    rows = AcceptedTerms.objects.filter(customer_id=customer.pk, valid_from__lte=on)
    terms = rows.order_by("-valid_from", "-id").first()
    deal = deal_with(company, customer, terms)
    ruling = which_law(deal.seller, deal.buyer, deal.governing_law or None, True)
    rule, why = "", ruling.reasons[:0]
    if ruling.code is not None:
        facts = DealFacts(agreed_rate=deal.contract_rate_ppm is not None)
        choice = regime_for(ruling.code, deal.seller, deal.buyer, deal.contract_on, on, facts)
        rule, why = (choice.regime.citation if choice.regime else ""), choice.reasons
    conduct = conduct_of(customer.country, customer.natural_person, subdivision_of(customer.country, customer.region))
    told = (*conduct.reasons, third_party_step(conduct).reason)
    return LawAnswer(ruling.code or "", ruling.reasons, rule, why, conduct, told, terms)
