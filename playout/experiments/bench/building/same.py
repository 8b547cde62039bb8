"""Whether ``batch`` plays as the compiled rules do: both take the same actions, all they say is compared."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from playout.experiments.bench.building.drawing import draw_actions
from playout.simulators.building import copies
from playout.simulators.building.actions import TYPE_NAMES, Planes
from playout.simulators.building.batch import BuildingBatch, State
from playout.simulators.building.blocks import PRESETS
from playout.simulators.building.game import Game, GameConfig
from playout.simulators.building.goals.bank import goals_of
from playout.simulators.building.rewards import Rewards

UNEVEN = Rewards(
    place_wrong=-0.5, incorrect=-0.25, noop=-0.125, action=-0.0625, get_resources=0.3, own_share=0.25
)
"""Rewards that tell all cases apart."""
N = 256
# Size, variant, steps of each of the copies.
GAMES: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("tiny", {}, 128),
    ("small", {}, 128),
    ("paper", {}, 96),
    ("small", {"finite": True, "rewards": UNEVEN}, 32),
    ("small", {"players": 3, "own_cell": True, "rewards": UNEVEN, "patience": 9}, 24),
)


@dataclass(slots=True)
class Same:
    """What was equal."""

    joint_steps: int = 0
    """In states, legal actions, observations, rewards and ends."""
    done: dict[str, int] = field(default_factory=dict)
    """Actions that did something, by type."""
    terminated: int = 0
    truncated: int = 0


def game_of(size: str, **options: Any) -> GameConfig:
    """Short games on a few goals."""
    goals = goals_of(PRESETS[size], "valid", number=8, palette=options.get("finite", False))
    return GameConfig(size=size, goals=goals, max_steps=30, finish_at=0.5, **options)


def batch_is_the_rules() -> dict[str, int]:
    """Joint steps that were equal in each of ``GAMES``; AssertionError where one is not."""
    return {
        " ".join([size, *options]): compare(game_of(size, **options), n=N, steps=steps).joint_steps
        for size, options, steps in GAMES
    }


def compare(
    config: GameConfig, *, n: int, steps: int, built: float = 0.25, seed: int = 0, device: str = "cpu"
) -> Same:
    """Play ``n`` copies both ways, with restarts.

    Args:
        config: of the game.
        n: copies.
        steps: of each.
        built: share of the actions that are a builder's; see ``drawing``.
        seed: decides keys and actions.
        device: of the torch side.

    Raises:
        AssertionError: something differs; says what and in which step.
    """
    same = Same()
    rng, game, batch = np.random.default_rng(seed), Game(config, n), BuildingBatch(config, device=device)
    keys = rng.integers(0, 1 << 63, n, dtype=np.uint64)
    game.state.key[:], game.state.episode[:] = keys, 0
    game.start()
    state = batch.reset(torch.from_numpy(keys.view(np.int64)).to(device))
    for step in range(steps):
        where = f"step {step}"
        _same_state(game, state, where)
        masks = [_same_view(game, batch, state, who, where) for who in range(config.players)]
        actions = np.stack(
            [draw_actions(game, who, masks[who], built, rng) for who in range(config.players)], 1
        )
        game.step(actions)
        before = [array.clone() for array in state]
        stepped = batch.step(state, torch.from_numpy(actions).to(device))
        for name, old, now in zip(State._fields, before, state, strict=True):
            assert torch.equal(old, now), f"{where}: {name} of the old state has changed"
        _same("reward", game.out.reward, stepped.reward, where, within=1e-5)
        _same("own_reward", game.out.own_reward, stepped.metrics["own_reward"], where, within=1e-5)
        _same("effective", game.out.effective, stepped.metrics["effective"], where)
        _same("terminated", game.out.terminated, stepped.terminated, where)
        _same("truncated", game.out.truncated, stepped.truncated, where)
        state = stepped.state
        _note(same, game, actions)
        ended = game.state.counters[:, copies.ENDED].astype(bool) & (rng.random(n) < 0.9)
        game.state.episode[ended] += np.uint64(1)
        game.start(ended)
        state = batch.restart(state, torch.from_numpy(ended).to(device))
    return same


def _note(same: Same, game: Game, actions: np.ndarray) -> None:
    same.joint_steps += game.n
    same.terminated += int(game.out.terminated.sum())
    same.truncated += int(game.out.truncated.sum())
    for kind in actions[..., 0][game.out.effective].tolist():
        name = TYPE_NAMES[kind]
        same.done[name] = same.done.get(name, 0) + 1


def _same_state(game: Game, state: State, where: str) -> None:
    mine = game.state
    for name in ("blocks", "last", "players", "inventory"):
        _same(name, getattr(mine.scene, name), getattr(state, name), where)
    for name in ("goal", "counters", "tallies", "level"):
        _same(name, getattr(mine, name), getattr(state, name), where)
    _same("best", mine.best, state.best, where, within=1e-9)


def _same_view(game: Game, batch: BuildingBatch, state: State, who: int, where: str) -> np.ndarray:
    """Compare what a player sees and can do; its legal actions, uint8[N, A]."""
    planes, theirs = game.legal(who), batch.legal(state, who)
    for name in Planes._fields:
        _same(f"legal {name} of {who}", getattr(planes, name), getattr(theirs, name), where)
    for visible in (True, False):
        seen = batch.observe(state, who, goal_visible=visible)
        _same(f"observation of {who}", game.observe(who, goal_visible=visible), seen, where)
    return game.numbering.mask(planes)


def _same(what: str, expected: np.ndarray, found: torch.Tensor, where: str, *, within: float = 0.0) -> None:
    ours = found.cpu().numpy()
    assert ours.shape == expected.shape, f"{where}: {what} has shape {ours.shape}, not {expected.shape}"
    same = np.isclose(ours, expected, rtol=0, atol=within) if within else ours == expected
    if not same.all():
        at = tuple(map(int, np.argwhere(~same)[0]))
        raise AssertionError(f"{where}: {what} at {at}: rules {expected[at]}, batch {ours[at]}")
