"""``python -m fairdue.engine.check``: every measure of every room has its form and an exact counterpart in Spark SQL."""

from __future__ import annotations

import sys
from pathlib import Path

from sqlglot.errors import SqlglotError

from fairdue.engine.measures import MeasureError, load
from fairdue.engine.spark import to_spark

_PACKAGE = Path(__file__).resolve().parents[1]


def measure_names() -> list[tuple[str, str]]:
    """Give (package, name) of every measure file of the house."""
    found = sorted(_PACKAGE.glob("*/sql/*.sql"))
    return [(f"fairdue.{path.parents[1].name}.sql", path.stem) for path in found]


def faults() -> list[str]:
    """Give one line for each measure that breaks the form or does not carry to Spark."""
    found = []
    for package, name in measure_names():
        try:
            to_spark(load(package, name).sql)
        except (MeasureError, SqlglotError, ValueError) as error:
            found.append(f"{package}/{name}.sql: {error}")
    return found


def reference_page(package: str) -> str:
    """Give the reference of a room's measures as Markdown, from the headers of its files."""
    lines = []
    for name in (name for found, name in measure_names() if found == package):
        measure = load(package, name)
        lines += [f"### {name}", "", measure.title, ""]
        lines += [f"{number}. {sentence}" for number, sentence in enumerate(measure.sentences, 1)]
        if measure.params:
            lines += ["", "Parameters: " + ", ".join(f"`{param}`" for param in measure.params)]
        if measure.uses:
            lines += ["", "Uses: " + ", ".join(f"`{base}`" for base in measure.uses)]
        if measure.tables:
            lines += ["", "Tables handed in: " + ", ".join(f"`{table}`" for table in measure.tables)]
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    """Print the faults; the exit code is 1 where there is one. ``--reference PACKAGE`` prints that room's reference."""
    if sys.argv[1:2] == ["--reference"]:
        sys.stdout.write(reference_page(sys.argv[2]))
        return 0
    lines = faults()
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.write(f"{len(measure_names())} measures carried to Spark SQL, {len(lines)} faults\n")
    return 1 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main())
