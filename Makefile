# Each target does all its own set-up; a machine needs only Python 3.11 or later, make and git.

# The first Python on the PATH that is new enough; override with `make PYTHON=/path/to/python report`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
UV ?= uv
STUDY ?= .
CUTS ?=
PYTEST_ARGS ?= -n 2

# Keeps patient data out of git: a filter for notebooks and a hook, set up once for a clone.
GUARD := src/analysis/git_guard.py

# The stamp carries a hash of what is installed and of the place (an environment cannot be moved),
# so that time stamps of a checkout do not matter and a second call installs nothing.
KEY := $(shell { pwd; cat requirements.lock pyproject.toml $(GUARD); } | git hash-object --stdin | cut -c1-16)
STAMP := $(VENV)/.installed-$(KEY)

.PHONY: help environment report replay docs test golden lab lint format lock clean
.DEFAULT_GOAL := help

help:  ## show this help
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

environment: $(STAMP)  ## create .venv from requirements.lock, keep outputs of notebooks out of git
	@$(BIN)/python -I $(GUARD) set-up

$(STAMP):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; set PYTHON=/path/to/python3"; exit 1; }
	@$(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Creating $(VENV)"; $(PYTHON) -m venv --clear $(VENV); }
	@echo "Installing the pinned packages (about a minute, once)"
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --compile \
		--require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet \
		--no-deps --no-index --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src schemas
	@$(BIN)/python -I $(GUARD) set-up || true  # what writes into git checks it again
	@rm -f $(VENV)/.installed-*
	@touch $@

report: $(STAMP)  ## validate, derive, execute and render every cut (CUTS="DC03 DC04" for some)
	@$(BIN)/registry run $(CUTS) --study $(STUDY)

replay: $(STAMP)  ## make every locked cut again, by its own code where today's differs
	@for lock in $(wildcard $(STUDY)/params/cuts/*.lock.json); do \
		cut=$$(basename $$lock .lock.json); \
		$(BIN)/registry replay $$cut --study $(STUDY) \
			|| $(BIN)/registry replay $$cut --at-commit --study $(STUDY) || exit $$?; done

docs: $(STAMP)  ## build the documentation site, docs/_build/index.html; a warning is an error
	@$(BIN)/registry derive DC04 > /dev/null
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build
	@echo "$(CURDIR)/docs/_build/index.html"

test: $(STAMP)  ## run the whole test suite
	@$(BIN)/python -I $(GUARD) check
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

golden: $(STAMP)  ## renew the golden estimates and print what changed, for CHANGELOG.md
	@$(BIN)/python -m tests.golden

lab: $(STAMP)  ## open the notebooks in JupyterLab (this machine only, token kept on)
	@$(BIN)/python -I $(GUARD) check
	@REGISTRY_STUDY="$(abspath $(STUDY))" $(BIN)/python -m analysis.reporting.lab $(LAB_ARGS)

lint: $(STAMP)  ## check style, docstrings, complexity and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: $(STAMP)  ## rewrite the code in the project's format, and the pages of docs/ that point into it
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format . ; $(BIN)/python -m analysis.reporting.documents

lock:  ## resolve pyproject.toml anew: requirements.lock and environment.yml (needs uv)
	$(UV) pip compile pyproject.toml --extra test --extra docs --extra public-data --extra build --universal \
		--python-version 3.11 --fork-strategy fewest --generate-hashes --no-header \
		--no-emit-index-url --no-emit-find-links $(LOCK_ARGS) --output-file requirements.lock
	$(PYTHON) .ci/environment.py > environment.yml

clean:  ## remove the environment and everything that can be made again
	rm -rf $(VENV) data/derived/DC* data/derived/.[br]* reports/DC* reports/.[brw]* reports/*.log \
		reports/index.html docs/_build docs/gallery docs/reference .pytest_cache .ruff_cache .hypothesis
