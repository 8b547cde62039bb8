import numpy as np
import pytest
from gymnasium.spaces import Discrete
from toys import GUESS

from playout.rollouts.lookup import make
from playout.rollouts.worlds import _LegalActions


def test_language_world_shows_text_instructions_and_legal_actions():
    world = make(GUESS, {"max_steps": 2})
    world.begin(7)
    (view,) = world.pending().values()
    assert view.observation == "Begin."
    assert view.legal_actions is not None
    assert len(view.legal_actions) == 16
    assert world.instructions["agent"].startswith("Find my number")
    world.apply({"agent": "nonsense"})
    result = world.apply({"agent": "nonsense"})["agent"]
    assert (result.truncated, result.info["is_success"]) == (True, False)
    assert world.done
    assert not world.pending()


def test_legal_actions_of_discrete_spaces():
    space = Discrete(3, start=1)
    legal = _LegalActions(space)
    assert legal(0, {}) == (1, 2, 3)
    assert legal(0, {"action_mask": np.array([1, 0, 1])}) == (1, 3)
    assert legal({"observation": 0, "action_mask": np.array([0, 1, 0])}, {}) == (2,)
    assert legal(0, {"legal_actions": [2]}) == (2,)
    assert _LegalActions(make("Pendulum-v1").env.action_space)(0, {}) is None


def test_turns_reward_a_seat_when_its_next_turn_comes():
    world = make("toys:toys/nim_seats-v0", {"matches": 2})
    world.begin(0)
    assert list(world.pending()) == ["first"]
    assert world.apply({"first": 0}) == {}
    assert list(world.pending()) == ["second"]
    results = world.apply({"second": 0})
    assert {seat: (one.reward, one.terminated) for seat, one in results.items()} == {
        "first": (-1.0, True),
        "second": (1.0, True),
    }
    assert world.done
    assert world.returns == {"first": -1.0, "second": 1.0}


def test_a_reward_before_the_first_turn_counts_for_the_return():
    world = make("toys:toys/nim_seats-v0", {"matches": 1})
    world.begin(0)
    results = world.apply({"first": 0})
    assert {seat: one.reward for seat, one in results.items()} == {"first": 1.0, "second": -1.0}
    assert world.returns == {"first": 1.0, "second": -1.0}


def test_parallel_seats_act_at_once():
    world = make("toys:toys/pennies_seats-v0")
    world.begin(0)
    for _ in range(3):
        assert set(world.pending()) == {"even", "odd"}
        results = world.apply({"even": 0, "odd": 1})
    assert results["odd"].reward == 1.0
    assert world.done
    assert world.returns == {"even": -3.0, "odd": 3.0}


@pytest.mark.parametrize("env_id", [GUESS, "toys:toys/nim_seats-v0"])
def test_save_and_load_bring_back_world_and_face(env_id):
    def play_on(world):
        seen = []
        while not world.done:
            ((seat, view),) = world.pending().items()
            seen.append((seat, view.observation, world.apply({seat: view.legal_actions[0]})))
        return seen, dict(world.returns)

    world = make(env_id)
    world.begin(1)
    ((seat, view),) = world.pending().items()
    world.apply({seat: view.legal_actions[1]})
    saved = world.save()
    first = play_on(world)
    world.load(saved)
    assert play_on(world) == first
    world.load(saved)
    assert play_on(world) == first


def test_frames_come_from_the_world_or_from_what_is_seen():
    world = make("FrozenLake-v1")
    world.begin(0)
    assert world.frame().to_json() == {
        "kind": "chat",
        "messages": [{"speaker": "world", "text": "0", "note": ""}],
    }
