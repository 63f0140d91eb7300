# The everyday commands; each sets up what it needs in .venv. Nothing else has to be typed.

PYTHON ?= $(firstword $(foreach name,python3.11 python3,$(shell command -v $(name))) python3.11)
VENV ?= .venv
UV ?= uv
TORCH ?= torch==2.13.0

BIN := $(VENV)/bin
# Run by the system's pip and not one inside the environment: on Debian, ensurepip is a package
# of its own.
PIP_INSTALL = $(PYTHON) -m pip --disable-pip-version-check --python $(BIN)/python install
MYPY = $(BIN)/python -m mypy

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test test-parts test-daemons test-hear test-torch test-wheel check format lint types imports audit fuzz bench soak lock clean

help: ## Print this
	@echo "make run, on a fresh machine too. Also:"
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) \
	  | while IFS='|' read -r goal text; do printf '  make %-12s %s\n' "$$goal" "$$text"; done

run: $(VENV)/.run-stamp ## Listen to the microphone; without one, show the demo
	@if reason=$$($(BIN)/coughd devices 2>&1 >/dev/null); then \
	  exec $(BIN)/coughd run --show; \
	else \
	  echo "$$reason"; echo "This is the demo instead: it needs no microphone."; \
	  exec $(BIN)/coughd demo; \
	fi

APART = --numprocesses=auto --maxprocesses=8 --dist=loadfile
# Whole daemons hear in real time: they mostly wait, but three at a time would disturb each other.
IN_PAIRS = --numprocesses=auto --maxprocesses=2 --dist=loadfile

test: test-parts test-daemons test-hear ## Run all tests; those with TensorFlow come last

test-parts: $(VENV)/.dev-stamp ## Run the tests of the parts, on all cores
	$(BIN)/python -m pytest -m "not hear and not torch" $(APART) --ignore=tests/end_to_end

test-daemons: $(VENV)/.dev-stamp ## Run the tests of whole daemons, two files at a time
	$(BIN)/python -m pytest -m "not hear and not torch" $(IN_PAIRS) tests/end_to_end

test-hear: $(VENV)/.dev-stamp $(VENV)/.hear-stamp ## Run the tests that need TensorFlow
	$(BIN)/python -m pytest -m "hear and not torch" $(IN_PAIRS)

test-torch: $(VENV)/.dev-stamp $(VENV)/.hear-stamp $(VENV)/.torch-stamp ## Run the tests that need PyTorch: training, and HeAR on it
	$(BIN)/python -m pytest -m torch

test-wheel: $(VENV)/.dev-stamp ## Build the package; test it without the source folders
	BUILD_PYTHON=$(BIN)/python PYTHON=$(PYTHON) .ci/test-wheel

check: format lint types imports audit test ## Everything a change must pass

format: $(VENV)/.dev-stamp ## Check the formatting
	$(BIN)/ruff format --check .

lint: $(VENV)/.dev-stamp ## Look for mistakes
	$(BIN)/ruff check .

types: $(VENV)/.dev-stamp ## Check the types
	$(MYPY) -p coughd
	$(MYPY) tests
	$(MYPY) benchmarks

imports: $(VENV)/.dev-stamp ## Check the direction of dependencies
	$(BIN)/lint-imports --no-cache

audit: $(VENV)/.dev-stamp ## Look for known vulnerabilities in the dependencies
	PIP_AUDIT=$(BIN)/pip-audit $(BIN)/python .ci/audit

fuzz: $(VENV)/.dev-stamp ## Feed odd bytes to everything that reads some, for an hour or so
	FUZZ_EXAMPLES=$(or $(EXAMPLES),20000) $(BIN)/python -m pytest tests/fuzz --timeout=0 $(WITH)

bench: $(VENV)/.dev-stamp ## Measure what coughd costs on this machine
	OPENBLAS_NUM_THREADS=1 PYTHONPATH=tests/support $(BIN)/python -m benchmarks $(WITH)

soak: $(VENV)/.dev-stamp ## Harm the daemon at random for an hour; what is lost must be nothing
	PYTHONPATH=tests/support:tests $(BIN)/python -m soak $(WITH)

lock: ## For maintainers: choose the newest versions and write the lock files (needs uv)
	$(UV) lock --upgrade
	$(UV) export --frozen --quiet --no-emit-project --no-dev --group build -o requirements.lock
	$(UV) export --frozen --quiet --no-emit-project --only-group dev -o requirements-dev.lock
	$(UV) export --frozen --quiet --no-emit-project --no-dev --extra hear -o requirements-hear.lock
	$(UV) export --frozen --quiet --no-emit-project --no-dev --extra torch --extra train \
	  --prune torch -o requirements-torch.lock

clean: ## Remove what the other commands made
	rm -rf $(VENV) build dist coughd.egg-info .coverage .hypothesis
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find config daemon detectors storage tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "coughd needs Python 3.11 or newer: sudo apt-get install python3 python3-pip" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "coughd needs Python 3.11 or newer, and $(PYTHON) is older:" \
	    "make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { \
	  echo "$(PYTHON) has no pip: sudo apt-get install python3-pip" >&2; exit 1; }
	$(PYTHON) -m venv --without-pip $(VENV)

# Every stamp is newer than the lock file that it stands for.
$(VENV)/.run-stamp: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --require-hashes -r requirements.lock
	$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev-stamp: requirements-dev.lock $(VENV)/.run-stamp
	$(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.hear-stamp: requirements-hear.lock $(VENV)/.run-stamp
	$(PIP_INSTALL) --require-hashes -r requirements-hear.lock
	@touch $@

# Without a hash: where pip knows of a build for processors only, that one is a tenth as large.
$(VENV)/.torch-stamp: requirements-torch.lock $(VENV)/.run-stamp
	$(PIP_INSTALL) $(TORCH)
	$(PIP_INSTALL) --require-hashes -r requirements-torch.lock
	@touch $@
