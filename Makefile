# `make run`: set up from the lock file, then the main job on sample transcripts.
# `make test`: set up with the development tools, then every test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export DO_NOT_TRACK := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test lint lock weights setup clean

run: setup
	@$(BIN)/winnow demo

test: $(VENV)/.dev
	@$(BIN)/python -m pytest -n 2 --dist loadscope

lint: $(VENV)/.dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/sqlfluff lint dbt/models

setup: $(VENV)/.ready

$(BIN)/uv:
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet uv

$(VENV)/.ready: requirements.lock pyproject.toml | $(BIN)/uv
	@echo "setting up from requirements.lock …"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.ready
	@echo "setting up the development tools from requirements-dev.lock …"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

# Trains the bits model on the prompts below tests/bits/training; the same input, the same weights.
weights: $(VENV)/.dev
	@$(BIN)/python -m tests.bits.training.build_weights

# Re-resolves both lock files; they hold hashes and no download address.
lock: | $(BIN)/uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements-dev.lock

clean:
	rm -rf $(VENV) data build *.egg-info
