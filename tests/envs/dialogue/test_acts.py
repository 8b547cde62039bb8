"""Dialogue at act level, one copy."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import InvalidAction, ResetNeeded

from playout.core.errors import WrongUse
from playout.envs.dialogue.acts import DialogueActs


def test_the_history_holds_both_sides_newest_last() -> None:
    env = DialogueActs(task="tutoring")
    observation, info = env.reset(seed=4)
    assert info == {} and observation["acts"][:-1].tolist() == [0] * 15
    assert observation["acts"][-1] >= 1 + 5, "how the student opened"
    replies = [observation["acts"][-1]]
    for act in (4, 2, 0):
        observation, *_ = env.step(act)
        replies.append(observation["acts"][-1])
    expected = [replies[0], 1 + 4, replies[1], 1 + 2, replies[2], 1 + 0, replies[3]]
    assert observation["acts"].tolist() == [0] * 9 + expected
    for _ in range(5):
        observation, _, terminated, truncated, info = env.step(3)
    assert truncated and not terminated and observation["acts"][0] != 0
    assert info["is_success"] is False and {"parts_right", "attempts", "value"} == info["metrics"].keys()


def test_words_are_made_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from playout.simulators.dialogue.grammar import Grammar

    env = DialogueActs(task="support")
    env.reset(seed=1)
    monkeypatch.setattr(Grammar, "say", None)
    for act in (4, 5):
        env.step(act)
    monkeypatch.undo()
    messages = env.frame().data["messages"]
    assert [message["note"] for message in messages[2::2]] == ["[Question]", "[Reflection of feelings]"]
    assert messages[0]["speaker"] == "case" and len(messages) == 6


def test_a_seed_names_the_same_person_at_act_level_and_in_words() -> None:
    acts, words = DialogueActs(task="tutoring"), gym.make("playout/Tutoring-v0").unwrapped
    acts.reset(seed=8)
    words.reset(seed=8)
    one, two = acts.privileged(), words.privileged()
    plan = tuple(f"[{acts.task.acts[act]}]" for act in one.pop("expert_plan"))
    assert two.pop("expert_plan") == plan and one == two


def test_misuse_is_refused() -> None:
    env = DialogueActs(task="tutoring")
    with pytest.raises(ResetNeeded):
        env.step(0)
    env.reset(seed=0)
    for act in (-1, 5):
        with pytest.raises(InvalidAction):
            env.step(act)
    for options in (
        {"task": "chess"}, {"task": "tutoring", "population": "fitted"}, {"task": "support", "split": "test"},
    ):  # fmt: skip
        with pytest.raises(WrongUse):
            DialogueActs(**options)


@pytest.mark.parametrize("act", [np.int64(2), np.int8(2), 2])
def test_any_integer_is_an_act(act) -> None:
    env = DialogueActs(task="tutoring")
    env.reset(seed=0)
    assert env.step(act)[0]["acts"][-2] == 3
