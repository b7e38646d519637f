"""From which day a limit counts no more because a later one of the same buyer took its place."""

from __future__ import annotations

from datetime import date

from django.db.models import DateField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from fairdue.cover.models import BuyerLimit


def with_replaced(rows: QuerySet[BuyerLimit]) -> QuerySet[BuyerLimit]:
    """Give each limit with ``replaced_on``, as ``rules.limit_on`` chooses; None where none follows before its own last day.

    The limit that follows is of the same customer or the same group: the next day of effect, or the same day entered later.
    """
    same = Q(customer=OuterRef("customer")) | Q(group=OuterRef("group"))
    later = Q(effect_on__gt=OuterRef("effect_on")) | Q(effect_on=OuterRef("effect_on"), pk__gt=OuterRef("pk"))
    last = Coalesce(OuterRef("until"), date.max, output_field=DateField())
    following = BuyerLimit.objects.filter(same & later, effect_on__lte=last).order_by("effect_on", "pk")
    return rows.annotate(replaced_on=Subquery(following.values(day=F("effect_on"))[:1]))
