"""Behaviour cloning of recorded people: what somebody who knows the goal does next in the building game.

The builder that comes of it plays in the human's seat, by itself or, with search beside it, as piKL
(Jacob et al. 2022; Laidlaw et al. 2025, appendix). The last episodes are kept apart; how well what is done
in them is foretold stands in the last row of the curves.
"""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from playout.agents.building.network import Network, builder
from playout.core.errors import WrongUse
from playout.core.random import bits
from playout.rollouts.store import Run, open_run
from playout.simulators.building.actions import Numbering
from playout.simulators.building.blocks import plain
from playout.simulators.building.copies import STEPS
from playout.simulators.building.game import Game, GameConfig
from playout.simulators.building.goals.bank import goal_bank
from playout.simulators.building.recordings import Recording, read_recordings
from playout.simulators.building.rules import find_surfaces
from playout.training.assistance_settings import CloningConfig
from playout.training.building_learner import Learner, Progress
from playout.training.building_losses import likeliest_of, losses_of
from playout.training.building_replay import Replay, Steps, joined, steps_of
from playout.training.building_self_play import Fragment, State


class Recorded:
    """People who were recorded, as ``building_self_play.Players``: a draw of what they did."""

    def __init__(self, steps: Steps, count: int, seed: int) -> None:
        """Draw ``count`` of the ``steps``, [F, 1, ...], at a time."""
        self.steps, self._count, self._seed = steps, count, seed

    def play(self, weights: Any, iteration: int) -> list[Fragment]:
        """See ``Players``."""
        draw = np.random.Generator(np.random.Philox(key=[bits(self._seed, iteration), 0]))
        rows = draw.integers(0, len(self.steps.value), self._count)
        return [Fragment(Steps(*(array[rows] for array in self.steps)), {})]

    def state(self) -> State:
        """See ``Players``; nothing changes."""
        return State({}, [])

    def load(self, state: State) -> None:
        """See ``Players``."""


def cloning(
    config: CloningConfig, *, out: Path | str, resume: bool = False, progress: Progress | None = None
) -> Run:
    """Learn from people, and keep the builder in the run folder ``out``.

    Raises:
        WrongUse: ``config`` or ``out`` cannot be right, or the recordings cannot be read.
    """
    learnt, kept, like = _parts(config)
    settings = replace(config.settings, fragment=1, buffer=config.settings.games)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = Network(builder((like.size.width, like.size.height, like.size.depth))).to(settings.device)
    players = Recorded(learnt, settings.games, config.seed)
    replay = Replay(steps_of(like, settings.games, 1, 1, keep_predicted=False))
    with open_run(out, {**asdict(config), "method": "cloning"}, resume=resume) as run:
        learner = Learner(network, players, replay, like.numbering, settings, config.seed)
        learner.go_on(run, progress)
        *_, last = run.metrics()
        if "held_out_loss" not in last:
            run.log([{"iteration": learner.iteration, **judged(network, kept, like.numbering)}])
    return Run(out)


def _parts(config: CloningConfig) -> tuple[Steps, Steps, Game]:
    """What is learnt, what is held out, and a game of that size."""
    recordings = read_recordings(config.recordings)
    size = recordings[0].size
    if any(recording.size != size for recording in recordings):
        raise WrongUse(f"{config.recordings}: expected episodes in worlds of one size")
    if not 0 < config.held_out < len(recordings):
        raise WrongUse(
            f"cloning: expected 1 to {len(recordings) - 1} of {len(recordings)} episodes held out, got"
            f" {config.held_out}"
        )
    parts = recordings[: -config.held_out], recordings[-config.held_out :]
    learnt, kept = (joined([part for one in some for part in steps_of_people(one)]) for some in parts)
    return learnt, kept, Game(GameConfig(size=size))


def steps_of_people(recording: Recording) -> list[Steps]:
    """What each human of an episode saw and did, [K, 1, ...]; nothing is learnt of what had no effect."""
    count, seats = recording.actions.shape
    game = Game(
        GameConfig(size=recording.size, players=seats, goals=goal_bank(plain(recording.size)[None])), count
    )
    scene = game.state.scene
    scene.blocks[:], scene.last[:] = (part.reshape(count, -1) for part in (recording.blocks, recording.last))
    scene.players[:], game.state.goal[:] = recording.players, recording.goal.reshape(-1)
    game.state.counters[:, STEPS] = np.arange(count)
    find_surfaces(game.field, scene)
    seats_of_people = [seat for seat, role in enumerate(recording.roles) if role == "human"]
    return [_steps(game, recording, seat) for seat in seats_of_people]


def _steps(game: Game, recording: Recording, seat: int) -> Steps:
    steps = steps_of(Game(GameConfig(size=recording.size)), game.n, 1, 1, keep_predicted=False)
    seen = game.observation_of(game.state, seat, goal_visible=True)
    steps.world[:, 0] = seen["world"].reshape(game.n, -1, game.size.cells)[:, [0, 4, 5]]
    steps.timestep[:, 0], steps.goal[:, 0] = seen["timestep"], game.state.goal
    mask = game.numbering.mask(game.legal(seat)).astype(bool)
    did = recording.actions[:, seat]
    steps.mask[:, 0], steps.edges[:, 0, 0] = np.packbits(mask, axis=1), did
    steps.policy[:, 0, 0] = mask[np.arange(game.n), did]
    others = [other for other in range(game.config.players) if other != seat]
    steps.human_mask[:, 0, 0] = 128  # to wait
    if others:
        steps.human[:, 0] = recording.actions[:, others[0]]
        steps.human_mask[:, 0] = np.packbits(game.numbering.mask(game.legal(others[0])), axis=1)
    return steps


def judged(network: Network, steps: Steps, numbering: Numbering, batch: int = 256) -> dict[str, float]:
    """How well a builder foretells: cross-entropy; share of right actions, and of the commonest one."""
    network.eval()
    total, right, counted = 0.0, 0, 0
    for start in range(0, len(steps.value), batch):
        part = Steps(*(array[start : start + batch] for array in steps))
        learnt = part.policy[:, 0, 0] > 0
        with torch.inference_mode():
            total += float(losses_of(network, part, numbering).policy) * learnt.sum()
            likeliest = likeliest_of(network, part, numbering)
        right += int((likeliest == part.edges[:, 0, 0])[learnt].sum())
        counted += int(learnt.sum())
    did = steps.edges[:, 0, 0][steps.policy[:, 0, 0] > 0]
    commonest = int(np.unique(did, return_counts=True)[1].max())
    return {
        "held_out_loss": total / counted,
        "held_out_accuracy": right / counted,
        "commonest_accuracy": commonest / counted,
    }
