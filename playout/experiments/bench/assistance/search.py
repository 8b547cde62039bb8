"""B3: what a simulation costs beside the network, and what a node keeps."""

import numpy as np

from playout.experiments.bench.suite import Bar, Context
from playout.experiments.bench.timing import rate

ROOTS, SIMULATIONS, PLAYED = 256, 20, 30


def search(context: Context) -> Bar:
    """B3: 256 roots at paper size, 20 simulations, a network that answers at once."""
    from playout.agents.building.model import BuildingModel, Said
    from playout.agents.search import tree
    from playout.agents.search.planning import Search, SearchSettings
    from playout.simulators.building.blocks import PRESETS
    from playout.simulators.building.game import Game, GameConfig
    from playout.simulators.building.goals.bank import goals_of

    game = Game(GameConfig(size="paper", goals=goals_of(PRESETS["paper"], "train", number=64)), ROOTS)
    game.state.key[:] = np.arange(ROOTS)
    game.start()
    for _ in range(PLAYED):
        game.step(np.stack([game.person(0)[0], game.person(1)[0]], 1))
    draws = np.random.Generator(np.random.Philox(key=0))
    logits = draws.normal(size=(ROOTS, game.numbering.count)).astype(np.float32)
    goal = np.full((ROOTS, 10, game.size.cells), 0.1, np.float32)
    said = Said(logits, logits, goal, np.zeros(ROOTS, np.float32))
    settings = SearchSettings(simulations=SIMULATIONS, edges=32)
    model = BuildingModel(game, lambda observation, node, into: said, settings)
    searching, keys = Search(ROOTS, settings), np.arange(ROOTS, dtype=np.uint64)

    def once() -> int:
        searching(model, keys)
        return ROOTS * SIMULATIONS

    found = rate(once)
    microseconds = 1e6 / found.cpu
    size = model.bytes_per_node + tree.bytes_per_node(tree.Shape(SIMULATIONS + 1, settings.edges))
    value = {"microseconds": round(microseconds, 1), "bytes_per_node": size}
    return Bar(
        value=value,
        bar={"microseconds": 60, "bytes_per_node": 10_000},
        met=microseconds <= 60 and size <= 10_000,
        note=f"per simulation, {ROOTS} roots x {SIMULATIONS}, legal actions of both included; no network",
        figures={"simulations": found.figures(), **value},
    )
