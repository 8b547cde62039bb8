import numpy as np
import pytest
from toys import GUESS

from playout.core import Decision
from playout.rollouts.live import LiveEpisode, Player, fingerprint
from playout.rollouts.lookup import make


@pytest.mark.parametrize(
    ("seen", "again", "other"),
    [
        ("√", "√", "x"),
        (3, np.int64(3), 4),
        (np.zeros(3), np.zeros(3), np.array([0.0, 0.0, 1e-9])),
        ({"a": np.ones(2), "b": "x"}, {"a": np.ones(2), "b": "x"}, {"a": np.ones(2), "b": "y"}),
        ((1, [np.ones(2)]), (1, [np.ones(2)]), (1, [np.zeros(2)])),
    ],
)
def test_fingerprints_are_equal_where_observations_are(seen, again, other):
    assert fingerprint(seen) == fingerprint(again)
    assert fingerprint(seen) != fingerprint(other)
    assert len({fingerprint(seen), fingerprint(again)}) == 1


class Nobody:
    needs: frozenset[str] = frozenset()

    def act(self, turns):
        raise NotImplementedError


def test_what_was_recorded_goes_back_with_the_world():
    world = make(GUESS)
    live = LiveEpisode(world, {"agent": Player.of(Nobody())}, 0, 3)

    def do(action):
        live.hear("agent", Decision(action=action), 0.0)
        live.advance()

    do("guess 1")
    before, saved, there = live.finish(), live.save(), world.save()
    do("nonsense")
    do("nonsense")
    assert live.finish().outcome.metrics["invalid_rate"] > 0
    live.load(saved)
    world.load(there)
    assert live.finish().steps == before.steps
    assert live.finish().outcome == before.outcome


def test_metrics_that_are_no_numbers_stay_out():
    class Odd:
        """A foreign environment with ideas of its own."""

        observation_space = action_space = None
        unwrapped = property(lambda self: self)

        def reset(self, *, seed):
            return 0, {}

        def step(self, action):
            metrics = {"n": np.int8(2), "ok": np.bool_(True), "name": "x", "more": {}, "none": None}
            return 0, 1, True, False, {"is_success": np.bool_(False), "metrics": metrics}

    from playout.rollouts.worlds import GymnasiumWorld

    live = LiveEpisode(GymnasiumWorld(Odd(), "odd", {}), {"agent": Player.of(Nobody())}, 0, 0)
    live.hear("agent", Decision(action=0), 0.0)
    live.advance()
    outcome = live.finish().outcome
    assert outcome.is_success is False
    assert outcome.metrics == {"invalid_rate": 0.0, "revisit_rate": 1.0, "n": 2.0, "ok": 1.0}
