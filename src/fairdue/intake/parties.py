"""Customers and contacts listed by a file: what is new is added, what a file fills is brought up to date."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from babel import Locale

from fairdue.intake.rows import PartyRow
from fairdue.intake.write import ensure_customers
from fairdue.ledger import audit
from fairdue.ledger.actions import PARTY_FACTS
from fairdue.ledger.models import Channel, Contact, ContactPurpose, Customer, CustomerGroup
from fairdue.people.actor import Actor

_COLUMNS = {
    "customer_name": "name",
    "street": "street",
    "postcode": "postal_code",
    "city": "city",
    "region": "region",
    "country": "country",
    "vat_id": "vat_no",
    "registration_number": "registration_no",
    **{name: name for name in PARTY_FACTS},
}
"""Field of a file to column of a customer."""

_LENGTHS = {field.name: field.max_length for field in Customer._meta.fields if field.max_length}
Counts = dict[str, int]


@cache
def _purposes() -> tuple[tuple[str, str], ...]:
    text = files("fairdue.intake").joinpath("roles.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return tuple((row["word"], row["purpose"]) for row in csv.DictReader(lines))


def purpose_of(role: str) -> str:
    """Give the purpose that a role means, by ``roles.csv``; payables where nothing matches."""
    lowered = role.casefold()
    return next((purpose for word, purpose in _purposes() if word in lowered), ContactPurpose.PAYABLES.value)


@cache
def _language_names() -> dict[str, str]:
    named: dict[str, str] = {}
    for code in ("en", "de", "zh", "fr", "es"):
        for language, name in Locale(code).languages.items():
            if "_" not in language:
                named.setdefault(name.casefold(), language)
    return named


def language_of(text: str) -> str:
    """Give the code of a language written as code or by name in English, German, Chinese, French or Spanish; "" if unknown."""
    lowered = text.strip().casefold().replace("_", "-")
    if lowered in {"zh", "zh-cn", "zh-hans", "cn"} or lowered.startswith("zh-hans"):
        return "zh_Hans"
    known = set(_language_names().values())
    code = lowered.split("-")[0]
    if code in known:
        return code
    found = _language_names().get(lowered, "")
    return "zh_Hans" if found == "zh" else found


def write_customers(actor: Actor, rows: Sequence[PartyRow], found_in: str = "") -> Counts:
    """Add or update customers; a contact is made where the row brings an e-mail, a phone number or a name.

    Facts of law that change are audited one by one, as ``do_set_party_facts`` does, with ``found_in`` as their source.
    """
    before = set(Customer.objects.filter(company_id=actor.company_id).values_list("number_key", flat=True))
    ids = ensure_customers(
        actor, ((r.customer_key, r.customer_number, r.values.get("customer_name", ""), r.values.get("country", "")) for r in rows)
    )  # fmt: skip
    groups = _groups(actor, (r.values["group_number"] for r in rows if r.values.get("group_number")))
    known = Customer.objects.in_bulk([ids[r.customer_key] for r in rows])
    before_facts = {pk: _facts(customer) for pk, customer in known.items()}
    changed = [known[ids[row.customer_key]] for row in rows if _fill(known[ids[row.customer_key]], row, groups)]
    _audit_facts(actor, before_facts, changed, found_in)
    columns = [*_COLUMNS.values(), "language", "group"]
    Customer.objects.bulk_update(changed, columns, batch_size=500)
    _write_contacts(actor, [r for r in rows if {"email", "phone", "contact_name"} & r.values.keys()], ids)
    return _counted(rows, before, changed)


def _facts(customer: Customer) -> dict[str, str]:
    return {name: getattr(customer, name) for name in PARTY_FACTS}


def _audit_facts(
    actor: Actor, before: Mapping[int, dict[str, str]], changed: Iterable[Customer], found_in: str
) -> None:
    told = {}
    for customer in changed:
        was = before[customer.pk]
        if new := {name: value for name, value in _facts(customer).items() if value != was[name]}:
            told[customer.pk] = new | {"found_in": found_in[:300]}
    audit.record_many(actor, [("set_party_facts", f"customer:{pk}", detail) for pk, detail in told.items()])


def _counted(rows: Sequence[PartyRow], before: Collection[str], changed: Iterable[Customer]) -> Counts:
    new = {r.customer_key for r in rows}.difference(before)
    old_changed = sum(1 for customer in changed if customer.number_key not in new)
    return {
        "new": len(new), "changed": old_changed, "unchanged": len(rows) - len(new) - old_changed, "vanished": 0,
        "refused": 0,
    }  # fmt: skip


def count_customers(company_id: int, rows: Sequence[PartyRow]) -> Counts:
    """Say what ``write_customers`` would do; writes nothing."""
    known = {customer.number_key: customer for customer in Customer.objects.filter(company_id=company_id)}
    wanted = {r.values["group_number"] for r in rows if r.values.get("group_number")}
    # A group that does not exist yet changes each customer that it gets; it needs no name for that.
    groups = {code: CustomerGroup(code=code) for code in wanted}
    groups |= {g.code: g for g in CustomerGroup.objects.filter(company_id=company_id, code__in=wanted)}
    changed = [
        known[row.customer_key]
        for row in rows
        if row.customer_key in known and _fill(known[row.customer_key], row, groups)
    ]
    return _counted(rows, known, changed)


def _groups(actor: Actor, codes: Iterable[str]) -> dict[str, CustomerGroup]:
    wanted = set(codes)
    found = {g.code: g for g in CustomerGroup.objects.filter(company_id=actor.company_id, code__in=wanted)}
    for code in sorted(wanted - found.keys()):
        found[code] = CustomerGroup.objects.create(company_id=actor.company_id, code=code[:40], name=code)
    return found


def _fill(customer: Customer, row: PartyRow, groups: dict[str, CustomerGroup]) -> bool:
    changed = False
    values = {_COLUMNS[name]: value for name, value in row.values.items() if name in _COLUMNS}
    if code := language_of(row.values.get("language", "")):
        values["language"] = code
    for column, value in values.items():
        cut = value[: _LENGTHS.get(column, 250)]
        if getattr(customer, column) != cut:
            setattr(customer, column, cut)
            changed = True
    group = groups.get(row.values.get("group_number", ""))
    if group is not None and (group.pk is None or customer.group_id != group.pk):
        customer.group, changed = group, True
    return changed


def write_contacts(actor: Actor, rows: Sequence[PartyRow], ids: dict[str, int]) -> Counts:
    """Add or update contacts of known customers; rows of unknown customers are refused by the caller before."""
    return _write_contacts(actor, rows, ids)


def _write_contacts(actor: Actor, rows: Sequence[PartyRow], ids: dict[str, int]) -> Counts:
    counts, made, changed = _plan_contacts(actor.company_id, rows, ids)
    for contact in changed:
        contact.save(update_fields=["phone", "language", "time_zone", "channel"])
    Contact.objects.bulk_create(made, batch_size=1000)
    return counts


def count_contacts(company_id: int, rows: Sequence[PartyRow], ids: Mapping[str, int]) -> Counts:
    """Say what writing contacts would do, those of customers that the ledger does not know refused; writes nothing."""
    known = [row for row in rows if row.customer_key in ids]
    return {**_plan_contacts(company_id, known, ids)[0], "refused": len(rows) - len(known)}


def _plan_contacts(
    company_id: int, rows: Sequence[PartyRow], ids: Mapping[str, int]
) -> tuple[Counts, list[Contact], list[Contact]]:
    """Give the counts, the contacts to be made and those that the rows bring up to date."""
    known: dict[tuple[int, str, str, str], Contact] = {
        (c.customer_id, c.purpose, c.email.casefold(), c.name): c
        for c in Contact.objects.filter(company_id=company_id, customer_id__in={ids[r.customer_key] for r in rows})
    }
    counts = {"new": 0, "changed": 0, "unchanged": 0, "vanished": 0, "refused": 0}
    made: list[Contact] = []
    changed: list[Contact] = []
    for row in rows:
        wanted = _contact(company_id, row, ids[row.customer_key])
        key = (wanted.customer_id, wanted.purpose, wanted.email.casefold(), wanted.name)
        found = known.get(key)
        if found is None:
            known[key] = wanted
            made.append(wanted)
            counts["new"] += 1
        elif not _bring_up(found, wanted, row):
            counts["unchanged"] += 1
        else:
            counts["changed"] += 1
            if found.pk is not None:
                changed.append(found)
    return counts, made, changed


def _contact(company_id: int, row: PartyRow, customer_id: int) -> Contact:
    v = row.values
    channel = v.get("channel", "").casefold()
    by_letter = channel in {"letter", "post", "brief", "信函"} or not v.get("email")
    return Contact(
        company_id=company_id, customer_id=customer_id, purpose=purpose_of(v.get("role", "")),
        name=v.get("contact_name", "")[:200], language=language_of(v.get("language", "")),
        channel=Channel.LETTER if by_letter else Channel.EMAIL, email=v.get("email", "")[:254],
        phone=v.get("phone", "")[:40], time_zone=v.get("time_zone", "")[:50],
    )  # fmt: skip


def _bring_up(found: Contact, wanted: Contact, row: PartyRow) -> bool:
    """Take over what the row says and the contact does not; a channel only where the row names one."""
    changed = False
    for column in ("phone", "language", "time_zone", *(["channel"] if row.values.get("channel") else [])):
        value = getattr(wanted, column)
        if value and getattr(found, column) != value:
            setattr(found, column, value)
            changed = True
    return changed
