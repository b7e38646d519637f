"""Faces of the ledger's measures: they hand in tables, run the SQL file and do the one division at the end.

``con`` is a connection of ``Snapshot.connect``. ``docs/algorithms/measures.md`` states every formula with worked examples.
"""

from fairdue.ledger.measures.behaviour import (
    Behaviour,
    behaviours,
    index_weights,
    payment_behaviour,
    promise_keeping,
    promises,
    windows,
)
from fairdue.ledger.measures.exchange import Conversion, Total, conversion
from fairdue.ledger.measures.files import measure
from fairdue.ledger.measures.indicators import (
    Ratio,
    average_days_delinquent,
    collection_effectiveness,
    dso_best_possible,
    dso_classic,
    dso_countback,
    overdue_share,
    turnover,
)
from fairdue.ledger.measures.interest import interest_levels, interest_minor, rate_table, regime_table
from fairdue.ledger.measures.items import (
    BUCKETS,
    Bucket,
    ageing,
    ageing_items,
    bucket_table,
    chase_items,
    customer_balances,
    due_chart,
    open_charges,
    open_items,
)
from fairdue.ledger.measures.nightly import NIGHTLY, nightly

__all__ = [
    "BUCKETS",
    "NIGHTLY",
    "Behaviour",
    "Bucket",
    "Conversion",
    "Ratio",
    "Total",
    "ageing",
    "ageing_items",
    "average_days_delinquent",
    "behaviours",
    "bucket_table",
    "chase_items",
    "collection_effectiveness",
    "conversion",
    "customer_balances",
    "dso_best_possible",
    "dso_classic",
    "dso_countback",
    "due_chart",
    "index_weights",
    "interest_levels",
    "interest_minor",
    "measure",
    "nightly",
    "open_charges",
    "open_items",
    "overdue_share",
    "payment_behaviour",
    "promise_keeping",
    "promises",
    "rate_table",
    "regime_table",
    "turnover",
    "windows",
]
