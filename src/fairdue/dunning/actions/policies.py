"""Adopting policies: every text that was ever in force stays readable as a version."""

from __future__ import annotations

import hashlib
import json

from django.db import transaction

from fairdue.dunning.models import Policy, PolicyVersion
from fairdue.dunning.policy import PolicyError, Problem, load_yaml
from fairdue.kernel.reasons import gettext_noop
from fairdue.ledger import audit
from fairdue.people.actor import Actor, Right
from fairdue.people.models import Company


@transaction.atomic
def do_adopt_policy(actor: Actor, code: str, yaml: str, *, make_default: bool | None = None) -> PolicyVersion:
    """Check a policy's text and put it in force as a new version of ``code``; the same text again changes nothing.

    The first policy of a company becomes its default unless ``make_default`` says no. Raises PolicyError with line, key
    and remedy for a text that does not hold; nothing is written then.
    """
    actor.need(Right.POLICY)
    text = yaml.replace("\r\n", "\n")
    read = load_yaml(text)
    if read.code != code:
        what = gettext_noop("the text is of policy %(found)r, not %(wanted)r")
        advice = gettext_noop("Write “policy: %(wanted)s”, or adopt it under its own code.")
        raise PolicyError([Problem(1, "policy", what, advice, (("found", read.code), ("wanted", code)))])
    Company.objects.select_for_update().get(pk=actor.company_id)
    policy, _ = Policy.objects.select_for_update().get_or_create(company_id=actor.company_id, code=code)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    version = policy.active
    if version is None or version.sha256 != sha256:
        last = policy.versions.order_by("-number").first()
        version = PolicyVersion.objects.create(
            company_id=actor.company_id, policy=policy, number=last.number + 1 if last else 1, yaml=text,
            parsed=json.loads(json.dumps(read.as_dict())), sha256=sha256, created_by=actor.name, recorded_at=actor.at,
        )  # fmt: skip
        policy.active, policy.title = version, read.title
        policy.save(update_fields=["active", "title"])
        audit.record(actor, "adopt_policy", f"policy:{code}", version=version.number, sha256=sha256)
    first = not Policy.objects.filter(company_id=actor.company_id, is_default=True).exists()
    if make_default or (make_default is None and first):
        do_set_default_policy(actor, code)
    return version


@transaction.atomic
def do_set_default_policy(actor: Actor, code: str) -> Policy:
    """Make a policy the one for customers that name none. Raises Policy.DoesNotExist for an unknown code."""
    actor.need(Right.POLICY)
    Company.objects.select_for_update().get(pk=actor.company_id)
    policy = Policy.objects.get(company_id=actor.company_id, code=code)
    if not policy.is_default:
        Policy.objects.filter(company_id=actor.company_id, is_default=True).update(is_default=False)
        policy.is_default = True
        policy.save(update_fields=["is_default"])
        audit.record(actor, "set_default_policy", f"policy:{code}")
    return policy
