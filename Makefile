# Everything a newcomer needs: `make demo` runs the board, `make test` runs the tests.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# More than there are processors: much of a test is waiting.
TEST := PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m pytest -n 8 --dist worksteal

.PHONY: demo demo-fleet test check coverage bench format pictures snapshots man lock dist dist-test clean

demo: $(VENV)/.installed
	@$(BIN)/wallboard demo $(ARGS)

demo-fleet: $(VENV)/.developing
	@$(BIN)/wallboard fleet demo $(ARGS)

# Tests start hundreds of processes: each module is compiled for the first of them only, and tests
# before they are run by several at once. What is measured is a start as after an installation,
# whatever the environment says.
test coverage bench: export PYTHONDONTWRITEBYTECODE :=
test coverage bench: export PYTHONPYCACHEPREFIX := $(abspath $(VENV))/bytecode

test: $(VENV)/.developing
	@sh tests/setup/metrics-server.sh $(BIN)
	@sh tests/setup/syslog-server.sh $(BIN)
	@sh tests/setup/debian-programs.sh $(BIN)
	@$(BIN)/python -m pytest --collect-only -qq $(ARGS) > /dev/null || true
	$(TEST) $(ARGS)

check: $(VENV)/.developing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

coverage: $(VENV)/.developing
	$(TEST) --cov --cov-report=term \
	  tests/config tests/domain tests/ece tests/feeds tests/cli tests/test_*.py

bench: $(VENV)/.developing
	$(BIN)/python -m tests.bench $(ARGS)

format: $(VENV)/.developing
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

pictures: $(VENV)/.developing
	$(BIN)/python tests/pictures.py

snapshots: $(VENV)/.developing
	$(BIN)/python -m pytest -q tests/ui/test_snapshots*.py --snapshot-update

man: $(VENV)/.installed
	$(BIN)/wallboard help --man build/man

# Pins what the forms are built from; needs the registries, as `dist` does the first time.
lock: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m distribution.lock

dist: $(VENV)/.installed
	@$(BIN)/python -m distribution $(ARGS)

# Tries what `make dist` built: without network, as another user, with every Python there is.
dist-test: $(VENV)/.developing
	$(BIN)/python -m pytest -n 0 distribution/tests $(ARGS)

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("wallboard needs Python 3.11 or newer; set PYTHON=…") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.developing: $(VENV)/.installed pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@
