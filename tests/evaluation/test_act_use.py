import numpy as np
import pytest

from playout.evaluation.act_use import act_entropy, act_information, act_use, success_by_turn
from playout.rollouts import AgentSpec, RolloutConfig, rollout


def test_entropy_of_the_marginal():
    assert act_entropy([0, 1, 0, 1]) == pytest.approx(np.log(2))
    assert f"{act_entropy(['a'] * 5):.2f}" == "0.00"
    assert act_entropy([]) == 0


def test_information_is_that_between_act_and_kind():
    kinds = np.arange(3000) % 3
    assert act_information(kinds, kinds) == pytest.approx(np.log(3), abs=0.01)
    independent = np.random.default_rng(0).integers(0, 5, 3000)
    assert act_information(independent, kinds) < 0.003
    assert act_information([], []) == 0


def test_success_by_turn_counts_failures_to_the_end():
    np.testing.assert_allclose(success_by_turn([True, False, True, True], [1, 3, 2, 2]), [0.25, 0.75, 0.75])
    assert len(success_by_turn([], [])) == 0


def run_of(tmp_path, env, **options):
    agent = AgentSpec(name="random")
    if options:
        agent = AgentSpec(name="planned", options={"task": "tutoring", **options})
    return rollout(RolloutConfig(env=env, agents={"agent": agent}, episodes=6), out=tmp_path / "run")


@pytest.mark.parametrize("env", ["playout/Tutoring-v0", "playout/TutoringActs-v0"])
def test_a_run_of_dialogues_tells_its_acts(tmp_path, env):
    run = run_of(tmp_path, env, planner="Hint")
    used = act_use(run)
    assert used["shares"] == {"Hint": 1.0} and used["entropy"] == 0
    solved = np.mean([episode["outcome"]["is_success"] for episode in run.episodes()])
    assert used["success_by_turn"][-1] == pytest.approx(solved, abs=1e-4)


def test_other_worlds_have_no_acts(tmp_path):
    assert act_use(run_of(tmp_path, "CartPole-v1")) is None
