"""The torch rules against the compiled ones, step by step, with legal actions and observations.

The bench compares 100,000 joint steps and more; this is a part of it.
"""

from typing import Any

import pytest

from playout.simulators.building.blocks import PRESETS
from playout.simulators.building.game import GameConfig

torch = pytest.importorskip("torch")
from playout.experiments.bench.building import same  # noqa: E402  (needs torch)
from playout.simulators.building.batch import BuildingBatch  # noqa: E402  (needs torch)


@pytest.mark.parametrize("size", PRESETS)
def test_the_batch_plays_as_the_rules_do(size: str) -> None:
    found = same.compare(same.game_of(size), n=64, steps=35)
    assert found.joint_steps == 64 * 35
    assert len(found.done) == 8, "each type of action did something"
    assert found.truncated


def test_episodes_that_end_well_are_the_same_too() -> None:
    assert same.compare(same.game_of("tiny"), n=32, steps=35, built=0.9).terminated


@pytest.mark.parametrize(
    "options",
    [
        {"players": 1, "random_start": False},
        {"players": 3, "own_cell": True, "rewards": same.UNEVEN, "patience": 9},
        {"finite": True, "rewards": same.UNEVEN},
    ],
)
def test_variants_are_the_same_too(options: dict[str, Any]) -> None:
    found = same.compare(same.game_of("small", **options), n=48, steps=35)
    assert ("give" in found.done) == ("finite" in options)


def test_who_teleports_stands_in_the_same_place() -> None:
    found = same.compare(same.game_of("tiny", teleport=True), n=8, steps=4)
    assert set(found.done) == {"place", "break"}


def test_a_difference_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: BuildingBatch, state: Any, who: int) -> Any:
        planes = legal(self, state, who)
        return planes._replace(remove=torch.zeros_like(planes.remove))

    legal = BuildingBatch.legal
    monkeypatch.setattr(BuildingBatch, "legal", broken)
    with pytest.raises(AssertionError, match="step 0: legal remove of 0"):
        same.compare(same.game_of("tiny"), n=4, steps=1)


def test_copies_that_have_ended_stay_as_they_are() -> None:
    batch = BuildingBatch(GameConfig(size="tiny", goals=same.game_of("tiny").goals, max_steps=1))
    state = batch.step(batch.reset(torch.arange(5)), torch.zeros((5, 2, 3), dtype=torch.int64)).state
    again = batch.step(state, torch.tensor([3, 0, 0]).expand(5, 2, 3))
    assert all(torch.equal(old, new) for old, new in zip(state, again.state, strict=True))
    assert not again.truncated.any()
    assert not again.reward.any()
    second = batch.restart(state, torch.tensor([True, False, False, False, False]))
    assert second.episode.tolist() == [1, 0, 0, 0, 0]
