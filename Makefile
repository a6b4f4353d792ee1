# Needs make and Python 3.11, 3.12 or 3.13; everything else comes from requirements/*.lock into .venv.

PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
GROUPS ?=
NO_PYTHON := $(PYTHON) was not found: install Python 3.11, 3.12 or 3.13, or name one: make PYTHON=/path/to/python3.12 …

.DEFAULT_GOAL := help
.PHONY: help run test check bench-compose bench-wallet format lock screenshots clean ready-to-run ready-to-test python

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ready-to-run ## Start everything, then open http://localhost:8000 (ARGS="--port 8010" and so on)
	@exec $(BIN)/python manage.py serve $(ARGS)

test: ready-to-test ## Every check and every test, browser included (GROUPS="wallet browser" for some)
	@exec $(BIN)/python -m tooling.groups $(GROUPS)

check: ready-to-test ## Lint, format, types, import contracts and templates only
	@exec $(BIN)/python -m tooling.groups check

bench-compose: ready-to-run ## Pages and panels against other composers, a few minutes (ARGS="pages --rounds 5"; installs peers as root)
	@exec $(BIN)/python -m bench.compose $(ARGS)

bench-wallet: ready-to-run ## Bets per second beside one SQL function on PostgreSQL, a few minutes (ARGS="--rounds 1")
	@exec $(BIN)/python -m bench.wallet $(ARGS)

format: ready-to-test ## Lay out the code as `make check` wants it
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

lock: ## Choose newest versions anew and write requirements/*.lock (needs uv)
	@command -v uv >/dev/null || { echo "uv was not found: it is needed to lock, not to run (pipx install uv)."; exit 1; }
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade \
		pyproject.toml --group test --output-file requirements/test.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade \
		pyproject.toml --constraint requirements/test.lock --output-file requirements/run.lock

screenshots: ready-to-test ## Take the pictures in docs/screenshots anew
	@exec $(BIN)/python -m tooling.screenshots

clean: ## Remove .venv, var/ (databases included) and what tools leave behind
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

ready-to-run: python
	@$(PYTHON) tooling/bootstrap.py run

ready-to-test: python
	@$(PYTHON) tooling/bootstrap.py test

python:
	@command -v $(PYTHON) >/dev/null || { echo "$(NO_PYTHON)" >&2; exit 1; }
