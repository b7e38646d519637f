"""Enter policies, versions of their terms, and limits of buyers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext

from fairdue.contact import blobs
from fairdue.contact.models import StoredBlob
from fairdue.cover.models import BuyerLimit, CoverPolicy, CoverTerms
from fairdue.formats.copies.media import media_type
from fairdue.kernel.money import exponent
from fairdue.kernel.rounding import PPM
from fairdue.ledger import audit
from fairdue.ledger.models import Customer, CustomerGroup
from fairdue.people.actor import Actor, Right

DAYS_MAX = 3650
"""Ten years: no period of a credit insurance policy is longer."""


class CoverError(ValueError):
    """Something that cannot be entered as it stands; nothing was written. The message names the remedy."""


@dataclass(frozen=True, slots=True)
class TermsValues:
    """What a version of the terms says: amounts in minor units of the policy's currency, periods in calendar days, None: not named."""

    valid_from: date
    insured_share_ppm: int
    valid_to: date | None = None
    max_liability_minor: int | None = None
    minimum_minor: int = 0
    max_terms_days: int | None = None
    max_extension_days: int | None = None
    notify_days: int | None = None
    claim_days: int | None = None
    waiting_days: int | None = None
    stop_days: int | None = None
    consent_above_minor: int | None = None
    consent_beyond_days: int | None = None


@dataclass(frozen=True, slots=True)
class LimitValues:
    """What the insurer decided on a buyer: the customer or the group, from a day on; zero withdraws."""

    effect_on: date
    limit_minor: int
    customer_id: int | None = None
    group_id: int | None = None
    until: date | None = None
    share_ppm: int | None = None
    reference: str = ""
    conditions: str = ""
    max_extension_days: int | None = None
    source_file_id: int | None = None


@transaction.atomic
def do_add_policy(actor: Actor, *, insurer: str, number: str, currency: str) -> CoverPolicy:
    """Enter a policy; its terms follow. Raises CoverError for an empty name or a number that is known."""
    actor.need(Right.POLICY)
    exponent(currency)
    insurer, number = insurer.strip(), number.strip()
    if not insurer or not number:
        raise CoverError(gettext("A policy needs the insurer's name and the policy number."))
    if CoverPolicy.objects.filter(company_id=actor.company_id, number=number).exists():
        raise CoverError(gettext("There is a policy %(number)s already.") % {"number": number})
    policy = CoverPolicy.objects.create(
        company_id=actor.company_id, insurer=insurer[:200], number=number[:60], currency=currency,
        recorded_by=actor.name, recorded_at=actor.at,
    )  # fmt: skip
    audit.record(actor, "add_cover_policy", f"cover_policy:{policy.pk}", insurer=insurer, number=number)
    return policy


@transaction.atomic
def do_set_terms(actor: Actor, policy_id: int, values: TermsValues) -> CoverTerms:
    """Enter a version of a policy's terms. The same values as the last version change nothing."""
    actor.need(Right.POLICY)
    policy = CoverPolicy.objects.select_for_update().get(pk=policy_id, company_id=actor.company_id)
    _check_terms(values)
    last = policy.terms.order_by("-version").first()
    given = asdict(values)
    if last is not None and all(getattr(last, name) == value for name, value in given.items()):
        return last
    terms = CoverTerms.objects.create(
        company_id=actor.company_id, policy=policy, version=last.version + 1 if last else 1, recorded_by=actor.name,
        recorded_at=actor.at, **given,
    )  # fmt: skip
    said = {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items()}
    audit.record(actor, "set_cover_terms", f"cover_policy:{policy.pk}", version=terms.version, **said)
    return terms


def _check_terms(values: TermsValues) -> None:
    if values.valid_to is not None and values.valid_to < values.valid_from:
        raise CoverError(gettext("The last day lies before the first."))
    _check_share(values.insured_share_ppm)
    amounts = (values.minimum_minor, values.consent_above_minor or 0, values.max_liability_minor or 0)
    if min(amounts) < 0 or values.max_liability_minor == 0:
        raise CoverError(gettext("Amounts are not negative, and a maximum liability is more than zero."))
    days = (
        values.max_terms_days, values.max_extension_days, values.notify_days, values.claim_days, values.waiting_days,
        values.stop_days, values.consent_beyond_days,
    )  # fmt: skip
    if any(one is not None and not 0 <= one <= DAYS_MAX for one in days):
        raise CoverError(gettext("Periods are 0 to %(days)s calendar days.") % {"days": DAYS_MAX})


def _check_share(share_ppm: int) -> None:
    if not 1 <= share_ppm <= PPM:
        raise CoverError(gettext("The insured share is more than zero and at most the whole."))


@transaction.atomic
def do_set_limit_from_file(actor: Actor, policy_id: int, values: LimitValues, data: bytes) -> BuyerLimit:
    """Enter a limit of a buyer and keep the insurer's decision (PDF or picture) with it. Raises CoverError for another file."""
    actor.need(Right.IMPORT)
    kind = media_type(data)
    if not kind:
        raise CoverError(gettext("Give the insurer's decision as a PDF or a picture."))
    file = blobs.keep(actor.company_id, data, kind, actor.at)
    return do_set_limit(actor, policy_id, replace(values, source_file_id=file.pk))


@transaction.atomic
def do_set_limit(actor: Actor, policy_id: int, values: LimitValues) -> BuyerLimit:
    """Enter a limit of a buyer. The same decision again changes nothing and gives the row that is there."""
    actor.need(Right.IMPORT)
    policy = CoverPolicy.objects.get(pk=policy_id, company_id=actor.company_id)
    check_limit(actor.company_id, values)
    buyer = {"customer": values.customer_id} if values.customer_id is not None else {"group": values.group_id}
    last = BuyerLimit.objects.filter(policy=policy, effect_on=values.effect_on, **buyer).order_by("-id").first()
    if last is not None and same_limit(last, values):
        return last
    limit = BuyerLimit.objects.create(
        company_id=actor.company_id, policy=policy, recorded_by=actor.name, recorded_at=actor.at, **asdict(values)
    )
    audit.record(
        actor, "set_cover_limit", f"cover_limit:{limit.pk}", policy=policy.number, customer=values.customer_id,
        group=values.group_id, limit=values.limit_minor, effect_on=values.effect_on.isoformat(),
        until=values.until.isoformat() if values.until else None, reference=values.reference,
        share=values.share_ppm, max_extension_days=values.max_extension_days,
        file=limit.source_file.sha256 if limit.source_file else None,
    )  # fmt: skip
    return limit


def check_limit(company_id: int, values: LimitValues) -> None:
    """Raise CoverError for a limit that cannot be: no buyer or two, another company's, a negative amount, an end before the start."""
    if (values.customer_id is None) == (values.group_id is None):
        raise CoverError(gettext("A limit names a customer or a group."))
    mine = (
        Customer.objects.filter(company_id=company_id, pk=values.customer_id).exists()
        if values.customer_id is not None
        else CustomerGroup.objects.filter(company_id=company_id, pk=values.group_id or 0).exists()
    )
    if not mine:
        raise CoverError(gettext("The company has no such customer or group."))
    if values.limit_minor < 0:
        raise CoverError(gettext("A limit is zero or more; zero withdraws it."))
    if values.until is not None and values.until < values.effect_on:
        raise CoverError(gettext("The last day lies before the first."))
    if values.max_extension_days is not None and not 0 <= values.max_extension_days <= DAYS_MAX:
        raise CoverError(gettext("Periods are 0 to %(days)s calendar days.") % {"days": DAYS_MAX})
    if (
        values.source_file_id is not None
        and not StoredBlob.objects.filter(company_id=company_id, pk=values.source_file_id).exists()
    ):
        raise CoverError(gettext("The company has no such file."))
    if values.share_ppm is not None:
        _check_share(values.share_ppm)


def same_limit(row: BuyerLimit, values: LimitValues) -> bool:
    """Tell whether a stored limit says the same; reference and conditions count. What a list does not name, its file and a maximum
    extension of its own, makes no other decision.
    """
    given = asdict(values)
    unnamed = {name for name in ("max_extension_days", "source_file_id") if given[name] is None}
    return all(getattr(row, name) == value for name, value in given.items() if name not in unnamed)
