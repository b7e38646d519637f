"""The same measure files on Spark, for portfolios that one machine cannot hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlglot
from sqlglot import ErrorLevel

from fairdue.engine.measures import Measure, Parameter, arguments, standing_key, used


def to_spark(sql: str) -> str:
    """Give Spark SQL for one DuckDB statement; ``$name`` becomes ``:name``.

    Raises sqlglot's UnsupportedError or ParseError for anything that has no exact counterpart.
    """
    statements = sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE)
    if len(statements) != 1:
        raise ValueError("a measure is one statement")
    return str(statements[0])


@dataclass(slots=True)
class SparkMeasures:
    """Measures in one Spark session whose views have the names of the snapshot's tables.

    The session must run with ``spark.sql.ansi.enabled``: an overflow is an error there, as it is in DuckDB.
    """

    session: Any
    _standing: dict[str, object] = field(default_factory=dict)

    def run(self, measure: Measure, **params: Parameter) -> Any:
        """Give the rows of ``measure`` as a Spark data frame in the measure's order; what it uses is cached as views."""
        self._prepare(measure, params)
        return self.session.sql(to_spark(measure.sql), args=arguments(measure, params))

    def _prepare(self, measure: Measure, params: Mapping[str, Parameter]) -> None:
        for base in used(measure):
            key = standing_key(base, params)
            if self._standing.get(base.name) == key:
                continue
            self._prepare(base, params)
            frame = self.session.sql(to_spark(base.rows), args=arguments(base, params))
            frame.cache().createOrReplaceTempView(base.name)
            self._standing[base.name] = key
