# Kapstok needs Python 3.11 or newer, and make. `make help` lists what there is.

PYTHON ?= python3
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
UV := uv==0.13.9
PINS := pyproject.toml package.json package-lock.json .npmrc hatch_build.py
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard calendar_app/translations/*/LC_MESSAGES/*.po))
PIP := $(BIN)/python -m pip --disable-pip-version-check
QUIETLY := --quiet --no-input
# The functions, beside gettext's own, whose argument is a text to translate.
KEYWORDS := _l lazy_gettext say:2

# On a machine that stands for all others, coverage is measured too.
ifneq ($(CI),)
COVERAGE := --cov --cov-report=term
endif

.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run test bench faults check format messages screenshots lock clean

help: ## list these commands
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## (.*)/make \1\t\2/' | expand -t 20

run: $(VENV)/run.stamp $(CATALOGUES) ## set everything up and start the sample on http://127.0.0.1:8000
	@exec $(BIN)/kapstok run --sample

test: $(VENV)/test.stamp $(CATALOGUES) ## the whole suite; ARGS="-k month" for a part of it
	$(BIN)/python -m pytest -n $(WORKERS) $(COVERAGE) $(ARGS)

bench: $(VENV)/test.stamp $(CATALOGUES) ## measure the speed; fails where a figure is below its "at least"
	$(BIN)/python -m benchmarks $(ARGS)

faults: $(VENV)/test.stamp $(CATALOGUES) ## the whole fault tests: kill, fill, cut off, start again
	$(BIN)/python -m pytest tests/faults --whole $(ARGS)

check: $(VENV)/test.stamp ## linters, types and import contracts
	$(BIN)/python -m pip --disable-pip-version-check check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/deptry .
	$(BIN)/vulture
	$(BIN)/codespell

format: $(VENV)/test.stamp ## let ruff format the code and mend what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

messages: $(VENV)/test.stamp ## bring the Dutch catalogue up to date with the texts in code and templates
	$(BIN)/pybabel extract --mapping-file babel.cfg --keywords "$(KEYWORDS)" --no-location --sort-output \
		--project Kapstok --output-file $(VENV)/messages.pot .
	$(BIN)/pybabel update --input-file $(VENV)/messages.pot --output-dir calendar_app/translations \
		--locale nl --init-missing --no-fuzzy-matching --ignore-obsolete

screenshots: $(VENV)/test.stamp $(CATALOGUES) ## make the pictures of the README anew
	$(BIN)/python -m tests.support.screenshots

lock: $(VENV)/test.stamp ## choose the newest allowed versions anew and pin them with their hashes
	$(PIP) install $(QUIETLY) $(UV)
	$(BIN)/uv pip compile pyproject.toml --all-extras --group test --group dev $(LOCKED) --output-file requirements/test.txt
	$(BIN)/uv pip compile pyproject.toml --constraints requirements/test.txt $(LOCKED) --output-file requirements/run.txt
	npm install --package-lock-only --ignore-scripts
lock: LOCKED := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock"

clean: ## remove what was built; the data in instance/ stays
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	rm -rf calendar_app/static/vendor tests/support/vendor tests/artifacts calendar_app/translations/*/LC_MESSAGES/*.mo

# ------------------------------------------------------------------------------------------------ setting up

# Each stamp is renewed only when what it depends on has changed. What the tests need includes what a run needs.
$(VENV)/test.stamp: requirements/test.txt $(PINS) | $(VENV)/made.stamp
	@echo "Setting up Kapstok and its tests, once: this takes a minute or two."
	@$(PIP) install $(QUIETLY) --require-hashes --no-deps --requirement requirements/test.txt
	@$(PIP) install $(QUIETLY) --no-deps --editable .
	@touch $(VENV)/run.stamp $@

$(VENV)/run.stamp: requirements/run.txt $(PINS) | $(VENV)/made.stamp
	@echo "Setting up Kapstok, once: this takes a minute or so."
	@$(PIP) install $(QUIETLY) --require-hashes --no-deps --requirement requirements/run.txt
	@$(PIP) install $(QUIETLY) --no-deps --editable .
	@touch $@

$(VENV)/made.stamp:
	@command -v $(PYTHON) >/dev/null || { echo "Kapstok needs Python 3.11 or newer, and '$(PYTHON)' is not there. Install it, or name another: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Kapstok needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Name a newer one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

%.mo: %.po | $(VENV)/run.stamp
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@ --locale $(notdir $(patsubst %/LC_MESSAGES/,%,$(dir $<)))
