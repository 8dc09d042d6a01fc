# Every command that a contributor needs. `make` alone prints them.

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
TYPED := src tests scripts $(wildcard benchmarks)
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url \
	--no-emit-find-links --universal --python-version 3.11 --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format bench screenshots lock clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Create .venv with the locked requirements (about a minute, once)
	@$(PYTHON) scripts/setup.py

demo: setup ## Play two weeks of traffic against a TikTok sandbox (ARGS=--once to exit)
	@$(BIN)/appsprint demo $(ARGS)

test: lint ## Run every check, then every test (ARGS goes to pytest)
	$(BIN)/python -m pytest -n 2 $(ARGS)

lint: setup ## Check style, types, import contracts and code size
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict $(TYPED)
	$(BIN)/lint-imports --no-logo
	$(BIN)/python scripts/measure.py src

format: setup ## Format the code and apply the safe fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## Measure durable redirects and event batches on this machine
	$(BIN)/python -m benchmarks $(ARGS)

screenshots: setup ## Take the pictures of README and guides from the demo (ARGS: some by name)
	$(BIN)/python -m scripts.screenshots $(ARGS)

lock: setup ## Renew requirements/*.txt (ARGS=--upgrade for the latest versions)
	$(COMPILE) $(ARGS) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) $(ARGS) pyproject.toml requirements/dev.in -c requirements/runtime.txt -o requirements/dev.txt
	$(COMPILE) $(ARGS) requirements/node.in -o requirements/node.txt

clean: ## Remove .venv, builds and caches
	rm -rf .venv build dist htmlcov .coverage .coverage.* .hypothesis .import_linter_cache
	rm -rf .mypy_cache .pytest_cache .ruff_cache .schemathesis
	find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
