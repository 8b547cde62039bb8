"""Rows and advantages of SimRollouts, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playout.core import WrongUse
from playout.rollouts import Episode
from playout.rollouts.episodes import EpisodeStep, Outcome, Written
from playout.training.dyna_settings import DynaGRPOSettings
from playout.training.simrollouts import is_simulation, refine_advantages, sim_rows


def answer(prompt, ids, finish="stop"):
    return Written(
        prompt_token_ids=prompt, token_ids=ids, logprobs=(-0.5,) * len(ids), mask=(0, 1), finish=finish
    )


def episode(*steps):
    return Episode(
        env="w", kwargs={}, seed=0, episode=7, agents={}, outcome=Outcome(is_success=True, total=1, length=1),
        steps=tuple(EpisodeStep(seat="agent", observation="", action="a", completions=s) for s in steps),
    )  # fmt: skip


def test_both_forms_have_the_same_answer_to_different_prompts():
    rows = sim_rows([episode((answer((1,), (5, 6)), answer((1, 2, 3), (7, 8))))])
    (refine,), (stripped,) = rows
    assert (refine.prompt, stripped.prompt) == ((1, 2, 3), (1,))
    assert refine.answer == stripped.answer == (7, 8) and stripped.chosen == (0, 1)
    assert refine.logprobs == (-0.5, -0.5) and stripped.logprobs is None


def test_what_failed_is_left_out():
    good, bad = answer((1,), (5, 6)), answer((1,), (5, 6), finish="error")
    assert sim_rows([episode((good, bad)), episode((bad, good)), episode((good,))]) == ([], [])


def test_only_what_beats_both_halves_is_imitated():
    # Group 0: standard 1 and 3 (mean 2), simulated 4 and 2 (mean 3); group 1: nobody differs.
    returns = [1, 3, 4, 2, 5, 5, 5, 5]
    groups = [0, 0, 0, 0, 1, 1, 1, 1]
    is_sim = [False, False, True, True] * 2
    found = refine_advantages(returns, np.ones(8), groups, is_sim)
    assert found.tolist() == [0, 0, 1, 0, 0, 0, 0, 0]
    assert not refine_advantages(returns, np.zeros(8), groups, is_sim).any()


def test_a_group_of_one_half_is_compared_with_itself():
    assert refine_advantages([1, 2], [True, True], [0, 0], [True, True]).tolist() == [0, 1]
    assert refine_advantages([], [], [], []).size == 0


@given(
    st.lists(
        st.tuples(st.floats(-10, 10), st.booleans(), st.integers(0, 2), st.booleans()),
        min_size=1,
        max_size=12,
    )
)
def test_refine_advantages_are_0_or_1_and_never_of_failures(rows):
    returns, success, groups, is_sim = (list(column) for column in zip(*rows, strict=True))
    found = refine_advantages(returns, success, groups, is_sim)
    assert set(found) <= {0.0, 1.0}
    assert not found[~(np.array(success, bool) & np.array(is_sim, bool))].any()


@pytest.mark.parametrize(
    ("simulation", "policy", "phases"), [(1, 1, "SPSP"), (2, 1, "SSPS"), (0, 1, "PPPP"), (1, 0, "SSSS")]
)
def test_phases(simulation, policy, phases):
    assert "".join("S" if is_simulation(i, simulation, policy) else "P" for i in range(4)) == phases


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"depth": 0}, "depth"),
        ({"depth": 6}, "depth"),
        ({"policy": -1}, "negative"),
        ({"simulation": 0, "policy": 0}, "one phase"),
        ({"group": 3}, "even"),
    ],
)
def test_wrong_settings(given, said):
    with pytest.raises(WrongUse, match=said):
        DynaGRPOSettings(**given)
