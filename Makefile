# make demo   the whole tool once, on real data, on this machine
# make test   every test but those that need Java
# make test-jvm   the choice of an engine, against Apache Spark's own Connect server; needs Java
# make lint   ruff, mypy --strict, import contracts
# Needs Python 3.11 or newer and make; everything else goes into .venv here.

PYTHON ?= python3
BIN := .venv/bin
FLIGHTS := examples/flight_delays
# Tests that share a server sit in one file: keep a file on one worker.
XDIST := -n auto --maxprocesses=4 --dist=loadfile -p brickyard.delivery.xdist_main
PYTEST := $(BIN)/python -m pytest $(XDIST)
CODE := src tests benchmarks $(FLIGHTS)

.DEFAULT_GOAL := help
.PHONY: help demo test test-jvm coverage lint format lock clean install-dev

help:
	@sed -n 's/^# make/make/p' Makefile
	@echo "make format, make coverage, make clean"

install-dev:
	@PYTHON="$(PYTHON)" .ci/install dev

# The demo runs the project's own checks, so it needs the tools for those too.
demo: install-dev
	@$(BIN)/brickyard demo --project $(FLIGHTS)

test: install-dev
	$(PYTEST) tests
	cd $(FLIGHTS) && $(CURDIR)/$(PYTEST)

# Downloads Apache Spark (some 450 MB) into an environment that the test makes and removes.
test-jvm: install-dev
	BRICKYARD_APACHE_SPARK=1 $(BIN)/python -m pytest tests/e2e/test_apache_spark.py

coverage: install-dev
	$(PYTEST) --cov --cov-report=term --cov-report=html tests

lint: install-dev
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/lint-imports
	$(BIN)/mypy
	cd $(FLIGHTS) && $(CURDIR)/$(BIN)/mypy

format: install-dev
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

# Versions with hashes, for every platform, and no index address in the file.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
lock:
	$(LOCK) --upgrade --extra local --group example --group dev pyproject.toml -o requirements/dev.txt
	echo uv | $(LOCK) --upgrade - -o requirements/bootstrap.txt

clean:
	rm -rf .venv .brickyard $(FLIGHTS)/.brickyard .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache .hypothesis .coverage .coverage.* htmlcov dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
