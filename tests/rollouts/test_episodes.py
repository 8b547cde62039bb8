import json

import numpy as np
import pytest

from playout.core import Completion, Decision
from playout.rollouts.episodes import Episode, EpisodeStep, Outcome, encode, listed


def an_episode(**changes):
    completion = Completion(
        text="hm \ud800", token_ids=(4, 5), logprobs=(-0.5, -1.5), prompt_token_ids=(1, 2, 3)
    )
    decision = Decision(
        action="up", thought="left is a wall", plan=("up", "up"), completions=(completion,),
        stats={"search": {"visits": [3, 1]}, "futures": [["up", 1.0]]},
    )  # fmt: skip
    outcome = Outcome(is_success=True, total=1.5, length=1, metrics={"pushes": 3.0})
    fields = {
        "env": "playout/X-v0", "kwargs": {"size": [6, 6]}, "seed": 12, "episode": 2,
        "agents": {"agent": {"name": "random", "model": None, "options": {}, "oracle": False}},
        "steps": (EpisodeStep.of("agent", "# # √", decision),), "outcome": outcome,
        "timings": {"model": 0.25},
    }  # fmt: skip
    return Episode(**{**fields, **changes})


def test_line_has_the_fields_of_schema_1_in_order():
    data = json.loads(an_episode().to_json())
    assert list(data) == [
        "schema", "env", "kwargs", "seed", "episode", "agents", "steps", "outcome", "error", "timings",
    ]  # fmt: skip
    assert data["schema"] == 1
    assert list(data["steps"][0]) == [
        "seat", "observation", "action", "thought", "plan", "completions", "futures", "search", "reward",
        "terminated", "truncated", "info",
    ]  # fmt: skip
    assert data["outcome"] == {"is_success": True, "return": 1.5, "length": 1, "metrics": {"pushes": 3.0}}
    written = data["steps"][0]["completions"][0]
    assert written["prompt_token_ids"] == [1, 2, 3]
    assert written["token_ids"] == [4, 5]
    assert written["mask"] == [1, 1]
    assert written["logprobs"] == [-0.5, -1.5]
    assert data["steps"][0]["search"] == {"visits": [3, 1]}
    assert data["steps"][0]["futures"] == [["up", 1.0]]


def test_reads_back_what_it_wrote():
    line = an_episode().to_json()
    again = Episode.from_json(line)
    assert again.to_json() == line
    assert again.steps[0].completions[0] == an_episode().steps[0].completions[0]
    assert again.outcome == an_episode().outcome


@pytest.mark.parametrize(
    "text", ["", "√ é 😀", "\ud800 alone", "\udfff\ud800", "a\nb\r\u2028\x00\x7f", '"\\']
)
def test_any_unicode_survives_on_one_ascii_line(text):
    line = an_episode(steps=(EpisodeStep(seat="agent", observation=text, action=text),)).to_json()
    assert line.isascii()
    assert "\n" not in line
    assert Episode.from_json(line).steps[0].observation == text


def test_arrays_are_left_out_but_actions_are_kept():
    seen = {"image": np.zeros((3, 3)), "mission": "go"}
    decision = Decision(action=(np.int64(3), {"turn": np.array([0.5, 1.0])}))
    bare = EpisodeStep.of("agent", np.zeros(4), Decision(action=np.int64(2)))
    step = EpisodeStep.of("agent", seen, decision)
    named = EpisodeStep.of("agent", {"image": np.zeros(4), "time": np.array(3)}, Decision(action=0))
    data = json.loads(an_episode(steps=(bare, step, named)).to_json())
    assert data["steps"][2]["observation"] is None
    assert data["steps"][0]["observation"] is None
    assert data["steps"][0]["action"] == 2
    assert data["steps"][1]["observation"] == {"image": None, "mission": "go"}
    assert data["steps"][1]["action"] == [3, {"turn": [0.5, 1.0]}]


def test_whatever_a_foreign_info_holds_becomes_json():
    info = {
        "count": np.int64(3), "share": np.float32(0.5), "won": np.bool_(True), "mask": np.ones(3), 7: "key",
        "nan": float("nan"), "inf": np.float32("inf"), "seen": {"b", "a"}, "thing": object(),
        ("a", 1): 2, "nested": {"deep": [np.float64("nan"), (1, np.int8(2))]},
    }  # fmt: skip
    assert json.loads(encode(info)) == {
        "count": 3, "share": 0.5, "won": True, "mask": None, "7": "key", "nan": None, "inf": None,
        "seen": ["a", "b"], "thing": "object", "('a', 1)": 2, "nested": {"deep": [None, [1, 2]]},
    }  # fmt: skip


def test_another_schema_is_refused():
    with pytest.raises(ValueError, match="expected schema 1, got 2"):
        Episode.from_dict({**json.loads(an_episode().to_json()), "schema": 2})


def test_listed_leaves_text_alone():
    assert listed("up") == "up"
    assert listed(None) is None
    assert listed(np.float32(0.5)) == 0.5
