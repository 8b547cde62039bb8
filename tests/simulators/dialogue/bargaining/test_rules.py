"""The rule book of bargaining, line by line, with people made for the purpose."""

import numpy as np
import pytest

from playout.core.random import STREAM_GENERATE, bits_array
from playout.simulators.dialogue.bargaining import rules
from playout.simulators.dialogue.bargaining.acts import (
    ACTS,
    AGREE,
    BUYER,
    COUNTER,
    DISAGREE,
    INFORM,
    INQUIRE,
    LEAVES,
    N_ACTS,
    PROPOSE,
    SELLER,
    VAGUE,
)  # fmt: skip
from playout.simulators.dialogue.bargaining.task import Negotiation
from playout.simulators.dialogue.bargaining.traits import (
    GIVES,
    LIMIT,
    OPENING,
    PATIENCE,
    PLEADS,
    PRIDE,
    TOUCHY,
    TRADES,
    TRAITS,
    WARMS,
    YIELDS,
)  # fmt: skip

PLAIN = {
    LIMIT: 0.8, OPENING: 0.6, GIVES: 0.5, TRADES: 0.0, YIELDS: 0.0, PLEADS: 0.0, WARMS: 0.0, PATIENCE: 99.0,
    PRIDE: 99.0, TOUCHY: 0.0,
}  # fmt: skip


@pytest.fixture
def task():
    return Negotiation()


def _keys(n):
    return bits_array(np.uint64(3), np.arange(n, dtype=np.uint64), STREAM_GENERATE)


def _with(task, n=1, **traits):
    """Sellers with these traits."""
    state = task.start(_keys(n))
    values = PLAIN | {TRAITS.index(name): value for name, value in traits.items()}
    for trait, value in values.items():
        state.traits[:, SELLER, trait] = value
    state.willing[:, SELLER] = values[LIMIT] - values[OPENING]
    return state


def _do(task, state, act, price=np.nan):
    reward = np.empty(len(state.key), np.float32)
    acts = np.full(len(state.key), ACTS.index(act))
    rules.step(state, acts, np.full(len(state.key), price), task.settings, reward)
    return reward


def test_an_episode_begins_with_the_list_price_in_some_tone(task) -> None:
    state = task.start(_keys(400))
    assert (state.reply % N_ACTS == PROPOSE).all() and (state.standing[:, SELLER] == 0).all()
    assert len(set(state.reply.tolist())) == 4
    assert np.isnan(state.standing[:, BUYER]).all()


def test_agree_takes_the_sellers_price_and_ends(task) -> None:
    state = _with(task)
    assert _do(task, state, "agree")[0] == 0.0
    assert state.success[0] and state.deal[0] == 0.0 and rules.over(state, 0)
    assert _do(task, state, "counter")[0] == 0.0, "nothing happens after the end"
    assert state.turn[0] == 1


def test_a_seller_accepts_what_asks_no_more_than_they_are_ready_to_give(task) -> None:
    state = _with(task)
    assert _do(task, state, "propose", 0.2)[0] == pytest.approx(0.2)
    assert state.deal[0] == 0.2 and state.reply[0] % N_ACTS == AGREE
    state = _with(task)
    assert _do(task, state, "propose", 0.21)[0] == pytest.approx(-0.1)
    assert state.verdict[0] == 0


@pytest.mark.parametrize(
    ("trait", "act"),
    [("trades", "counter"), ("yields", "disagree"), ("pleads", "counter-noprice"), ("warms", "inquire")],
)
def test_each_pull_answers_its_own_acts(task, trait, act) -> None:
    moved, still = _with(task, **{trait: 0.5}), _with(task)
    for state in (moved, still):
        _do(task, state, act)
    assert moved.willing[0, SELLER] == pytest.approx(0.2 + 0.5 * 0.6)
    assert still.willing[0, SELLER] == pytest.approx(0.2)


def test_the_same_again_pulls_half_as_much_and_talk_only_once(task) -> None:
    state = _with(task, pleads=0.5, warms=0.5)
    found = []
    for act in ("counter-noprice", "counter-noprice", "inform", "inform"):
        before = state.willing[0, SELLER]
        _do(task, state, act)
        found.append((state.willing[0, SELLER] - before) / (0.8 - before))
    np.testing.assert_allclose(found, [0.5, 0.25, 0.5, 0.0], atol=1e-9)


def test_holding_a_price_yields_and_a_new_one_trades(task) -> None:
    state = _with(task, trades=0.5)
    _do(task, state, "propose")
    first = state.willing[0, SELLER]
    _do(task, state, "propose")
    assert state.standing[0, BUYER] == 1.0 and state.willing[0, SELLER] == first
    _do(task, state, "counter")
    assert state.standing[0, BUYER] < 1.0 and state.willing[0, SELLER] > first


def test_too_low_an_offer_offends_and_undoes_what_was_won(task) -> None:
    state = _with(task, pleads=0.5, pride=0.1, n=300, touchy=0.6)
    _do(task, state, "counter-noprice")
    reward = _do(task, state, "propose", 0.95)
    np.testing.assert_allclose(state.willing[:, SELLER], 0.2)
    left = state.left == SELLER
    assert 0.5 < left.mean() < 0.7 and (state.reply[left] == LEAVES).all()
    np.testing.assert_allclose(reward[left], -0.1 * 7, atol=1e-6)
    polite = Negotiation(walk_away=False)
    state = _with(polite, pride=0.1, n=300, touchy=0.6)
    _do(polite, state, "propose", 0.95)
    assert (state.left == rules.NOTHING).all()


def test_patience_ends(task) -> None:
    state = _with(task, n=400, patience=1.0)
    _do(task, state, "inquire")
    assert (state.left == rules.NOTHING).all()
    _do(task, state, "inform")
    assert 0.15 < (state.left == SELLER).mean() < 0.35


def test_sellers_never_name_less_than_they_would_take(task) -> None:
    state = task.start(_keys(500))
    rng = np.random.default_rng(0)
    for _ in range(task.max_turns):
        task.step(state, rng.choice([COUNTER, VAGUE, DISAGREE, INFORM, INQUIRE, PROPOSE], 500))
        asked = state.standing[:, SELLER]
        assert (asked <= np.maximum(state.traits[:, SELLER, LIMIT], 0.0) + 1e-9).all()


def test_two_policies_meet_the_same_person_and_the_same_luck(task) -> None:
    one, other = task.start(_keys(50)), task.start(_keys(50))
    task.step(one, np.full(50, COUNTER))
    task.step(other, np.full(50, VAGUE))
    np.testing.assert_array_equal(one.traits, other.traits)
    alone = task.start(_keys(50)[7:8])
    task.step(alone, np.full(1, COUNTER))
    for many, single in zip(one, alone, strict=True):
        np.testing.assert_array_equal(many[7:8], single)


def test_the_tone_tells_the_temperament(task) -> None:
    state = task.start(_keys(4000))
    firm = state.tones[:, SELLER, 1] == 1
    assert state.spirit[firm, SELLER, GIVES].mean() < state.spirit[~firm, SELLER, GIVES].mean() - 0.2
