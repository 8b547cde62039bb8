"""H6: what a live game takes: its environment, tables, state and the memos that fill while it is played."""

import json
import tracemalloc

from playout.core.random import Stream
from playout.envs.household.env import HouseholdEnv
from playout.experiments.bench.household.playing import libraries, some
from playout.experiments.bench.household.steps import Few
from playout.experiments.bench.suite import Bar, Context
from playout.simulators.household.tables import Game, Record

GAMES, EPISODES = 24, 20
MEGABYTE = 1e6


def memory(context: Context) -> Bar:
    """H6: megabytes of the largest of some live games after random episodes."""
    records = [game.record for game in some(next(iter(libraries(context).values())), GAMES)]
    tracemalloc.start()
    sizes = [_size(record, seed) / MEGABYTE for seed, record in enumerate(records)]
    tracemalloc.stop()
    figures = {"megabytes": sizes, "mean": sum(sizes) / GAMES, "games": GAMES, "episodes": EPISODES}
    note = f"MB, the largest of {GAMES} games after {EPISODES} random episodes each"
    return Bar(value=round(max(sizes), 3), bar=1.0, met=max(sizes) <= 1.0, note=note, figures=figures)


def _size(record: Record, seed: int) -> int:
    before = tracemalloc.get_traced_memory()[0]
    # As when it is read from a file: a copy of its own of all it holds.
    env = HouseholdEnv(source=Few([Game(_copied(record))]))
    draws = Stream(seed)
    for _ in range(EPISODES):
        _, info = env.reset()
        while legal := info["legal_actions"]:
            *_, info = env.step(draws.choice(legal))
    return tracemalloc.get_traced_memory()[0] - before


def _copied(record: Record) -> Record:
    return Record.load(json.loads(json.dumps(record)))
