"""The negotiation task: figures, options, and that there is something to learn in it."""

import numpy as np
import pytest

from playout.core import WrongUse
from playout.core.random import STREAM_GENERATE, bits_array
from playout.simulators.dialogue.bargaining.acts import ACTS, LEAVES, N_ACTS
from playout.simulators.dialogue.bargaining.expert import expert
from playout.simulators.dialogue.bargaining.people import PERSONAS
from playout.simulators.dialogue.bargaining.task import Negotiation
from playout.simulators.dialogue.task import FEATURE_BOUND, SPLITS, codes


def _play(task, choose, n=1500):
    """Mean return of a policy, and what became of its episodes."""
    state = task.start(bits_array(np.uint64(8), np.arange(n, dtype=np.uint64), STREAM_GENERATE))
    total, done = np.zeros(n), np.zeros(n, bool)
    for _ in range(task.max_turns):
        reward, ends = task.step(state, choose(state))
        total += np.where(done, 0.0, reward)
        done |= ends
    return total.mean(), task.outcome(state)


def _constant(act):
    return lambda state: np.full(len(state.key), ACTS.index(act))


def _expert(task):
    return lambda state: np.array([expert(state, i, task.settings) for i in range(len(state.key))])


@pytest.mark.parametrize("population", ["designed", "fitted"])
@pytest.mark.parametrize("split", ["train", "valid"])
def test_no_single_act_goes_far_and_imitation_leaves_room(population, split) -> None:
    task, rng = Negotiation(split=split, population=population), np.random.default_rng(0)
    told = task.human_acts().cumsum(axis=1)

    def imitate(state):
        return (told[1 + N_ACTS + state.reply] > rng.random((len(state.key), 1))).argmax(axis=1)

    random, _ = _play(task, lambda state: rng.integers(0, N_ACTS, len(state.key)))
    imitation, _ = _play(task, imitate)
    reference, _ = _play(task, _expert(task))
    best = max(_play(task, _constant(act))[0] for act in ACTS)
    assert (best - random) / (reference - random) <= 0.7
    assert reference - imitation >= 0.15


def test_always_agreeing_succeeds_at_nothing() -> None:
    mean, (success, metrics) = _play(Negotiation(), _constant("agree"))
    assert mean == 0 and success.all() and metrics["deal"].all() and not metrics["sl"].any()


def test_splits_share_neither_people_nor_listings() -> None:
    tasks = [Negotiation(split=split) for split in SPLITS]
    titles = [{item.title for item in task.items} for task in tasks]
    assert not titles[0] & titles[1] and not titles[0] & titles[2] and not titles[1] & titles[2]
    counts = [sum(persona.split == split for persona in PERSONAS) for split in SPLITS]
    assert counts[0] >= 6 and counts[2] >= 3


def test_features_and_human_acts_are_in_bounds() -> None:
    task = Negotiation()
    state = task.start(np.arange(200, dtype=np.uint64))
    rng = np.random.default_rng(0)
    for _ in range(10):
        seen = task.observe(state)
        assert seen.shape == (200, len(task.features)) and np.abs(seen).max() <= FEATURE_BOUND
        task.step(state, rng.integers(0, N_ACTS, 200))
    table = task.human_acts()
    assert table.shape == (codes(task), N_ACTS) and (table >= 0).all()
    np.testing.assert_allclose(table.sum(axis=1), 1.0, atol=1e-2)


def test_words_may_name_the_price() -> None:
    task = Negotiation()
    state = task.start(np.arange(1, dtype=np.uint64))
    item = task.item(state, 0)
    task.step(state, np.array([ACTS.index("counter")]), np.array([item.dollars(0.9)]))
    assert state.price[0, 0] == pytest.approx(0.9, abs=0.01)


def test_a_deal_above_the_list_price_is_a_deal_and_no_success() -> None:
    task = Negotiation()
    state = task.start(np.arange(1, dtype=np.uint64))
    reward, ends = task.step(
        state, np.array([ACTS.index("propose")]), np.array([task.item(state, 0).dollars(-0.5)])
    )
    success, metrics = task.outcome(state)
    assert ends[0] and reward[0] == pytest.approx(-0.5, abs=0.05)
    assert not success[0] and metrics["deal"][0] == 1 and metrics["sl"][0] == 0


def test_what_is_hidden_is_in_privileged_only() -> None:
    task = Negotiation()
    state = task.start(np.arange(1, dtype=np.uint64))
    hidden = task.privileged(state, 0)
    assert hidden["persona"] in {persona.name for persona in PERSONAS}
    assert hidden["expert_plan"][0] in range(N_ACTS)
    assert f"{hidden['reserve']:.2f}" not in task.case_text(state, 0)
    assert task.replies[LEAVES] == "leaves"


def test_options_that_cannot_be_right() -> None:
    for options in ({"max_turns": 0}, {"split": "test"}, {"population": "nobody"}, {"assessor": "strict"}):
        with pytest.raises(WrongUse):
            Negotiation(**options)


def test_a_noisy_assessor_costs_return_and_leaves_metrics_exact() -> None:
    exact, found = _play(Negotiation(), _constant("agree"))
    noisy, same = _play(Negotiation(assessor="noisy=0.3"), _constant("agree"))
    assert noisy < exact
    np.testing.assert_array_equal(found[0], same[0])
