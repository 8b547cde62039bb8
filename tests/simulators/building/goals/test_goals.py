"""Generated houses: decided by their key, many, standing, and in one split only."""

import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.simulators.building.blocks import AIR, DIRT, PRESETS
from playout.simulators.building.goals.bank import area_of, goals_of, placed
from playout.simulators.building.goals.houses import HouseStyle, house

AREA = (9, 8, 8)


def test_a_key_decides_a_house_and_keys_differ() -> None:
    made = [house(key, AREA) for key in range(60)]
    assert all((house(key, AREA) == made[key]).all() for key in (0, 7, 59))
    assert len({h.tobytes() for h in made}) == 60
    sizes = [(h[:, 1:] != AIR).sum() for h in made]
    assert min(sizes) >= 8
    assert max(sizes) > 150


def test_nothing_hangs_in_the_air() -> None:
    for key in range(40):
        cells = house(key, AREA) != AIR
        held = np.zeros_like(cells)
        held[:, 0] = cells[:, 0]
        for _ in range(cells.size):
            grown = held.copy()
            for axis in range(3):
                for shift in (1, -1):
                    rolled = np.roll(held, shift, axis)
                    edge: list[slice | int] = [slice(None)] * 3
                    edge[axis] = 0 if shift == 1 else -1
                    rolled[tuple(edge)] = False
                    grown |= rolled
            grown &= cells
            if (grown == held).all():
                break
            held = grown
        assert (held == cells).all()


def test_age_can_be_switched_off() -> None:
    new = house(3, AREA, HouseStyle(age=0.0))
    old = house(3, AREA, HouseStyle(age=0.9))
    assert (new != old).any()
    assert ((new != AIR) == (old != AIR)).all()


def test_banks_share_no_goal_and_fit_the_world() -> None:
    size = PRESETS["tiny"]
    banks = {split: goals_of(size, split, number=128)["goals"] for split in ("train", "valid", "test")}
    looks = {split: {row.tobytes() for row in rows} for split, rows in banks.items()}
    assert all(len(found) == 128 for found in looks.values())
    assert not looks["train"] & looks["valid"]
    assert not looks["train"] & looks["test"]
    assert not looks["valid"] & looks["test"]
    worlds = banks["train"].reshape(-1, *size)
    assert (worlds[:, :, 0] == 1).all()
    assert (worlds[:, 0, 1] == DIRT).all()
    assert (worlds[:, :, -1] == AIR).all()


def test_a_house_that_is_too_large_is_refused() -> None:
    with pytest.raises(WrongUse, match=r"larger than the \(3, 3, 3\)"):
        placed(np.ones((4, 3, 3), np.uint8), PRESETS["tiny"])
    assert area_of(PRESETS["paper"]) == (9, 8, 8)
    assert area_of(PRESETS["paper"], palette=True) == (8, 8, 8)
