"""The whole experiment with few dialogues, in this process."""

from importlib import import_module

import numpy as np
import pytest

pytest.importorskip("torch")

from playout.core import WrongUse
from playout.experiments.ppdpp import experiment as module
from playout.experiments.ppdpp.arms import (
    CANDIDATES,
    CHOSEN,
    PPO,
    RL,
    SELECTED,
    SFT,
    THE_WORLDS,
    World,
    kwargs_of,
    noisy,
    settings_of,
)
from playout.experiments.ppdpp.experiment import Plan, cells_of, choose, experiment
from playout.experiments.ppdpp.results import choices, table

TINY = Plan(seeds=2, episodes=12, worlds=("tutoring", "tutoring in words"), learning=20)
SMALL = {
    "tutoring": World(
        env="playout/TutoringActs-v0", arms=(RL, PPO, "shuffled", noisy(0.3)), ppo_iterations=1
    ),
    "tutoring in words": World(
        env="playout/Tutoring-v0", encoder="ngrams", arms=(RL,), judged=THE_WORLDS["tutoring in words"].judged
    ),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def here():
    """Cells run in this process, one after the other, in small worlds."""

    def run_cells(cells, folder, *, workers, progress):
        done = {}
        for cell in cells:
            assert all(other in done for other in cell.after)
            place, (where, _, name) = folder / cell.name, cell.run.partition(":")
            place.mkdir(parents=True, exist_ok=True)
            done[cell.name] = getattr(import_module(where), name)(place, **cell.kwargs)
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "run_cells", run_cells)
        patch.setattr(module, "THE_WORLDS", SMALL)
        patch.setattr(module, "CANDIDATES", {name: CANDIDATES[name] for name in list(CANDIDATES)[:2]})
        yield


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return experiment(tmp_path_factory.mktemp("experiment"), TINY)


def test_all_worlds_are_judged_and_compared(found):
    acts = found["worlds"]["tutoring"]
    assert acts["reference"] in ("hand", PPO) and acts["best constant"].startswith("always ")
    assert {"random", "fitted", "hand", SFT, RL, PPO, "shuffled", "noisy 0.3"} <= set(acts["rows"])
    assert acts["compared"][f"{RL} - {SFT}"]["return"]["pairs"] == TINY.seeds * TINY.episodes
    assert {f"{RL} - best constant", f"shuffled - {SFT}", f"{RL} - noisy 0.3"} <= set(acts["compared"])
    rows = acts["rows"]
    shares = {name: rows[name]["return"]["mean"] for name in (RL, SFT, acts["reference"])}
    way = (shares[RL] - shares[SFT]) / (shares[acts["reference"]] - shares[SFT])
    assert acts["gap_closed"] == pytest.approx(way)
    words = {f"tutoring in words ({wording} wordings)" for wording in ("train", "unseen")}
    assert words < set(found["worlds"])
    assert all(list(found["worlds"][name]["compared"]) == [f"{RL} - {SFT}"] for name in words)
    assert found["settings"] == settings_of(RL)


def test_the_table_has_a_line_for_every_row(found):
    assert len(table(found)) == sum(len(told["rows"]) for told in found["worlds"].values())


def test_seeds_of_what_does_not_learn_are_equal_people(found):
    hand = found["worlds"]["tutoring"]["compared"][f"{RL} - {SFT}"]["return"]
    assert set(hand["by_seed"]) == {"0", "1"}
    assert found["worlds"]["tutoring"]["rows"]["hand"]["entropy"] > 0


def test_validation_chooses_and_the_test_is_not_touched(tmp_path):
    plan = Plan(seeds=1, episodes=8, worlds=("tutoring",), learning=20)
    told = choose(tmp_path, plan)
    assert told["best"] in CANDIDATES and told["used"] == CHOSEN
    assert next(row[0] for row in choices(told)) == told["best"]
    judged = [cell for cell in cells_of("tutoring", plan) if cell.run.endswith(":judge")]
    assert [cell.kwargs["split"] for cell in judged] == ["valid", "unseen"]
    assert not any("judge" in folder.name for folder in tmp_path.iterdir())


def test_arms_differ_in_what_they_say_they_do():
    assert settings_of(SELECTED) == {**settings_of(RL), "shuffle": True}
    assert settings_of("shuffled") == {**settings_of(SELECTED), "keep_last": True}
    assert settings_of("rl without sft")["sft_epochs"] == 0
    assert settings_of("repo")["advantage"] == "repo"
    assert kwargs_of(noisy(0.1)) == {"assessor": "noisy=0.1"} and kwargs_of(RL) == {}


def test_a_policy_that_nobody_knows_is_refused(tmp_path):
    from playout.experiments.ppdpp.cells import judge

    with pytest.raises(WrongUse, match="expected random, hand, fitted"):
        judge(
            tmp_path, env="playout/TutoringActs-v0", kwargs={}, encoder="acts", split="valid", episodes=2,
            seeds=1, policies={"x": ("shout", False)},
        )  # fmt: skip


def test_equal_numbers_are_equal_people(tmp_path):
    from playout.experiments.ppdpp.cells import judge

    ask = {"env": "playout/NegotiationActs-v0", "kwargs": {}, "encoder": "acts", "split": "valid"}
    rows = judge(
        tmp_path,
        **ask,
        episodes=20,
        seeds=2,
        policies={"random": ("random", True), "agree": ("agree", False)},
    )
    assert rows["agree"]["return"][0] == rows["agree"]["return"][1] == [0.0] * 20
    assert rows["random"]["return"][0] != rows["random"]["return"][1]
    given = np.array(rows["random"]["sl_given_a_deal"], np.float64)
    assert np.isnan(given).any() and np.nanmin(given) >= 0
