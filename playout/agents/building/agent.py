"""The assistant or builder of a training run as an agent of rollouts: it plays from what its seat is shown.

The game is set up anew from each observation, so that nothing hidden can be looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from playout.agents.building.beliefs import ANCHORED, BELIEFS
from playout.agents.options import make_config
from playout.core import Decision, MissingExtra, Turn, WrongUse
from playout.core.random import key_of_seed
from playout.envs.building.views import ASSISTANT, SEATS, believed
from playout.simulators.building.actions import Numbering
from playout.simulators.building.blocks import Size, plain
from playout.simulators.building.copies import STEPS
from playout.simulators.building.game import Game, GameConfig
from playout.simulators.building.goals.bank import goal_bank
from playout.simulators.building.rules import find_surfaces

POLICY = "policy.pt"


@dataclass(frozen=True, kw_only=True)
class BuildingConfig:
    """Options of an assistant or a builder."""

    simulations: int = 20
    """Of the search in each turn; 0 follows the policy."""
    exploration: float | None = None
    """c of PUCT: large values stay near the policy. None: 1 for assistants, 30 for builders (piKL)."""
    temperature: float = 0.3
    """Of the policy where nothing is searched."""
    seed: int = 0
    """Of what is drawn."""


class BuildingAgent:
    """Searches, or follows the policy; recurrent networks remember each episode."""

    needs: frozenset[str] = frozenset()

    def __init__(self, network: Any, config: BuildingConfig = BuildingConfig()) -> None:
        """Take a network of ``network.Network``."""
        self.network, self.config = network, config
        self._builds: bool = network.config.goal_visible
        self._seat: int = network.config.seat
        self._episodes: dict[int, Any] = {}
        self._beliefs: dict[int, Any] = {}

    def reset(self, episodes: Sequence[int]) -> None:
        """Forget ``episodes``, which start anew."""
        for episode in episodes:
            self._episodes.pop(episode, None)
            self._beliefs.pop(episode, None)

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        """One action per turn."""
        return [self._decide(turn) for turn in turns]

    def _decide(self, turn: Turn) -> Decision:
        self._check(turn)
        world = turn.observation["world"]
        if turn.episode not in self._episodes:
            self._episodes[turn.episode] = self._begin(turn)
        game, player = self._episodes[turn.episode]
        show(game, turn.observation, self._seat)
        action = player.act(game)
        player.go_on(np.zeros(1, np.bool_))
        flat = int(game.numbering.flat(action)[0])
        return Decision(action=flat, stats=self._stats(turn.episode, world[0], player))

    def _check(self, turn: Turn) -> None:
        """Raise WrongUse where the network does not know such a world: its game would be another one."""
        world, size = turn.observation["world"], tuple(self.network.config.size)
        if tuple(world.shape[1:]) != size:
            raise WrongUse(f"building: the network is for worlds of {size}, not of {world.shape[1:]}")
        if len(turn.observation["inventory"]) <= self._seat:
            raise WrongUse(
                f"building: the network plays the {SEATS[self._seat]}, a seat that this world does not have"
            )
        actions = Numbering(Size(*size)).count
        mask = turn.info.get("action_mask")
        # Who teleports is not shown; the actions tell finite blocks.
        if not (world[4] == 1).any() or (mask is not None and len(mask) != actions):
            raise WrongUse(
                f"building: the network is for worlds of {actions} actions, without teleport and finite"
                " blocks; this one has another variant's"
            )

    def _stats(self, episode: int, blocks: np.ndarray, player: Any) -> dict[str, Any]:
        """Steps of the search; and what an assistant takes the goal to be, when that has changed."""
        steps = self.config.simulations
        stats: dict[str, Any] = {"simulated_steps": steps} if steps else {}
        if self._builds:
            return stats
        belief = believed(blocks, player.said.goal[0].reshape(-1, *blocks.shape)).to_json()
        if belief != self._beliefs.get(episode):
            self._beliefs[episode] = belief
            stats["search"] = {"belief": belief}
        return stats

    def _begin(self, turn: Turn) -> tuple[Game, Any]:
        from playout.agents.building.assistants import Imitator, Planner
        from playout.agents.search.planning import SearchSettings

        size = Size(*turn.observation["world"].shape[1:])
        empty, players = goal_bank(plain(size)[None]), len(turn.observation["inventory"])
        game = Game(
            GameConfig(size=size, players=players, goals=empty, max_steps=np.iinfo(np.int32).max)
        )  # fmt: skip
        game.state.key[0] = key_of_seed(self.config.seed * 1_000_003 + turn.episode)
        game.start()
        if not self.config.simulations:
            return game, Imitator(self.network, game, temperature=self.config.temperature)
        settings = SearchSettings(
            simulations=self.config.simulations,
            exploration=self._exploration(),
            exponent=1.0 if self._builds else SearchSettings.exponent,
        )
        beliefs = ANCHORED if self._builds else BELIEFS
        return game, Planner(self.network, game, settings, beliefs=beliefs, sample=self._builds)

    def _exploration(self) -> float:
        if self.config.exploration is None:
            return 30.0 if self._builds else 1.0
        return self.config.exploration


def show(game: Game, observation: Mapping[str, np.ndarray], seat: int = ASSISTANT) -> None:
    """Set the one copy of ``game`` to what ``seat`` sees."""
    world, scene = observation["world"], game.state.scene
    other, game.state.goal[0] = 1 - seat, world[2].reshape(-1)
    scene.blocks[0] = world[0].reshape(-1)
    touched = world[5].reshape(-1).astype(np.int8)
    scene.last[0] = np.select([touched == 0, touched == 1], [-1, seat], other)
    for who, marker in ((seat, 1), (other, 2))[: game.config.players]:
        cells = np.argwhere(world[4] == marker)
        scene.players[0, who] = cells[cells[:, 1].argmin()]
        scene.inventory[0, who] = observation["inventory"][marker - 1]
    game.state.counters[0, STEPS] = observation["timestep"]
    find_surfaces(game.field, scene)


def load_agent(folder: Path, options: Mapping[str, Any]) -> BuildingAgent:
    """The assistant of a training run, for ``agents.registry``.

    Raises:
        WrongUse: the run has no policy, or it is broken, or an option does not exist.
    """
    try:
        import torch

        from playout.agents.building.network import Network, NetworkConfig
    except ModuleNotFoundError as error:
        raise MissingExtra("torch", "torch") from error
    file = folder / POLICY
    if not file.is_file():
        raise WrongUse(f"{folder}: it has no policy yet; expected {POLICY}")
    try:
        saved = torch.load(file, map_location="cpu", weights_only=True)
        network = Network(
            NetworkConfig(
                **{
                    **saved["config"],
                    "size": tuple(saved["config"]["size"]),
                    "recurrent": tuple(saved["config"]["recurrent"]),
                }
            )
        )
        network.load_state_dict(saved["network"])
    except Exception as error:
        raise WrongUse(f"{file}: not a policy of the building game, or cut off: {error}") from error
    if not all(bool(torch.isfinite(weight).all()) for weight in network.state_dict().values()):
        raise WrongUse(f"{file}: some weights are not finite; train again, or take an older checkpoint")
    return BuildingAgent(network.eval(), make_config(BuildingConfig, "building", dict(options)))
