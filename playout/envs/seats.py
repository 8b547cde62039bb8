"""Two seats that talk by turns: what all PettingZoo interfaces of worlds of words have in common.

Leaves out what is said and heard, and when an episode ends.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from gymnasium.error import ResetNeeded
from pettingzoo import AECEnv

from playout.envs.drawn import Drawn
from playout.envs.episodes import EpisodeKeys
from playout.envs.spaces import Language

MAX_LENGTH = 4096
_BY_SEAT = ("rewards", "_cumulative_rewards", "terminations", "truncations")


class SpokenSeats(Drawn, AECEnv[str, str, str | None]):
    """Any text is taken of the seat whose turn it is; a world says in :meth:`hear` what comes of it."""

    seats: ClassVar[tuple[str, str]]

    def __init__(self, render_mode: str | None) -> None:
        """Nobody is there before ``reset``."""
        super().__init__()
        self.render_mode = render_mode
        self.possible_agents = list(self.seats)
        self.agents: list[str] = []
        self._space, self._keys = Language(MAX_LENGTH), EpisodeKeys()

    def hear(self, agent: str, text: str) -> str:
        """Let ``agent`` say ``text``: rewards, infos and ends; who is next."""
        raise NotImplementedError

    @property
    def np_random(self) -> np.random.Generator:
        """Decides the first episode where no seed is given."""
        return np.random.default_rng()

    def observation_space(self, agent: str) -> Language:
        """Of a seat."""
        return self._space

    def action_space(self, agent: str) -> Language:
        """Of a seat."""
        return self._space

    def step(self, action: str | None) -> None:
        """Let the selected seat do ``action``; None leads out a seat whose episode has ended.

        Raises:
            TypeError: ``action`` is not a str.
            ResetNeeded: the episode has ended for both.
        """
        if not self.agents:
            raise ResetNeeded(f"{type(self).__name__}.step: the episode has ended; call reset()")
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(None)
            return
        if not isinstance(action, str):
            raise TypeError(f"{type(self).__name__}.step: expected a str, got {type(action).__name__}")
        self._cumulative_rewards[agent] = 0.0
        self._clear_rewards()
        following = self.hear(agent, action)
        self._accumulate_rewards()
        self.agent_selection = following
        self.show()

    def other(self, agent: str) -> str:
        """The other seat."""
        return self.seats[1 - self.seats.index(agent)]

    def _seat(self, first: str, infos: dict[str, dict[str, Any]]) -> None:
        """Both sit down; ``first`` begins."""
        self.agents, self.agent_selection, self.infos = list(self.seats), first, infos
        for name in _BY_SEAT[:2]:
            setattr(self, name, dict.fromkeys(self.seats, 0.0))
        for name in _BY_SEAT[2:]:
            setattr(self, name, dict.fromkeys(self.seats, False))

    def _table(self) -> dict[str, Any]:
        """Who sits there and what each has, for a snapshot."""
        return {
            "agents": tuple(self.agents),
            "selected": self.agent_selection,
            "infos": {seat: dict(info) for seat, info in self.infos.items()},
            "seats": {name: dict(getattr(self, name)) for name in _BY_SEAT},
            "keys": self._keys.save(),
        }

    def _lay(self, saved: Mapping[str, Any]) -> None:
        """Take back what :meth:`_table` gave."""
        self.agents, self.agent_selection = list(saved["agents"]), saved["selected"]
        self.infos = {seat: dict(info) for seat, info in saved["infos"].items()}
        for name, values in saved["seats"].items():
            setattr(self, name, dict(values))
        self._keys.load(saved["keys"])
