import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from playout.training.rows import NOT_CHOSEN, StepRow, batches, joined, padded


def row(prompt, answer, *, episode=0, t=0, chosen=None, logprobs=None) -> StepRow:
    return StepRow(episode, t, tuple(prompt), tuple(answer), tuple(chosen or [1] * len(answer)), logprobs)


def test_a_prompt_that_continues_the_step_before_shares_its_sequence():
    rows = [
        row([1, 2], [3, 4], chosen=[0, 1], logprobs=(-1.0, -2.0)),
        row([9], [9], episode=1),
        row([1, 2, 3, 4, 5], [6], t=1, logprobs=(-3.0,)),
        row([5], [7], t=2),
    ]
    first, other, alone = joined(rows)
    assert first.ids.tolist() == [1, 2, 3, 4, 5, 6]
    assert first.step.tolist() == [-1, -1, -1, 0, -1, 2]
    assert first.logprobs.tolist() == [0, 0, -1, -2, 0, -3]
    assert first.first == 3
    assert (other.ids.tolist(), alone.step.tolist()) == ([9, 9], [NOT_CHOSEN, 3])


def test_nothing_chosen_begins_nowhere():
    assert joined([row([1], [2], chosen=[0])])[0].first == 2


def test_padding_on_either_side():
    arrays = [np.array([1, 2]), np.array([3])]
    assert padded(arrays, 0).tolist() == [[1, 2], [3, 0]]
    assert padded(arrays, 7, left=True).tolist() == [[1, 2], [7, 3]]
    assert padded([], 0).shape == (0, 0)


@given(st.lists(st.integers(1, 50), max_size=80), st.integers(1, 120))
def test_batches_hold_everything_once_and_are_not_too_large(lengths, most):
    found = batches(lengths, most, np.random.default_rng(0), pool=3)
    assert sorted(i for batch in found for i in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= most
