#!/usr/bin/env bash
# All static checks. Prints one line a check.
set -euo pipefail
bin=.venv/bin
say() { printf '%-52s' "$1"; shift; if out=$("$@" 2>&1); then echo ok; else echo FAILED; echo "$out"; exit 1; fi; }
say "ruff (lint)" $bin/ruff check -q src tests bench
say "ruff (format)" $bin/ruff format -q --check src tests bench
say "mypy --strict" $bin/mypy
say "floors and neighbours" $bin/lint-imports
say "measures read as Spark SQL" $bin/python -m fairdue.engine.check
say "catalogues complete" $bin/python -m fairdue.conf.catalogues --check
say "migrations match the models" $bin/python -m django makemigrations --check --dry-run
