# Everything people and CI run. `make setup` is part of every target and does nothing twice.

PYTHON ?= python3
BIN := .venv/bin
PACKAGES := contract i18n hardware hallui kiosk caller display queueserver hall
OUT ?= demo-out
VISITORS ?=
SEED ?= 1
TOUCHES ?= 2000
WORKERS ?= 2

.PHONY: setup demo test check fmt bench proofs golden monkey lock clean

setup:
	@$(PYTHON) tools/setup.py

demo: setup  ## a whole hall on this machine; without a screen it ends by itself and leaves its traces in $(OUT)
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then $(BIN)/hall demo --out $(OUT) $(if $(VISITORS),--visitors $(VISITORS)) --seed $(SEED); \
	else $(BIN)/hall demo --headless --out $(OUT) $(if $(VISITORS),--visitors $(VISITORS)) --seed $(SEED); fi

test: check  ## lint, types, arrows and every test
	@$(PYTHON) tools/setup.py --tests
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup  ## figures into bench/results/latest.json
	$(BIN)/python -m bench

proofs: setup  ## what must hold, a line a claim; DATA=DIR adds the claims on recordings of real halls
	@$(BIN)/python -m proofs $(if $(DATA),--data $(DATA)) $(if $(ONLY),--only "$(ONLY)")

golden: setup  ## write the goldens anew; review the diff before you commit it
	HALL_GOLDEN=write $(BIN)/pytest tests/golden

monkey: setup  ## random touches on the kiosk
	HALL_MONKEY_TOUCHES=$(TOUCHES) HALL_MONKEY_SEED=$(SEED) $(BIN)/pytest tests/chaos/test_kiosk_monkey.py

lock: setup  ## resolve pyproject.toml anew into requirements.lock (hashes every file: some minutes)
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/python -m piptools compile --quiet --strip-extras --generate-hashes --all-extras --allow-unsafe \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis demo-out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
