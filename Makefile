# Everything runs from .venv, which `setup` makes on a bare machine (Python 3.11+ and make; no server needed).
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
DEMO_ARGS ?=
TEST_ARGS ?=
SCOREBOARD_ARGS ?=
# More than the cores of a small machine: many tests wait for a server that stalls. 0 runs all in one process.
TEST_WORKERS ?= 3

.PHONY: help setup demo up test check bench scoreboard clean

help:
	@echo "make demo   whole flow on rendered footage: reports in, verdicts out (DEMO_ARGS='--once --json')"
	@echo "make test   the tests (TEST_ARGS='-k places')"
	@echo "make up     web, worker and beat without demo data"
	@echo "make setup  .venv, database, fixtures      make check  ruff, mypy, layers, migrations"
	@echo "make bench  ratios of the hot paths        make clean  removes .venv and caches, keeps var/"
	@echo "make scoreboard  how well every check does on fresh scenes (SCOREBOARD_ARGS='--checks congestion --cases 40')"

$(VENV)/.ready: pyproject.toml constraints.txt scripts/setup_venv.sh
	@PYTHON="$(PYTHON)" sh scripts/setup_venv.sh $(VENV)

setup: $(VENV)/.ready
	@$(PY) manage.py migrate --noinput --verbosity 0
	@$(PY) manage.py load_fixtures

demo: $(VENV)/.ready
	@$(PY) manage.py demo $(DEMO_ARGS)

up: setup
	@$(PY) manage.py up

test: $(VENV)/.ready
	@$(PY) -m pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder $(TEST_ARGS)

check: $(VENV)/.ready
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy jsc_project cameras analytics reports
	$(VENV)/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run

bench: $(VENV)/.ready
	@for b in tests/bench/[a-z]*.py; do echo "== $$b"; $(PY) -m tests.bench.$$(basename $$b .py) || exit 1; done

# Goes on where it was stopped. With JSC_TESTDATA the real clips and photos too.
scoreboard: $(VENV)/.ready
	@$(PY) -m tests.scoreboard $(SCOREBOARD_ARGS)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
