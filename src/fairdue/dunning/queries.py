"""Reads of dunning; no writes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.db.models import QuerySet

from fairdue.dunning.models import RELEASABLE_STATES, Policy, PolicyVersion, Proposal
from fairdue.dunning.policy import Policy as PolicyText
from fairdue.dunning.policy import load_yaml
from fairdue.dunning.run import PolicyInForce


@lru_cache(maxsize=256)
def _loaded(sha256: str, text: str) -> PolicyText:
    return load_yaml(text)


def policy_of(version: PolicyVersion) -> PolicyText:
    """Give what a stored version says, checked again when it is read first."""
    return _loaded(version.sha256, version.yaml)


def policies_in_force(company_id: int) -> dict[str, PolicyInForce]:
    """Give the active version of each policy by code; ``""`` is the company's default. One query."""
    found: dict[str, PolicyInForce] = {}
    for policy in Policy.objects.filter(company_id=company_id, active__isnull=False).select_related("active"):
        assert policy.active is not None
        force = PolicyInForce(policy.active.pk, policy_of(policy.active))
        found[policy.code] = force
        if policy.is_default:
            found[""] = force
    return found


def to_review(company_id: int, *, run_key: str = "", stages: Iterable[str] = ()) -> QuerySet[Proposal]:
    """Give the proposals that wait for a person, largest amount first; customer, contact and version come with them."""
    found = Proposal.objects.filter(company_id=company_id, state__in=RELEASABLE_STATES)
    if run_key:
        found = found.filter(run_key=run_key)
    if wanted := list(stages):
        found = found.filter(stage_code__in=wanted)
    return found.select_related("customer", "contact", "policy_version__policy").order_by("-due_minor", "id")
