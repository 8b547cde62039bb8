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
from typing import Any

import numpy as np
import torch

from playout.agents.building.assistants import Builder, Planner
from playout.agents.building.model import ASSISTANT, HUMAN
from playout.agents.building.network import Network, preset
from playout.core.random import bits
from playout.rollouts.store import Run, RunWriter, mark_policy, open_run
from playout.simulators.building.copies import ENDED
from playout.simulators.building.game import Game, GameConfig
from playout.training.assistance_settings import AssistanceConfig
from playout.training.building_losses import Losses, losses_of
from playout.training.building_replay import Replay, Steps, returns_of, steps_of
from playout.training.threads import threads

Progress = Callable[[int, int], None]
KIND, POLICY, CHECKPOINT = "building", "policy.pt", "checkpoint-"
KEYS = 40
"""Stream of the keys of self-play's games."""


def assistance_zero(
    config: AssistanceConfig, *, out: Path | str, resume: bool = False, progress: Progress | None = None
) -> Run:
    """Train an assistant and keep it in the run folder ``out``.

    Raises:
        WrongUse: ``config`` or ``out`` cannot be right.
    """
    with open_run(out, {**asdict(config), "method": config.method}, resume=resume) as run:
        training = Training(config)
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

    def __init__(self, config: AssistanceConfig) -> None:
        """Begin: fresh weights, games at their start."""
        self.config, self.settings, self.iteration = config, config.settings, 0
        settings = self.settings
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.network = Network(preset(config.preset)).to(settings.device)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=settings.learning_rate)
        self.game = Game(
            GameConfig(size=config.preset, people=config.people, max_steps=config.max_steps), settings.games
        )
        numbers = range(settings.games)
        self.game.state.key[:] = np.array([bits(config.seed, number, KEYS) for number in numbers], np.uint64)
        self.game.start()
        keeps = settings.stay > 0 and config.method == "assistance-zero"
        edges = settings.search.edges if config.method == "assistance-zero" else 1
        self._record = steps_of(self.game, settings.games, settings.fragment, edges, keep_predicted=keeps)
        self.replay = Replay(
            steps_of(
                self.game,
                settings.buffer // settings.fragment,
                settings.fragment,
                edges,
                keep_predicted=keeps,
            )
        )
        self._player = self._player_of()
        self._began = np.ones(settings.games, np.bool_)

    def iterate(self) -> dict[str, float]:
        """Play a fragment and learn; what is worth a row of the curves."""
        told = self._play()
        self.replay.add(self._record)
        told |= self._learn()
        self.iteration += 1
        return {
            "iteration": self.iteration,
            "steps": self.iteration * self.settings.games * self.settings.fragment,
            **told,
            "cpu_seconds": round(process_time(), 1),
        }

    def _player_of(self) -> Any:
        if self.config.method == "assistance-zero":
            return Planner(
                self.network, self.game, self.settings.search, sample=True, beliefs=self.settings.beliefs
            )
        return Builder() if self.config.method == "sft" else None

    def _play(self) -> dict[str, float]:
        """Fill the record with the next steps of all games."""
        game, record = self.game, self._record
        ended = np.zeros((self.settings.games, self.settings.fragment), np.bool_)
        finished: list[dict[str, np.ndarray]] = []
        for t in range(self.settings.fragment):
            joint = self._joint()
            self._note(record, t, joint)
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
        return _means(finished)

    def _joint(self) -> np.ndarray:
        joint = np.zeros((self.game.n, 2, 3), np.int64)
        joint[:, HUMAN], _ = self.game.person(HUMAN)
        if self._player is not None and not self._watches:
            joint[:, ASSISTANT] = self._player.act(self.game)
        return joint

    @property
    def _watches(self) -> bool:
        """Whether the assistant does nothing yet."""
        return self.config.method == "assistance-zero" and self.iteration < self.settings.warm_up

    def _note(self, record: Steps, t: int, joint: np.ndarray) -> None:
        """Keep what is seen and done now, before the step."""
        game, numbering = self.game, self.game.numbering
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
        if self._watches:
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

    def _learn(self) -> dict[str, float]:
        settings, told = self.settings, []
        generator = np.random.Generator(np.random.Philox(key=[self.config.seed, self.iteration]))
        fragments = max(1, settings.batch // settings.fragment)
        done = self.iteration * settings.games * settings.fragment
        stay = settings.stay * min(1.0, done / settings.stay_after)
        weights = (1.0, settings.human, settings.goal, settings.value, stay)
        self.network.train()
        for _ in range(settings.updates):
            found = losses_of(self.network, self.replay.draw(fragments, generator), self.game.numbering)
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
        memory = self._player.oracle.state() if isinstance(self._player, Planner) else []
        part = run.folder / "part-checkpoint"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        learnt = {
            "network": self.network.state_dict(), "optimiser": self.optimiser.state_dict(), "memory": memory
        }  # fmt: skip
        torch.save(learnt, part / "learnt.pt")
        np.savez(part / "played.npz", allow_pickle=False, **self._played(), **self.replay.state())
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
        for name, array in self._played().items():
            array[...] = played.pop(name)
        self.replay.load(played)
        if isinstance(self._player, Planner):
            self._player.oracle.load(learnt["memory"])
        self.iteration = int(found[-1].name.removeprefix(CHECKPOINT))
        run.write_metrics([row for row in run.metrics() if row["iteration"] <= self.iteration])

    def _played(self) -> dict[str, np.ndarray]:
        """Where the games are; the arrays themselves."""
        return {f"game_{name}": array for name, array in self.game.arrays().items()} | {"began": self._began}


def _checkpoints(folder: Path) -> list[Path]:
    """Oldest first; each has been written to its end."""
    found = folder.glob(f"{CHECKPOINT}*")
    return sorted(found, key=lambda path: int(path.name.removeprefix(CHECKPOINT)))


def _means(finished: list[dict[str, np.ndarray]]) -> dict[str, float]:
    """Of the episodes that ended; nothing where none did."""
    if not finished:
        return {}
    together = {name: np.concatenate([part[name] for part in finished]) for name in finished[0]}
    return {"episodes": float(len(together["steps"]))} | {
        f"mean_{name}": float(values.mean()) for name, values in together.items()
    }
