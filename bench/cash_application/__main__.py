"""The command line: ``python -m bench.cash_application generate|naive|score …``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from bench.cash_application.generate import generate

_FILES = (
    ("naive", "answer by references only"),
    ("fairdue", "answer by Fairdue's matcher"),
    ("score", "hold an answer against the truth"),
)


def main() -> None:
    """Run one of the commands."""
    parser = argparse.ArgumentParser(prog="bench.cash_application", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("generate", help="write a ledger, its bank files and the truth")
    make.add_argument("folder", type=Path)
    make.add_argument("--seed", type=int, default=1)
    make.add_argument("--lines", type=int, default=40_000)
    make.add_argument("--items", type=int, default=0, help="open and paid items; three for each line when not told")
    for name, told in _FILES:
        one = commands.add_parser(name, help=told)
        one.add_argument("folder", type=Path)
        one.add_argument("answer", type=Path)
    proof = commands.add_parser("prove", help="make the record of evidence classes by which the product posts")
    proof.add_argument("--seeds", type=int, default=26)
    given = parser.parse_args()
    if given.command == "generate":
        generate(given.folder, given.seed, given.lines, given.items or 3 * given.lines)
    elif given.command == "naive":
        from bench.cash_application.naive import answer

        answer(given.folder, given.answer)
    elif given.command == "prove":
        from bench.cash_application.prove import prove

        prove(given.seeds)
    elif given.command == "fairdue":
        from bench.cash_application.product import answer as fairdue

        fairdue(given.folder, given.answer, given.answer.with_suffix(".classes.csv"))
    else:
        from bench.cash_application.score import score

        print(json.dumps(score(given.folder, given.answer), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
