"""Further customers whose the money of a line may be. Numbers are those of docs/algorithms/bank-data-in-the-line.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fairdue.ledger import bulk
from fairdue.ledger.models import PaymentSuspect

FIELDS = ("company_id", "payment_id", "customer_id")


def set_further(company_id: int, wanted: Mapping[int, Sequence[int]]) -> None:
    """Write of whom else each payment may be, and take back what is not said any more (9). At most three statements."""
    left = {(payment, customer) for payment, customers in wanted.items() for customer in customers}
    gone = []
    told = PaymentSuspect.objects.filter(company_id=company_id, payment_id__in=list(wanted))
    for pk, payment, customer in told.values_list("pk", "payment_id", "customer_id"):
        if (payment, customer) in left:
            left.remove((payment, customer))
        else:
            gone.append(pk)
    if gone:
        PaymentSuspect.objects.filter(pk__in=gone).delete()
    bulk.insert_rows(PaymentSuspect, FIELDS, [(company_id, *one) for one in sorted(left)])


def clear_further(company_id: int, payments: Iterable[int]) -> None:
    """Free the others: whose the payments are is decided (9). One statement."""
    PaymentSuspect.objects.filter(company_id=company_id, payment_id__in=list(payments)).delete()
