import numpy as np
import pytest

from playout.agents.planner.encoders import Seen
from playout.agents.planner.hand import View, by_hand, first
from playout.agents.planner.policies import policy_named
from playout.core import WrongUse
from playout.envs.dialogue.options import TASKS, task_of
from playout.simulators.dialogue.bargaining.acts import N_ACTS
from playout.training.planner_data import Dialogues


@pytest.fixture
def task():
    return task_of(
        "negotiation", split="train", population=None, data=None, assessor="exact", reward=None, max_turns=8
    )


def seen_by(task, *, acts=(), **features):
    row = [features.get(name.replace(" ", "_"), 0.0) for name in task.features]
    history = np.zeros((1, 16), np.int8)
    if acts:
        history[0, -len(acts) :] = acts
    return Seen(history, np.array([row], np.float32))


def chosen(task, seen):
    return task.acts[by_hand(task).log_probabilities(seen).argmax(1)[0]]


def test_a_view_knows_acts_and_features_by_name(task):
    counters = task.replies[N_ACTS * 2 + task.acts.index("counter")]
    reply = 1 + len(task.acts) + task.replies.index(counters)
    view = View(task, seen_by(task, acts=(1 + task.acts.index("propose"), reply), asks=0.25))
    assert view.feature("asks")[0] == 0.25
    assert view.did("propose")[0] and not view.did("agree")[0]
    assert view.said(counters)[0] and view.heard(counters)[0] == 1


def test_the_first_rule_that_holds_decides():
    yes, no = np.array([True, True]), np.array([False, True])
    assert first(2, "c", (no, "a"), (yes, "b")) == ["b", "a"]
    assert first(2, "c", (no, "a")) == ["c", "a"]


def test_a_buyer_takes_what_is_good_enough_for_the_hour(task):
    assert chosen(task, seen_by(task)) == "counter"
    assert chosen(task, seen_by(task, turn=0.125, asks=0.45)) == "agree"
    assert chosen(task, seen_by(task, turn=0.125, asks=0.1)) == "counter"
    assert chosen(task, seen_by(task, turn=0.5, asks=0.1)) == "agree"
    assert chosen(task, seen_by(task, turn=0.125, asks=0.1, warm=1.0)) == "inform"
    assert chosen(task, seen_by(task, turn=0.375, firm=0.5)) == "agree"
    assert chosen(task, seen_by(task, turn=0.125, asks=0.3, offered=1.0, gap=0.05)) == "agree"


@pytest.mark.parametrize("name", TASKS)
def test_it_is_better_than_chance_and_any_act(name):
    dialogues = Dialogues("playout/TutoringActs-v0", {"task": name})
    numbers = np.arange(200)

    def worth(policy, sample=None):
        return dialogues.play(
            "train", policy_named(policy, dialogues.task), numbers, sample=sample
        ).returns.mean()

    best = max(worth("random", 0), *map(worth, dialogues.task.acts))
    assert worth("hand") > best + 0.1


def test_worlds_without_rules_are_refused():
    class Other:
        name = "chess"

    with pytest.raises(WrongUse, match="rules for negotiation, tutoring, support, none for 'chess'"):
        by_hand(Other())
