# Each target does all of its own set-up. Needed on the machine: Python >= 3.11 with venv, git, make, a package registry.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
LABELS := pyproject.toml requirements-dev.txt $(wildcard src/customer360_*/pyproject.toml)
WORKERS ?= 2
export PIP_CACHE_DIR ?= $(HOME)/.cache/pip
export PIP_DISABLE_PIP_VERSION_CHECK = 1

# Runs a command in a home of its own that is gone afterwards: nobody's keyring, settings or store is ever touched.
SEALED = home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && export HOME="$$home" XDG_CONFIG_HOME="$$home/config" \
	XDG_DATA_HOME="$$home/data" XDG_STATE_HOME="$$home/state" XDG_CACHE_HOME="$$home/cache" \
	PYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring &&

.PHONY: help demo test check slow pairs docs wheels traceability bench clean
.DEFAULT_GOAL := help

help: ## List the targets.
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: $(STAMP) ## Play an inbound call on each CRM, against fakes on loopback.
	@$(SEALED) $(PY) -m customer360_testkit.demo

test: check ## Everything that must hold before a commit: check, then the fast tests (under 5 minutes).
	@$(SEALED) $(PY) -m pytest -n $(WORKERS) -m "not slow and not judge"

check: $(STAMP) ## Format, lint, import contracts, types.
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy

slow: $(STAMP) ## The slower tier: judges, wheels, docs, long simulations.
	@$(SEALED) $(PY) -m pytest -n $(WORKERS) --dist loadgroup -m "slow or judge"

pairs: $(STAMP) ## Each wrong connector against every check of the suite: an hour. The slower tier plays a part of them.
	@$(SEALED) CUSTOMER360_PAIRS=all $(PY) -m pytest -n $(WORKERS) tests/customer360_testkit/conformance/test_conformance.py

docs: $(STAMP) ## Build the documentation into docs/_build/html.
	$(PY) -m sphinx -n -W --keep-going -b html docs docs/_build/html

wheels: $(STAMP) ## Build every distribution's sdist and wheel into dist/.
	rm -rf dist
	for house in . $(sort $(dir $(wildcard src/customer360_*/pyproject.toml))); do $(PY) -m build --outdir dist $$house || exit 1; done

traceability: $(STAMP) ## Print every promised behaviour with the tests that show it.
	@$(SEALED) $(PY) -m tools.traceability

bench: $(STAMP) ## Measure side by side with what users would pick instead.
	@$(SEALED) $(PY) -m benchmarks

clean: ## Remove everything that make made.
	rm -rf $(VENV) dist docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(STAMP): $(LABELS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@test -x $(PY) && $(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || \
		{ echo "no virtual environment can be made: on Debian and Ubuntu, install the package python3-venv" >&2; exit 1; }
	$(PY) -m pip install -q --upgrade "pip>=25.1"
	$(PY) -m pip install -q -r requirements-dev.txt
	$(PY) -m pip install -q --group dev
	@touch $@
