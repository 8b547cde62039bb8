import pytest

from playout.simulators.household.generator.catalogue import KINDS, room_kind
from playout.simulators.household.generator.draws import Draws
from playout.simulators.household.generator.games import GeneratorConfig, generate
from playout.simulators.household.generator.rooms import Names, is_unseen, room, room_code


@pytest.mark.parametrize("kind", KINDS)
def test_a_room_is_a_function_of_its_number(kind):
    first = room(kind, 5, unseen=False, seed=0)
    room.cache_clear()
    again = room(kind, 5, unseen=False, seed=0)
    assert again.receptacles == first.receptacles and again.code == first.code
    assert room(kind, 6, unseen=False, seed=0).code != first.code
    assert room(kind, 5, unseen=False, seed=1).code != first.code
    assert room_kind(receptacle.type.lower() for receptacle in first.receptacles) == kind


@pytest.mark.parametrize("unseen", [False, True])
def test_rooms_are_kept_apart_by_their_code(unseen):
    codes = {room(kind, n, unseen=unseen, seed=0).code for kind in KINDS for n in range(16)}
    assert {is_unseen(code) for code in codes} == {unseen}
    assert len(codes) > 55, "different rooms"


def test_names_are_of_one_room_only_once():
    place = room("kitchen", 3, unseen=False, seed=0)
    assert len({receptacle.id for receptacle in place.receptacles}) == len(place.receptacles)
    assert all(number != other for number, near in enumerate(place.overlaps) for other, _ in near)


def test_the_code_of_a_game_is_that_of_its_room():
    for key in range(20):
        record = generate(key, GeneratorConfig(rooms=3)).record
        kind, number = record.id.split("/")[1].rpartition("-")[2], 0
        kind, number = kind.rstrip("0123456789"), int(kind.lstrip("abcdefghijklmnopqrstuvwxyz_"))
        assert room_code(record) == room(kind, number, unseen=False, seed=0).code


def test_the_code_does_not_know_names():
    record = generate(1).record
    turned = record._replace(
        receptacles=record.receptacles[::-1],
        locations=tuple(location + 7 for location in record.locations[::-1]),
        openable=int(f"{record.openable:0{len(record.receptacles)}b}"[::-1], 2),
    )
    assert room_code(turned) == room_code(record)
    assert room_code(record._replace(openable=record.openable ^ 1)) != room_code(record)


def test_names_have_the_published_form():
    names = Names(Draws(0))
    assert names.thing("SinkBasin").startswith("Sink_bar__")
    assert names.thing("SinkBasin").endswith("_bar_SinkBasin")
    assert names.thing("Mug").count("_dot_") == 3
    assert len({names.location() for _ in range(300)}) == 300
