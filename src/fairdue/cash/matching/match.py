"""Match lines to items, in their order; what is posted counts at once for the next (rules 16 and 20)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from fairdue.cash.matching.budget import probability
from fairdue.cash.matching.by_number import ByNumber, by_short
from fairdue.cash.matching.by_payer import by_advice, by_payer, nobody, only_payer
from fairdue.cash.matching.classes import NEVER, Evidence
from fairdue.cash.matching.draft import Draft, Share
from fairdue.cash.matching.folding import packed
from fairdue.cash.matching.index import Index
from fairdue.cash.matching.mentions import How, named
from fairdue.cash.matching.payer import Strength, who
from fairdue.cash.matching.reasons import MatchReason
from fairdue.cash.matching.records import Answer, Book, Elsewhere, Kind, Line, Paid, Part, State
from fairdue.kernel.memory import no_collection
from fairdue.kernel.reasons import because

OTHERS_MAX = 5
ELSEWHERE_DAYS = 3
"""So many days apart may two sources tell of one payment."""
TEACHES = frozenset({Evidence.REFERENCE, Evidence.NUMBER})
"""Classes whose payers' accounts are remembered for the lines that follow."""


def match(
    book: Book, lines: Iterable[Line], allowed: frozenset[str], own: Mapping[str, tuple[int, int]] | None = None
) -> Iterator[Answer]:
    """Give an answer for each line, in the order given: by day, then as the bank has them.

    ``allowed`` are the evidence classes that may post (``budget.allowed``); ``own`` is the company's record by class, for the
    probabilities. The book is read once; lines may be a stream.
    """
    matcher = Matcher(book, allowed, own or {})
    for line in lines:
        yield matcher.answer(line)


class Matcher:
    """A book that is being paid."""

    def __init__(self, book: Book, allowed: frozenset[str], own: Mapping[str, tuple[int, int]]) -> None:
        with no_collection():
            self.index = Index(book)
        self.allowed = allowed - NEVER
        self.own = own
        self._others: defaultdict[tuple[int | None, str, int], list[Elsewhere]] = defaultdict(list)
        for one in book.elsewhere:
            self._others[one.customer, one.currency, one.amount_minor].append(one)
        self._ppm: dict[str, int] = {}

    def answer(self, line: Line) -> Answer:
        """Answer one line; what is posted is applied."""
        draft, ties = self._back(line) if line.amount_minor < 0 else self._in(line)
        if draft is None:
            evidence = Evidence.TIE if ties else Evidence.UNKNOWN
            told = because(MatchReason.TIE, count=len(ties)) if ties else because(MatchReason.UNKNOWN)
            further = tuple(dict.fromkeys(one.customer for way in ties[OTHERS_MAX:] for one in way if one.customer))
            return Answer(line.id, State.ABSTAINED, 0, evidence, (), (told,), tuple(ties[:OTHERS_MAX]), further=further)
        ppm = self.ppm(draft.evidence)
        posts = draft.evidence in self.allowed
        if twin := self._elsewhere(line, draft):
            draft.reasons.insert(0, because(MatchReason.ELSEWHERE, payment=twin.payment, day=twin.on.isoformat()))
            posts = False
        if posts:
            self._apply(line, draft)
        state = State.POSTED if posts else State.WAITING
        advice = None if draft.advice is None else self.index.advices[draft.advice].id
        return Answer(
            line.id, state, ppm, draft.evidence, draft.parts, tuple(draft.reasons), tuple(ties[:OTHERS_MAX]), advice
        )

    def _elsewhere(self, line: Line, draft: Draft) -> Elsewhere | None:
        """Take the payment of another source that tells of this line's money (cash posting, 23); each is that of one line."""
        if not self._others or line.amount_minor <= 0:
            return None
        customers = {part.customer for part in draft.parts}
        fitting = [
            one
            for customer in customers
            for one in self._others.get((customer, line.currency, line.amount_minor), ())
            if abs((one.on - line.on).days) <= ELSEWHERE_DAYS
        ]
        if not fitting:
            return None
        found = min(fitting, key=lambda one: (abs((one.on - line.on).days), one.payment))
        self._others[found.customer, found.currency, found.amount_minor].remove(found)
        return found

    def ppm(self, evidence: str) -> int:
        """Give the probability of a class, in ppm."""
        if evidence not in self._ppm:
            self._ppm[evidence] = probability(evidence, self.own.get(evidence, (0, 0)))
        return self._ppm[evidence]

    def _in(self, line: Line) -> tuple[Draft | None, list[tuple[Part, ...]]]:
        index = self.index
        told, payers = named(index, line), who(index, line)
        if told.mentions:
            found = ByNumber(index, line, told, payers).draft()
            if found is not None and not self._misled(found, told.mentions[0].how):
                return found, []
        else:
            found = None
        other = by_advice(index, line, told, payers)
        if other is None and told.shorts and (found is None or found.evidence is Evidence.NUMBER_OTHER_PAYER):
            other = by_short(index, line, told, payers)
        if other is not None:
            return other, []
        silent, ties = by_payer(index, line, payers) if found is None else (None, [])
        if silent is not None and any(one.how <= How.SPACED for one in told.mentions):
            silent.evidence = Evidence.NUMBER_OR_AMOUNT  # The number that is named says something else.
        if silent is not None or ties:
            return silent, ties
        weak = all(one.strength <= Strength.NAME_WHOLE for one in payers.values())
        unowed = nobody(line, payer=bool(payers)) if weak and found is None else None
        return found or unowed or only_payer(line, payers), []

    @staticmethod
    def _misled(found: Draft, how: How) -> bool:
        """Say whether numbers that were named explain so little that another way may do better."""
        return found.evidence in (Evidence.NUMBER_SEVERAL_UNEQUAL, Evidence.NUMBER_UNEQUAL_UNKNOWN) or (
            found.evidence is Evidence.NUMBER_OTHER_PAYER and how >= How.DAMAGED
        )

    def _back(self, line: Line) -> tuple[Draft | None, list[tuple[Part, ...]]]:
        """Money that goes back (16)."""
        index = self.index
        paid = index.by_mark.get(packed(line.end_to_end)) if line.end_to_end else None
        if paid is None:
            told = named(index, line)
            items = {index.items[row].id for one in told.mentions for row in one.rows}
            fitting = [
                one for item in sorted(items) for one in index.by_item.get(item, ())
                if one.amount_minor <= -line.amount_minor and one.currency == line.currency
            ]  # fmt: skip
            paid = fitting[0] if len(fitting) == 1 else None
        if paid is None or paid.item is None or paid.currency != line.currency:
            return None, []
        charge = -line.amount_minor - paid.amount_minor
        row = index.row_of.get(paid.item)
        if row is None or not 0 <= charge <= index.book.tolerances.charges(line.currency, paid.amount_minor):
            return None, []
        item = index.items[row]
        shares = [Share(row, Part(item.id, item.customer, -paid.amount_minor, Kind.RETURN), -paid.amount_minor)]
        told_why = [because(MatchReason.RETURNED, number=item.number)]
        if charge:
            shares.append(Share(None, Part(None, item.customer, -charge, Kind.CHARGE)))
            told_why.append(because(MatchReason.RETURN_CHARGE))
        return Draft(Evidence.RETURN, shares, told_why), []

    def _apply(self, line: Line, draft: Draft) -> None:
        index = self.index
        for share in draft.shares:
            if share.row is None:
                continue
            item = index.items[share.row]
            was_closed = not index.open[share.row]
            index.open[share.row] -= share.falls_minor
            if share.part.kind == Kind.RETURN:
                if was_closed and share.row not in index.of_customer[item.customer]:
                    index.of_customer[item.customer].append(share.row)
                continue
            teaches = draft.evidence in TEACHES
            paid = Paid(
                line.on, line.name, line.account if teaches else "", item.customer, item.id, share.part.amount_minor, line.currency,
                line.end_to_end,
            )  # fmt: skip
            index.learn(paid, name=False)
        if draft.advice is not None:
            index.advices_used.add(draft.advice)
