from typing import Any

import pytest

from playout.core import MissingPackage, WrongUse

GUESS = "own_world:example/GuessNumber-v0"


class BaseTextEnv:
    """What skyrl-gym 0.4 has."""

    def __init__(self) -> None:
        self.turns, self.max_turns = 0, 1
        self.tool_groups, self.tool_to_toolgroup = [], {}


FAKE = {"skyrl_gym.envs.base_text_env": {"BaseTextEnv": BaseTextEnv, "BaseTextEnvStepOutput": dict}}


def test_an_episode_as_skyrl_plays_it(adapter: Any):
    skyrl = adapter("skyrl", FAKE)
    row = {"env": GUESS, "env_kwargs": {"max_steps": 2}, "seed": 5, "reward_spec": None}
    env = skyrl.PlayoutTextEnv(env_config={"mode": "think"}, extras=row)
    chat, metadata = env.init([{"role": "user", "content": "ignored"}])
    assert [message["role"] for message in chat] == ["system", "user"] and metadata == {}
    assert "<think>" in chat[0]["content"] and "ignored" not in chat[1]["content"]
    first = env.step("<think>low</think><action>guess 1</action>")
    assert first["done"] is False and first["observations"][0]["role"] == "user"
    assert "Steps taken: 1" in first["observations"][0]["content"]
    last = env.step("nothing to read")
    assert (last["done"], last["observations"], last["reward"]) == (True, [], 0.0)
    assert env.get_metrics() == {
        "return": 0.0, "success": 0.0, "invalid_rate": 0.5, "revisit_rate": 0.0, "guesses": 1.0
    }  # fmt: skip
    env.close()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"env": GUESS}, "expected seed in every row"),
        ({}, "expected env and seed"),
        ({"env": GUESS, "seed": 0, "mode": "score"}, "answer or think, got 'score'"),
    ],
)
def test_bad_rows_say_what_is_missing(adapter: Any, row: dict, message: str):
    with pytest.raises(WrongUse, match=message):
        adapter("skyrl", FAKE).PlayoutTextEnv(extras=row)


def test_a_missing_library_names_the_line_to_type(adapter: Any):
    with pytest.raises(MissingPackage, match=r"skyrl_gym.* is not installed: pip install skyrl-gym"):
        adapter("skyrl", {"skyrl_gym.envs.base_text_env": None})
