"""The loop that learns from steps of the building game, whoever plays them; it goes on after a kill.

Leaves out who plays (``building_self_play``, ``building_cloning``) and what is lost (``building_losses``).
"""

import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from time import process_time

import numpy as np
import torch

from playout.agents.building.network import Network
from playout.core.random import bits
from playout.rollouts.store import RunWriter, mark_policy
from playout.simulators.building.actions import Numbering
from playout.training.assistance_settings import AssistanceSettings
from playout.training.building_losses import Losses, losses_of
from playout.training.building_replay import Replay
from playout.training.building_self_play import Finished, Players, State, together
from playout.training.threads import threads

Progress = Callable[[int, int], None]
KIND, POLICY, CHECKPOINT = "building", "policy.pt", "checkpoint-"


class Learner:
    """Everything that changes while a network learns."""

    def __init__(
        self,
        network: Network,
        players: Players,
        replay: Replay,
        numbering: Numbering,
        settings: AssistanceSettings,
        seed: int,
    ) -> None:
        """Begin.

        Args:
            network: that learns.
            players: who plays, with it or without.
            replay: room for what they play.
            numbering: of the actions.
            settings: how to learn.
            seed: of what is drawn from the replay.
        """
        self.network, self.players, self.replay = network, players, replay
        self.settings, self.seed, self.iteration = settings, seed, 0
        self.optimiser = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
        self._numbering = numbering

    def go_on(self, run: RunWriter, progress: Progress | None = None) -> None:
        """From the run's last checkpoint to the end."""
        self.load(run)
        iterations, every = self.settings.iterations, self.settings.save_every
        with threads(self.network, self.settings.threads):
            while self.iteration < iterations:
                run.log([self.iterate()])
                if self.iteration % every == 0 or self.iteration == iterations:
                    self.save(run)
                if progress:
                    progress(self.iteration, iterations)
        mark_policy(run.folder, KIND)

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
        generator = np.random.Generator(np.random.Philox(key=[self.seed, self.iteration]))
        fragments = max(1, settings.batch // settings.fragment)
        done = self.iteration * settings.games * settings.fragment
        stay = settings.stay * min(1.0, done / settings.stay_after)
        weights = (1.0, settings.human, settings.goal, settings.value, stay)
        self.network.train()
        with torch.random.fork_rng():
            torch.manual_seed(bits(self.seed, self.iteration) % 2**63)  # of dropout
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
