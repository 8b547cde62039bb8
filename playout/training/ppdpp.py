"""PPDPP (Deng et al., ICLR 2024): a planner of dialogue acts learns from a teacher, then by talking.

First cross-entropy on the teacher's acts, then REINFORCE on dialogues with a simulated person, rewarded by
what an assessor makes of them. Evaluated, the planner takes the likeliest act. What the released code does
otherwise than the paper is a choice here (``PPDPPSettings``). Leaves out where the teacher's acts come from
(``planner_data``) and how dialogues are played (``act_episodes``).
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from playout.agents.planner.agent import FOLDER, KIND
from playout.agents.planner.network import Adam, Floats
from playout.agents.planner.planner import Planner, load_arrays, save_arrays
from playout.core.random import STREAM_POLICY, bits
from playout.rollouts.store import Run, RunWriter, mark_policy, open_run
from playout.training.act_episodes import ActEpisodes, Integers
from playout.training.advantages import discounted
from playout.training.planner_data import Dialogues, Examples, examples
from playout.training.settings import Advantage, PPDPPConfig

Progress = Callable[[int, int], None]
"""Called as ``progress(done, total)`` with numbers of dialogues learnt from."""

STATE, SFT = "ppdpp.npz", "sft"
_HELD_OUT = 0.1  # share of the examples by which the best epoch is chosen
_SEEDS_APART = 10_000_000  # runs of other seeds learn from other dialogues


def ppdpp(
    config: PPDPPConfig, *, out: Path | str, resume: bool = False, progress: Progress | None = None
) -> Run:
    """Train a planner and keep it in the run folder ``out``, what supervised learning made in ``out/sft``.

    A run that was killed goes on with ``resume`` and comes to the same weights.

    Raises:
        WrongUse: ``config`` or ``out`` cannot be right.
    """
    with open_run(out, {"method": "ppdpp", **asdict(config)}, resume=resume) as run:
        _Training(config, run).go_on(progress or (lambda done, total: None))
    return Run(out)


def advantages(kind: Advantage, returns: Floats, episode: Integers, t: Integers) -> Floats:
    """How much better than expected each of M steps was: float64[M].

    Args:
        kind: see ``PPDPPSettings.advantage``.
        returns: float[M], discounted, from each step on.
        episode: int[M].
        t: int[M], the turn of each step.
    """
    if kind == "raw":
        return returns
    if kind == "batch":
        centred = returns - _mean_of(returns, t)
        return centred / (centred.std() + 1e-6)
    # The released code leaves dialogues of one turn as they are (and takes the sample's deviation).
    size = np.bincount(episode)[episode]
    centred = returns - _mean_of(returns, episode)
    deviation = np.sqrt(np.bincount(episode, centred**2)[episode] / np.maximum(size - 1, 1))
    return np.where(size > 1, centred / (deviation + np.finfo(np.float32).eps), returns)


class _Training:
    """Both stages. What is drawn depends on the config and the number of the step alone."""

    def __init__(self, config: PPDPPConfig, run: RunWriter) -> None:
        self.config, self.settings, self.run = config, config.settings, run
        self.dialogues = Dialogues(config.env, config.env_kwargs, config.encoder)
        self.planner = Planner(self.dialogues.shape(hidden=config.hidden), seed=config.seed)
        self.adam = self._fresh_adam()
        self.best, self.best_score, self.done = self.planner.network.copy(), -np.inf, -1
        """``done`` counts optimiser steps of reinforcement; -1 before supervised learning is over."""

    def go_on(self, progress: Progress) -> None:
        """Train from the last saved state to the end, and keep the planner."""
        settings = self.settings
        self._load()
        if self.done < 0:
            self._imitate()
        steps = settings.episodes // settings.batch
        while self.done < steps:
            played = self._reinforce()
            self.done += 1
            progress(self.done * settings.batch, settings.episodes)
            if self.done % settings.validate_every == 0 or self.done == steps:
                self._validate(played)
                self._save()
        self.planner.network.weights.update(self.best.copy().weights)
        _keep(self.planner, self.run.folder)

    def _imitate(self) -> None:
        """Cross-entropy on the teacher's acts."""
        if self.settings.sft_epochs:
            config = self.config
            found = examples(self.dialogues, config.teacher, config.teacher_episodes, seed=config.seed)
            self.run.log(imitate(self.planner, found, self.config))
        _keep(self.planner, self.run.folder / SFT)
        self.adam, self.done = self._fresh_adam(), 0
        self._validate(None)
        self._save()

    def _reinforce(self) -> ActEpisodes:
        """One optimiser step of REINFORCE on a batch of new dialogues."""
        config, settings = self.config, self.settings
        numbers = self.done * settings.batch + np.arange(settings.batch)
        played = self.dialogues.play(
            "train", self.planner, config.seed * _SEEDS_APART + numbers, sample=config.seed, numbers=numbers
        )
        gained = advantages(settings.advantage, self._returns(played), played.episode, played.t)
        x = self.planner.encoder(played.seen)
        rows = len(played.acts)
        self.adam.step(
            self.planner.network.gradient(x, played.acts, gained / rows, entropy=settings.entropy / rows)
        )
        return played

    def _returns(self, played: ActEpisodes) -> Floats:
        """The discounted return from each step on."""
        settings, rewards = self.settings, played.rewards.copy()
        last = np.flatnonzero(played.t == played.lengths[played.episode] - 1)
        if settings.failure is not None:
            rewards[last[~played.success[played.episode[last]]]] += settings.failure
        returns = discounted(rewards, played.episode, discount=settings.discount)
        if not settings.shuffle:
            return returns
        whole = np.zeros(played.count)
        whole[played.episode[played.t == 0]] = returns[played.t == 0]
        return whole[_draws(self.config.seed, 1 << 32 | self.done).permutation(played.count)][played.episode]

    def _validate(self, played: ActEpisodes | None) -> None:
        """Play with the people of the validation split; keep the planner that is to be kept so far."""
        settings = self.settings
        valid = self.dialogues.play("valid", self.planner, np.arange(settings.validation))
        score = float(valid.returns.mean())
        if score > self.best_score or settings.keep_last:
            self.best, self.best_score = self.planner.network.copy(), score
        row = {"step": self.done, "episodes": self.done * settings.batch, **_figures(valid, "valid_")}
        self.run.log([row | (_figures(played, "") if played is not None else {})])

    def _fresh_adam(self) -> Adam:
        settings = self.settings
        return Adam(self.planner.network, rate=settings.learning_rate, decay=settings.weight_decay)

    def _save(self) -> None:
        state = {f"adam_{name}": value for name, value in self.adam.state().items()}
        state |= {f"now_{name}": value for name, value in self.planner.network.weights.items()}
        state |= {f"best_{name}": value for name, value in self.best.weights.items()}
        numbers = {"done": np.array(self.done), "best_score": np.array(self.best_score)}
        save_arrays(self.run.folder / STATE, {**state, **numbers})

    def _load(self) -> None:
        file = self.run.folder / STATE
        if not file.is_file():
            self.run.write_metrics([])
            return
        state = load_arrays(file)
        self.done, self.best_score = int(state["done"]), float(state["best_score"])
        for name, weight in self.planner.network.weights.items():
            weight[...] = state[f"now_{name}"]
            self.best.weights[name][...] = state[f"best_{name}"]
        self.adam.load({name.removeprefix("adam_"): value for name, value in state.items()})
        # What was reported after the state was saved happens again.
        rows = [row for row in self.run.metrics() if "step" not in row or row["step"] <= self.done]
        self.run.write_metrics(rows)


def imitate(planner: Planner, found: Examples, config: PPDPPConfig) -> list[dict[str, float]]:
    """Supervised learning in place; the weights with the best held-out loss are kept.

    The rate falls linearly to 0, as in the released code.

    Returns:
        A row per epoch: ``epoch``, ``sft_loss``, ``sft_accuracy`` on what was held out.
    """
    settings, rows = config.settings, list[dict[str, float]]()
    x = planner.encoder(found.seen)
    order = _draws(config.seed, 0).permutation(len(x))
    held, rest = np.split(order, [max(1, int(_HELD_OUT * len(x)))])
    adam = Adam(planner.network, rate=settings.sft_rate, decay=settings.weight_decay)
    best, least = planner.network.copy(), np.inf
    steps = settings.sft_epochs * len(_parts(rest, settings.sft_batch))
    for epoch in range(settings.sft_epochs):
        for batch in _parts(_draws(config.seed, 1 + epoch).permutation(rest), settings.sft_batch):
            adam.rate = settings.sft_rate * (1 - adam.steps / steps)
            weights = np.full(len(batch), 1 / len(batch))
            adam.step(planner.network.gradient(x[batch], found.acts[batch], weights))
        logs = planner.network.log_probabilities(x[held])
        loss = -float(logs[np.arange(len(held)), found.acts[held]].mean())
        right = float((logs.argmax(1) == found.acts[held]).mean())
        rows.append({"epoch": epoch + 1, "sft_loss": loss, "sft_accuracy": right})
        if loss < least:
            best, least = planner.network.copy(), loss
    planner.network.weights.update(best.weights)
    return rows


def _keep(planner: Planner, run: Path) -> None:
    """Make ``planner`` the policy of the run in ``run``."""
    planner.save(run / FOLDER)
    mark_policy(run, KIND)


def _figures(played: ActEpisodes, prefix: str) -> dict[str, float]:
    found = {"return": played.returns, "success": played.success, "length": played.lengths, **played.metrics}
    return {f"{prefix}{name}": float(np.nanmean(values)) for name, values in found.items()}


def _mean_of(values: Floats, groups: Integers) -> Floats:
    """Each row's mean over the rows of its group."""
    sizes = np.maximum(np.bincount(groups), 1)
    return (np.bincount(groups, values) / sizes)[groups]


def _parts(rows: Integers, size: int) -> Sequence[Integers]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _draws(seed: int, use: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=bits(seed, use, STREAM_POLICY)))
