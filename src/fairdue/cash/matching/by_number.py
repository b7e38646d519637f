"""Lines that name numbers: the items named, and what the amount says of them (rules 8 to 12)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from fairdue.cash.matching import differences
from fairdue.cash.matching.classes import Evidence
from fairdue.cash.matching.draft import SETTLES, Draft, Share, on_account
from fairdue.cash.matching.folding import digits_of, packed
from fairdue.cash.matching.index import Index
from fairdue.cash.matching.mentions import How, Mention, Named
from fairdue.cash.matching.payer import Strength, Who
from fairdue.cash.matching.reasons import MatchReason
from fairdue.cash.matching.records import Difference, Kind, Line, Part
from fairdue.cash.matching.sums import sets_of
from fairdue.cash.matching.written import written
from fairdue.kernel.reasons import Reason, because

TELLING_MIN = 5
"""Where the amount is another, a number must have so many digits: a shorter one may be a year, an order or a house."""
CHOICES_MAX = 12
"""Of up to so many named items each subset and each choice of discounts is tried."""
_HOW = {
    How.REFERENCE: MatchReason.REFERENCE, How.EXACT: MatchReason.NUMBER, How.SPACED: MatchReason.NUMBER_SPACED,
    How.DAMAGED: MatchReason.NUMBER_DAMAGED, How.SHORT: MatchReason.NUMBER_SHORT,
}  # fmt: skip


class Agrees(IntEnum):
    """Whether the payer is the customer whose number is named."""

    YES = 0
    UNKNOWN = 1
    OTHER = 2


class ByNumber:
    """One line that names numbers."""

    def __init__(self, index: Index, line: Line, told: Named, payers: dict[int, Who]) -> None:
        self.index, self.line, self.told, self.payers = index, line, told, payers
        self.mentions = told.mentions
        self.rows = self._rows()
        items = index.items
        self.live = [row for row in self.rows if index.open[row] and items[row].currency == line.currency]
        self.customers = sorted({items[row].customer for row in self.rows})
        self.how = max((one.how for one in self.mentions), default=How.EXACT)

    def draft(self) -> Draft | None:
        """Give the best explanation by the numbers named, or None where they explain nothing."""
        if not self.rows:
            return None
        for way in (self._equal, self._subset, self._range, self._discounts, self._exchanged, self._rounded):
            found = way()
            if found is not None:
                return found
        return self._unequal()

    def _rows(self) -> list[int]:
        """Give the rows named; of a number that several customers have, those of the payer."""
        found: dict[int, None] = {}
        for mention in self.mentions:
            rows: Sequence[int] = mention.rows
            if len(rows) > 1 and self.payers:
                items = self.index.items
                own = [row for row in rows if any(self.index.together(items[row].customer, one) for one in self.payers)]
                rows = own or rows
            found.update(dict.fromkeys(rows))
        return list(found)

    def agrees(self, rows: Sequence[int]) -> Agrees:
        """Say whether the payer is the rows' customer, or of its group (8)."""
        items, index = self.index.items, self.index
        if all(any(index.together(items[row].customer, one) for one in self.payers) for row in rows):
            return Agrees.YES
        strong = any(one.strength >= Strength.NAME for one in self.payers.values())
        return Agrees.OTHER if strong else Agrees.UNKNOWN

    def evidence(self, how: How, rows: Sequence[int]) -> Evidence:
        """Give the class of numbers whose items add up to the amount."""
        agrees = self.agrees(rows)
        if agrees is Agrees.OTHER:
            return Evidence.NUMBER_OTHER_PAYER
        if how <= How.EXACT:
            return Evidence.REFERENCE if how is How.REFERENCE else Evidence.NUMBER
        return Evidence.NUMBER_DAMAGED if agrees is Agrees.YES else Evidence.NUMBER_UNKNOWN_PAYER

    def reasons(self, rows: Sequence[int]) -> list[Reason]:
        """Say how each row is named, and who pays."""
        wanted, found = set(rows), list[Reason]()
        for mention in self.mentions:
            mine = [row for row in mention.rows if row in wanted]
            if mine:
                found.append(_named(self.index.items[mine[0]].number, mention))
        return found + self._payer(rows)

    def _payer(self, rows: Sequence[int]) -> list[Reason]:
        customers = {self.index.items[row].customer for row in rows}
        own = [self.payers[one].reason for one in sorted(customers) if one in self.payers]
        if own:
            return own
        agrees = self.agrees(rows)
        if agrees is Agrees.YES:
            return [because(MatchReason.GROUP)]
        return [because(MatchReason.OTHER_PAYER)] if agrees is Agrees.OTHER else []

    def _paid(self, rows: Sequence[int]) -> list[Share]:
        """Pay rows in full; a credit note is used up."""
        index, shares = self.index, list[Share]()
        for row in rows:
            item, opened = index.items[row], index.open[row]
            kind = Kind.PAYMENT if opened > 0 else Kind.CREDIT
            shares.append(Share(row, Part(item.id, item.customer, opened, kind), opened))
        return shares

    def _equal(self) -> Draft | None:
        rows = self.live
        if not rows or sum(self.index.open[row] for row in rows) != self.line.amount_minor:
            return None
        told = [*self.reasons(rows), because(MatchReason.AMOUNT)]
        return Draft(self.evidence(self._how_of(rows), rows), self._paid(rows), told)

    def _how_of(self, rows: Sequence[int]) -> How:
        wanted = set(rows)
        return max((one.how for one in self.mentions if wanted & set(one.rows)), default=How.EXACT)

    def _subset(self) -> Draft | None:
        """Some of the named items add up to the amount, in one way only: the others were named for another reason."""
        rows = self.live
        if not 2 <= len(rows) <= CHOICES_MAX:
            return None
        amounts = [self.index.open[row] for row in rows]
        single = [at for at, amount in enumerate(amounts) if amount == self.line.amount_minor]
        if any(amount < 0 for amount in amounts):
            return None
        found = sets_of(amounts, self.line.amount_minor)
        ways = [*((at,) for at in single), *found.sets]
        if len(ways) != 1:
            return None
        chosen = [rows[at] for at in ways[0]]
        how = max(self._how_of(chosen), How.SPACED)
        return Draft(
            self.evidence(how, chosen), self._paid(chosen), [*self.reasons(chosen), because(MatchReason.AMOUNT)]
        )

    def _range(self) -> Draft | None:
        """Two numbers of a series, and all items between them add up to the amount (4)."""
        index = self.index
        for first, last in zip(self.mentions, self.mentions[1:], strict=False):
            if not 0 <= first.end <= last.start:
                continue
            low, high = index.items[first.rows[0]], index.items[last.rows[0]]
            if low.customer != high.customer or len(low.number) != len(high.number) or low.number >= high.number:
                continue
            rows = [
                row for row in index.payable([low.customer], self.line.currency, self.line.on)
                if len(index.items[row].number) == len(low.number) and low.number <= index.items[row].number <= high.number
            ]  # fmt: skip
            if len(rows) > len(self.live) and sum(index.open[row] for row in rows) == self.line.amount_minor:
                told = [because(MatchReason.RANGE, first=low.number, last=high.number), *self._payer(rows)]
                return Draft(self.evidence(How.DAMAGED, rows), self._paid(rows), [*told, because(MatchReason.AMOUNT)])
        return None

    def _discounts(self) -> Draft | None:
        """Discounts are taken on some of several named items, in one way only."""
        rows, index, line = self.live, self.index, self.line
        if not 2 <= len(rows) <= CHOICES_MAX:
            return None
        missing = sum(index.open[row] for row in rows) - line.amount_minor
        limits, may = index.book.tolerances, list[int]()
        for row in rows:
            item = index.items[row]
            if item.discount_minor and item.discount_until is not None and index.open[row] == item.amount_minor:
                late = (line.on - item.discount_until).days
                may += [row] if late <= limits.discount_grace_days else []
        taken = [index.items[row].discount_minor for row in may]
        ways = [(at,) for at, amount in enumerate(taken) if amount == missing] + list(sets_of(taken, missing).sets)
        if len(ways) != 1:
            return None
        less = {may[at] for at in ways[0]}
        shares, told = list[Share](), list[Reason]()
        for share in self._paid(rows):
            if share.row not in less or share.row is None:
                shares.append(share)
                continue
            item = index.items[share.row]
            late = (line.on - item.discount_until).days if item.discount_until else 0
            name = Difference.DISCOUNT if late <= 0 else Difference.DISCOUNT_GRACE
            told.append(because(MatchReason.DISCOUNT) if late <= 0 else because(MatchReason.DISCOUNT_GRACE, days=late))
            part = share.part._replace(
                amount_minor=share.part.amount_minor - item.discount_minor, difference=name, difference_minor=item.discount_minor
            )  # fmt: skip
            shares.append(Share(share.row, part, share.falls_minor))
        how = max(self._how_of(rows), How.SPACED)
        return Draft(self.evidence(how, rows), shares, [*self.reasons(rows), *told])

    def _exchanged(self) -> Draft | None:
        """The line says what was instructed in the item's currency, and that is the open amount (9)."""
        line, index = self.line, self.index
        rows = [
            row for row in self.rows
            if index.open[row] > 0 and index.items[row].currency != line.currency and self._instructed(row)
        ]  # fmt: skip
        if len(rows) != 1:
            return None
        item = index.items[rows[0]]
        part = Part(
            item.id, item.customer, line.amount_minor, Kind.PAYMENT, Difference.EXCHANGE, 0, "", index.open[rows[0]]
        )
        told = [*self.reasons(rows), because(MatchReason.EXCHANGE, currency=item.currency)]
        evidence = self._unequal_class(rows)
        return Draft(evidence, [Share(rows[0], part, index.open[rows[0]])], told)

    def _instructed(self, row: int) -> bool:
        """Say whether the line tells that just the open amount was instructed, in a field or in its text beside the currency."""
        line, item, opened = self.line, self.index.items[row], self.index.open[row]
        if line.instructed_currency:
            return (line.instructed_currency, line.instructed_minor) == (item.currency, opened)
        return item.currency in line.text and opened in [one.amount_minor for one in written(line.text, item.currency)]

    def _unequal_class(self, rows: Sequence[int]) -> Evidence:
        agrees = self.agrees(rows)
        if agrees is Agrees.OTHER:
            return Evidence.NUMBER_OTHER_PAYER
        telling = all(len(digits_of(packed(self.index.items[row].number))) >= TELLING_MIN for row in rows)
        how = self._how_of(rows)
        plain = agrees is Agrees.YES and (how is How.REFERENCE or (how is How.EXACT and telling))
        return Evidence.NUMBER_UNEQUAL if plain else Evidence.NUMBER_UNEQUAL_UNKNOWN

    def _rounded(self) -> Draft | None:
        rows, index = self.live, self.index
        if not rows or any(index.open[row] < 0 for row in rows):
            return None
        whole = sum(index.open[row] for row in rows)
        more = self.line.amount_minor - whole
        if abs(more) > index.book.tolerances.rounding(self.line.currency, whole):
            return None
        shares = self._paid(rows)
        at = max(range(len(rows)), key=lambda place: (index.open[rows[place]], -place))
        opened = shares[at]
        part = opened.part._replace(
            amount_minor=opened.part.amount_minor + more, difference=Difference.ROUNDING, difference_minor=max(0, -more)
        )
        shares[at] = Share(opened.row, part, opened.falls_minor)
        return Draft(self._unequal_class(rows), shares, [*self.reasons(rows), because(MatchReason.ROUNDING)])

    def _unequal(self) -> Draft | None:
        rows, index = self.live, self.index
        if not rows:
            return self._again()
        whole = sum(index.open[row] for row in rows)
        if len(rows) == 1 and self.line.amount_minor < whole:
            return self._less(rows[0])
        if self.line.amount_minor > whole > 0 and len({index.items[row].customer for row in rows}) == 1:
            return self._more(rows, self.line.amount_minor - whole)
        return self._several(rows)

    def _less(self, row: int) -> Draft:
        index, line = self.index, self.line
        item, opened = index.items[row], index.open[row]
        mention = next(one for one in self.mentions if row in one.rows)
        rest = self.told.text[mention.end :].split("\n")[0] if mention.end >= 0 else ""
        customer = index.customers.get(item.customer)
        country = customer.country if customer else ""
        named = differences.shortfall(item, opened, line, rest, country, index.book.country, index.book.tolerances)
        missing = opened - line.amount_minor
        part = Part(item.id, item.customer, line.amount_minor, Kind.PAYMENT, named.difference, missing, named.said)
        falls = opened if named.difference in SETTLES else line.amount_minor
        evidence, told = self._unequal_class([row]), [*self.reasons([row]), named.reason]
        if other := self._just_this(row):
            evidence = Evidence.NUMBER_OR_AMOUNT
            told.append(because(MatchReason.OTHER_ITEM, number=index.items[other[0]].number))
        return Draft(evidence, [Share(row, part, falls)], told)

    def _just_this(self, row: int) -> list[int]:
        """Give other open items of a row's customer with just the line's amount: the number may be the wrong one."""
        index, line = self.index, self.line
        rows = index.payable([index.items[row].customer], line.currency, line.on)
        return [other for other in rows if other != row and index.open[other] == line.amount_minor]

    def _more(self, rows: list[int], rest: int) -> Draft:
        """The rest is other items of the customer where it is just that; else it is the customer's credit (11)."""
        index, line = self.index, self.line
        customer = index.items[rows[0]].customer
        others = [
            row for row in index.payable([customer], line.currency, line.on) if row not in rows and index.open[row] > 0
        ]
        same = [row for row in others if index.open[row] == rest]
        told = self.reasons(rows)
        if len(same) == 1 or (len(others) > 1 and sum(index.open[row] for row in others) == rest):
            chosen = same or others
            return Draft(Evidence.NUMBER_AND_OTHERS, self._paid([*rows, *chosen]), [*told, because(MatchReason.AMOUNT)])
        shares = [*self._paid(rows), on_account(customer, rest)]
        if len(rows) == 1 and (other := self._just_this(rows[0])):
            told.append(because(MatchReason.OTHER_ITEM, number=index.items[other[0]].number))
            return Draft(Evidence.NUMBER_OR_AMOUNT, shares, told)
        return Draft(self._unequal_class(rows), shares, [*told, because(MatchReason.OVER)])

    def _again(self) -> Draft | None:
        """All that is named is paid already: a duplicate where an amount is the same (12)."""
        index, line = self.index, self.line
        same = [row for row in self.rows if not index.open[row] and line.amount_minor in self._amounts(row)]
        if len(same) != 1:
            return None
        item = index.items[same[0]]
        told = [*self.reasons(same), because(MatchReason.PAID_AGAIN, number=item.number)]
        return Draft(
            self._unequal_class(same), [on_account(item.customer, line.amount_minor, Difference.DUPLICATE)], told
        )

    def _amounts(self, row: int) -> set[int]:
        """Give the amounts with which a row may have been paid, in the line's currency."""
        item = self.index.items[row]
        if item.currency != self.line.currency:
            return set()
        return {item.amount_minor, *(paid.amount_minor for paid in self.index.by_item.get(item.id, ()))}

    def _several(self, rows: list[int]) -> Draft:
        """Fill the named items in the order of their due days; the rest is credit or stays open. A person looks at it."""
        index, left, shares = self.index, self.line.amount_minor, list[Share]()
        for row in sorted(rows, key=lambda row: (index.items[row].due_on, index.items[row].id)):
            item, opened = index.items[row], index.open[row]
            paid = min(opened, left) if opened > 0 else 0
            if paid > 0:
                missing = opened - paid
                name = Difference.OPEN if missing else Difference.NONE
                shares.append(Share(row, Part(item.id, item.customer, paid, Kind.PAYMENT, name, missing), paid))
                left -= paid
        if left:
            shares.append(on_account(index.items[rows[0]].customer, left))
        return Draft(Evidence.NUMBER_SEVERAL_UNEQUAL, shares, self.reasons(rows))


def _named(number: str, mention: Mention) -> Reason:
    code = _HOW[mention.how]
    if mention.how in (How.REFERENCE, How.EXACT):
        return because(code, number=number)
    return because(code, number=number, said=mention.said)


def by_short(index: Index, line: Line, told: Named, payers: dict[int, Who]) -> Draft | None:
    """Numbers told without their zeros: the payer's items, or else the only item with the amount (3)."""
    open_rows: dict[int, Mention] = {}
    for mention in told.shorts:
        for row in mention.rows:
            if index.open[row] > 0 and index.items[row].currency == line.currency:
                open_rows.setdefault(row, mention)
    items = index.items
    own = [row for row in open_rows if any(index.together(items[row].customer, one) for one in payers)]
    equal = [row for row in (own or open_rows) if index.open[row] == line.amount_minor]
    chosen = equal if len(equal) == 1 else []
    if not chosen and len(own) > 1 and sum(index.open[row] for row in own) == line.amount_minor:
        chosen = own
    if not chosen:
        return None
    mentions = [open_rows[row]._replace(rows=(row,)) for row in chosen]
    return ByNumber(index, line, told._replace(mentions=mentions), payers).draft()
