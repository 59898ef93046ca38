PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SOURCES := engine/unleak lsp_server/unleak ci/unleak tools bench
BENCHES := $(filter-out bench/plant.py,$(wildcard bench/*.py))

.PHONY: demo test test-all check bench clean

demo: $(READY)
	$(BIN)/unleak demo

test: check
	$(BIN)/python -m pytest -m "not slow"

test-all: check
	$(BIN)/python -m pytest

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports --no-logo

# Installs the scanners that detection is compared with, fetches SmolLM2-135M, plants secrets in it
# (minutes), and measures; results in bench/results.
bench: $(READY)
	for bench in $(BENCHES); do $(BIN)/python $$bench || exit; done

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "unleak needs Python 3.11 or newer; call make with PYTHON=python3.12, say"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[engine,dev]'
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
