# Each target installs what it needs into .venv; a second call finds it there.
#   make demo PYTHON=python3.12   with a Python of your choice (3.11 to 3.13)
#   make setup PIP=pip            without uv
#   make test ARGS="-m spark"     more words for pytest
.DEFAULT_GOAL := help
.PHONY: help setup demo up test lint bench docs lock clean
.DELETE_ON_ERROR:

PYTHON ?=
PIP ?= uv
ARGS ?=
BIN := .venv/bin
READY := .venv/.ready

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' Makefile

setup: $(READY) ## Install everything: Python packages, a Java where there is none, Spark's jars
	@$(BIN)/orders-platform setup

demo: $(READY) ## The shop's orders through the whole platform, once; ends with the figures and checks
	@$(BIN)/orders-platform demo $(ARGS)

up: $(READY) ## The platform, kept running with a sample feed until Ctrl-C
	@$(BIN)/orders-platform up $(ARGS)

test: $(READY) ## All tests but the slowest, which ARGS="-m long" has
	@$(BIN)/pytest $(ARGS)

lint: $(READY) ## Style, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY) ## Speed, beside a plain chain in the same run
	@$(BIN)/python -m benchmarks $(ARGS)

docs: $(READY) ## The documents as a site, in site/; the reference pages made again out of the code
	@$(BIN)/python -m tools.reference
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "Open site/index.html; the search needs a server: .venv/bin/mkdocs serve"

lock: $(READY) ## Make requirements.lock again out of pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-header --no-emit-index-url --quiet --output-file requirements.lock

clean: ## Remove .venv and what tools left behind; your data in .orders stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info spark-warehouse site
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The jars lie in the user's cache, for all clones; Spark's session fetches them again should they be gone.
$(READY): requirements.lock pyproject.toml setup.cfg .venv/pyvenv.cfg
	@sh tools/install.sh $(PIP)
	@$(BIN)/orders-platform setup >/dev/null
	@touch $@

.venv/pyvenv.cfg:
	@sh tools/make_venv.sh $(PYTHON)
