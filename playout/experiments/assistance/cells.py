"""The cells of the experiment: trainings, and evaluations of assistants on goals nobody has seen.

A human works until 95% of the goal is done, or the horizon; what counts is what it has to do until then:
places, breaks and moves. Equal numbers are equal goals, builders and starts in all arms.
"""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, Literal

import numpy as np

from playout.agents.building.beliefs import BELIEFS, Beliefs
from playout.core.errors import WrongUse
from playout.simulators.building.blocks import size_of
from playout.simulators.building.copies import ENDED
from playout.simulators.building.game import METRICS, Game, GameConfig
from playout.simulators.building.goals.bank import goals_of

HORIZON, DONE = 200, 0.95
EVERY = 5  # steps between two looks at what is predicted
Ablation = Literal["none", "likeliest goal", "no human", "no search"]
_LESS = {"likeliest goal": Beliefs(goal="likeliest"), "no human": Beliefs(human=False)}
FIXED = ("alone", "random", "goal-blind", "oracle")
"""Arms that learn nothing."""


def train(
    *, method: str, seed: int, preset: str, iterations: int, folder: Path, ablation: Ablation = "none"
) -> dict[str, Any]:
    """Train an assistant in ``folder``; the last row of its curves."""
    from playout.training.assistance_ppo import assistance_ppo
    from playout.training.assistance_settings import AssistanceConfig, settings_of
    from playout.training.assistance_zero import assistance_zero

    settings = settings_of(preset, iterations=iterations, beliefs=_LESS.get(ablation, BELIEFS))
    config: Any = AssistanceConfig(
        preset=preset, method=method, seed=seed, max_steps=HORIZON, settings=settings  # type: ignore[arg-type]
    )  # fmt: skip
    learn = assistance_ppo if method == "ppo" else assistance_zero
    *_, last = learn(config, out=folder / "run", resume=True).metrics()
    return dict(last)


def evaluate(
    *,
    arm: str,
    preset: str,
    split: str,
    people: str,
    goals: int,
    folder: Path,
    trained: str | None = None,
    simulations: int = 0,
    temperature: float = 0.0,
    ablation: Ablation = "none",
) -> dict[str, Any]:
    """Let an assistant help; per goal what the human had to do, and the share of the goal.

    Args:
        arm: one of ``FIXED``, or anything else for the policy of ``trained``.
        preset: size of the world.
        split: of the goals.
        people: who builds.
        goals: how many.
        folder: of this cell, beside that of ``trained``.
        trained: the cell that trained the policy.
        simulations: of the search; 0 follows the policy.
        temperature: of the policy.
        ablation: what the search goes without.
    """
    config = GameConfig(size=preset, split=split, people=people, max_steps=HORIZON, finish_at=DONE)  # type: ignore
    game = Game(config, goals)
    game.state.key[:] = np.arange(goals)
    game.start()
    make = (
        _fixed(arm, game)
        if arm in FIXED
        else _learnt(arm, folder, trained, simulations, temperature, ablation)
    )
    assistant, rows = make(game), np.arange(goals)
    found = {name: np.zeros(goals) for name in METRICS}
    accuracy: list[float] = []
    for step in count():
        joint = np.stack([game.person(0)[0], assistant.act(game)], 1)
        if hasattr(assistant, "found") and step % EVERY == 0:
            accuracy.append(_accuracy(game, assistant.said.goal))
        game.step(joint)
        assistant.go_on(np.zeros(len(rows), np.bool_))
        over = game.state.counters[:, ENDED].astype(bool)
        if 2 * over.sum() < len(rows):
            continue
        for name, values in game.outcome()[1].items():
            found[name][rows[over]] = values[over]
        rows = rows[~over]
        if not len(rows):
            break
        game, assistant = _fewer(game, assistant, ~over, make)
    return {name: found[name].tolist() for name in METRICS[:3]} | {"goal_accuracy": accuracy}


def _fewer(game: Game, assistant: Any, kept: np.ndarray, make: Callable[[Game], Any]) -> tuple[Game, Any]:
    """The games that go on, bool[N], and the assistant in them."""
    fewer = Game(game.config, int(kept.sum()))
    for array, old in zip(fewer.arrays().values(), game.arrays().values(), strict=True):
        array[:] = old[kept]
    same = make(fewer)
    if hasattr(same, "oracle"):
        same.oracle.load([memory[kept] for memory in assistant.oracle.state()])
    return fewer, same


def _accuracy(game: Game, goal: np.ndarray) -> float:
    """Share of the cells that are to be changed whose block is predicted, in games that go on."""
    wanted = game.state.goal
    changed = wanted != game.ground
    alive = game.state.counters[:, ENDED] == 0
    right = (goal.argmax(1) == wanted) & changed
    return float(right[alive].sum() / max(1, changed[alive].sum()))


def _fixed(arm: str, game: Game) -> Callable[[Game], Any]:
    """How an arm that learns nothing is made for some games like ``game``."""
    from playout.agents.building import assistants

    if arm == "goal-blind":
        blind = assistants.GoalBlind(goals_of(size_of(game.config.size), "train")["goals"])
        return lambda games: blind
    kinds = {
        "alone": assistants.Idle, "random": assistants.RandomAssistant, "oracle": assistants.Builder
    }  # fmt: skip
    return lambda games: kinds[arm]()


def _learnt(
    arm: str, folder: Path, trained: str | None, simulations: int, temperature: float, ablation: str
) -> Callable[[Game], Any]:
    """How an arm is made for some games, its network read once."""
    from playout.agents.building import assistants
    from playout.agents.building.agent import load_agent
    from playout.agents.search.planning import SearchSettings

    if trained is None:
        raise WrongUse(f"assistance: {arm}: expected a cell that trained it")
    network = load_agent(folder.parent / trained / "run", {}).network
    if not simulations:
        return lambda games: assistants.Imitator(network, games, temperature=temperature)
    settings = SearchSettings(simulations=simulations, edges=32, root="gumbel", considered=16)
    beliefs = _LESS.get(ablation, BELIEFS)
    return lambda games: assistants.Planner(network, games, settings, beliefs=beliefs)
