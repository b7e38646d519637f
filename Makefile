# Fairdue: two commands. `make demo` sets up everything and starts the product; `make test` sets up everything and tests it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
export DJANGO_SETTINGS_MODULE := fairdue.conf.settings

.PHONY: help demo test unit check bench faults clean services audit

help: ## Show the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

# The product itself: pinned packages, the project in place, compiled catalogues.
$(VENV)/ready: requirements.lock pyproject.toml
	@test -x $(PYTHON) || python3 -m venv $(VENV)
	@echo "Installing packages (once; about two minutes) ..."
	@$(PYTHON) -m pip install -q --disable-pip-version-check -r requirements.lock
	@$(PYTHON) -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

# What tests and checks need besides.
$(VENV)/ready-dev: $(VENV)/ready requirements-dev.lock
	@echo "Installing test packages (once) ..."
	@$(PYTHON) -m pip install -q --disable-pip-version-check -r requirements-dev.lock
	@touch $@

demo: $(VENV)/ready ## Make a believable company, run the cycle, start the product
	@$(PYTHON) -m fairdue.conf.catalogues
	@$(BIN)/fairdue demo --serve

services: $(VENV)/ready-dev
	@bash tests/services.sh

test: $(VENV)/ready-dev services ## Run all tests, on SQLite and on PostgreSQL
	@$(PYTHON) -m fairdue.conf.catalogues
	@bash tests/run.sh

unit: $(VENV)/ready-dev
	@$(PYTHON) -m fairdue.conf.catalogues
	@$(BIN)/pytest -n auto --dist loadfile -m "not spark and not kill and not browser"

check: $(VENV)/ready-dev ## Lint, types, floors, SQL for Spark, migrations, catalogues
	@bash tests/check.sh

bench: $(VENV)/ready-dev ## Measure speed against floors in the same run
	@$(PYTHON) -m bench

faults: $(VENV)/ready-dev ## Kill the product at random points; resumable
	@$(PYTHON) -m bench.faults

audit: $(VENV)/ready-dev
	@$(BIN)/pip-audit --disable-pip -r requirements.lock --no-deps

clean:
	rm -rf $(VENV) var build out
