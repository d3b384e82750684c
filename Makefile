# Two commands for a fresh machine with Python 3.11+, pip and make: `make demo`, `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTEST_FLAGS ?= -q
REPORT := stargate-report.html
MADE_PAGES := model programme-file catalogue commands http-api answers python-api licences limits gallery
# What is compiled is kept, even where a machine is set not to: tests begin hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check conformance lint types docs scores bench proof package smoke setup clean
help:           ## show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.run  ## answer on the shipped Stargate programme, and its report
	@$(BIN)/stargauge check --report $(REPORT)
	@echo "The report: $(CURDIR)/$(REPORT)"

test: $(VENV)/.test  ## the tests, a file per core at a time
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(PYTEST_FLAGS)

check: lint types test  ## lint, types, tests

conformance: $(VENV)/.test $(VENV)/tools/.done  ## what takes minutes: writers killed 200 times, readers by others
	@STARGAUGE_GO=$$(ls $(CURDIR)/$(VENV)/tools/bin/go 2>/dev/null) STARGAUGE_WACZ=$$(ls $(CURDIR)/$(VENV)/tools/bin/wacz 2>/dev/null) \
	STARGAUGE_SALIB=$$(ls $(CURDIR)/$(VENV)/tools/bin/python 2>/dev/null) \
	$(BIN)/python -m pytest -m slow -n auto --dist worksteal $(PYTEST_FLAGS)

lint: $(VENV)/.ci  ## ruff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.ci  ## mypy, strict
	@$(BIN)/mypy

docs: $(VENV)/.ci  ## the documentation, in docs/_build/html
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@$(BIN)/python docs/offline.py docs/_build/html
	@echo "The documentation: $(CURDIR)/docs/_build/html/index.html"

scores: $(VENV)/.run  ## measure how good dates and odds are, for the report and the pages
	@$(BIN)/stargauge backtest --write src/stargauge/catalogue/data
	@$(BIN)/python docs/scores.py

bench: $(VENV)/.test  ## the figures that the project promises, measured here
	@$(BIN)/python -m bench

proof: $(VENV)/.test $(VENV)/tools/.done $(VENV)/proof/.done  ## every validation and ratio to a peer, onto its page: make proof ONLY="finance pysam"
	@STARGAUGE_GO=$$(ls $(CURDIR)/$(VENV)/tools/bin/go 2>/dev/null) $(BIN)/python -m bench.proof $(ONLY)

package: $(VENV)/.run  ## wheel and source archive, in dist; the same bytes from the same sources
	@rm -rf dist && $(BIN)/python -m hatchling build --directory dist

smoke: package  ## the package and its core alone answer, under another Python: make smoke PYTHON=python3.13
	@rm -rf $(VENV)/smoke && $(PYTHON) -m venv $(VENV)/smoke 2>/dev/null || $(PYTHON) -m venv --clear --without-pip $(VENV)/smoke
	@$(BIN)/python -m pip --python $(VENV)/smoke/bin/python install --quiet --disable-pip-version-check -c requirements/run.txt dist/*.whl
	@$(VENV)/smoke/bin/python -W error -m compileall -q -f $(VENV)/smoke/lib/python3*/site-packages/stargauge
	@cd $(VENV)/smoke && bin/stargauge doctor && bin/stargauge check

setup: $(VENV)/.run  ## the environment, .venv

clean:          ## remove the environment and what was built
	rm -rf $(VENV) docs/_build docs/_made $(MADE_PAGES:%=docs/%.md) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis $(REPORT)

$(VENV)/tools/.done: requirements/conformance.txt | $(BIN)/python
	@echo "Setting up $(VENV)/tools"
	@$(BIN)/python -m venv $(VENV)/tools 2>/dev/null || $(BIN)/python -m venv --clear --without-pip $(VENV)/tools
	@$(BIN)/python -m pip --python $(VENV)/tools/bin/python install --quiet --disable-pip-version-check --no-deps -r $< \
	|| echo "Tools of others could not be had; what needs them is skipped"
	@touch $@

$(VENV)/proof/.done: requirements/proof.txt | $(BIN)/python
	@echo "Setting up $(VENV)/proof"
	@$(BIN)/python -m venv $(VENV)/proof 2>/dev/null || $(BIN)/python -m venv --clear --without-pip $(VENV)/proof
	@$(BIN)/python -m pip --python $(VENV)/proof/bin/python install --quiet --disable-pip-version-check --no-deps -r $< \
	|| echo "Tools of others could not be had; the page says which could not run"
	@touch $@

# An environment of its own. Where the system's Python lacks ensurepip, its own pip fills the environment.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { $(PYTHON) -m venv --clear --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; }

$(VENV)/.run $(VENV)/.test $(VENV)/.ci: $(VENV)/.%: requirements/%.txt requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) ($*)"
	@$(PIP) -r $<
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@
