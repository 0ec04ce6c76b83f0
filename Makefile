# Two commands do everything on a machine with Python 3.11 and make:
#   make brief   sets up, runs the bundled case, says where the page is
#   make test    sets up and runs the whole test suite
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CASE ?= washington-2026

.PHONY: brief test lint types setup setup-dev docs lock clean
.DEFAULT_GOAL := brief

brief: $(VENV)/core
	$(BIN)/cumbre brief $(CASE)

test: $(VENV)/dev
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: $(VENV)/dev
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests

types: $(VENV)/dev
	$(BIN)/mypy

setup: $(VENV)/core
setup-dev: $(VENV)/dev

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Cumbre needs Python 3.11 or newer; say make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/core: $(VENV)/bin/python requirements/core.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/core.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev: $(VENV)/core requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

docs: $(VENV)/dev
	$(BIN)/python -m sphinx -q -W -b html docs docs/_build

lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  pyproject.toml requirements/build.in -o requirements/core.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --all-extras --group dev pyproject.toml requirements/build.in -c requirements/core.txt -o requirements/dev.txt

clean:
	rm -rf $(VENV) briefs docs/_build
