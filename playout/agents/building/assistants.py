"""Assistants of the building game, N games at a time: from doing nothing to search with a network.

An assistant sees what its seat sees; only the oracle, which is there to be compared with, looks at the goal.
"""

from typing import Protocol

import numpy as np

from playout.agents.building.beliefs import BELIEFS, Beliefs
from playout.agents.building.model import BuildingModel, Said
from playout.agents.building.network import Network
from playout.agents.building.oracles import NetworkOracle
from playout.agents.search.planning import Found, Search, SearchSettings
from playout.core.random import STREAM_POLICY, bits_array
from playout.envs.building.views import ASSISTANT, HUMAN
from playout.simulators.building import people
from playout.simulators.building.actions import BREAK, MOVE, PLACE
from playout.simulators.building.blocks import AIR, BLOCKS
from playout.simulators.building.copies import STEPS
from playout.simulators.building.game import Game


class Assistant(Protocol):
    """Acts in the second seat of all N games at once."""

    def act(self, game: Game) -> np.ndarray:
        """Actions in parts, int64[N, 3]."""
        ...

    def go_on(self, ended: np.ndarray) -> None:
        """The games have been stepped; in those that ``ended`` (bool[N]) another episode begins."""
        ...


class Idle:
    """Does nothing."""

    def act(self, game: Game) -> np.ndarray:
        """Nothing."""
        return np.zeros((game.n, 3), np.int64)

    def go_on(self, ended: np.ndarray) -> None:
        """Remembers nothing."""


class RandomAssistant(Idle):
    """A random type of action of those that can be done, then a random one of it."""

    def act(self, game: Game) -> np.ndarray:
        """Random actions that the keys of the episodes decide."""
        planes, words = game.legal(ASSISTANT), draws(game)
        out = np.zeros((game.n, 3), np.int64)
        for i in range(game.n):
            places, breaks = np.flatnonzero(planes.place[i]), np.flatnonzero(planes.remove[i])
            moves, blocks = np.flatnonzero(planes.move[i]), np.flatnonzero(planes.blocks[i])
            kinds = [
                kind
                for kind, can in (
                    (PLACE, len(places) * len(blocks)), (BREAK, len(breaks)), (MOVE, len(moves)),
                ) if can
            ]  # fmt: skip
            if not kinds:
                continue
            first, second, third = (int(word) for word in words[i])
            kind = kinds[first % len(kinds)]
            if kind == PLACE:
                out[i] = PLACE, places[second % len(places)], blocks[third % len(blocks)]
            elif kind == BREAK:
                out[i] = BREAK, breaks[second % len(breaks)], AIR
            else:
                out[i] = MOVE + moves[second % len(moves)], 0, AIR
        return out


_FAR = people.Persona(across=(-4, -4))


class Builder(Idle):
    """A scripted builder who builds what ``wanted`` says: by default the goal, so that it is an oracle."""

    def __init__(self, persona: people.Persona = _FAR) -> None:
        """By default it begins on the far side, where the human rarely is."""
        self._people = people.People(*(np.array([_ends(persona, end)]) for end in (0, 1)))

    def act(self, game: Game) -> np.ndarray:
        """What a builder would do next."""
        state = game.state._replace(goal=self.wanted(game))
        actions, persona = np.empty((game.n, 3), np.int64), np.empty(game.n, np.int64)
        rounds = game.bank["rounds"]
        people.act(game.field, state, rounds, ASSISTANT, self._people, actions, persona)
        return actions

    def wanted(self, game: Game) -> np.ndarray:
        """What every cell should hold, uint8[N, V]."""
        return game.state.goal


def _ends(persona: people.Persona, end: int) -> list[float]:
    return [getattr(persona, name)[end] for name in people.Persona.__dataclass_fields__]


class GoalBlind(Builder):
    """The best fixed plan: in every cell what is worth most, knowing only how often goals have what there.

    What the human has touched it leaves alone.
    """

    def __init__(self, goals: np.ndarray, place_wrong: float = -1.0) -> None:
        """Count ``goals``, uint8[G, V], which are to be those of training."""
        super().__init__()
        share = np.stack([(goals == block).mean(0) for block in range(BLOCKS)])
        self._worth = share + place_wrong * (1 - share - share[AIR])
        self._worth[AIR] = share[AIR]

    def wanted(self, game: Game) -> np.ndarray:
        """The block of most expected worth; what is there, where nothing is better."""
        best = self._worth.argmax(0).astype(np.uint8)
        now = game.state.scene.blocks
        cells = np.arange(len(best))
        better = self._worth[best, cells][None] > self._worth[now, cells[None]] + 1e-9
        better &= game.state.scene.last != HUMAN
        return np.where(better, best[None], now).astype(np.uint8)


class Imitator:
    """Acts as a network's policy says, without looking ahead."""

    def __init__(self, network: Network, game: Game, *, temperature: float = 1.0) -> None:
        """Take ``network``; ``temperature`` 0 takes the likeliest action."""
        self.oracle = NetworkOracle(network, game.n, game.numbering)
        self._temperature, self._seat = temperature, network.config.seat
        self.said: Said
        """What the network said of the games when it acted last."""

    def act(self, game: Game) -> np.ndarray:
        """Actions drawn from the policy."""
        seen = game.observation_of(game.state, self._seat, goal_visible=self._seat == HUMAN)
        self.said, numbering = self.oracle(seen, None, None), game.numbering
        legal = numbering.mask(game.legal(self._seat)).astype(bool)
        logits = np.where(legal, self.said.policy, -np.inf)
        return numbering.decode(drawn(logits, self._temperature, game))

    def go_on(self, ended: np.ndarray) -> None:
        """Remember, or forget."""
        self.oracle.go_on(ended)


class Planner:
    """Searches with a network: AssistanceZero, or in the human's seat a builder such as piKL."""

    def __init__(
        self,
        network: Network,
        game: Game,
        settings: SearchSettings,
        *,
        sample: bool = False,
        beliefs: Beliefs = BELIEFS,
    ) -> None:
        """Search in ``game``'s copies; with ``sample`` actions are drawn from what the search recommends."""
        self.oracle = NetworkOracle(network, game.n, game.numbering, settings)
        self.model = BuildingModel(game, self.oracle, settings, beliefs=beliefs, seat=network.config.seat)
        self.search = Search(game.n, settings)
        self._sample = sample
        self.found: Found
        """What the last search found."""

    @property
    def said(self) -> Said:
        """What the network said of the games when it acted last."""
        return self.model.root_said

    def act(self, game: Game) -> np.ndarray:
        """Search, and act; ``game`` is the one that was given at first."""
        keys = bits_array(game.state.key, episode_steps(game), STREAM_POLICY)
        self.found = found = self.search(self.model, keys)
        edge = found.best
        if self._sample:
            edge = drawn(np.log(np.maximum(found.policy, 1e-30)), 1.0, game)
        return game.numbering.decode(np.maximum(found.action[np.arange(game.n), edge], 0))

    def go_on(self, ended: np.ndarray) -> None:
        """Remember, or forget."""
        self.oracle.go_on(ended)


def episode_steps(game: Game) -> np.ndarray:
    """A number for each step of each episode under a key, uint64[N]."""
    steps = game.state.counters[:, STEPS].astype(np.uint64)
    return (game.state.episode << np.uint64(24)) | steps


def draws(game: Game) -> np.ndarray:
    """Three random words for each game now: uint64[N, 3], below 2**32."""
    now = episode_steps(game)[:, None] * np.uint64(4) + np.arange(3, dtype=np.uint64)
    return bits_array(game.state.key[:, None], now, STREAM_POLICY) >> np.uint64(32)


def drawn(logits: np.ndarray, temperature: float, game: Game) -> np.ndarray:
    """One of the actions of each row, by its logits float[N, A]: int64[N]."""
    if temperature == 0:
        return logits.argmax(1)
    scaled = logits / temperature
    share = np.exp(scaled - scaled.max(1, keepdims=True)).cumsum(1)
    at = draws(game)[:, 0].astype(np.float64) * 2.0**-32 * share[:, -1]
    return np.minimum((share <= at[:, None]).sum(1), logits.shape[1] - 1)
