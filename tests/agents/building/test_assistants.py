"""Assistants: which help, which do not, what search believes, and the policy of a run at play."""

import itertools
from dataclasses import replace
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest

torch = pytest.importorskip("torch")

import playout  # noqa: E402, F401
from playout.agents.building.agent import BuildingAgent, BuildingConfig, load_agent, show  # noqa: E402
from playout.agents.building.assistants import (  # noqa: E402
    Builder,
    GoalBlind,
    Idle,
    Imitator,
    RandomAssistant,
)
from playout.agents.building.choices import worth_of  # noqa: E402
from playout.agents.building.model import BuildingModel, Said, gained  # noqa: E402
from playout.agents.building.network import Network, preset  # noqa: E402
from playout.agents.search.planning import Search, SearchSettings  # noqa: E402
from playout.core import Turn  # noqa: E402
from playout.core.errors import WrongUse  # noqa: E402
from playout.simulators.building.game import Game, GameConfig  # noqa: E402
from playout.simulators.building.goals.bank import goals_of  # noqa: E402


def tiny(n: int, **changes) -> Game:
    game = Game(GameConfig(size="tiny", split="valid", finish_at=0.95, max_steps=120, **changes), n)
    game.state.key[:] = np.arange(n)
    game.start()
    return game


def human_actions(assistant, game: Game) -> float:
    while not game.state.counters[:, 5].all():
        joint = np.stack([game.person(0)[0], assistant.act(game)], 1)
        game.step(joint)
        assistant.go_on(np.zeros(game.n, np.bool_))
    return float(game.outcome()[1]["human_actions"].mean())


def test_who_knows_more_helps_more() -> None:
    alone = human_actions(Idle(), tiny(48))
    oracle = human_actions(Builder(), tiny(48))
    game = tiny(48)
    blind = human_actions(GoalBlind(goals_of(game.size, "train")["goals"]), game)
    assert oracle < 0.7 * alone
    assert oracle < blind < alone
    assert human_actions(RandomAssistant(), tiny(12)) > alone


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_fresh_imitator_does_what_it_can(temperature: float) -> None:
    game = tiny(4)
    imitator = Imitator(Network(preset("tiny")).eval(), game, temperature=temperature)
    for _ in range(5):
        joint = np.stack([game.person(0)[0], imitator.act(game)], 1)
        flat = game.numbering.flat(joint[:, 1])
        assert game.numbering.mask(game.legal(1))[np.arange(4), flat].all()
        game.step(joint)


class Knowing:
    """An oracle of the search that knows the goal, and that the human will wait."""

    def __init__(self, game: Game) -> None:
        self.goal = np.zeros((game.n, 10, game.size.cells), np.float32)
        np.put_along_axis(self.goal, game.state.goal[:, None].astype(np.int64), 1.0, 1)
        self._flat = np.zeros((game.n, game.numbering.count), np.float32)
        self._waits = np.where(np.arange(game.numbering.count) == 0, 50, self._flat).astype(np.float32)

    def __call__(self, observation, node, into) -> Said:
        return Said(self._flat, self._waits, self.goal, np.zeros(len(self._flat), np.float32))


def test_search_that_knows_the_goal_earns_the_most_it_can_at_once() -> None:
    game = tiny(8)
    settings = SearchSettings(simulations=200, edges=256, bilevel=False, exploration=0.2)
    model = BuildingModel(game, Knowing(game), settings)
    before = game.save(0)
    found = Search(game.n, settings)(model, np.arange(game.n, dtype=np.uint64))
    assert all((game.save(0)[name] == array).all() for name, array in before.items()), (
        "the game is not touched"
    )
    rows = np.arange(game.n)
    assert (model._gain[rows, 0, found.best] == model._gain[:, 0].max(1)).all()
    assert model.bytes_per_node < 10_000


def test_expected_worth_is_that_of_the_paper() -> None:
    goal = np.zeros((10, 1), np.float32)
    goal[[0, 2, 6], 0] = 0.5, 0.2, 0.3
    assert worth_of(goal, 0, 0, -1.0) == pytest.approx(0.5)
    assert worth_of(goal, 0, 6, -1.0) == pytest.approx(0.3 - 0.2)
    change, action = np.array([[1, 0, 6]]), np.array([[2, 0, 0]])
    assert gained(goal[None], change, action, -1.0)[0] == pytest.approx(0.5 - 0.1)
    assert gained(goal[None], np.array([[1, -1, 0]]), action, -1.0)[0] == 0


def first_turn(observation, info) -> Turn:
    return Turn(
        observation=observation, instructions="", legal_actions=None, reward=0.0, info=info, episode=0, t=0
    )  # fmt: skip


def test_a_run_is_played_from_what_the_seat_is_shown(tmp_path: Path) -> None:
    env = gym.make("playout/BuildingAssistant-v0", size="tiny", split="valid")
    agent = BuildingAgent(Network(preset("tiny")).eval(), BuildingConfig(simulations=3))
    observation, info = env.reset(seed=1)
    beliefs = []
    for t in range(4):
        (decision,) = agent.act([replace(first_turn(observation, info), t=t)])
        assert info["action_mask"][decision.action]
        beliefs += [decision.stats["search"]["belief"]] if "search" in decision.stats else []
        observation, *_, info = env.step(decision.action)
    assert beliefs and beliefs[0]["kind"] == "voxels"
    assert all(one != two for one, two in itertools.pairwise(beliefs)), "told when it changes"
    real, mirror = env.unwrapped.game, tiny(1)
    show(mirror, observation)
    for name in ("blocks", "surface", "last", "players"):
        assert (getattr(mirror.state.scene, name) == getattr(real.state.scene, name)).all(), name
    with pytest.raises(WrongUse, match="no policy yet"):
        load_agent(tmp_path, {})
    (tmp_path / "policy.pt").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(WrongUse, match="cut off"):
        load_agent(tmp_path, {})


@pytest.mark.parametrize(
    ("world", "options", "said"),
    [
        ("BuildingSolo", {}, "plays the assistant, a seat that this world does not have"),
        ("BuildingAssistant", {"teleport": True}, "without teleport and finite blocks"),
        ("BuildingAssistant", {"finite": True}, "without teleport and finite blocks"),
        ("BuildingAssistant", {"size": "small"}, r"for worlds of \(6, 5, 5\), not of \(7, 6, 7\)"),
    ],
)
def test_a_run_plays_in_no_world_that_its_network_does_not_know(world, options, said) -> None:
    # Finite blocks need a wider world than tiny.
    network = Network(replace(preset("tiny"), size=(6, 5, 5))).eval()
    env = gym.make(f"playout/{world}-v0", **{"size": (6, 5, 5), "split": "valid", **options})
    observation, info = env.reset(seed=1)
    agent = BuildingAgent(network, BuildingConfig(simulations=2))
    with pytest.raises(WrongUse, match=said):
        agent.act([first_turn(observation, info)])


@pytest.mark.parametrize(("asked", "used"), [(0.0, 0.0), (0.5, 0.5), (None, 1.0)])
def test_no_exploration_is_not_the_default(asked: float | None, used: float) -> None:
    env = gym.make("playout/BuildingAssistant-v0", size="tiny", split="valid")
    agent = BuildingAgent(Network(preset("tiny")).eval(), BuildingConfig(simulations=2, exploration=asked))
    agent.act([first_turn(*env.reset(seed=1))])
    assert agent._episodes[0][1].search.settings.exploration == used
