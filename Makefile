# Everything a person does with this repository, from a fresh clone with nothing but make and Python 3.11 or newer.
#
# Packages come from the two lock files and only with the hashes written there. uv installs them in a tenth of
# pip's time; it is itself taken from the lock, by pip. Where uv is not to be had, or cannot reach the packages
# (it does not read pip's settings), pip does the whole work. Dygnet is not built: `.venv/bin/dygnet` runs
# this folder, so that no build tool has to be fetched and a change is there at once.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 8000
SPEED ?= 1
FRESH ?=
ARGS ?=

PYTHONS := python3.13 python3.12 python3.11 python3 python
VENV := .venv
BIN := $(VENV)/bin
CHROMIUMS := chromium chromium-browser google-chrome

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test soak check format lock browser clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1#\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'#' '{ printf "%-16s %s\n", $$1, $$2 }'
	@echo
	@echo "  make demo PORT=8000 SPEED=60 FRESH=1    the clock runs 60 times as fast; begin with no data"
	@echo "  make test ARGS='tests/stories -x'       some of the tests"

demo: $(VENV)/demo.stamp ## the whole line on this machine, with telephones in the browser
	@exec $(BIN)/dygnet demo --port $(PORT) --speed $(SPEED) $(if $(filter-out 0 no,$(FRESH)),--fresh)

test: $(VENV)/test.stamp ## every test, on SQLite and on PostgreSQL
	@command -v $(CHROMIUMS) >/dev/null || echo "There is no Chromium here: the tests in a browser will be skipped. Install it with: make browser"
	@$(BIN)/python -m compileall -q -j 0 app tests  # read once, not by each of the many processes that follow
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 3 --dist loadgroup $(ARGS)

soak: $(VENV)/test.stamp ## the long runs: 5,000 deeds in any order, 1,000 races of two, every pair of endings (an hour)
	DYGNET_STEPS=5000 DYGNET_RACES=1000 DYGNET_EVERY_END=1 $(BIN)/python -m pytest -s tests/stateful tests/race \
		tests/stories/test_every_way_a_call_can_end.py $(ARGS)

check: $(VENV)/test.stamp ## format, lint, types, import contracts, migrations against models
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@echo "alembic check"
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && \
		$(BIN)/alembic -x url="sqlite:///$$scratch/dygnet.db" upgrade head && \
		$(BIN)/alembic -x url="sqlite:///$$scratch/dygnet.db" check

format: $(VENV)/test.stamp ## put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/test.stamp ## rebuild the lock files from pyproject.toml; ARGS=--upgrade takes newer versions
	@test -x $(BIN)/uv || $(BIN)/python -m pip install uv
	$(BIN)/uv pip compile $(LOCKING) pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile $(LOCKING) pyproject.toml --group dev --output-file requirements-dev.lock

LOCKING = --quiet --generate-hashes --no-header --no-annotate --universal --python-version 3.11 $(ARGS)

browser: ## install Chromium for the tests in a browser (Debian and Ubuntu, as root)
	@command -v $(CHROMIUMS) >/dev/null && echo "Chromium is here." || { \
		command -v apt-get >/dev/null || { echo "No apt-get here: install Chromium the way this system does."; exit 1; }; \
		apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium fonts-dejavu-core; }

clean: ## remove .venv and caches; the data under var/ stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
	find app tests migrations bench -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/demo.stamp: requirements.lock $(VENV)/made.stamp
$(VENV)/test.stamp: requirements-dev.lock $(VENV)/made.stamp
$(VENV)/%.stamp:
	@echo "Installing what $(filter %.lock,$^) lists, checked against its hashes ..."
	@{ test -x $(BIN)/uv && $(BIN)/uv pip install --python $(BIN)/python --require-hashes --compile-bytecode --quiet -r $(filter %.lock,$^); } || \
		$(BIN)/python -m pip install --require-hashes --quiet -r $(filter %.lock,$^)
	@touch $@

# The first Python that runs, is new enough and can make environments; a name alone proves nothing (pyenv's shims).
$(VENV)/made.stamp: Makefile
	@python=; new=; for name in $(PYTHONS); do \
		$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
		new=$${new:-$$name}; \
		$$name -c 'import ensurepip, venv' >/dev/null 2>&1 && python=$$name && break; \
	done; \
	test -n "$$new" || { echo "No Python 3.11 or newer runs here (tried $(PYTHONS))."; exit 1; }; \
	test -n "$$python" || { echo "$$new cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }; \
	echo "Making $(VENV) with $$($$python --version) ..."; \
	$$python -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.lock > $(VENV)/uv.lock
	@test ! -s $(VENV)/uv.lock || $(BIN)/python -m pip install --require-hashes --quiet -r $(VENV)/uv.lock || echo "uv is not to be had; pip will do."
	@echo "$(CURDIR)" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/dygnet.pth"
	@{ echo '#!/bin/sh'; \
		echo 'exec "$(CURDIR)/$(BIN)/python" -P -c "import sys; from app.cli import main; sys.argv[0] = \"dygnet\"; main()" "$$@"'; \
	} > $(BIN)/dygnet && chmod +x $(BIN)/dygnet
	@touch $@
