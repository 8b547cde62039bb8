"""Many games in one call against Gymnasium's own loop over single ones."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import playout
from playout.core import Snapshot
from playout.core.errors import WrongUse
from playout.core.random import Stream
from playout.envs.household.vector import HouseholdVectorEnv

ID, N, STEPS = "playout/Household-v0", 5, 80


@pytest.fixture
def pair(rooms):
    """Gymnasium's loop, and ours, over the same rooms."""

    def made(mode=AutoresetMode.NEXT_STEP, **options):
        options = {"source": rooms(), "max_steps": 12, "rewards": "dyna_mind", **options}
        sync = gym.make_vec(
            ID, N, vectorization_mode="sync", vector_kwargs={"autoreset_mode": mode}, **options
        )
        vector = gym.make_vec(ID, N, autoreset_mode=mode, **options)
        assert type(sync.unwrapped) is SyncVectorEnv and type(vector.unwrapped) is HouseholdVectorEnv
        return sync, vector

    return made


def assert_same(one, two):
    """Results of reset or step."""
    assert tuple(one[0]) == tuple(two[0])
    for left, right in zip(one[1:-1], two[1:-1], strict=True):
        assert left.dtype == right.dtype
        np.testing.assert_array_equal(left, right)
    assert_same_info(one[-1], two[-1])


def assert_same_info(one, two):
    assert one.keys() == two.keys()
    for name, left in one.items():
        right = two[name]
        if isinstance(left, dict):
            assert_same_info(left, right)
        else:
            assert left.dtype == right.dtype and left.tolist() == right.tolist(), name


class Player:
    """Half of the time the expert, else anything legal, now and then nonsense."""

    def __init__(self, seed=0):
        self.draws = Stream(seed)

    def __call__(self, vector, legal):
        return [self._command(vector, i, tuple(legal[i] or ())) for i in range(N)]

    def _command(self, vector, index, legal):
        kind = self.draws.below(8)
        if not legal or kind == 0:
            return "jump"
        plan = playout.privileged(vector, index)["expert_plan"]
        return plan[0] if plan and kind < 5 else self.draws.choice(legal)


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_the_vector_is_n_single_ones(pair, mode):
    sync, vector = pair(mode)
    one, two = sync.reset(seed=3), vector.reset(seed=3)
    assert_same(one, two)
    player, won, lost, ended = Player(), 0, 0, np.zeros(N, bool)
    for _ in range(STEPS):
        commands = player(vector, two[-1]["legal_actions"])
        one, two = sync.step(tuple(commands)), vector.step(commands)
        assert_same(one, two)
        won, lost, ended = won + one[2].sum(), lost + one[3].sum(), one[2] | one[3]
        if mode == AutoresetMode.DISABLED and ended.any():
            one, two = (envs.reset(options={"reset_mask": ended}) for envs in (sync, vector))
            assert_same(one, two)
            two = vector.unwrapped._env_obs, {"legal_actions": [env.legal_actions() for env in vector.envs]}
    assert won and lost


def test_seeds_in_a_list_and_a_reset_in_the_middle(pair):
    sync, vector = pair()
    for seed in ([7, 1, 7, 0, 2**40], None, 11, [None, 5, 9, None, 3]):
        assert_same(sync.reset(seed=seed), vector.reset(seed=seed))
        for command in ("look", "go to drawer 1", "help") * 4:
            assert_same(sync.step((command,) * N), vector.step((command,) * N))


def test_the_copies_share_their_games(pair):
    _, vector = pair()
    assert len({id(env.source) for env in vector.unwrapped.envs}) == 1


@pytest.mark.parametrize("moment", ["in an episode", "where one has ended"])
def test_one_copy_can_be_saved_and_restored(pair, moment):
    _, vector = pair()
    info, player, ends = vector.reset(seed=0)[1], Player(1), [False] * N
    while ends[2] != (moment == "where one has ended") or not playout.snapshot(vector, 2).state["t"]:
        _, _, terminated, truncated, info = vector.step(player(vector, info["legal_actions"]))
        ends = terminated | truncated
    saved = Snapshot.from_json(playout.snapshot(vector, 2).to_json())
    played, expected = [], []
    for _ in range(20):
        played.append(player(vector, info["legal_actions"]))
        *result, info = vector.step(played[-1])
        expected.append([part[2] for part in result])
    playout.restore(vector, saved, 2)
    again = [vector.step(commands) for commands in played]
    assert [[part[2] for part in result[:4]] for result in again] == expected


def test_wrong_numbers_of_commands_and_seeds(pair):
    _, vector = pair()
    vector.reset(seed=0)
    with pytest.raises(WrongUse, match="expected 5 commands, got 1"):
        vector.step(["look"])
    with pytest.raises(ValueError, match="seeds"):
        vector.reset(seed=[1, 2])


def test_it_must_be_reset_first(pair):
    _, vector = pair()
    with pytest.raises(ResetNeeded):
        vector.step(["look"] * N)


def test_it_says_what_it_is(pair):
    _, vector = pair(AutoresetMode.SAME_STEP)
    assert vector.metadata["autoreset_mode"] == AutoresetMode.SAME_STEP
    assert vector.spec.id == ID
