PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SOURCES := engine/unleak lsp_server/unleak ci/unleak tools bench
BENCHES := $(filter-out bench/plant.py,$(wildcard bench/*.py))

EXTENSION := vscode-extension
NPM_READY := $(EXTENSION)/node_modules/.ready

.PHONY: demo test test-all check check-extension vsix vsix-wheels bench clean

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

ifneq ($(shell command -v npm),)
check: check-extension
endif

# The extension's types, lint and texts.
check-extension: $(NPM_READY)
	cd $(EXTENSION) && npm run --silent check

# The extension as one file to install. vsix-wheels: with the Python packages for this platform in it.
vsix: $(NPM_READY)
	cd $(EXTENSION) && npm run --silent package

vsix-wheels: $(NPM_READY) $(READY)
	rm -rf $(EXTENSION)/bundled
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check -c constraints.txt -w $(EXTENSION)/bundled/wheels .
	cd $(EXTENSION) && npm run --silent package-platform
	rm -rf $(EXTENSION)/bundled

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

$(NPM_READY): $(EXTENSION)/package-lock.json
	cd $(EXTENSION) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

clean:
	rm -rf $(EXTENSION)/node_modules $(EXTENSION)/dist $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
