# Each target sets up .venv with what it needs; where that is done already it starts at once.
#   make demo  [ARGS="--speed 200"]   the detector on recorded traffic, with a broker of its own
#   make test  [ARGS="-k follow"]     all tests; those on Kafka need Java 17 or newer and Maven
#   make coverage                     the same, and which lines no test has run; takes twice as long
#   make check                        format, lint, types, import contracts
#   make bench [ARGS="w1"]            the benchmarks; the same needs as the tests
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
ARGS ?=
# All tests, in as many workers as there are processors. A test that waits for a program it has started leaves its
# processor to the others, so none is kept for itself. They start hundreds of interpreters: where compiled modules may
# not be kept, each would compile all of them again.
WORKERS := --numprocesses auto --dist worksteal --durations 15
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/pytest $(or $(strip $(ARGS)),$(WORKERS))

.DEFAULT_GOAL := help
.PHONY: help demo test coverage check format bench clean

help:
	@sed -n 's/^#  //p' Makefile

demo: $(VENV)/.demo
	$(BIN)/telltale demo $(ARGS)

test: $(VENV)/.test
	$(PYTEST)

coverage: $(VENV)/.test
	$(PYTEST) --cov --cov-report=term

check: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.test
	$(BIN)/python -m tests.bench $(ARGS)

clean:
	rm -rf $(VENV) build dist .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# A stamp for each set of dependencies, made last: an install that was broken off is done again.
$(VENV)/.demo: $(VENV)/.python
	$(INSTALL) --editable '.[demo]'
	@touch $@

$(VENV)/.test: $(VENV)/.python
	$(INSTALL) --editable '.[demo,report,rocksdb,test]'
	@touch $@ $(VENV)/.demo

$(VENV)/.python: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { \
		echo "Telltale needs Python 3.11 or newer with venv, found none; install it (Debian: apt-get install python3-venv)"; \
		echo "or name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; } >&2
	$(PYTHON) -m venv $(VENV)
	@touch $@
