"""Customers, contacts, groups and accepted terms, assembled from word parts of their country."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from fairdue.demo.behaviour import make_payer
from fairdue.demo.chance import below, between, fill, happens, one_of, pick, seeded
from fairdue.demo.drafts import Book, ContactDraft, CustomerDraft, TermsDraft
from fairdue.demo.profiles import City, Profile, company_facts, profiles, texts
from fairdue.kernel.rounding import split

FIRST_NUMBER = 100_017
HISTORY_DAYS = 730
FAMILY_NAME_FIRST = frozenset({"zh-hans", "ja"})
TRIES_MAX = 200


def add_parties(book: Book, seed: int, customers: int) -> None:
    """Add ``customers`` customers over all profiles by weight, at least one each, with groups, contacts and terms."""
    rng = seeded(seed, "parties")
    known = profiles()
    counts = _counts(customers, [profile.weight for profile in known])
    order = [profile for profile, count in zip(known, counts, strict=True) for _ in range(count)]
    rng.shuffle(order)
    groups = _groups(book, rng, max(1, customers // 40))
    names: set[str] = set()
    for place, profile in enumerate(order):
        group = groups[below(rng, len(groups))] if happens(rng, 120_000) else None
        book.customers.append(_customer(book, rng, profile, FIRST_NUMBER + 7 * place, names, group))
        _contacts(book, rng, profile, place)
        _accepted(book, rng, place)


def _counts(customers: int, weights: list[int]) -> list[int]:
    if customers < len(weights):
        raise ValueError(f"at least {len(weights)} customers are needed, one for each country and language")
    return [1 + more for more in split(customers - len(weights), weights)]


def _groups(book: Book, rng: Random, count: int) -> list[int]:
    brands = company_facts()["brands"]
    pairs = [(i, j) for i in range(len(brands["first"])) for j in range(len(brands["second"]))]
    for i, j in rng.sample(pairs, min(count, len(pairs))):
        latin = brands["first"][i] + brands["second"][j]
        book.groups.append((latin, brands["zh_first"][i] + brands["zh_second"][j]))
    return list(range(len(book.groups)))


def _customer(
    book: Book, rng: Random, profile: Profile, number: int, names: set[str], group: int | None
) -> CustomerDraft:
    city = one_of(rng, profile.cities)
    kind = pick(rng, {"firm": 95, "sole": 3 if profile.sole else 0, "public": 2 if profile.public else 0})
    kind = "firm" if group is not None else kind
    name, group = _name(rng, profile, city, kind, names, book.groups[group] if group is not None else None, group)
    registration = fill(rng, profile.registration.format(city=city.name))
    since = book.as_of - timedelta(days=between(rng, 120, 640) if happens(rng, 150_000) else HISTORY_DAYS)
    currency = pick(rng, profile.currencies)
    others = [code for code in profile.currencies if code != currency]
    return CustomerDraft(
        number=str(number),
        name=name,
        country=profile.country,
        language=profile.language,
        time_zone=profile.time_zone,
        street=_street(rng, profile, city),
        postal_code=fill(rng, city.postal_code),
        city=city.name,
        region=city.region,
        registration_no=registration,
        vat_no=fill(rng, profile.vat).format(registration=registration, digits=re.sub(r"\D", "", registration)),
        natural_person=_natural(rng, kind),
        public_body="yes" if kind == "public" else "unknown" if happens(rng, 60_000) else "no",
        size=_size(rng, kind),
        key_account=happens(rng, 30_000),
        owner=next(owner for owner, countries in company_facts()["owners"].items() if profile.country in countries),
        group=group,
        since=since,
        currency=currency,
        second_currency=one_of(rng, others) if others and happens(rng, 120_000) else "",
        terms_text=company_facts()["terms"][pick(rng, profile.terms)],
        price_factor=pick(rng, {9: 30, 24: 35, 60: 22, 160: 10, 420: 3}),
        documents=_documents(rng),
        payer=make_payer(rng, since, book.as_of),
    )


def _documents(rng: Random) -> int:
    """Draw how many documents two years bring: many small customers, a few with hundreds; 21 on average, of which some fall away."""
    low, high = pick(rng, {(2, 14): 52, (13, 35): 34, (32, 66): 11, (85, 175): 3})
    return between(rng, low, high)


def _natural(rng: Random, kind: str) -> str:
    if kind == "sole":
        return "yes"
    return "unknown" if kind == "firm" and happens(rng, 40_000) else "no"


def _size(rng: Random, kind: str) -> str:
    if kind == "sole":
        return "micro"
    return pick(rng, {"unknown": 25, "micro": 8, "small": 27, "medium": 28, "large": 12})


def _name(
    rng: Random,
    profile: Profile,
    city: City,
    kind: str,
    names: set[str],
    brand: tuple[str, str] | None,
    group: int | None,
) -> tuple[str, int | None]:
    """Give a name that no other customer has; a group that has its company in the country already takes no second one."""
    if brand is not None:
        name = profile.group.format(brand=brand[0], brand_zh=brand[1])
        if name not in names:
            names.add(name)
            return name, group
        group = None
    pattern: Callable[[], str] = {
        "sole": lambda: profile.sole, "public": lambda: profile.public, "firm": lambda: one_of(rng, profile.names),
    }[kind]  # fmt: skip
    for _ in range(TRIES_MAX):
        name = pattern().format(
            surname=one_of(rng, profile.surnames), surname2=one_of(rng, profile.surnames), given=one_of(rng, profile.given),
            place=one_of(rng, profile.places), brand2=one_of(rng, profile.places), trade=one_of(rng, profile.trades),
            form=pick(rng, profile.forms), short=city.short,
        )  # fmt: skip
        if name not in names:
            names.add(name)
            return name, group
        kind = "firm" if kind == "public" else kind
        pattern = pattern if kind == "sole" else lambda: one_of(rng, profile.names)
    raise ValueError(f"the word parts of {profile.country} {profile.language} give no more new names")


def _street(rng: Random, profile: Profile, city: City) -> str:
    return profile.street.format(
        street=one_of(rng, profile.streets), n=between(rng, 1, 98), n2=between(rng, 1, 28), n3=between(rng, 1, 30),
        chome=between(rng, 1, 6), district=city.district,
    )  # fmt: skip


def person(rng: Random, profile: Profile) -> str:
    """Give a person's name in the order of the language."""
    given, surname = one_of(rng, profile.given), one_of(rng, profile.surnames)
    if profile.language in FAMILY_NAME_FIRST:
        return surname + (" " if profile.language == "ja" else "") + given
    return f"{given} {surname}"


def _contacts(book: Book, rng: Random, profile: Profile, place: int) -> None:
    customer = book.customers[place]
    mailboxes = texts()[profile.language]["mailboxes"]
    chances = (("payables", 970_000), ("counterpart", 820_000), ("management", 480_000))
    for (purpose, chance_ppm), mailbox in zip(chances, mailboxes, strict=True):
        if happens(rng, chance_ppm):
            without = happens(rng, 45_000)
            bounced_on = None
            if not without and happens(rng, 20_000):
                bounced_on = book.as_of - timedelta(days=between(rng, 3, 200))
            consent = pick(rng, {"granted": 40, "unknown": 58, "refused": 2})
            asked_on = max(customer.since, book.as_of - timedelta(days=between(rng, 10, 600)))
            book.contacts.append(ContactDraft(
                customer=place, purpose=purpose, name=person(rng, profile),
                language="en" if profile.language not in {"en", "de"} and happens(rng, 50_000) else "",
                channel="letter" if without else "email",
                email="" if without else f"{mailbox}@k{customer.number}.example",
                phone=fill(rng, one_of(rng, profile.phone)) if happens(rng, 850_000) else "",
                consent=consent, consent_on=None if consent == "unknown" else asked_on, bounced_on=bounced_on,
                bounce_reason="5.1.1 mailbox unknown" if bounced_on else "",
            ))  # fmt: skip


def _accepted(book: Book, rng: Random, place: int) -> None:
    customer = book.customers[place]
    if not happens(rng, 930_000):
        return
    rate_ppm = 90_000 if happens(rng, 90_000) else None
    law = pick(rng, {"DE": 82, "": 12, customer.country: 6})
    title = happens(rng, 720_000)
    versions = [("2024-01", customer.since - timedelta(days=between(rng, 1, 20)), False)]
    renewed_on = book.as_of - timedelta(days=between(rng, 30, 300))
    if happens(rng, 350_000) and renewed_on > customer.since:
        versions.append(("2026-01", renewed_on, True))
    names = [contact.name for contact in book.contacts[-3:] if contact.customer == place]
    for version, accepted_on, newer in versions:
        book.terms.append(TermsDraft(
            customer=place, version=version, language=customer.language,
            clause=clause(texts()[customer.language], newer=newer, rate_ppm=rate_ppm, title=title),
            accepted_by=names[-1] if names else customer.name, accepted_on=accepted_on,
            accepted_how=one_of(rng, ("Signed frame contract", "Countersigned order confirmation", "Accepted in the web shop")),
            governing_law=law, payment_terms=customer.terms_text, interest_rate_ppm=rate_ppm, retention_of_title=title,
        ))  # fmt: skip


def clause(words: dict[str, Any], *, newer: bool, rate_ppm: int | None, title: bool) -> str:
    """Put the payment clause of one version together, in the customer's language."""
    parts = [words["pay"]]
    if newer:
        parts.append(words["complaints"])
    parts.append(words["statutory"] if rate_ppm is None else words["agreed"].format(rate=rate_ppm // 10_000))
    if title:
        parts.append(words["title"])
    joined = "" if "。" in words["pay"] else " "
    return joined.join(parts)
