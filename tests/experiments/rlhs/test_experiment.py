"""The experiment from arms to page, with visits and iterations enough to run it and no more."""

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("matplotlib")

from playout.core import WrongUse
from playout.experiments.grid import Cell
from playout.experiments.rlhs import cells, drawing
from playout.experiments.rlhs import experiment as whole
from playout.experiments.rlhs.arms import Arm, arms_of, cells_of
from playout.experiments.rlhs.page import page
from playout.experiments.rlhs.results import results
from playout.simulators.consultancy.catalogue import OWN, open_catalogue

DOMAINS = tuple(domain.name for domain in open_catalogue().domains)


def small_arms() -> list[Arm]:
    """One of each role, learnt in no time."""
    quick: dict[str, Any] = {"iterations": 2, "batch": 32, "pairs": 40, "dpo_epochs": 1}
    found: dict[str, Arm] = {}
    for arm in arms_of("table", DOMAINS, seeds=2):
        key = "main-partial" if (arm.role, arm.feedback) == ("main", "partial") else arm.role
        if arm.base == "noisy-honest" or arm.role == "withheld":
            found.setdefault(key, Arm(**{**vars(arm), "settings": {**arm.settings, **quick}}))
    base = next(arm for arm in arms_of("table", DOMAINS, seeds=2) if arm.name == "base.withholder")
    return [found.pop("base"), base, *found.values()]


def run_here(folder: Path, asked: list[Cell]) -> dict[str, Any]:
    made = {}
    for cell in asked:
        place = folder / cell.name
        place.mkdir()
        function = getattr(cells, cell.run.partition(":")[2])
        made[cell.name] = json.loads(json.dumps(function(folder=place, **cell.kwargs)))
    return made


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "PER_CASE", 2)
        arms = small_arms()
        found = run_here(tmp_path_factory.mktemp("cells"), cells_of("table", arms, None))
    return {
        "policy": "table", "command": "playout experiment rlhs <here>",
        "made": {"cells": len(found), "minutes": 0.1}, **results(arms, found),
    }  # fmt: skip


def test_arms_are_named_once_and_bases_come_first() -> None:
    for policy in ("table", "text"):
        arms = arms_of(policy, DOMAINS)
        names = [arm.name for arm in arms]
        assert len(set(names)) == len(names)
        assert arms[0].role == "base" and {arm.base for arm in arms if arm.feedback} <= {
            arm.base for arm in arms if not arm.feedback
        }
        asked = cells_of(policy, arms, None)
        known: set[str] = set()
        for cell in asked:
            assert set(cell.after) <= known
            known.add(cell.name)
    with pytest.raises(WrongUse, match="policy"):
        arms_of("telepathy", DOMAINS)


@pytest.mark.parametrize("policy", ["table", "text"])
def test_cells_know_what_is_in_a_catalogue_of_the_users(policy: str, tmp_path: Path) -> None:
    arms = arms_of(policy, DOMAINS)
    file = tmp_path / "catalogue.json"
    file.write_text(OWN.read_text("utf-8"), "utf-8")
    for given in (file, tmp_path):
        assert {cell.files for cell in cells_of(policy, arms, str(given))} == {(str(file),)}
    for known in (None, "published"):
        assert {cell.files for cell in cells_of(policy, arms, known)} == {()}


def test_results_have_intervals_and_differences_from_the_base(said: dict[str, Any]) -> None:
    main = next(arm for arm in said["arms"].values() if arm["role"] == "main")
    assert main["metrics"]["utility"]["low"] <= main["metrics"]["utility"]["mean"]
    assert set(main["against_base"]) == {"immediate", "partial", "utility", "false_claims"}
    assert len(main["curve"]) == len(main["bullshit"]) == 2
    assert set(main["domains_tested"]) == set(DOMAINS)
    transfer = next(arm for arm in said["arms"].values() if arm["role"] == "transfer")
    assert set(transfer["domains_tested"]) == set(DOMAINS) - set(transfer["domains"])
    json.dumps(said, allow_nan=False)


@pytest.mark.parametrize(
    ("given", "words"),
    [({}, ""), ({"seeds": 1}, " --seeds 1"), ({"catalogue": "my own.json"}, " --catalogue 'my own.json'")],
)
def test_results_say_by_which_command_they_were_made(
    given: dict[str, Any], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.joinpath("my own.json").write_text(OWN.read_text("utf-8"), "utf-8")
    monkeypatch.chdir(tmp_path)
    for name, made in {
        "run_cells": {}, "_seconds": 0.0, "results": {"arms": {}, "contrasts": {}}, "page": "",
    }.items():  # fmt: skip
        monkeypatch.setattr(whole, name, lambda *args, made=made, **options: made)
    monkeypatch.setattr(drawing, "draw", lambda said, folder: {})
    said = whole.experiment(tmp_path, **given)
    assert said["command"] == "playout experiment rlhs --policy table" + words
    assert json.loads((tmp_path / whole.SUMMARY).read_text("utf-8"))["command"] == said["command"]


def test_figures_and_page(said: dict[str, Any], tmp_path: Path) -> None:
    files = drawing.draw(said, tmp_path)
    assert {"curves", "sweeps"} == set(files)
    svg = {name: paths[1].read_text("utf-8") for name, paths in files.items()}
    written = page(said, svg)
    assert written.count("<svg") == 2 and "&lt;here&gt;" in written and "<here>" not in written
    assert "Learnt in one domain, tested in others" in written
    again = drawing.draw(said, tmp_path / "again")
    assert again["curves"][1].read_text("utf-8") == svg["curves"]


def test_a_text_policy_begins_from_its_writers_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("trl")
    from dataclasses import replace

    from playout.training import rlhs_text

    monkeypatch.setattr(cells, "PER_CASE", 1)
    monkeypatch.setattr(rlhs_text, "WRITTEN", 100)
    monkeypatch.setattr(rlhs_text, "_SFT", replace(rlhs_text._SFT, epochs=1.0))
    arms = arms_of("text", DOMAINS, seeds=1)[:2]
    quick = [Arm(**{**vars(arm), "settings": {"iterations": 1, "batch": 8}}) for arm in arms]
    found = run_here(tmp_path, cells_of("text", quick, None))
    told = results(quick, found)["arms"][arms[1].name]
    assert told["domains"] == ["shop"] and told["metrics"]["utility"]["mean"] is not None
