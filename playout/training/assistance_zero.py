"""AssistanceZero: learn to help by search with a network that predicts the human and the goal.

Laidlaw et al., "AssistanceZero: scalably solving assistance games", ICML 2025. An iteration plays a fragment
of all games in lock-step, the assistant by search, and then learns from the newest fragments. The same loop
trains the paper's imitators, whose games are played by others: *pretraining* learns what people do who
build alone, *sft* what an assistant does who knows the goal; both do not see it.
"""

from dataclasses import asdict
from pathlib import Path

import torch

from playout.agents.building.network import Network, preset
from playout.core.errors import WrongUse
from playout.rollouts.store import Run, open_run
from playout.simulators.building.game import Game, GameConfig
from playout.training.assistance_settings import AssistanceConfig
from playout.training.building_learner import Learner, Progress
from playout.training.building_replay import Replay
from playout.training.building_self_play import Here, RayWorkers, room


def assistance_zero(
    config: AssistanceConfig,
    *,
    out: Path | str,
    resume: bool = False,
    workers: int = 0,
    progress: Progress | None = None,
) -> Run:
    """Train an assistant and keep it in the run folder ``out``.

    Args:
        config: what learns, and with whom.
        out: the run's folder.
        resume: go on with the run that is there; its number of workers may have been another.
        workers: processes of Ray that play; 0 plays here.
        progress: told how many iterations are done, of how many.

    Raises:
        WrongUse: ``config`` or ``out`` cannot be right.
        MissingExtra: Ray is asked for and not installed.
    """
    with open_run(out, {**asdict(config), "method": config.method}, resume=resume) as run:
        Training(config, workers=workers).go_on(run, progress)
    return Run(out)


class Training(Learner):
    """The learner of AssistanceZero and of the paper's imitators, with its games."""

    def __init__(self, config: AssistanceConfig, *, workers: int = 0) -> None:
        """Begin: fresh weights, games at their start, to be played by ``workers`` of Ray, or here.

        Raises:
            WrongUse: fewer than 0.
        """
        if workers < 0:
            raise WrongUse(f"assistance-zero: expected 0 workers or more, got {workers}")
        settings = config.settings
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            network = Network(preset(config.preset)).to(settings.device)
        players = RayWorkers(config, network.config, workers) if workers else Here(config, network)
        like = Game(GameConfig(size=config.preset, max_steps=config.max_steps))
        replay = Replay(room(config, like, settings.buffer // settings.fragment))
        super().__init__(network, players, replay, like.numbering, settings, config.seed)
