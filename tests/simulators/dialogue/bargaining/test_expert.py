"""The expert, and people who talk to each other."""

import numpy as np
import pytest

from playout.core.random import STREAM_GENERATE, bits_array
from playout.simulators.dialogue.bargaining.acts import ACTS, AGREE, SELLER
from playout.simulators.dialogue.bargaining.converse import LEFT, converse
from playout.simulators.dialogue.bargaining.expert import expert
from playout.simulators.dialogue.bargaining.people import ANYBODY
from playout.simulators.dialogue.bargaining.task import Negotiation
from playout.simulators.dialogue.bargaining.traits import LIMIT, OPENING, TRAITS


@pytest.fixture
def task():
    return Negotiation()


def _one(task, **traits):
    state = task.start(np.ones(1, np.uint64))
    state.traits[0, SELLER] = [
        traits.get(name, 99.0 if name in ("patience", "pride") else 0.0) for name in TRAITS
    ]
    state.willing[0, SELLER] = state.traits[0, SELLER, LIMIT] - state.traits[0, SELLER, OPENING]
    return state


@pytest.mark.parametrize(
    ("traits", "act"),
    [
        ({"limit": 0.0}, "agree"),
        ({"limit": 1.2}, "propose"),
        ({"limit": 0.7}, "counter"),
        ({"limit": 1.2, "opening": 1.0, "pleads": 0.9}, "counter-noprice"),
        ({"limit": 1.2, "opening": 1.0, "yields": 0.9}, "disagree"),
    ],
)
def test_the_expert_finds_what_moves_a_seller(task, traits, act) -> None:
    assert ACTS[expert(_one(task, **traits), 0, task.settings)] == act


def test_people_end_their_talks_by_rule() -> None:
    task = Negotiation(population="fitted", personas=(ANYBODY,), max_turns=24)
    keys = bits_array(np.uint64(2), np.arange(400, dtype=np.uint64), STREAM_GENERATE)
    talks = converse(task.meet(keys), task.settings, np.arange(400) % 2, 24)
    for first, acts, prices, deal in zip(*talks, strict=True):
        said = acts[acts >= 0]
        assert (acts[len(said) :] == -1).all()
        assert (said[:-1] != LEFT).all() and np.isnan(deal) != (said[-1] == AGREE)
        if said[-1] == AGREE:
            other = (first + len(said) - 2) % 2
            mine = prices[other - first :: 2] if other >= first else prices[1::2]
            named = mine[~np.isnan(mine)]
            assert deal == (named[-1] if len(named) else 0.0)
