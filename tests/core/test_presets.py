from dataclasses import dataclass

import pytest

from playout.core.errors import WrongUse
from playout.core.presets import preset_of


@dataclass(frozen=True)
class Speed:
    value: float


SPEEDS = {"slow": Speed(1.0), "fast": Speed(2.0)}


def test_a_name_or_an_object():
    assert preset_of("speed", "fast", SPEEDS) is SPEEDS["fast"]
    own = Speed(7.0)
    assert preset_of("speed", own, SPEEDS) is own


@pytest.mark.parametrize("given", ["quick", "", None, 3, {"value": 1}])
def test_anything_else_is_told_what_was_expected(given):
    with pytest.raises(WrongUse, match="speed: expected one of slow, fast or a Speed, got "):
        preset_of("speed", given, SPEEDS)
