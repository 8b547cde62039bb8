import json

import numpy as np
import pytest
from doors import ASK, LEFT, WORLD

from playout.agents import load_agent
from playout.agents.planner.encoders import Seen
from playout.agents.planner.planner import Planner, load_arrays
from playout.core import Turn, WrongUse
from playout.training import ppdpp as module
from playout.training.planner_data import Dialogues
from playout.training.ppdpp import STATE, advantages, ppdpp
from playout.training.settings import PPDPPConfig, PPDPPSettings

QUICK = {"sft_epochs": 2, "episodes": 60, "validation": 20, "validate_every": 2}


def config(*, seed=0, teacher="random", **settings):
    return PPDPPConfig(
        env=WORLD, teacher=teacher, teacher_episodes=30, hidden=16, seed=seed,
        settings=PPDPPSettings(**{**QUICK, **settings}),
    )  # fmt: skip


def weights(run):
    return Planner.load(run.folder / "planner").network.weights


def test_it_learns_to_ask_before_it_chooses(tmp_path):
    run = ppdpp(config(episodes=1500, learning_rate=0.02, validation=200), out=tmp_path / "run")
    planner = Planner.load(run.folder / "planner")
    dialogues = Dialogues(WORLD, {})
    played = dialogues.play("unseen", planner, np.arange(300))
    assert played.returns.mean() > 0.6
    assert (played.acts[played.t == 0] == ASK).mean() > 0.95
    assert len(set(played.acts.tolist())) == 3
    rows = [row for row in run.metrics() if "valid_return" in row]
    assert rows[0]["step"] == 0
    assert max(row["valid_return"] for row in rows) > 0.6 > rows[0]["valid_return"]


def test_a_killed_run_goes_on_to_the_same_weights(tmp_path, monkeypatch):
    whole = ppdpp(config(), out=tmp_path / "whole")

    def killed(done, total):
        if done == 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ppdpp(config(), out=tmp_path / "killed", progress=killed)
    resumed = ppdpp(config(), out=tmp_path / "killed", resume=True)
    for name, value in weights(whole).items():
        np.testing.assert_array_equal(value, weights(resumed)[name])
    assert list(whole.metrics()) == list(resumed.metrics())


def test_seeds_give_other_planners_and_equal_ones_the_same(tmp_path):
    runs = [ppdpp(config(seed=seed), out=tmp_path / str(n)) for n, seed in enumerate((0, 0, 1))]
    first, again, other = (weights(run)["w1"] for run in runs)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_supervised_learning_copies_its_teacher(tmp_path):
    run = ppdpp(
        config(teacher="left", sft_epochs=20, sft_batch=4, sft_rate=0.05, episodes=0), out=tmp_path / "run"
    )
    seen = Seen(np.zeros((1, 16), np.int8), np.zeros((1, 1), np.float32))
    p = np.exp(Planner.load(run.folder / "planner").log_probabilities(seen))[0]
    assert p[LEFT] > 0.9
    assert (run.folder / "sft" / "planner").is_dir()
    assert [row["epoch"] for row in run.metrics() if "epoch" in row] == list(range(1, 21))


def test_a_failure_costs_what_it_is_said_to(tmp_path):
    training = module._Training(config(failure=-1.0), _Log(tmp_path))
    played = training.dialogues.play("train", training.planner, np.arange(50), sample=0)
    bare = module._Training(config(), _Log(tmp_path))._returns(played)
    taken = training._returns(played) - bare
    last = played.t == played.lengths[played.episode] - 1
    assert set(taken[last].round(6)) == {0.0, -1.0}
    assert (taken[last] == -1).tolist() == (~played.success[played.episode[last]]).tolist()


class _Log:
    """As much of a run as a training needs that is not run."""

    def __init__(self, folder):
        self.folder = folder


EPISODE, T = np.array([0, 0, 0, 0, 1]), np.array([0, 1, 2, 3, 0])


def returns(last):
    from playout.training.advantages import discounted

    rewards = np.array([-0.1, -0.1, -0.1, last, 0.3])
    return discounted(rewards, EPISODE, discount=0.999)


def test_raw_advantages_are_the_returns():
    found = advantages("raw", returns(1.0), EPISODE, T)
    assert found[0] == pytest.approx(-0.1 - 0.1 * 0.999 - 0.1 * 0.999**2 + 0.999**3)


def test_batch_advantages_compare_dialogues_at_the_same_turn():
    found = advantages(
        "batch", np.array([1.0, 5.0, 3.0, 5.0]), np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    )
    assert found[0] == -found[2] < 0
    assert found[1] == found[3] == 0


def test_repo_advantages_forget_the_price_of_a_deal():
    poor, good, best = (advantages("repo", returns(price), EPISODE, T) for price in (0.05, 0.5, 1.0))
    np.testing.assert_allclose(poor, best, atol=1e-2)
    np.testing.assert_allclose(good[:4], (-1.162, -0.388, 0.387, 1.162), atol=2e-3)
    assert best[4] == 0.3, "a dialogue of one turn is left as it is"


def test_shuffled_rewards_teach_nothing(tmp_path):
    run = ppdpp(
        config(shuffle=True, keep_last=True, episodes=600, learning_rate=0.02, validation=200),
        out=tmp_path / "run",
    )
    rows = [row for row in run.metrics() if "valid_return" in row]
    assert rows[-1]["valid_return"] < 0.4
    last = load_arrays(run.folder / STATE)
    assert all((last[f"best_{name}"] == last[f"now_{name}"]).all() for name in ("w0", "w1", "b0", "b1"))


FIRST = {"instructions": "", "legal_actions": (0, 1, 2), "reward": 0.0, "info": {}, "episode": 0, "t": 0}


def test_a_run_is_an_agent(tmp_path):
    run = ppdpp(config(), out=tmp_path / "run")
    assert json.loads((run.folder / "manifest.json").read_text())["policy"] == "planner"
    observation = {"acts": np.zeros(16, np.int8), "features": np.zeros(1, np.float32)}
    for folder in (run.folder, run.folder / "sft"):
        agent = load_agent(str(folder), options={"sample": True})
        decision = agent.act([Turn(observation=observation, **FIRST)])[0]
        assert decision.action in range(3)
        assert decision.thought == f"[{('ask', 'left', 'right')[decision.action]}]"
    with pytest.raises(WrongUse, match="unknown option 'smaple'"):
        load_agent(str(run.folder), options={"smaple": True})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"batch": 1, "advantage": "batch"}, "batch compares dialogues"),
        ({"validation": 0}, "validation >= 1"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong, said):
    with pytest.raises(WrongUse, match=said):
        PPDPPSettings(**wrong)


@pytest.mark.parametrize(
    ("env", "kwargs", "encoder", "said"),
    [
        ("CartPole-v1", {}, "acts", "unexpected keyword argument 'split'"),
        (WORLD, {"split": "valid"}, "acts", "the split is chosen here"),
        (WORLD, {}, "ngrams", "ngrams reads words; take the world without Acts"),
    ],
)
def test_worlds_that_do_not_fit_are_refused(env, kwargs, encoder, said):
    with pytest.raises(WrongUse, match=said):
        Dialogues(env, kwargs, encoder)
