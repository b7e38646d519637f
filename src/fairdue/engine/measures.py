"""Measures: one SQL file each, in DuckDB's dialect, with a header that says in numbered sentences what it must do.

The header is the comment at the top of the file::

    -- ageing: Open amounts by customer, currency and bucket.
    -- 1. An item stands in the bucket of its days overdue.
    -- 2. ...
    -- Uses: open_items
    -- Tables: buckets (bucket_no, bucket, from_days, to_days)

``Uses`` names measures whose result this one reads as a table; a name of another room is written ``package:name``.
``Tables`` names what the caller hands in with ``hand_in``. Parameters are written ``$name`` and are bound, never spliced.
The last line is the ORDER BY of the result, a total order. Used measures are computed once for a connection and a set of
parameters, without their order, and may not read handed-in tables.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from weakref import WeakKeyDictionary

import duckdb
import pyarrow as pa

Parameter = int | str | date
"""What a measure may be given; amounts are minor units, shares ppm."""

# DuckDB advises con.sql() for Arrow, which plans every statement twice: for the many small results of a night that costs
# more than the copy it saves (docs/algorithms/measures.md, "Speed").
warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")

_DOLLAR = re.compile(r"\$([a-z_]+)")
_SENTENCE = re.compile(r"^(\d+)\. (.+)$")


class MeasureError(ValueError):
    """A measure file that breaks the form, or a run without a parameter it needs."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: its text, what its header promises, what it reads beside the snapshot's tables.

    ``rows`` is the statement without its order, ``order`` the ORDER BY that makes the result a list.
    """

    package: str
    name: str
    rows: str
    order: str
    title: str
    sentences: tuple[str, ...]
    uses: tuple[str, ...]
    tables: tuple[str, ...]
    params: tuple[str, ...]

    @property
    def sql(self) -> str:
        """The whole statement."""
        return f"{self.rows}\n{self.order}"


_prepared: WeakKeyDictionary[duckdb.DuckDBPyConnection, dict[str, object]] = WeakKeyDictionary()
"""Per connection, which used measures stand there as tables, and for which parameters."""


@cache
def load(package: str, name: str) -> Measure:
    """Read ``name.sql`` of ``package``; raises MeasureError where the header is missing or its sentences are not numbered."""
    text = files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8")
    return parse(package, name, text)


def parse(package: str, name: str, text: str) -> Measure:
    """Read a measure from its text; see the module for the form."""
    lines = text.splitlines()
    end = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    header = _joined([line[2:].strip() for line in lines[:end]])
    body = "\n".join(lines[end:]).strip().rstrip(";")
    if not header or not header[0].startswith(f"{name}: "):
        raise MeasureError(f"{name}.sql must begin with '-- {name}: what it is'")
    numbered = [found for line in header[1:] if (found := _SENTENCE.match(line))]
    if not numbered or [int(found[1]) for found in numbered] != list(range(1, len(numbered) + 1)):
        raise MeasureError(f"{name}.sql must state what it does in sentences numbered from 1")
    rows, _, order = body.rpartition("\n")
    if not order.startswith("ORDER BY "):
        raise MeasureError(f"{name}.sql must end with the ORDER BY of its result on a line of its own")
    return Measure(
        package=package,
        name=name,
        rows=rows,
        order=order,
        title=header[0].removeprefix(f"{name}: "),
        sentences=tuple(found[2] for found in numbered),
        uses=_listed(header, "Uses: "),
        tables=tuple(entry.split(" ")[0] for entry in _listed(header, "Tables: ", r",\s*(?![^(]*\))")),
        params=tuple(sorted(set(_DOLLAR.findall(body)))),
    )


def _joined(lines: list[str]) -> list[str]:
    """Join a line that neither starts a sentence nor a list to the one before it."""
    joined: list[str] = []
    for line in lines:
        if not joined or _SENTENCE.match(line) or re.match(r"[A-Z][a-z]+: ", line):
            joined.append(line)
        else:
            joined[-1] = f"{joined[-1]} {line}".strip()
    return joined


def _listed(header: list[str], word: str, separator: str = r",\s*") -> tuple[str, ...]:
    found = [line.removeprefix(word) for line in header if line.startswith(word)]
    return tuple(entry.strip() for entry in re.split(separator, found[0].rstrip("."))) if found else ()


def used(measure: Measure) -> list[Measure]:
    """Give the measures that ``measure`` uses directly."""
    found = []
    for entry in measure.uses:
        package, _, name = entry.rpartition(":")
        found.append(load(package or measure.package, name))
    return found


def hand_in(con: duckdb.DuckDBPyConnection, **tables: pa.Table) -> None:
    """Give the connection small tables that measures read by name: buckets, periods, rates. Replaces earlier ones."""
    for name, table in tables.items():
        con.register("handed_in", table)
        con.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS SELECT * FROM handed_in')
        con.unregister("handed_in")


def run(con: duckdb.DuckDBPyConnection, measure: Measure, **params: Parameter) -> pa.Table:
    """Compute ``measure`` and give its rows in its own total order.

    ``params`` may hold more than this measure names, never less: MeasureError. What it uses is prepared first.
    """
    prepare(con, measure, params)
    if _prepared.get(con, {}).get(measure.name) == standing_key(measure, params):
        return con.execute(f'SELECT * FROM "{measure.name}"\n{measure.order}').to_arrow_table()
    return con.execute(measure.sql, arguments(measure, params)).to_arrow_table()


def prepare(con: duckdb.DuckDBPyConnection, measure: Measure, params: Mapping[str, Parameter]) -> None:
    """Compute the measures that ``measure`` uses into temporary tables, unless they stand there for these parameters."""
    standing = _prepared.setdefault(con, {})
    for base in used(measure):
        if base.tables:
            raise MeasureError(f"{measure.name} uses {base.name}, which reads handed-in tables")
        key = standing_key(base, params)
        if standing.get(base.name) == key:
            continue
        prepare(con, base, params)
        con.execute(f'CREATE OR REPLACE TEMP TABLE "{base.name}" AS {base.rows}', arguments(base, params))
        standing[base.name] = key


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Forget what was prepared on a connection, so that the next run computes it again."""
    _prepared.pop(con, None)


def standing_key(measure: Measure, params: Mapping[str, Parameter]) -> object:
    """Give what tells two computations of a used measure apart: its room and the parameters that reach it."""
    return measure.package, frozenset((name, params.get(name)) for name in closure(measure))


@cache
def closure(measure: Measure) -> frozenset[str]:
    """Give the parameters of a measure and of all that it uses."""
    return frozenset(measure.params).union(*(closure(base) for base in used(measure)))


def arguments(measure: Measure, params: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """Pick the parameters that the measure itself names; raises MeasureError for one that is absent."""
    absent = [name for name in measure.params if name not in params]
    if absent:
        raise MeasureError(f"{measure.name} needs {', '.join(absent)}")
    return {name: params[name] for name in measure.params}
