"""Setting what a company lets the matcher and the posting do. Numbers are those of docs/algorithms/cash-settings.md."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from fairdue.cash.company_settings import settings_of
from fairdue.cash.models import CashSettings
from fairdue.cash.settings import Settings, changed
from fairdue.ledger import audit
from fairdue.people.actor import Actor, Right
from fairdue.people.models import Company


def do_set_settings(actor: Actor, asked: Mapping[str, str]) -> Settings:
    """Set what is asked, by name, as a new version; where nothing would change, none is written (2, 3).

    Needs the right to change policies and the right to waive: the limits write money off without a person. Raises SettingError.
    """
    actor.need(Right.POLICY)
    actor.need(Right.WAIVE)
    with transaction.atomic():
        Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
        before = settings_of(actor.company_id)
        after = changed(before, asked)
        if after == before:
            return before
        made = CashSettings.objects.create(
            company_id=actor.company_id, version=before.version + 1, posting=after.posting, budget_ppm=after.budget_ppm,
            rounding=[list(one) for one in after.rounding], charges=[list(one) for one in after.charges],
            discount_grace_days=after.discount_grace_days, judged_days=after.judged_days, early_days=after.early_days,
            recorded_by=actor.name[:120], recorded_at=actor.at,
        )  # fmt: skip
        was, now = before.told(), after.told()
        differ = [name for name in now if now[name] != was[name]]
        audit.record(
            actor, "set_cash_settings", f"company:{actor.company_id}", version=made.version,
            before={name: was[name] for name in differ}, after={name: now[name] for name in differ},
        )  # fmt: skip
        return settings_of(actor.company_id)
