"""Which cells there are, and what becomes of their results; nothing is trained here."""

import json

import pytest

from playout.core import WrongUse
from playout.experiments.bench.dyna_mind import learning
from playout.experiments.bench.suite import Context, Missing
from playout.experiments.dyna_mind.experiment import BASELINES, STAGE_2, Plan, cells_of, summary, table
from playout.experiments.dyna_mind.tasks import task_of

BETTER = {"random": 0.2, "actions": 0.4375, "resim": 0.9375}
ROOMS = 64


def results(plan):
    """Every arm succeeds in a share of ``ROOMS``: those of ``BETTER``, others in all."""
    found = {}
    for cell in cells_of(plan):
        kind, arm, *_ = cell.name.split(".")
        if kind == "train":
            found[cell.name] = {"cpu_seconds": 60.0}
            if arm == "world-model":
                found[cell.name] |= {"exact": {f"h{h}": 1.0 for h in range(1, 6)}}
            continue
        good = round(ROOMS * BETTER.get(arm, 1.0))
        found[cell.name] = {
            "success": [1.0] * good + [0.0] * (ROOMS - good),
            "length": [9.0] * ROOMS,
            "deadlock": [0.0] * ROOMS,
            "sim_exact": [None, *[1.0] * (ROOMS - 1)],
            "simulation": {
                "parsed": 1.0,
                **{
                    f"{which}sim_exact{h}": 1.0 for which in ("", "first_") for h in ("", "_h1", "_h2", "_h3")
                },
            },
        }
    return found


def test_trainings_come_before_what_needs_them():
    plan = Plan(task="hard", seeds=2)
    seen = set()
    for cell in cells_of(plan):
        assert set(cell.after) <= seen
        seen.add(cell.name)
    assert {f"train.{arm}.id.1" for arm in ("resim", *BASELINES, *STAGE_2)} <= seen
    assert {"eval.dyna.ood-boxes.0", "eval.search.ood-size.1", "eval.random.id"} <= seen


def test_without_reinforcement_and_searches():
    plan = Plan(seeds=1, iterations=0, searches=0, without=("reasoning",))
    names = [cell.name for cell in cells_of(plan)]
    assert names[:2] == ["train.resim.id.0", "train.actions-tokens.id.0"]
    assert names[2:] == [
        f"eval.{arm}"
        for arm in ("random.id", "constant.id", "actions.id.0", "resim.id.0", "actions-tokens.id.0")
    ]


@pytest.mark.parametrize("task", ["easy", "hard"])
def test_as_many_tokens_are_as_many_rows_times_epochs(task):
    resim, tokens = (
        one.kwargs for one in cells_of(Plan(task=task, iterations=0, without=("reasoning",)))[:2]
    )
    rows = [one["data"]["states"] * one["epochs"] for one in (resim, tokens)]
    assert rows[1] == pytest.approx(rows[0] * task_of(task).tokens)
    assert tokens["data"]["states"] == round(resim["data"]["states"] * task_of(task).more)


def test_a_model_may_play_untrained():
    plan = Plan(task="hard", seeds=2, iterations=0, searches=7, prompted="scripted:random")
    cells = [cell for cell in cells_of(plan) if ".prompted." in cell.name]
    assert [cell.name for cell in cells] == [
        f"eval.prompted.{kind}" for kind in ("id", "ood-boxes", "ood-size")
    ]
    assert {(cell.kwargs["model"], cell.kwargs["episodes"]) for cell in cells} == {("scripted:random", 7)}
    assert "prompted.id" in summary(plan, results(plan))["rows"]
    with pytest.raises(WrongUse, match="prompted"):
        Plan(searches=0, prompted="scripted:random")


@pytest.mark.parametrize("task", ["easy", "hard"])
def test_summary_and_bars(task, tmp_path, monkeypatch):
    plan = Plan(task=task, seeds=3, episodes=ROOMS)
    found = json.loads(json.dumps(summary(plan, results(plan))))
    gain = found["primary"]["resim - actions"]["difference"]
    assert gain["mean"] == 0.5 and gain["low"] > 0.3
    assert found["primary"]["grpo - resim"]["difference"]["mean"] == 0.0625
    assert found["primary"]["dyna - grpo"]["difference"]["mean"] == 0.0
    assert {len(row) for row in table(found)} == {4}
    monkeypatch.setattr(learning, "FOLDER", tmp_path)
    tmp_path.joinpath(f"dyna_mind_{task}.json").write_text(json.dumps(found))
    context = Context(tmp_path)
    if task == "easy":
        assert learning.easy(context).met
        found["rows"]["actions-tokens.id"]["success"]["mean"] = 0.96
        tmp_path.joinpath("dyna_mind_easy.json").write_text(json.dumps(found))
        assert learning.easy(context).met is False
        del found["rows"]["actions-tokens.id"]  # an arm that was left out
        tmp_path.joinpath("dyna_mind_easy.json").write_text(json.dumps(found))
        assert learning.easy(context).met is False
        assert learning.predicted(context).met
        return
    with pytest.raises(Missing, match="hard_again"):
        learning.cloning(context)
    tmp_path.joinpath("dyna_mind_hard_again.json").write_text(json.dumps(found))
    assert learning.cloning(context).met
    for measure in (learning.reinforcement, learning.dyna):
        with pytest.raises(Missing, match="hard_long"):
            measure(context)
    file = tmp_path / "dyna_mind_hard_long.json"
    file.write_text(json.dumps(found))
    assert learning.reinforcement(context).met and learning.dyna(context).met
    found["primary"]["grpo - resim"]["difference"]["low"] = 0.0
    found["primary"]["dyna - grpo-steps"]["difference"]["mean"] = -0.021
    file.write_text(json.dumps(found))
    assert not learning.reinforcement(context).met and not learning.dyna(context).met
    assert len(learning.ablations(context).value) == 5


def test_what_was_not_run_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(learning, "FOLDER", learning.ROOT / "benchmarks" / "nowhere")
    for measure in (learning.easy, learning.cloning, learning.search, learning.household, learning.predicted):
        with pytest.raises(Missing, match="playout experiment dyna-mind"):
            measure(Context(tmp_path))


def test_wrong_plans():
    with pytest.raises(WrongUse, match="task"):
        Plan(task="harder")
    with pytest.raises(WrongUse, match="without 'serach': expected some of the arms actions, resim"):
        Plan(without=("reasoning", "serach"))


def test_every_training_has_an_iteration():
    cells = [cell for cell in cells_of(Plan(seeds=1, iterations=1)) if "settings" in cell.kwargs]
    assert {cell.name: cell.kwargs["settings"]["iterations"] for cell in cells} == {
        f"train.{arm}.id.0": 1 for arm in STAGE_2
    }
