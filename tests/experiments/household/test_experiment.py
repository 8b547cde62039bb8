"""The whole experiment with settings that learn nothing, in one process."""

from dataclasses import replace
from importlib import import_module

import pytest

pytest.importorskip("trl")

from playout.experiments.household.cells import curve
from playout.experiments.household.experiment import WAYS, Plan, added_up, played
from playout.rollouts.store import open_run

TINY = Plan(
    seeds=(0, 1),
    games=3,
    world={"task_types": ["look_at_obj_in_light"], "max_steps": 4},
    expert_steps=9,
    source={"model": "new:tiny-llama", "episodes": 4},
    imitation={"epochs": 1},
    reinforcement={"iterations": 1, "group": 2, "levels": 1},
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder, done = tmp_path_factory.mktemp("experiment"), {}
    for cell in TINY.cells():
        assert all(other in done for other in cell.after)
        module, _, name = cell.run.partition(":")
        done[cell.name] = getattr(import_module(module), name)(folder / cell.name, **cell.kwargs)
    return folder, done


def test_what_is_compared_are_equal_games(made):
    found = added_up(made[0], TINY, made[1])
    assert found["primary"]["pairs"] == 2 * TINY.games
    assert found["primary"]["unpaired"] == 0
    assert found["difference"] == found["primary"]["difference"]
    assert set(found["primary"]["by_seed"]) == {"0", "1"}
    assert set(found["control"]) == set(WAYS)
    assert found["control"][found["primary"]["way"]]["pairs"] == TINY.games
    assert 0 <= found["random"] <= 1
    assert found["constant"] == 0
    assert found["minutes"] > 0


def test_trainings_and_games_differ_in_seed_and_in_room(made):
    cells = {cell.name: cell for cell in TINY.cells()}
    assert {cells[f"grpo.{seed}"].kwargs["seed"] for seed in (0, 1)} == {0, 1}
    assert "split" not in cells["grpo.0"].kwargs["world"]
    assert cells[played("grpo.0")].kwargs["split"] == "unseen"
    assert cells["shuffled.0"].kwargs == {**cells["grpo.0"].kwargs, "shuffle": True}
    assert "shuffled.1" not in cells


def test_a_plan_without_control(made):
    plan = replace(TINY, controls=())
    assert not any("shuffled" in cell.name for cell in plan.cells())
    assert added_up(made[0], plan, made[1])["control"] == {}


def test_seconds_are_those_of_all_processes_of_a_training(tmp_path):
    with open_run(tmp_path / "run", {"method": "x"}) as run:
        run.log([{"cpu_seconds": 5.0}, {"cpu_seconds": 7.0}, {"cpu_seconds": 4.0}, {"cpu_seconds": 6.0}])
    assert curve(run)["cpu_seconds"] == 13.0
