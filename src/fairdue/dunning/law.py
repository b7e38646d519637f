"""Which law governs what a customer owes, which rule on interest holds, and why: the answer that the letters take, for a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from fairdue.dunning.claims import Deal, deal_facts, known, party
from fairdue.kernel.reasons import Reason
from fairdue.law.conduct import Conduct, conduct_of, third_party_step
from fairdue.law.parties import CONDITIONS
from fairdue.law.places import subdivision_of
from fairdue.law.regimes import regime_for, which_law
from fairdue.law.statutes import regimes
from fairdue.law.terms import all_limits
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
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """A fact that rules of the governing law ask for: ``met`` is None where it is not known. ``rules`` and ``caps`` hang on it.

    ``rules`` are citations of rules on interest, ``caps`` the days of longest terms.
    """

    word: str
    met: bool | None
    rules: tuple[str, ...]
    caps: tuple[int, ...]


def deal_with(company: Company, customer: Customer, terms: AcceptedTerms | None) -> Deal:
    """Give the facts on the parties and their agreement that law asks for."""
    place = subdivision_of(customer.country, customer.region) or ""
    return Deal(
        seller=replace(
            party(company.country, company.subdivision, company.size), size_declared=known(customer.size_declared)
        ),
        buyer=replace(
            party(customer.country, place, customer.size, customer.public_body),
            public_health=known(customer.public_health),
            federal_agency=known(customer.federal_agency),
        ),
        governing_law=terms.governing_law if terms else "",
        contract_rate_ppm=terms.interest_rate_ppm if terms else None,
        contract_on=terms.accepted_on if terms else None,
        natural_person=customer.natural_person,
        contract_text=terms.version if terms else "",
        subcontract=known(customer.subcontract),
        agri_food=known(customer.agri_food),
    )


def law_of(company: Company, customer: Customer, on: date) -> LawAnswer:
    """Answer for a debt that falls due on a day. One query."""
    rows = AcceptedTerms.objects.filter(customer_id=customer.pk, valid_from__lte=on)
    terms = rows.order_by("-valid_from", "-id").first()
    deal = deal_with(company, customer, terms)
    ruling = which_law(deal.seller, deal.buyer, deal.governing_law or None, True)
    rule, why = "", ruling.reasons[:0]
    if ruling.code is not None:
        choice = regime_for(ruling.code, deal.seller, deal.buyer, deal.contract_on, on, deal_facts(deal))
        rule, why = (choice.regime.citation if choice.regime else ""), choice.reasons
    conduct = conduct_of(customer.country, customer.natural_person, subdivision_of(customer.country, customer.region))
    told = (*conduct.reasons, third_party_step(conduct).reason)
    return LawAnswer(
        ruling.code or "", ruling.reasons, rule, why, conduct, told, terms, conditions_of(ruling.code or "", deal)
    )


def conditions_of(code: str, deal: Deal) -> tuple[Condition, ...]:
    """Give every fact that rules of a law ask for, what is known of it, and which rules and caps hang on it."""
    country, facts = code.partition("-")[0], deal_facts(deal)
    rules = [one for one in regimes().values() if one.code in {code, country} and one.condition]
    caps = [one for one in all_limits() if one.code in {code, country} and one.condition]
    asked = [*(one.condition for one in rules), *(one.condition for one in caps)]
    words = dict.fromkeys(word for condition in asked for word in condition.split(" & "))
    return tuple(
        Condition(
            word,
            CONDITIONS[word](deal.seller, deal.buyer, facts),
            tuple(one.citation for one in rules if word in one.condition.split(" & ")),
            tuple(one.max_days for one in caps if word in one.condition.split(" & ")),
        )
        for word in words
    )
