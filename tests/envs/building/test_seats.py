"""Both seats: who sees what, conflicts, and seats and actions that are not there."""

from typing import Any

import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from pettingzoo.test import parallel_api_test, parallel_seed_test

import playout
from playout.core.errors import WrongUse
from playout.envs.building.seats import BuildingSeats
from playout.simulators.building.actions import PLACE, Action
from playout.simulators.building.blocks import PLANKS, WOOL


def made(**options: Any) -> BuildingSeats:
    return BuildingSeats(**{"size": "tiny", **options})


def test_pettingzoo_is_content() -> None:
    parallel_api_test(made(max_steps=30), num_cycles=70)
    parallel_seed_test(made, num_cycles=20)


def test_only_the_human_sees_the_goal() -> None:
    env = made()
    seen, infos = env.reset(seed=4)
    assert seen["human"]["world"][2].any()
    assert not seen["assistant"]["world"][2].any()
    assert (env.privileged()["goal"] == seen["human"]["world"][2]).all()
    assert (seen["human"]["world"][0] == seen["assistant"]["world"][0]).all()
    for seat in env.agents:
        assert infos[seat]["action_mask"].shape == (env.action_space(seat).n,)
        assert env.observation_space(seat).contains(seen[seat])
        players = seen[seat]["world"][4]
        assert (players == 1).sum() in (1, 2), "feet and head, which may be above the world"


def test_a_conflict_goes_to_the_human() -> None:
    env = made(random_start=False)
    env.reset(seed=0)
    numbering, cell = env.game.numbering, int(np.ravel_multi_index((0, 2, 1), env.game.size))
    seen, rewards, _, _, infos = env.step(
        {
            "human": numbering.encode(Action(PLACE, cell, PLANKS)),
            "assistant": numbering.encode(Action(PLACE, cell, WOOL)),
        }
    )
    assert (infos["human"]["effective"], infos["assistant"]["effective"]) == (True, False)
    assert seen["assistant"]["world"][0][0, 2, 1] == PLANKS
    assert (seen["human"]["world"][5][0, 2, 1], seen["assistant"]["world"][5][0, 2, 1]) == (1, 2)
    assert rewards["human"] == rewards["assistant"]


def test_a_seat_that_is_not_named_does_nothing() -> None:
    env = made()
    env.reset(seed=0)
    _, _, _, _, infos = env.step({})
    assert not infos["human"]["effective"]
    assert env.game.state.counters[0, 0] == 1


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        ({"human": -1}, "expected integers from 0 to 1381"),
        ({"human": 0, "assistant": 1382}, "expected integers from 0 to 1381"),
        ({"assistant": 0.5}, "expected integers"),
        ({"assistant": "up"}, "expected integers"),
        ({"guest": 0}, "expected seats human, assistant, got 'guest'"),
    ],
)
def test_bad_input_is_named_and_nothing_happens(actions: dict[str, Any], said: str) -> None:
    env = made()
    env.reset(seed=0)
    before = env.game.save()
    with pytest.raises(WrongUse, match=said):
        env.step(actions)
    after = env.game.save()
    assert all((before[name] == after[name]).all() for name in before)


def test_after_the_end_nobody_acts() -> None:
    env = made(max_steps=1)
    env.reset(seed=0)
    _, _, terminated, truncated, infos = env.step({"human": 0, "assistant": 0})
    assert (terminated["human"], truncated["human"], env.agents) == (False, True, [])
    assert infos["human"]["metrics"].keys() == infos["assistant"]["metrics"].keys()
    with pytest.raises(ResetNeeded):
        env.step({"human": 0})
    env.reset()
    assert env.agents == ["human", "assistant"]


def test_a_snapshot_comes_back() -> None:
    env = made()
    _, infos = env.reset(seed=5)
    rng = np.random.default_rng(0)
    saved, futures = playout.snapshot(env), []
    rows = [rng.choice(np.flatnonzero(infos["human"]["action_mask"]), 2) for _ in range(12)]
    for _ in range(2):
        playout.restore(env, saved)
        for human, assistant in rows:
            seen, *_ = env.step({"human": human, "assistant": assistant})
        futures.append(seen["human"]["world"])
    assert (futures[0] == futures[1]).all()
