"""R9: visits at claim level per CPU second, many at once, the customer included."""

from typing import Any

import numpy as np

from playout.experiments.bench.suite import Bar, Context
from playout.experiments.bench.timing import rate

COPIES = 4096
STEPS = 50


def episodes(context: Context) -> Bar:
    """R9: episodes of ``playout/ConsultancyClaims-v0`` through ``gym.make_vec``, resets included."""
    import gymnasium as gym

    import playout  # noqa: F401  (registers the ids)

    rates = {}
    for mode in ("next_step", "same_step"):
        autoreset: Any = {"next_step": "NextStep", "same_step": "SameStep"}[mode]
        envs = gym.make_vec(
            "playout/ConsultancyClaims-v0", COPIES, "vector_entry_point", autoreset_mode=autoreset
        )
        envs.reset(seed=0)
        space = envs.single_action_space
        generator = np.random.Generator(np.random.Philox(key=1))
        actions = generator.integers(0, np.array(space.nvec), (STEPS, COPIES, len(space.nvec)))  # type: ignore

        def play(envs: gym.vector.VectorEnv = envs, actions: np.ndarray = actions) -> int:
            ended = 0
            for action in actions:
                _, _, terminated, truncated, _ = envs.step(action)
                ended += int((terminated | truncated).sum())
            return ended

        rates[mode] = rate(play, seconds=1.0)
    best = max(rates.values(), key=lambda found: found.cpu)
    value = {"episodes_per_second": round(best.cpu)}
    return Bar(
        value=value,
        bar={"episodes_per_second": 1_000_000},
        met=best.cpu >= 1e6,
        note=f"{COPIES} copies of one visit each, random advice; people, ratings and infos included",
        figures={name: found.figures() for name, found in rates.items()},
    )
