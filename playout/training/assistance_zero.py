"""AssistanceZero: learn to help by search with a network that predicts the human and the goal.

Laidlaw et al., "AssistanceZero: scalably solving assistance games", ICML 2025. An iteration plays a fragment
of all games in lock-step, the assistant by search, and then learns from the newest fragments. The same loop
trains the paper's imitators, whose games are played by others: *pretraining* learns what people do who
build alone, *sft* what an assistant does who knows the goal; both do not see it.
"""

import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from time import process_time

import numpy as np
import torch

from playout.agents.building.network import Network, preset
from playout.core.errors import WrongUse
from playout.rollouts.store import Run, RunWriter, mark_policy, open_run
from playout.simulators.building.game import Game, GameConfig
from playout.training.assistance_settings import AssistanceConfig
from playout.training.building_losses import Losses, losses_of
from playout.training.building_replay import Replay
from playout.training.building_self_play import (
    Finished,
    Here,
    Players,
    RayWorkers,
    State,
    room,
    together,
)
from playout.training.threads import threads

Progress = Callable[[int, int], None]
KIND, POLICY, CHECKPOINT = "building", "policy.pt", "checkpoint-"


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
        training = Training(config, workers=workers)
        training.load(run)
        with threads(training.network, config.settings.threads):
            for iteration in range(training.iteration, config.settings.iterations):
                run.log([training.iterate()])
                done = iteration + 1
                if done % config.settings.save_every == 0 or done == config.settings.iterations:
                    training.save(run)
                if progress:
                    progress(done, config.settings.iterations)
        mark_policy(run.folder, KIND)
    return Run(out)


class Training:
    """Everything that changes while an assistant learns."""

    def __init__(self, config: AssistanceConfig, *, workers: int = 0) -> None:
        """Begin: fresh weights, games at their start, to be played by ``workers`` of Ray, or here.

        Raises:
            WrongUse: fewer than 0.
        """
        if workers < 0:
            raise WrongUse(f"assistance-zero: expected 0 workers or more, got {workers}")
        self.config, self.settings, self.iteration = config, config.settings, 0
        settings = self.settings
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.network = Network(preset(config.preset)).to(settings.device)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=settings.learning_rate)
        self.players: Players = (
            RayWorkers(config, self.network.config, workers) if workers else Here(config, self.network)
        )
        like = Game(GameConfig(size=config.preset, max_steps=config.max_steps))
        self._numbering = like.numbering
        self.replay = Replay(room(config, like, settings.buffer // settings.fragment))

    def iterate(self) -> dict[str, float]:
        """Play a fragment and learn; what is worth a row of the curves."""
        played = self.players.play(self.network.state_dict(), self.iteration)
        for fragment in played:
            self.replay.add(fragment.steps)
        told = _means(together([fragment.finished for fragment in played])) | self._learn()
        self.iteration += 1
        return {
            "iteration": self.iteration,
            "steps": self.iteration * self.settings.games * self.settings.fragment,
            **told,
            "cpu_seconds": round(process_time(), 1),
        }

    def _learn(self) -> dict[str, float]:
        settings, told = self.settings, []
        generator = np.random.Generator(np.random.Philox(key=[self.config.seed, self.iteration]))
        fragments = max(1, settings.batch // settings.fragment)
        done = self.iteration * settings.games * settings.fragment
        stay = settings.stay * min(1.0, done / settings.stay_after)
        weights = (1.0, settings.human, settings.goal, settings.value, stay)
        self.network.train()
        for _ in range(settings.updates):
            found = losses_of(self.network, self.replay.draw(fragments, generator), self._numbering)
            loss = torch.stack([weight * part for weight, part in zip(weights, found, strict=True)]).sum()
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), settings.clip_norm)
            self.optimiser.step()
            told.append([float(part.detach()) for part in found])
        means = np.mean(told, 0)
        return {f"{name}_loss": float(mean) for name, mean in zip(Losses._fields, means, strict=True)}

    def save(self, run: RunWriter) -> None:
        """Keep the policy and all that is needed to go on as if nothing had happened."""
        saved = {"config": asdict(self.network.config), "network": self.network.state_dict()}
        torch.save(saved, run.folder / f"part-{POLICY}")
        (run.folder / f"part-{POLICY}").replace(run.folder / POLICY)
        played, memory = self.players.state()
        part = run.folder / "part-checkpoint"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        learnt = {
            "network": self.network.state_dict(), "optimiser": self.optimiser.state_dict(), "memory": memory
        }  # fmt: skip
        torch.save(learnt, part / "learnt.pt")
        replay = {f"replay_{name}": array for name, array in self.replay.state().items()}
        np.savez(part / "played.npz", allow_pickle=False, **played, **replay)
        part.rename(run.folder / f"{CHECKPOINT}{self.iteration}")
        for old in _checkpoints(run.folder)[:-1]:
            shutil.rmtree(old)

    def load(self, run: RunWriter) -> None:
        """Go on from the last checkpoint of the run, if there is one."""
        found = _checkpoints(run.folder)
        if not found:
            run.write_metrics([])
            return
        learnt = torch.load(found[-1] / "learnt.pt", map_location=self.settings.device, weights_only=True)
        self.network.load_state_dict(learnt["network"])
        self.optimiser.load_state_dict(learnt["optimiser"])
        with np.load(found[-1] / "played.npz", allow_pickle=False) as kept:
            played = dict(kept)
        replay = {name: played.pop(name) for name in list(played) if name.startswith("replay_")}
        self.players.load(State(played, learnt["memory"]))
        self.replay.load({name.removeprefix("replay_"): array for name, array in replay.items()})
        self.iteration = int(found[-1].name.removeprefix(CHECKPOINT))
        run.write_metrics([row for row in run.metrics() if row["iteration"] <= self.iteration])


def _checkpoints(folder: Path) -> list[Path]:
    """Oldest first; each has been written to its end."""
    found = folder.glob(f"{CHECKPOINT}*")
    return sorted(found, key=lambda path: int(path.name.removeprefix(CHECKPOINT)))


def _means(finished: Finished) -> dict[str, float]:
    """Of the episodes that ended; nothing where none did."""
    if not finished:
        return {}
    return {"episodes": float(len(finished["steps"]))} | {
        f"mean_{name}": float(values.mean()) for name, values in finished.items()
    }
