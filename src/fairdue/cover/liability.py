"""What a policy insures now beside the most that its insurer pays; see ``docs/algorithms/cover.md``, the insured amount, 6."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from fairdue.cover.models import CoverTerms
from fairdue.cover.standing import Standing


@dataclass(frozen=True, slots=True)
class Liability:
    """What is insured under a policy over all buyers, and its maximum liability where it names one; minor units of its currency."""

    insured_minor: int = 0
    most_minor: int | None = None

    @property
    def over_minor(self) -> int:
        """Give by how much the insured sum is above what the insurer pays at most; zero where it is not."""
        return 0 if self.most_minor is None else max(0, self.insured_minor - self.most_minor)


def liabilities(company_id: int, found: Iterable[Standing], as_of: date) -> dict[int, Liability]:
    """Give by policy what is insured and the maximum liability of the last version of its terms on a day. One query."""
    sums: dict[int, int] = {}
    for one in found:
        sums[one.policy_id] = sums.get(one.policy_id, 0) + one.insured_minor
    terms = CoverTerms.objects.filter(company_id=company_id, valid_from__lte=as_of).order_by("policy_id", "version")
    most: dict[int, int | None] = dict(terms.values_list("policy_id", "max_liability_minor"))
    return {policy: Liability(sums.get(policy, 0), most.get(policy)) for policy in sums.keys() | most.keys()}
