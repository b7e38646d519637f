"""The situations: each makes its items, a bank line that pays them, and the truth about it. ``CASES`` is the register."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from bench.cash_application.ledger import COUNTRIES, EUR, Books, Customer, Item
from bench.cash_application.names import SILENT, TEXTS, company, plain
from bench.cash_application.references import printed

LOOK_ALIKE = {"0": "O", "1": "I", "5": "S", "8": "B", "2": "Z", "6": "G"}
ABROAD = ("US", "IN", "CN", "JP", "PL")
NAMED = ("freight damage", "Transportschaden", "missing goods", "remise", "Fehlmenge", "price difference")


class Part(NamedTuple):
    """One allocation of the truth: ``item`` is a number, ``@`` and a customer, or nothing."""

    item: str
    amount_minor: int
    kind: str = "payment"
    difference: str = ""


class Case(NamedTuple):
    """What a bank line says, and the truth about it."""

    account: str
    amount_minor: int
    name: str
    iban: str
    text: str
    parts: tuple[Part, ...]
    reference: str = ""
    reference_kind: str = ""
    end_to_end: str = ""
    instructed: tuple[int, str, str] | None = None
    tie: bool = False


class World:
    """What a case may draw on."""

    def __init__(self, rng: Random, books: Books, lines: int) -> None:
        self.rng, self.books, self.size = rng, books, 4 + lines // 400
        self.pools: dict[str, list[Customer]] = {}
        self.paid: deque[tuple[date, Case, str]] = deque(maxlen=300)
        self.on = date.min

    def known(self, of: tuple[str, ...] = ()) -> Customer:
        """Give a customer who pays often, by reference."""
        country = self.books.country(of)
        pool = self.pools.setdefault(country, [])
        if (len(pool) < self.size and self.rng.random() < 0.3) or not pool:
            one = self.books.customer(country)
            if self.rng.random() < 0.6:
                self.books.earlier(one, self.on, self.shown(one), one.iban)
            pool.append(one)
            return one
        return self.rng.choice(pool)

    def fresh(self, of: tuple[str, ...] = (), group: str = "") -> Customer:
        return self.books.customer(self.books.country(of), group)

    def shown(self, one: Customer) -> str:
        """Give the name as the account's bank writes it."""
        if "MT940" in one.account or "BAI2" in one.account:
            return one.latin.upper()[:54]
        return one.name if self.rng.random() < 0.8 else one.latin.upper()

    def item(self, one: Customer, back: tuple[int, int] = (15, 75), **more: object) -> Item:
        issued = self.on - timedelta(self.rng.randrange(*back))
        return self.books.item(one, issued, self.books.amount(), **more)  # type: ignore[arg-type]

    def text(self, one: Customer, number: str, issued: date | None = None) -> str:
        day = (issued or self.on - timedelta(30)).strftime("%d.%m.%Y")
        order = f"45{self.rng.randrange(10**8):08d}"
        return self.rng.choice(TEXTS[one.country]).format(n=number, d=day, p=order, k=self.rng.randrange(10000, 99999))

    def silent(self, one: Customer) -> str:
        return self.rng.choice(SILENT[one.country])

    def case(self, one: Customer, parts: list[Part], text: str, **more: object) -> Case:
        """Make the line of a customer's own payment; its amount is the sum of the parts."""
        values = {
            "account": one.account, "amount_minor": sum(part.amount_minor for part in parts), "name": self.shown(one), "iban": one.iban,
            "text": text, "parts": tuple(parts), **more,
        }  # fmt: skip
        return Case(**values)  # type: ignore[arg-type]


def _referenced(kind: str) -> Callable[[World], Case]:
    countries = tuple(name for name, one in COUNTRIES.items() if one.reference == kind)

    def make(world: World) -> Case:
        one = world.known(countries)
        item = world.item(one)
        part = [Part(item.number, item.amount_minor)]
        if "CAMT" in one.account and world.rng.random() < 0.8:
            return world.case(one, part, "", reference=item.reference, reference_kind=kind)
        return world.case(one, part, printed(kind, item.reference))

    return make


def _by_number(world: World) -> Case:
    one = world.known()
    item = world.item(one)
    return world.case(one, [Part(item.number, item.amount_minor)], world.text(one, item.number, item.issued_on))


def _several(world: World) -> Case:
    one = world.known()
    items = [world.item(one) for _ in range(world.rng.randrange(2, 6))]
    text = world.rng.choice((", ", " ", " + ", "; ")).join(item.number for item in items)
    return world.case(one, [Part(item.number, item.amount_minor) for item in items], world.text(one, text))


def _damaged(world: World) -> Case:
    one = world.known()
    item = world.item(one)
    places = [at for at, sign in enumerate(item.number) if sign in LOOK_ALIKE]
    signs = list(item.number)
    for at in world.rng.sample(places, min(len(places), world.rng.choice((1, 1, 2)))):
        signs[at] = LOOK_ALIKE[signs[at]]
    return world.case(one, [Part(item.number, item.amount_minor)], world.text(one, "".join(signs)))


def _without_zeros(world: World) -> Case:
    one = world.known(("DE", "NO", "SE", "US", "CN", "JP"))
    item = world.item(one)
    head = item.number.rstrip("0123456789")
    short = item.number[len(head) :].lstrip("0")
    number = world.rng.choice((f"{head}{short}", f"{head.rstrip('-')} {short}".strip(), short))
    return world.case(one, [Part(item.number, item.amount_minor)], world.text(one, number))


def _spaced(world: World) -> Case:
    one = world.known()
    item = world.item(one)
    at, mark = world.rng.randrange(4, len(item.number) - 1), world.rng.choice((" ", " ", ".", "-"))
    number = f"{item.number[:at]}{mark}{item.number[at:]}"
    return world.case(one, [Part(item.number, item.amount_minor)], world.text(one, number))


def _range(world: World) -> Case:
    one = world.known()
    issued = world.on - timedelta(world.rng.randrange(15, 75))
    items = [world.books.item(one, issued, world.books.amount()) for _ in range(world.rng.randrange(3, 7))]
    text = f"{items[0].number}{world.rng.choice((' - ', ' bis ', ' to ', ' / '))}{items[-1].number}"
    return world.case(one, [Part(item.number, item.amount_minor) for item in items], world.text(one, text))


def _clear(world: World, one: Customer, most: int = 6) -> list[Item]:
    return world.books.clear_items([one] * world.rng.randrange(2, most), world.on)


def _unique(world: World) -> Case:
    one = world.fresh()
    item = world.rng.choice(_clear(world, one))
    name = one.name if one.country not in ("CN", "JP", "GR") or "CSV" in one.account else one.latin
    name = name if "CAMT" in one.account or "CSV" in one.account else one.latin.upper()
    return world.case(one, [Part(item.number, item.amount_minor)], world.silent(one), name=name[:54])


def _known_iban(world: World) -> Case:
    one = world.fresh()
    item = world.rng.choice(_clear(world, one))
    world.books.earlier(one, world.on, world.shown(one), one.iban)
    name = world.rng.choice(("", one.latin[:8].upper(), company(world.rng, one.country)[1].upper()))
    return world.case(one, [Part(item.number, item.amount_minor)], world.silent(one), name=name)


def _alias(world: World) -> Case:
    one = world.fresh()
    item = world.rng.choice(_clear(world, one))
    ending = world.rng.choice(("tec", "mart", "shop", "line", "parts"))
    brand = f"{company(world.rng, 'FR')[1].split()[0]}{ending} {world.rng.randrange(100, 9999)}"
    world.books.writers["aliases.csv"].writerow([brand, one.id, world.on - timedelta(world.rng.randrange(20, 200))])
    world.books.earlier(one, world.on, brand, world.books.account_number(one.country), 1)
    return world.case(one, [Part(item.number, item.amount_minor)], world.silent(one), name=brand.upper())


def _third(world: World) -> Case:
    one = world.fresh()
    item = world.rng.choice(_clear(world, one))
    name, number = company(world.rng, one.country)[1].upper(), world.books.account_number(one.country)
    if world.rng.random() < 0.5:
        world.books.earlier(one, world.on, name, number)
        text = world.silent(one)
    else:
        shown = one.latin if "CAMT" not in one.account and "CSV" not in one.account else one.name
        text = f"{world.rng.choice(('on behalf of', 'i.A.', 'for', 'p/o'))} {shown}"
    return world.case(one, [Part(item.number, item.amount_minor)], text, name=name, iban=number)


def _group(world: World) -> Case:
    country = world.books.country()
    group = f"G{world.books.customers:06d}"
    members = [world.books.customer(country, group) for _ in range(world.rng.randrange(2, 4))]
    items = world.books.clear_items([one for one in members for _ in range(world.rng.randrange(1, 4))], world.on)
    chosen = [world.rng.choice([item for item in items if item.customer == one.id]) for one in members]
    payer = members[0]
    world.books.earlier(payer, world.on, world.shown(payer), payer.iban)
    return world.case(payer, [Part(item.number, item.amount_minor) for item in chosen], world.silent(payer))


def _script(world: World) -> Case:
    one = world.fresh(("CN", "JP", "GR"))
    item = world.rng.choice(_clear(world, one))
    return world.case(one, [Part(item.number, item.amount_minor)], "PAYMENT", name=one.latin.upper()[:54])


def _sum(world: World) -> Case:
    one = world.fresh()
    items = world.books.clear_items([one] * world.rng.randrange(3, 8), world.on)
    chosen = world.rng.sample(items, world.rng.randrange(2, min(5, len(items))))
    if world.rng.random() < 0.5:
        world.books.earlier(one, world.on, world.shown(one), one.iban)
    return world.case(one, [Part(item.number, item.amount_minor) for item in chosen], world.silent(one))


def _whole(world: World) -> Case:
    one = world.fresh()
    items = world.books.clear_items([one] * world.rng.randrange(3, 9), world.on)
    world.books.earlier(one, world.on, world.shown(one), one.iban)
    return world.case(one, [Part(item.number, item.amount_minor) for item in items], world.silent(one))


def _part(world: World) -> Case:
    one = world.known()
    item = world.item(one)
    paid = max(1, item.amount_minor * world.rng.randrange(3, 8) // 1000 * 100)
    text = f"{world.rng.choice(('Teilzahlung', 'part payment', 'acompte', 'Rate 1'))} {item.number}"
    return world.case(one, [Part(item.number, paid, "payment", "open")], text)


def _discount(least: int, most: int, difference: str) -> Callable[[World], Case]:
    """Make a discount that is taken between so many days after its last day; before it where they are negative."""

    def make(world: World) -> Case:
        one = world.known()
        ppm, days = world.rng.choice(((20_000, 10), (20_000, 14), (30_000, 14)))
        issued = world.on - timedelta(days + world.rng.randrange(least, most))
        item = world.books.item(one, issued, world.books.amount(), discount=(ppm, days))
        paid = item.amount_minor - (item.amount_minor * ppm + 500_000) // 1_000_000
        text = world.text(one, item.number, issued)
        if world.rng.random() < 0.4:
            text += f" {world.rng.choice(('abzgl. Skonto', 'less', 'escompte'))} {ppm // 10_000}%"
        return world.case(one, [Part(item.number, paid, "payment", difference)], text)

    return make


def _less(of: tuple[str, ...], difference: str) -> Callable[[World], Case]:
    """Make a payment that is short by what a bank or a state took."""

    def make(world: World) -> Case:
        one = world.known(of)
        item = world.item(one)
        text = world.text(one, item.number)
        if difference == "withholding":
            percent = world.rng.choice((2, 5, 10))
            taken = (item.amount_minor * percent + 50) // 100
            text += f" LESS TDS {percent}%" if world.rng.random() < 0.5 else ""
        else:
            taken = world.rng.choice((500, 1000, 1250, 1500, 2000, 2500, 3500))
        return world.case(one, [Part(item.number, item.amount_minor - taken, "payment", difference)], text)

    return make


def _foreign(world: World) -> Case:
    one = world.known(("DE", "FR", "CH", "SE", "PL"))
    item = world.item(one, currency="GBP")
    per = {"EUR": 11_600, "CHF": 10_900, "SEK": 129_000, "PLN": 49_500}[one.currency] + world.rng.randrange(-90, 90)
    paid = (item.amount_minor * per + 5_000) // 10_000
    return world.case(
        one, [Part(item.number, paid, "payment", "exchange")], world.text(one, item.number),
        instructed=(item.amount_minor, "GBP", f"{per // 10_000}.{per % 10_000:04d}"),
    )  # fmt: skip


def _rounded(world: World) -> Case:
    one = world.known()
    item = world.item(one)
    paid = item.amount_minor + world.rng.choice((-5, -4, -3, -2, -1, 1, 2, 3, 4, 5))
    return world.case(one, [Part(item.number, paid, "payment", "rounding")], world.text(one, item.number))


def _over(world: World) -> Case:
    one = world.known()
    item = world.item(one)
    more = world.rng.choice((1_000, 10_000, 9_000, 2_700, item.amount_minor // 10 + 1_000))
    parts = [Part(item.number, item.amount_minor), Part(f"@{one.id}", more, "on_account")]
    return world.case(one, parts, world.text(one, item.number))


def _short(world: World) -> Case:
    one = world.known()
    item = world.item(one)
    less = item.amount_minor * world.rng.randrange(5, 25) // 100
    said = str(less) if one.currency == "JPY" else f"{less // 100},{less % 100:02d}"
    text = f"{item.number} {world.rng.choice(('less', 'abzgl.', '-'))} {world.rng.choice(NAMED)} {said}"
    return world.case(one, [Part(item.number, item.amount_minor - less, "payment", "deduction")], text)


def _advice(world: World) -> Case:
    one = world.known()
    items = [world.item(one) for _ in range(world.rng.randrange(3, 13))]
    advice = f"AV{world.rng.randrange(10**7):07d}"
    received = world.on - timedelta(world.rng.randrange(0, 4))
    for item in items:
        world.books.writers["advices.csv"].writerow([advice, received, one.id, item.number, item.amount_minor])
    text = (
        f"{world.rng.choice(('Avis', 'REMITTANCE', 'lt. Avis'))} {advice}"
        if world.rng.random() < 0.6
        else world.silent(one)
    )
    return world.case(one, [Part(item.number, item.amount_minor) for item in items], text)


def _credit(world: World) -> Case:
    one = world.known()
    items = [world.item(one) for _ in range(world.rng.randrange(1, 4))]
    amount = min(item.amount_minor for item in items) * world.rng.randrange(10, 60) // 100
    note = world.books.item(one, world.on - timedelta(world.rng.randrange(10, 50)), -amount, kind="credit")
    numbers = ", ".join(item.number for item in items)
    text = f"{numbers} {world.rng.choice(('abzgl. Gutschrift', 'less CN', 'avoir'))} {note.number}"
    parts = [*(Part(item.number, item.amount_minor) for item in items), Part(note.number, -amount, "credit")]
    return world.case(one, parts, text)


def _again(world: World) -> Case:
    found = [entry for entry in world.paid if entry[0] < world.on]
    if found and world.rng.random() < 0.5:
        _, first, customer = world.rng.choice(found)
        return first._replace(parts=(Part(f"@{customer}", first.amount_minor, "on_account", "duplicate"),))
    one = world.known()
    item = world.item(one, (45, 75), paid=True)
    paid_on = world.on - timedelta(world.rng.randrange(3, 30))
    world.books.past.add(
        paid_on, (world.shown(one), one.iban, one.id, item.number, item.amount_minor, item.currency, "")
    )
    part = Part(f"@{one.id}", item.amount_minor, "on_account", "duplicate")
    return world.case(one, [part], world.text(one, item.number))


def _returned(world: World) -> Case:
    one = world.known()
    item = world.item(one, (40, 75), paid=True)
    mark = f"DD{world.rng.randrange(10**9):09d}"
    paid_on = world.on - timedelta(world.rng.randrange(2, 30))
    world.books.past.add(
        paid_on, (world.shown(one), one.iban, one.id, item.number, item.amount_minor, item.currency, mark)
    )
    parts = [Part(item.number, -item.amount_minor, "return")]
    if world.rng.random() < 0.5:
        parts.append(Part("", -300, "charge"))
    text = world.rng.choice((f"RETURN {item.number}", f"Rueckgabe {mark}", "RETURNED DIRECT DEBIT"))
    return world.case(one, parts, text, end_to_end=mark)


def _tie(world: World) -> Case:
    one = world.fresh()
    amount, issued = world.books.amount(), world.on - timedelta(world.rng.randrange(15, 75))
    if world.rng.random() < 0.5:
        owners = [one, one]
        world.books.earlier(one, world.on, world.shown(one), one.iban)
        number = one.iban
    else:
        owners = [one, world.books.customer(one.country, like=one)]
        number = world.books.account_number(one.country)
    item = world.rng.choice([world.books.item(owner, issued, amount) for owner in owners])
    return world.case(one, [Part(item.number, amount)], world.silent(one), iban=number, tie=True)


def _other(world: World) -> Case:
    account = world.rng.choice((*EUR, "US-BAI2", "CH-CAMT"))
    amount = world.books.amount()
    name, text = world.rng.choice((
        ("", "Interest credit Q1"), ("Finanzamt", "Umsatzsteuer-Erstattung"), ("Nordhafen Stadtwerke", "Gutschrift Jahresabrechnung"),
        (plain(company(world.rng, "DE")[0]), "refund of your overpayment, supplier 70412"), ("Own company", "cash pooling transfer"),
        ("Insurance Mutual", "claim settlement"),
    ))  # fmt: skip
    part = Part("", amount, "not_customer")
    return Case(account, amount, name, world.books.account_number("DE") if name else "", text, (part,))


CASES: dict[str, Callable[[World], Case]] = {
    "scor_reference": _referenced("SCOR"), "belgian_reference": _referenced("BBA"), "finnish_reference": _referenced("FIK"),
    "norwegian_kid": _referenced("KID"), "swedish_ocr": _referenced("OCR"), "swiss_qrr": _referenced("QRR"), "number_in_text": _by_number,
    "several_numbers": _several, "number_damaged": _damaged, "missing_zeros": _without_zeros, "spaces_in_number": _spaced,
    "number_range": _range, "unique_amount": _unique, "known_iban": _known_iban, "learned_alias": _alias, "third_party": _third,
    "group_payment": _group, "other_script": _script, "sum_of_items": _sum, "whole_balance": _whole, "part_payment": _part,
    "discount_in_terms": _discount(-8, 1, "discount"), "discount_in_grace": _discount(1, 4, "discount_grace"),
    "discount_too_late": _discount(10, 30, "discount_unearned"), "bank_charges": _less(ABROAD, "charges"),
    "withholding_tax": _less(("IN",), "withholding"), "foreign_currency": _foreign, "rounding": _rounded, "overpayment": _over,
    "short_payment": _short, "advice_apart": _advice, "credit_netted": _credit, "duplicate_payment": _again,
    "returned_debit": _returned, "undecidable": _tie, "not_customer": _other,
}  # fmt: skip
