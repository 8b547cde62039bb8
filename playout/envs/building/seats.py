"""``playout/building_seats-v0``: both seats of the building game are open (PettingZoo, parallel)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from gymnasium.error import ResetNeeded
from pettingzoo import ParallelEnv

from playout.core import Frame, Snapshot
from playout.core.errors import WrongUse
from playout.envs.building import views
from playout.envs.drawn import Drawn
from playout.envs.episodes import EpisodeKeys
from playout.simulators.bank import LevelBank
from playout.simulators.building.actions import NOOP
from playout.simulators.building.copies import ENDED
from playout.simulators.building.game import Game, GameConfig
from playout.simulators.building.goals.bank import Split
from playout.simulators.building.rewards import PAPER, Rewards


class BuildingSeats(Drawn, ParallelEnv[str, dict[str, np.ndarray], np.int64]):
    """``human`` knows the goal, ``assistant`` does not; both act at once, the human first where they clash.

    Observations, actions, rewards and infos of a seat are those of ``BuildingAssistant``.
    """

    metadata: ClassVar[dict[str, Any]] = {
        **Drawn.metadata, "name": "building_seats_v0", "is_parallelizable": True
    }  # fmt: skip

    def __init__(
        self,
        *,
        size: str | Sequence[int] = "small",
        split: Split = "train",
        goals: LevelBank | str | None = None,
        finite: bool = False,
        teleport: bool = False,
        own_cell: bool = False,
        random_start: bool = True,
        max_steps: int = 1500,
        finish_at: float = 1.0,
        patience: int = 0,
        rewards: Rewards = PAPER,
        render_mode: str | None = None,
    ) -> None:
        """Make the environment; for the arguments see ``simulators.building.game.GameConfig``."""
        self.game = Game(
            GameConfig(
                size=size, split=split, goals=goals, finite=finite,
                teleport=teleport, own_cell=own_cell, random_start=random_start, max_steps=max_steps,
                finish_at=finish_at, patience=patience, rewards=rewards,
            )
        )  # fmt: skip
        self.possible_agents = list(views.SEATS)
        self.agents: list[str] = []
        self.render_mode = render_mode
        self._observations, self._actions = (
            {seat: views.observation_space(self.game) for seat in views.SEATS},
            {seat: spaces.Discrete(self.game.numbering.count) for seat in views.SEATS},
        )
        self._keys = EpisodeKeys()

    @property
    def np_random(self) -> np.random.Generator:
        """Decides the first episode where no seed is given."""
        return np.random.default_rng()

    def observation_space(self, agent: str) -> spaces.Dict:
        """Of a seat."""
        return self._observations[agent]

    def action_space(self, agent: str) -> spaces.Discrete:
        """Of a seat."""
        return self._actions[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, dict[str, Any]]]:
        """Start an episode; PettingZoo's contract."""
        self._keys.next(self, seed)
        self.game.state.key[0], self.game.state.episode[0] = self._keys.key, self._keys.episode
        self.game.start()
        self.agents = list(self.possible_agents)
        self.show()
        return self._seen(), self._infos()

    def step(self, actions: Mapping[str, int | np.int64]) -> tuple[dict, dict, dict, dict, dict]:
        """Let both seats act; a seat that is not named does nothing.

        Raises:
            WrongUse: an action that is not in the action space, or a seat that does not exist.
            ResetNeeded: the episode has ended.
        """
        if not self.agents:
            raise ResetNeeded("BuildingSeats.step: the episode has ended; call reset()")
        joint = np.zeros((1, len(views.SEATS), 3), np.int64)
        joint[..., 0] = NOOP
        for seat, action in actions.items():
            if seat not in self.agents:
                raise WrongUse(f"step: expected seats {', '.join(self.agents)}, got {seat!r}")
            joint[:, views.SEATS.index(seat)] = self.game.numbering.decode(np.array([action]))
        self.game.step(joint)
        self.show()
        out, infos = self.game.out, self._infos()
        for who, seat in enumerate(views.SEATS):
            infos[seat]["effective"] = bool(out.effective[0, who])
            if self.game.state.counters[0, ENDED]:
                infos[seat]["is_success"], infos[seat]["metrics"] = views.outcome(self.game)
        seats = self.agents
        rewards = {seat: float(out.reward[0, views.SEATS.index(seat)]) for seat in seats}
        terminated = dict.fromkeys(seats, bool(out.terminated[0]))
        truncated = dict.fromkeys(seats, bool(out.truncated[0]))
        self.agents = [] if self.game.state.counters[0, ENDED] else seats
        return self._seen(), rewards, terminated, truncated, infos

    def snapshot(self) -> Snapshot:
        """The world, its counters and the episode's keys."""
        state = {**self.game.save(), "keys": self._keys.save(), "agents": list(self.agents)}
        return Snapshot("building-seats", state)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot``."""
        state = dict(snapshot.of("building-seats"))
        self._keys.load(state.pop("keys"))
        self.agents = list(state.pop("agents"))
        self.game.load(state)

    def privileged(self) -> dict[str, Any]:
        """``goal`` (uint8[W, H, D]), which the assistant must infer."""
        return {"goal": views.hidden(self.game, views.ASSISTANT)["goal"]}

    def frame(self) -> Frame:
        """The world as a ``voxels`` frame."""
        return views.frame(self.game)

    def _seen(self) -> dict[str, dict[str, np.ndarray]]:
        return {
            seat: views.observation(self.game, who, goal_visible=who == views.HUMAN)
            for who, seat in enumerate(views.SEATS)
        }

    def _infos(self) -> dict[str, dict[str, Any]]:
        masks = [self.game.numbering.mask(self.game.legal(who))[0] for who in range(len(views.SEATS))]
        return {
            seat: {"action_mask": mask.view(np.int8)} for seat, mask in zip(views.SEATS, masks, strict=True)
        }
