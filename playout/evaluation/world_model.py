"""How far ahead a learned world model is right: whole plans, predicted from its own predictions."""

from collections.abc import Mapping
from typing import Any

from playout.core import random
from playout.core.random import Stream
from playout.language.news import without_refusal
from playout.rollouts import lookup
from playout.simulators.learned import LearnedWorld

_STREAM = 0x0F0A


def open_loop(
    model: LearnedWorld,
    env: str,
    env_kwargs: Mapping[str, Any],
    *,
    episodes: int = 500,
    horizon: int = 5,
    seed: int = 0,
) -> dict[str, float]:
    """Share of states that are exact after 1 to ``horizon`` random actions from where episodes begin.

    The actions are all kinds that the world ever lists, so some are refused. Where an episode ends, the
    end is what has to be predicted, and nothing after it counts.

    Returns:
        ``h1`` to the last, and ``ends``: the share of ends that were predicted when they came.
    """
    world: Any = lookup.make_single(env, env_kwargs).env
    starts, known = [], dict[str, None]()
    for number in range(episodes):
        seen, info = world.reset(seed=seed + number)
        starts.append(without_refusal(seen, info))
        known |= dict.fromkeys(info.get("legal_actions") or ())
    plans = [_plan(random.bits(seed, number, _STREAM), tuple(known), horizon) for number in range(episodes)]
    right, asked, ends = [0] * horizon, [0] * horizon, [0, 0]
    truths = [_truth(world, seed + number, plan) for number, plan in enumerate(plans)]
    said, live = list(starts), list(range(episodes))
    for depth in range(horizon):
        live = [number for number in live if depth < len(truths[number])]
        found = model.predict([said[number] for number in live], [plans[number][depth] for number in live])
        for number, then in zip(live, found, strict=True):
            observation, ended = truths[number][depth]
            said[number] = then.observation
            asked[depth] += 1
            right[depth] += then.read and then.observation == observation and then.ended == ended
            ends[0] += ended and then.ended
            ends[1] += ended
    shares = {f"h{depth + 1}": right[depth] / asked[depth] for depth in range(horizon) if asked[depth]}
    return {**shares, **({"ends": ends[0] / ends[1]} if ends[1] else {})}


def _plan(key: int, actions: tuple[str, ...], horizon: int) -> list[str]:
    draw = Stream(key)
    return [draw.choice(actions) for _ in range(horizon)]


def _truth(world: Any, seed: int, plan: list[str]) -> list[tuple[str, bool]]:
    """What is seen after each action, and whether that was the end; the step limit just stops it."""
    world.reset(seed=seed)
    found = []
    for action in plan:
        seen, _, terminated, truncated, info = world.step(action)
        found.append((without_refusal(seen, info), bool(terminated)))
        if terminated or truncated:
            break
    return found
