"""The cells of the experiment: planners that learn, the reference that learns longer, and who is how good.

Equal numbers of episodes are equal people, cases and luck for whoever plans.
"""

from collections.abc import Mapping
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from playout.agents.planner.encoders import Seen
from playout.agents.planner.planner import ActPolicy, Planner
from playout.agents.planner.policies import policy_named
from playout.evaluation.act_use import act_entropy, act_information, success_by_turn
from playout.training.act_episodes import ActEpisodes
from playout.training.planner_data import Dialogues
from playout.training.settings import PPDPPConfig, PPDPPSettings, PPOConfig, PPOUpdate, VectorPPOSettings

RUN = "run"
"""Folder of a cell's run in that of the cell."""


def learn(
    folder: Path, *, env: str, kwargs: Mapping[str, Any], encoder: str, seed: int, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """PPDPP; the last row of its curves."""
    from playout.training.ppdpp import ppdpp

    began = process_time()
    config = PPDPPConfig(
        env=env, env_kwargs=kwargs, encoder=encoder, seed=seed, settings=PPDPPSettings(**settings)
    )
    (*_, last) = ppdpp(config, out=folder / RUN, resume=True).metrics()
    return {"cpu_seconds": round(process_time() - began, 1), "last": last}


def learn_longer(
    folder: Path, *, env: str, kwargs: Mapping[str, Any], seed: int, iterations: int
) -> dict[str, Any]:
    """PPO with a critic; how many dialogues it has had."""
    from playout.training.vector_ppo import ppo

    began = process_time()
    settings = VectorPPOSettings(
        iterations=iterations, copies=64, steps=32, width=64, learning_rate=3e-3, save_every=iterations,
        threads=1, update=PPOUpdate(discount=0.999, entropy=0.01),
    )  # fmt: skip
    config = PPOConfig(env=env, env_kwargs={**kwargs, "split": "train"}, seed=seed, settings=settings)
    rows = list(ppo(config, out=folder / RUN, resume=True).metrics())
    episodes = sum(row["episodes"] for row in rows)
    return {"cpu_seconds": round(process_time() - began, 1), "episodes": episodes}


def judge(
    folder: Path,
    *,
    env: str,
    kwargs: Mapping[str, Any],
    encoder: str,
    split: str,
    episodes: int,
    seeds: int,
    policies: Mapping[str, tuple[str, bool]],
) -> dict[str, dict[str, Any]]:
    """Let every policy talk with the same people.

    Args:
        folder: of this cell, beside those that trained.
        env: the world.
        kwargs: its arguments, but for the split.
        encoder: what planners read.
        split: of people and cases.
        episodes: of each policy and seed.
        seeds: of the trainings and of what is drawn.
        policies: name -> what it is, and whether it draws its acts. It is a policy that learns nothing, by
            name, or the folder, beside this cell's, of a planner or a run of PPO, with ``{seed}`` for the
            number.

    Returns:
        For each policy ``return``, ``success``, ``length`` and metrics, float[seeds][episodes], and
        ``entropy``, ``information`` (nats) and ``success_by_turn`` of each seed.
    """
    dialogues, numbers = Dialogues(env, kwargs, encoder), np.arange(episodes)
    found = {}
    for name, (source, draws) in policies.items():
        rows = []
        for seed in range(seeds):
            policy = _policy(folder.parent, source.format(seed=seed), dialogues)
            sample = seed if draws else None
            rows.append(_row(dialogues.play(split, policy, numbers, sample=sample, look=True)))
        found[name] = {key: [row[key] for row in rows] for key in rows[0]}
    return found


def _row(played: ActEpisodes) -> dict[str, Any]:
    kinds = played.kinds[played.episode]
    columns = {"return": played.returns, "success": played.success, "length": played.lengths}
    if "sl" in played.metrics:
        sl, deal = played.metrics["sl"], played.metrics["deal"] > 0
        columns |= {"sl": sl, "sl_given_a_deal": np.where(deal, sl, np.nan)}
    return {
        **{name: _listed(column) for name, column in columns.items()},
        "entropy": act_entropy(played.acts),
        "information": act_information(played.acts, kinds),
        "success_by_turn": _listed(success_by_turn(played.success, played.lengths)),
    }


def _listed(values: np.ndarray) -> list[float | None]:
    """For JSON: four digits, None for what is not known."""
    return [None if np.isnan(value) else round(float(value), 4) for value in values]


def _policy(cells: Path, source: str, dialogues: Dialogues) -> ActPolicy:
    if "/" not in source:
        return policy_named(source, dialogues.task)
    from playout.training import actor_policy

    if (cells / source / actor_policy.FOLDER).is_dir():
        return _Actor(actor_policy.load(cells / source), dialogues.task.acts)
    return Planner.load(cells / source)


class _Actor:
    """The actor of PPO as a policy over acts."""

    def __init__(self, network: Any, acts: tuple[str, ...]) -> None:
        self._network, self.acts = network, acts

    def log_probabilities(self, seen: Seen) -> np.ndarray:
        """float64[N, A]."""
        import torch

        observed = {"acts": torch.as_tensor(seen.acts), "features": torch.as_tensor(seen.features)}
        with torch.inference_mode():
            logs = self._network.policy(observed).logprobs
        return logs.reshape(len(seen), -1).double().numpy()
