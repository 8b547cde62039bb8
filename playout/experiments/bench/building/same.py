"""Whether ``batch`` plays as the compiled rules do: both take the same actions, all they say is compared."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import torch

from playout.simulators.building import copies
from playout.simulators.building.actions import MOVE, TYPE_NAMES, Planes
from playout.simulators.building.batch import BuildingBatch, State
from playout.simulators.building.blocks import BLOCKS
from playout.simulators.building.game import Game, GameConfig


@dataclass(slots=True)
class Same:
    """What was equal."""

    joint_steps: int = 0
    """In states, legal actions, observations, rewards and ends."""
    done: dict[str, int] = field(default_factory=dict)
    """Actions that did something, by type."""
    terminated: int = 0
    truncated: int = 0


def compare(
    config: GameConfig, *, n: int, steps: int, built: float = 0.25, seed: int = 0, device: str = "cpu"
) -> Same:
    """Play ``n`` copies both ways, with restarts.

    Of the actions that are not a builder's two thirds are legal (the type first, then which), the others any.

    Args:
        config: of the game.
        n: copies.
        steps: of each.
        built: share of the actions that are a builder's, who takes the wrong block now and then.
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


def draw_actions(
    game: Game, who: int, mask: np.ndarray, built: float, rng: np.random.Generator
) -> np.ndarray:
    """Actions of a player, int64[N, 3]; see :func:`compare`.

    Args:
        game: N copies.
        who: the player.
        mask: uint8[N, A], the legal actions.
        built: share of the actions that are a builder's.
        rng: decides.
    """
    n, numbering = len(mask), game.numbering
    legal = mask * rng.random(mask.shape, dtype=np.float32)
    edges = [0, 1, numbering.breaks, numbering.moves, numbering.gives, numbering.count]
    groups = [(start, end) for start, end in pairwise(edges) if start < end]
    best = np.stack([legal[:, start:end].max(1) for start, end in groups], 1)
    group = ((best > 0) * rng.random(best.shape)).argmax(1)
    flat = np.array([start + legal[i, start:end].argmax() for i, (start, end) in _chosen(groups, group)])
    parts = numbering.decode(flat)
    expert, _ = game.person(who)
    wrong = (rng.random(n) < 0.1)[:, None] & (np.arange(3) == 2) & (expert[:, :1] < MOVE)
    expert = np.where(wrong, rng.integers(0, BLOCKS, (n, 1)), expert)
    anything = numbering.decode(rng.integers(0, numbering.count, n))
    parts = np.where((rng.random(n) < 2 / 3)[:, None], parts, anything)
    return np.where((rng.random(n) < built)[:, None], expert, parts)


def _chosen(groups: list[tuple[int, int]], group: np.ndarray) -> list[tuple[int, tuple[int, int]]]:
    return [(i, groups[number]) for i, number in enumerate(group)]


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
