"""Games of the building game that are played to learn from: here, or by several workers.

A worker has some of the games, by their numbers, and all that goes on in them. What it hands over is what
the same games give anywhere else, so curves hang on the number of workers only by rounding.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from playout.agents.building.assistants import Builder, Planner
from playout.agents.building.network import Network, NetworkConfig
from playout.core.random import bits
from playout.envs.building.views import ASSISTANT, HUMAN
from playout.simulators.building.copies import ENDED
from playout.simulators.building.game import Game, GameConfig
from playout.training.assistance_settings import AssistanceConfig
from playout.training.building_replay import Steps, returns_of, steps_of

KEYS = 40
"""Stream of the keys of self-play's games."""
Finished = dict[str, np.ndarray]


class Fragment(NamedTuple):
    """What a worker hands over."""

    steps: Steps
    """[games, T, ...]; the next fragment overwrites them."""
    finished: Finished
    """Metrics of the episodes that ended; empty where none did."""


class State(NamedTuple):
    """Where games are, for a checkpoint."""

    arrays: dict[str, np.ndarray]
    """By name, each [games, ...]."""
    memory: list[Tensor]
    """Of recurrent networks, float[games, ...] each."""


class Players(Protocol):
    """Whoever plays all the games."""

    def play(self, weights: Mapping[str, Tensor], iteration: int) -> list[Fragment]:
        """The next fragment of every game, in the order of the games' numbers."""
        ...

    def state(self) -> State:
        """Where all games are."""
        ...

    def load(self, state: State) -> None:
        """Take back what :meth:`state` gave."""
        ...


class SelfPlay:
    """Plays games in lock-step, the assistant by search or as an imitator's teacher would."""

    def __init__(self, config: AssistanceConfig, network: Network, numbers: Sequence[int]) -> None:
        """Begin the games called ``numbers`` (consecutive); ``network`` is asked and not changed."""
        self.config, self.settings, self.network = config, config.settings, network
        count = len(numbers)
        self.game = Game(
            GameConfig(size=config.preset, people=config.people, max_steps=config.max_steps), count
        )
        self.game.state.key[:] = np.array([bits(config.seed, number, KEYS) for number in numbers], np.uint64)
        self.game.start()
        self.record = room(config, self.game, count)
        self._player = self._player_of()
        self._began = np.ones(count, np.bool_)

    def _player_of(self) -> Any:
        if self.config.method == "assistance-zero":
            return Planner(
                self.network, self.game, self.settings.search, sample=True, beliefs=self.settings.beliefs
            )
        return Builder() if self.config.method == "sft" else None

    def play(self, iteration: int) -> Fragment:
        """The next steps of all games."""
        game, record = self.game, self.record
        watches = self.config.method == "assistance-zero" and iteration < self.settings.warm_up
        ended = np.zeros((game.n, self.settings.fragment), np.bool_)
        finished: list[Finished] = []
        for t in range(self.settings.fragment):
            joint = self._joint(watches)
            self._note(t, joint, watches)
            game.step(joint)
            record.reward[:, t] = game.out.reward[:, ASSISTANT]
            over = game.state.counters[:, ENDED].astype(bool)
            ended[:, t] = over
            if over.any():
                finished.append({name: values[over] for name, values in game.outcome()[1].items()})
                game.state.episode[over] += np.uint64(1)
                game.start(over)
            if self._player is not None:
                self._player.go_on(over)
            self._began[:] = over
        record.value[:] = returns_of(record.reward, ended, self._last_value(), self.settings.discount)
        return Fragment(record, together(finished))

    def _joint(self, watches: bool) -> np.ndarray:
        joint = np.zeros((self.game.n, 2, 3), np.int64)
        joint[:, HUMAN], _ = self.game.person(HUMAN)
        if self._player is not None and not watches:
            joint[:, ASSISTANT] = self._player.act(self.game)
        return joint

    def _note(self, t: int, joint: np.ndarray, watches: bool) -> None:
        """Keep what is seen and done now, before the step."""
        game, record, numbering = self.game, self.record, self.game.numbering
        learner = HUMAN if self.config.method == "pretraining" else ASSISTANT
        seen = game.observation_of(game.state, learner, goal_visible=False)
        flat = seen["world"].reshape(game.n, -1, game.size.cells)
        record.world[:, t] = flat[:, [0, 4, 5]]
        record.inventory[:, t], record.timestep[:, t] = seen["inventory"], seen["timestep"]
        record.mask[:, t] = np.packbits(numbering.mask(game.legal(learner)), axis=1)
        record.human_mask[:, t] = np.packbits(numbering.mask(game.legal(HUMAN)), axis=1)
        did = numbering.flat(joint)
        record.human[:, t] = did[:, HUMAN]
        record.goal[:, t], record.first[:, t] = game.state.goal, self._began
        if watches:
            record.edges[:, t], record.policy[:, t] = -1, 0.0
            record.predicted[:, t] = -np.log(10.0)  # nothing has been predicted
        elif isinstance(self._player, Planner):
            record.edges[:, t], record.policy[:, t] = self._player.found.action, self._player.found.policy
            if record.predicted.shape[2]:
                record.predicted[:, t] = np.log(np.maximum(self._player.model.root_said.goal, 1e-6))
        else:
            record.edges[:, t, 0], record.policy[:, t, 0] = did[:, learner], 1.0

    def _last_value(self) -> np.ndarray:
        """What the network expects after the fragment."""
        if not isinstance(self._player, Planner):
            return np.zeros(self.game.n, np.float32)
        seen = self.game.observation_of(self.game.state, ASSISTANT, goal_visible=False)
        return self._player.oracle(seen, None, None).value

    def state(self) -> State:
        """Where the games are; the arrays themselves."""
        arrays = {f"game_{name}": array for name, array in self.game.arrays().items()}
        memory = self._player.oracle.state() if isinstance(self._player, Planner) else []
        return State(arrays | {"began": self._began}, memory)

    def load(self, state: State) -> None:
        """Take back what :meth:`state` gave."""
        for name, array in self.state().arrays.items():
            array[...] = state.arrays[name]
        if isinstance(self._player, Planner):
            self._player.oracle.load(state.memory)


class Here:
    """All games are played in this process, with the network that learns itself."""

    def __init__(self, config: AssistanceConfig, network: Network) -> None:
        """Begin all games."""
        self.games = SelfPlay(config, network, range(config.settings.games))
        self.state, self.load = self.games.state, self.games.load

    def play(self, weights: Mapping[str, Tensor], iteration: int) -> list[Fragment]:
        """See ``Players``; the weights are the network's own."""
        return [self.games.play(iteration)]


class RayWorkers:
    """Games are played by actors of Ray, on this machine or on many, each on one core.

    Where Ray has not been started, it is started on this machine; ``RAY_ADDRESS`` joins a cluster.
    """

    def __init__(self, config: AssistanceConfig, network: NetworkConfig, workers: int) -> None:
        """Begin all games; each worker has as many, or one more."""
        from playout.rollouts.remote import actors

        parts = np.array_split(np.arange(config.settings.games), workers)
        given = [(config, network, part.tolist()) for part in parts if len(part)]
        self._sizes = [len(numbers) for *_, numbers in given]
        self._workers = actors(_Worker, given)

    def play(self, weights: Mapping[str, Tensor], iteration: int) -> list[Fragment]:
        """See ``Players``."""
        return self._workers.call(
            "play_with", {name: kept.cpu() for name, kept in weights.items()}, iteration
        )

    def state(self) -> State:
        """See ``Players``."""
        parts: list[State] = self._workers.call("state")
        arrays = {name: np.concatenate([part.arrays[name] for part in parts]) for name in parts[0].arrays}
        memory = zip(*(part.memory for part in parts), strict=True)
        return State(arrays, [torch.cat(tensors) for tensors in memory])

    def load(self, state: State) -> None:
        """See ``Players``."""
        ends = np.cumsum(self._sizes)
        self._workers.each(
            "load",
            [
                (
                    State(
                        {name: array[end - size : end] for name, array in state.arrays.items()},
                        [tensor[end - size : end] for tensor in state.memory],
                    ),
                )
                for end, size in zip(ends, self._sizes, strict=True)
            ],
        )


class _Worker(SelfPlay):
    """Some of the games, and a network of its own."""

    def __init__(self, config: AssistanceConfig, network: NetworkConfig, numbers: list[int]) -> None:
        torch.set_num_threads(1)
        super().__init__(config, Network(network), numbers)

    def play_with(self, weights: Mapping[str, Tensor], iteration: int) -> Fragment:
        """See ``play``."""
        self.network.load_state_dict(weights)
        return self.play(iteration)


def room(config: AssistanceConfig, game: Game, fragments: int) -> Steps:
    """Room for ``fragments`` as ``config`` plays them."""
    learns = config.method == "assistance-zero"
    return steps_of(
        game,
        fragments,
        config.settings.fragment,
        config.settings.search.edges if learns else 1,
        keep_predicted=learns and config.settings.stay > 0,
    )


def together(finished: Sequence[Finished]) -> Finished:
    """Metrics of all the episodes."""
    found = [part for part in finished if part]
    return {name: np.concatenate([part[name] for part in found]) for name in found[0]} if found else {}
