"""How one customer pays, from the measures that the latest run left beside its snapshot."""

from __future__ import annotations

import pyarrow.parquet as pq

from fairdue.cycle.line import folder_of
from fairdue.cycle.models import Run
from fairdue.ledger.measures import Behaviour, behaviours


def behaviour_of(run: Run | None, customer_id: int) -> list[Behaviour]:
    """Give the payment behaviour of a customer by currency; nothing where no run measured it or its files are gone."""
    if run is None:
        return []
    path = folder_of(run) / "measures" / "payment_behaviour.parquet"
    if not path.is_file():
        return []
    table = pq.read_table(path, filters=[("customer_id", "=", customer_id)])
    return [row for row in behaviours(table) if row.items]
