# Every target makes what it needs by itself; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PORT ?= 8000
# Compiled modules halve every start.
unexport PYTHONDONTWRITEBYTECODE
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help setup run demo test check lint types boundaries spelling format kernels fuzz openapi vega \
        requirements bench-env bench bench-full scale screens mutants ledger-mutants clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

setup: $(READY) ## Make .venv with everything for development

$(READY): requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	-$(BIN)/python -m compileall -q -j 0 $(VENV)/lib shared services matching gateway migrations
	@touch $@

run: $(READY) ## Start the whole platform with demo data and print its address
	CHANJIAO_LOG_FORMAT=console CHANJIAO_LOG_LEVEL=WARNING CHANJIAO_DEMO=1 $(BIN)/chanjiao run --demo --port $(PORT)

demo: $(READY) ## Carry the main job: real posts, 20,000 students, in a data folder of its own
	$(BIN)/chanjiao demo

test: $(READY) ## Check the style, then run every test
	$(MAKE) --no-print-directory --output-sync=target -j2 check kernels
	$(BIN)/python -m pytest -n $(WORKERS)

check: lint types boundaries spelling ## Style, types, boundaries, spelling

lint: $(READY) ## ruff: rules and format
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .

types: $(READY) ## basedpyright, strict
	$(BIN)/basedpyright --level error

boundaries: $(READY) ## import-linter: the floors and contracts of the house
	$(BIN)/lint-imports --no-logo

spelling: $(READY) ## codespell
	$(BIN)/codespell

format: $(READY) ## Format the tree and mend what can be mended
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

kernels: $(READY) ## Compile the numeric kernels into the cache
	$(BIN)/python -m tests.compile_kernels

fuzz: $(READY) ## Fuzz every operation with what its schema allows (minutes)
	CHANJIAO_FUZZ_S=3600 $(BIN)/python -m pytest tests/security/test_fuzz.py

openapi: $(READY) ## Write the OpenAPI snapshot anew after a wanted change
	CHANJIAO_WRITE_SNAPSHOT=1 $(BIN)/python -m pytest tests/laws/test_openapi.py

vega: $(READY) ## Write the script anew that makes charts answer the pointer
	$(BIN)/python -m gateway.portal.vega_bundle

requirements: ## Pin the requirements anew, with hashes
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -q -o requirements.txt
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -q -o requirements-dev.txt

bench-env: .venv-bench/.ready ## Make .venv-bench with the peers that benchmarks measure against

.venv-bench/.ready: benchmarks/requirements-bench.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements-bench.txt
	@touch $@

bench: $(READY) bench-env ## Every quick benchmark, one JSON line per figure
	$(BIN)/python -m benchmarks.platform --quick
	$(BIN)/python -m benchmarks.matching --quick
	$(BIN)/python -m benchmarks.forecasting --quick
	$(BIN)/python -m benchmarks.credits --quick

bench-full: $(READY) bench-env ## Every full benchmark; writes docs/benchmarks/
	$(BIN)/python -m benchmarks.platform --full
	$(BIN)/python -m benchmarks.matching --full
	$(BIN)/python -m benchmarks.forecasting --full
	$(BIN)/python -m benchmarks.credits --full

scale: $(READY) ## Clear 10,000,000 students x 20 in one process; records seconds and memory
	$(BIN)/python benchmarks/matching/clear_once.py 10000000 20 --record

screens: $(READY) ## Take docs/screens anew from the small demonstration
	$(BIN)/python -m tests.portal.take_screens

mutants: $(READY) ## Mutation tests of the engine (an hour); writes docs/mutation.md
	$(BIN)/mutmut run --max-children 2
	$(BIN)/python -m benchmarks.matching_mutants

ledger-mutants: $(READY) ## A ledger without index, lock or key check: each must be caught
	$(BIN)/python -m benchmarks.credits.ledger_mutants

clean: ## Remove what was made (the data folder stays)
	rm -rf $(VENV) .venv-bench build *.egg-info .pytest_cache .ruff_cache .hypothesis mutants
