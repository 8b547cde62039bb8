"""Summaries of hand-made episodes, as dictionaries and as tables."""

import io
import json

import pytest
from rich.console import Console

from playout.evaluation import compare, render_summary, scores, summarise, table

AGENTS = {"agent": {"name": "language", "model": "smollm2", "options": {}, "oracle": False}}


def episode(number, success, *, total=1.0, length=3, metrics=None, error=None, agents=AGENTS):
    outcome = {"is_success": success, "return": total, "length": length, "metrics": metrics or {}}
    return {
        "schema": 1,
        "env": "playout/SokobanText-v0",
        "kwargs": {},
        "seed": 100 + number,
        "episode": number,
        "agents": agents,
        "steps": [],
        "outcome": outcome,
        "error": error,
        "timings": {"world": number * 0.1},
    }


def shown(drawn, width=120):
    console = Console(file=io.StringIO(), width=width)
    console.print(drawn)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_summary_has_the_keys_of_the_contract():
    summary = summarise([episode(0, True, metrics={"pushes": 4}), episode(1, False, metrics={"pushes": 6})])
    assert {"env", "agent", "episodes", "success", "return", "length", "metrics"} <= summary.keys()
    assert summary["env"] == "playout/SokobanText-v0" and summary["agent"] == "language"
    assert summary["episodes"] == 2 and summary["success"]["mean"] == 0.5
    assert summary["success"]["low"] == pytest.approx(0.0945, abs=1e-3)
    assert summary["metrics"]["pushes"]["mean"] == 5.0
    assert summary["length"] == {"mean": 3.0, "low": 3.0, "high": 3.0}


def test_the_same_episodes_give_the_same_bytes_in_any_order():
    episodes = [episode(i, i % 3 == 0, total=i * 0.7, metrics={"m": i}) for i in range(20)]
    again = [{**one, "timings": {}} for one in reversed(episodes)]
    assert json.dumps(summarise(episodes)) == json.dumps(summarise(again))


def test_failed_episodes_count_as_not_successful_and_stay_out_of_the_rest():
    summary = summarise([episode(0, True, total=2.0), episode(1, None, total=9.0, error="endpoint gave up")])
    assert summary["errors"] == 1 and summary["episodes"] == 2
    assert summary["success"]["mean"] == 0.5 and summary["return"]["mean"] == 2.0
    assert "1 episode failed" in " ".join(shown(render_summary(summary)).split())


@pytest.mark.parametrize("episodes", [[], [episode(0, None, error="x")], [episode(0, None)]])
def test_what_is_not_known_is_null(episodes):
    summary = summarise(episodes)
    assert summary["success"] == {"mean": None, "low": None, "high": None}
    assert "NaN" not in json.dumps(summary)
    assert "n/a" in shown(table([summary])) and "n/a" in shown(render_summary(summary))


def test_metrics_that_only_some_episodes_report_are_means_of_those():
    summary = summarise([episode(0, True, metrics={"over": 3.0}), episode(1, False, metrics={"over": None})])
    assert summary["metrics"]["over"]["mean"] == 3.0


def test_seats_are_named_where_their_agents_differ():
    buyer = {"name": "random", "model": None, "options": {}, "oracle": False}
    seats = {"seller": AGENTS["agent"], "buyer": buyer}
    summary = summarise([episode(0, True, agents=seats)])
    assert summary["agent"] == "seller=language,buyer=random" and summary["model"] == "seller=smollm2"
    assert summarise([episode(0, True, agents={"a": buyer, "b": buyer})])["agent"] == "random"


def test_oracles_are_marked_in_every_table():
    oracle = {"agent": {"name": "expert", "model": None, "options": {}, "oracle": True}}
    summaries = [summarise([episode(0, True, agents=oracle)]), summarise([episode(0, True)])]
    drawn = shown(table(summaries))
    assert "expert†" in drawn and "language (smollm2) " in drawn and "oracle" in drawn
    assert "†" in shown(render_summary(summaries[0])) and "†" not in shown(render_summary(summaries[1]))


def test_names_are_shown_as_they_are_not_as_markup():
    hostile = {"agent": {"name": "[red]x[/red]", "model": None, "options": {}, "oracle": False}}
    summary = summarise([episode(0, True, agents=hostile, metrics={"[b]m": 1.0})])
    assert "[red]x[/red]" in shown(table([summary]))
    assert "[b]m" in shown(render_summary(summary))


def test_scores_of_runs_are_compared_level_by_level():
    a = [[episode(i, True, metrics={"m": 1.0}) for i in range(4)] for _ in range(2)]
    b = [[episode(i, i < 2, metrics={"m": 0.5}) for i in range(3)] for _ in range(2)]
    found = compare(scores(a), scores(b))
    assert found.pairs == 6 and found.unpaired == 2
    assert found.difference.mean == pytest.approx(1 / 3)
    assert compare(scores(a, "m"), scores(b, "m")).difference.mean == pytest.approx(0.5)


def test_shares_of_one_kind_of_episode_have_the_interval_of_shares():
    kinds = [
        {"success_heat": 1.0, "depth": 1.0},
        {"success_heat": 1.0},
        {"success_look": 0.0},
        {"success_odd": 0.5},
    ]
    metrics = summarise([episode(n, True, metrics=kind) for n, kind in enumerate(kinds)])["metrics"]
    assert metrics["success_heat"] == {"mean": 1.0, "low": pytest.approx(0.342, abs=1e-3), "high": 1.0}
    assert metrics["success_look"]["high"] > 0.7
    assert metrics["depth"]["low"] == metrics["success_odd"]["low"] * 2 == 1.0
