"""The cells, as small as they can be: each leaves what the next one and the summary need."""

import pytest

pytest.importorskip("trl")

from playout.core import WrongUse
from playout.experiments.dyna_mind import cells
from playout.experiments.dyna_mind.tasks import task_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cells")
    data = {"states": 60, "refine": 0.5}
    found = cells.learn_rows(
        task="easy", seed=0, model="new:tiny", data=data, warm_up=1.0, epochs=2.0, folder=folder / "start"
    )
    assert found["step"] > 0 and found["cpu_seconds"] > 0
    return folder


def test_other_rows_go_on_from_the_actions(folder):
    data = {"states": 30, "rows": "reasoning"}
    found = cells.learn_rows(
        task="easy", seed=0, model="new:tiny", data=data, start="start/run/warm-up", epochs=1.0,
        folder=folder / "reasoning",
    )  # fmt: skip
    assert found["tokens"] > 30 * 20


def test_reinforcement_goes_on_from_a_cell(folder):
    settings = {"iterations": 2, "levels": 1, "group": 2, "depth": 1}
    found = cells.reinforce(
        task="easy", seed=0, start="start/run", settings=settings, credit={}, folder=folder / "dyna"
    )
    assert found["env_steps"] > 0 and found["generated_tokens"] > found["env_steps"]
    assert (found["first"]["simulation_phase"], found["last"]["simulation_phase"]) == (1, 0)


def test_planning_in_a_learned_world(folder):
    found = cells.learn_world(
        task="easy", seed=0, model="new:tiny", transitions=60, split="validation", episodes=3,
        folder=folder / "world",
    )  # fmt: skip
    assert {"h1", "h3", "h5"} <= set(found["exact"])
    options = {"rollouts": 1, "horizon": 2, "branches": 2, "depth": 1, "world_model": "world/run"}
    played = cells.evaluate(
        task="easy", rooms="id", split="validation", episodes=1, agent="resim", trained="start/run/warm-up",
        options=options, folder=folder / "planned",
    )  # fmt: skip
    assert played["simulated_steps"] > 0


@pytest.mark.parametrize(
    ("agent", "trained", "options"),
    [
        ("random", None, {}),
        ("language", "start/run", {}),
        ("language", "start/run/warm-up", {}),
        ("resim", "start/run", {"rollouts": 1, "horizon": 2, "branches": 2, "depth": 1}),
    ],
)
def test_evaluation(folder, agent, trained, options):
    found = cells.evaluate(
        task="easy", rooms="id", split="validation", episodes=3, agent=agent, trained=trained,
        options=options, folder=folder / f"eval-{agent}-{len(trained or agent)}",
    )  # fmt: skip
    assert len(found["success"]) == len(found["length"]) == 3
    assert len(found["sim_exact"]) == 3
    assert (found["simulated_steps"] > 0) == (agent == "resim")
    assert ("parsed" in found["simulation"]) == (agent == "language")


def test_a_model_plays_untrained(folder):
    found = cells.evaluate(
        task="easy", rooms="id", split="validation", episodes=2, model="scripted:random",
        options={"mode": "think"}, folder=folder / "prompted",
    )  # fmt: skip
    assert len(found["success"]) == 2


def test_rooms_of_evaluation_are_held_out():
    hard, household = task_of("hard"), task_of("household")
    assert hard.played("ood-size", "test") == {
        "format": "words", "max_steps": 30, "frame": [8, 8], "within": 8, "deadlocks": "end", "size": [8, 8],
        "boxes": 2, "split": "test",
    }  # fmt: skip
    assert hard.learnt()["source"] == "fresh" and "deadlocks" not in hard.learnt()
    assert hard.learnt(from_rewards=True)["rewards"] == "sparse"
    assert household.rooms_of("validation") == ("seen",)
    assert household.played("unseen", "test")["split"] == "unseen"
    with pytest.raises(WrongUse, match="no rooms"):
        task_of("easy").played("ood-size", "test")
