"""B2: joint steps per second at the paper's size with two players, everything they see written out.

The actions are drawn beforehand as ``same`` draws them. The released code makes 1.5 to 2.1 thousand joint
steps per CPU second, with the mask of both players 0.6 thousand (as measured once, not in this run).
"""

from collections.abc import Callable

import numpy as np

from playout.envs.building.seats import BuildingSeats
from playout.experiments.bench.building.drawing import draw_actions
from playout.experiments.bench.suite import Bar, Context, at_least, at_most
from playout.experiments.bench.timing import Rate, rate
from playout.simulators.building.blocks import PRESETS
from playout.simulators.building.copies import ENDED
from playout.simulators.building.game import Game, GameConfig
from playout.simulators.building.goals.bank import goals_of

COPIES, ROWS = 1024, 48
AT_LEAST = {"compiled": 200_000.0, "compiled_with_masks": 50_000.0, "pettingzoo": 5_000.0, "torch": 50_000.0}
AT_MOST = {"reset_microseconds": 50.0}


def speed(context: Context) -> Bar:
    """B2: compiled, with legal actions, as one PettingZoo environment, resets, and on torch."""
    config = GameConfig(size="paper", goals=goals_of(PRESETS["paper"], "valid"))
    rows = drawn_rows(config, COPIES, ROWS)
    rates = {
        "compiled": rate(_compiled(config, rows, masks=False)),
        "compiled_with_masks": rate(_compiled(config, rows, masks=True)),
        "compiled_with_flat_masks": rate(_compiled(config, rows[:8], masks=True, flat=True)),
        "pettingzoo": rate(_one_environment(config)),
        "pettingzoo_reset": rate(_one_reset(config)),
        "reset": rate(_resets(config)),
    }
    note = f"joint steps per CPU second, N = {COPIES}, both players' observations written each step"
    try:
        rates |= _torch_rates(config, rows)
    except ImportError:
        note += "; torch is not installed: pip install 'playout[torch]'"
    value = {name: round(rates[name].cpu) for name in AT_LEAST if name in rates}
    resets = {"reset_microseconds": round(1e6 / rates["reset"].cpu, 2)}
    met = at_most(resets, AT_MOST) and at_least(value, {name: AT_LEAST[name] for name in value})
    return Bar(
        value={**value, **resets},
        bar={**AT_LEAST, **AT_MOST},
        met=met if "torch" in rates else None,
        note=note,
        figures={name: found.figures() for name, found in rates.items()},
    )


def drawn_rows(config: GameConfig, n: int, rows: int) -> list[np.ndarray]:
    """Actions of a game in play, int64[N, P, 3] each: half legal, a quarter builders', a quarter any."""
    rng, game = np.random.default_rng(0), _started(config, n)
    drawn = []
    for _ in range(rows):
        masks = [game.numbering.mask(game.legal(who)) for who in range(config.players)]
        actions = [draw_actions(game, who, mask, 0.25, rng) for who, mask in enumerate(masks)]
        drawn.append(np.stack(actions, 1))
        game.step(drawn[-1])
    return drawn


def _started(config: GameConfig, n: int) -> Game:
    game = Game(config, n)
    game.state.key[:] = np.arange(n)
    game.start()
    return game


def _compiled(
    config: GameConfig, rows: list[np.ndarray], *, masks: bool, flat: bool = False
) -> Callable[[], int]:
    """All rows once, what both players see, and with ``masks`` can do, told after each; the work in it."""
    game = _started(config, COPIES)
    worlds = [game.observe(who, goal_visible=True) for who in range(config.players)]

    def play() -> int:
        game.start()
        for actions in rows:
            game.step(actions)
            for who, world in enumerate(worlds):
                game.observe(who, goal_visible=who == 0, out=world)
                if masks:
                    planes = game.legal(who)
                    if flat:
                        game.numbering.mask(planes)
        return COPIES * len(rows)

    return play


def _resets(config: GameConfig) -> Callable[[], int]:
    game = _started(config, COPIES)

    def reset() -> int:
        game.state.episode[:] += np.uint64(1)
        game.start()
        return COPIES

    return reset


def _one_environment(config: GameConfig) -> Callable[[], int]:
    """A PettingZoo environment whose builders do what they would, each step with both masks."""
    env = BuildingSeats(size=config.size, goals=config.goals)
    env.reset(seed=0)
    played = []
    while not env.game.state.counters[0, ENDED] and len(played) < 200:
        joint = [env.game.numbering.flat(env.game.person(who)[0])[0] for who in range(2)]
        played.append(dict(zip(env.possible_agents, map(int, joint), strict=True)))
        env.step(played[-1])

    def play() -> int:
        env.reset(seed=0)
        for actions in played:
            env.step(actions)
        return len(played)

    return play


def _one_reset(config: GameConfig) -> Callable[[], int]:
    env = BuildingSeats(size=config.size, goals=config.goals)

    def reset() -> int:
        env.reset(seed=0)
        return 1

    return reset


def _torch_rates(config: GameConfig, rows: list[np.ndarray]) -> dict[str, Rate]:
    """On torch, on the CPU and one thread: with observations, and with the legal actions too."""
    import torch

    from playout.simulators.building.batch import BuildingBatch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    batch = BuildingBatch(config)
    keys, actions = torch.arange(COPIES), [torch.from_numpy(row) for row in rows]
    start = batch.reset(keys)

    def play(masks: bool) -> int:
        # All rows are played between two restarts; two of them are too few to restart for.
        state = start if masks else batch.reset(keys)
        for joint in actions[: 2 if masks else len(actions)]:
            state = batch.step(state, joint).state
            for who in range(config.players):
                batch.observe(state, who, goal_visible=who == 0)
                if masks:
                    batch.legal(state, who)
        return COPIES * (2 if masks else len(actions))

    rates = {"torch": rate(lambda: play(False)), "torch_with_masks": rate(lambda: play(True))}
    torch.set_num_threads(threads)
    return rates
