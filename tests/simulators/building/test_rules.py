"""The rule book, rule by rule, and the legal actions as exactly those with an effect."""

import numba
import numpy as np
import pytest
from scenes import scene_of

from playout.core.random import Stream
from playout.simulators.building import rules
from playout.simulators.building.actions import BREAK, GIVE, MOVE, NOOP, PLACE, Action, Numbering, Planes
from playout.simulators.building.blocks import BEDROCK, BLOCKS, DIRT, PLANKS, PRESETS, WOOL, Size, plain
from playout.simulators.building.rays import RAYS

SMALL = PRESETS["small"]
FIELD = rules.field_of(SMALL)


def cell(size: Size, x: int, y: int, z: int) -> int:
    return (x * size.height + y) * size.depth + z


def act(field: rules.Field, scene: rules.Scene, *actions: tuple[int, int, int]) -> np.ndarray:
    changes = np.zeros((len(actions), 3), np.int64)
    rules.step(field, scene, np.array(actions, np.int64), changes)
    return changes


def on_the_ground(*players: tuple[int, int, int], field: rules.Field = FIELD) -> rules.Scene:
    size = Size(field.width, field.height, field.depth)
    return scene_of(field, plain(size, palette=field.finite), np.array(players))


def test_the_table_of_rays_is_that_of_the_paper_code() -> None:
    assert (len(RAYS.cells) + 1, RAYS.lines, int((RAYS.faces > 0).sum())) == (570, 20_386, 3_829)
    through_faces = sum(bin(int(faces)).count("1") for faces in RAYS.faces) + bin(RAYS.head_faces).count("1")
    assert through_faces == 7_490


def test_placing_needs_air_a_block_beside_and_sight() -> None:
    scene = on_the_ground((3, 2, 3))
    near, floating, below = cell(SMALL, 4, 2, 3), cell(SMALL, 4, 4, 3), cell(SMALL, 4, 1, 3)
    assert act(FIELD, scene, (PLACE, floating, PLANKS))[0, 0] == 0
    assert act(FIELD, scene, (PLACE, below, PLANKS))[0, 0] == 0
    assert act(FIELD, scene, (PLACE, near, BEDROCK))[0, 0] == 0
    assert act(FIELD, scene, (PLACE, near, PLANKS)).tolist() == [[1, near, 0]]
    assert (scene.blocks[near], scene.last[near]) == (PLANKS, 0)
    assert act(FIELD, scene, (PLACE, near, WOOL))[0, 0] == 0


def test_nothing_is_placed_where_somebody_stands_unless_a_replay_needs_it() -> None:
    own = (PLACE, cell(SMALL, 3, 2, 3), PLANKS)
    assert act(FIELD, on_the_ground((3, 2, 3)), own)[0, 0] == 0
    assert act(rules.field_of(SMALL, own_cell=True), on_the_ground((3, 2, 3)), own)[0, 0] == 1
    others = (PLACE, cell(SMALL, 4, 2, 3), PLANKS)
    assert act(FIELD, on_the_ground((3, 2, 3), (4, 2, 3)), others, (NOOP, 0, 0))[0, 0] == 0


def test_breaking_spares_bedrock_and_what_is_hidden() -> None:
    scene = on_the_ground((3, 2, 3))
    ground, bedrock = cell(SMALL, 3, 1, 3), cell(SMALL, 3, 0, 3)
    assert act(FIELD, scene, (BREAK, bedrock, 0))[0, 0] == 0
    assert act(FIELD, scene, (BREAK, ground, 0)).tolist() == [[1, ground, DIRT]]
    assert act(FIELD, scene, (BREAK, bedrock, 0))[0, 0] == 0
    assert act(FIELD, scene, (BREAK, cell(SMALL, 0, 1, 0), 0))[0, 0] == 1


def test_moves_keep_out_of_blocks_borders_and_each_other() -> None:
    scene = on_the_ground((0, 2, 3), (1, 2, 3))
    assert act(FIELD, scene, (MOVE, 0, 0), (NOOP, 0, 0))[0, 0] == 0  # the other stands there
    assert act(FIELD, scene, (MOVE + 1, 0, 0), (NOOP, 0, 0))[0, 0] == 0  # the border
    assert act(FIELD, scene, (MOVE + 3, 0, 0), (NOOP, 0, 0))[0, 0] == 0  # the ground
    assert act(FIELD, scene, (MOVE + 2, 0, 0), (MOVE + 4, 0, 0))[:, 0].tolist() == [1, 1]
    assert scene.players.tolist() == [[0, 3, 3], [1, 2, 4]]
    top = on_the_ground((3, 5, 3))
    assert act(FIELD, top, (MOVE + 2, 0, 0))[0, 0] == 0, "feet stay inside, the head may be above"


def test_a_conflict_goes_to_the_first() -> None:
    scene, target = on_the_ground((3, 2, 3), (5, 2, 3)), cell(SMALL, 4, 2, 3)
    assert act(FIELD, scene, (PLACE, target, PLANKS), (PLACE, target, WOOL))[:, 0].tolist() == [1, 0]
    assert act(FIELD, scene, (NOOP, 0, 0), (BREAK, target, 0))[:, 0].tolist() == [0, 1]
    assert scene.last[target] == 1


def test_finite_blocks_are_taken_owned_and_given() -> None:
    field = rules.field_of(PRESETS["paper"], finite=True)
    size = PRESETS["paper"]
    scene = on_the_ground((9, 2, 3), (8, 2, 3), field=field)
    planks, target = cell(size, 10, 2, 4), cell(size, 9, 2, 4)
    block = int(scene.blocks[planks])
    assert act(field, scene, (PLACE, target, block), (NOOP, 0, 0))[0, 0] == 0
    assert act(field, scene, (BREAK, planks, 0), (NOOP, 0, 0)).tolist()[0] == [1, -1, 0]
    assert scene.blocks[planks] == block, "the palette stays"
    assert scene.inventory[0, block] == 1
    assert act(field, scene, (GIVE, cell(size, 8, 2, 3), block), (PLACE, target, block))[:, 0].tolist() == [
        1,
        1,
    ]
    assert scene.inventory.sum() == 0
    assert act(field, scene, (PLACE, cell(size, 10, 2, 9), DIRT), (NOOP, 0, 0))[0, 0] == 0


def test_who_teleports_goes_to_the_nearest_place() -> None:
    field = rules.field_of(SMALL, teleport=True)
    scene, far = on_the_ground((0, 2, 0), field=field), cell(SMALL, 6, 2, 6)
    assert act(field, scene, (MOVE, 0, 0))[0, 0] == 0
    assert act(field, scene, (PLACE, far, PLANKS))[0, 0] == 1
    assert np.abs(scene.players[0] - [6, 2, 6]).sum() <= 2


def legal_planes(field: rules.Field, scene: rules.Scene, who: int, size: Size) -> Planes:
    planes = [np.empty(n, np.uint8) for n in (size.cells, size.cells, 6, size.cells)]
    rules.legal(field, scene, who, *planes)
    owned = (scene.inventory[who] > 0).astype(np.uint8)
    blocks = (np.arange(BLOCKS) >= 2).astype(np.uint8) * (owned if field.finite else 1)
    return Planes(*planes, blocks=blocks.astype(np.uint8), owned=owned)


@pytest.mark.parametrize("variant", [{}, {"finite": True}, {"teleport": True}, {"own_cell": True}])
def test_legal_actions_are_exactly_those_with_an_effect(variant: dict[str, bool]) -> None:
    size = Size(6, 6, 5)
    field = rules.field_of(size, **variant)
    numbering = Numbering(size, teleport=field.teleport, finite=field.finite)
    for seed in range(3):
        scene, stream = ruins(field, size, seed), Stream(seed)
        mask = numbering.mask(legal_planes(field, scene, 0, size))
        assert mask[0] == 1
        for flat in [*np.flatnonzero(mask)[1:], *(stream.below(numbering.count) for _ in range(300))]:
            copy = rules.Scene(*(array.copy() for array in scene))
            action = numbering.decode(np.array([flat, 0]))
            effective = act(field, copy, *map(tuple, action))[0, 0]
            assert effective == mask[flat] * (flat != 0), (action, scene.players)


@numba.njit
def can_stand(field: rules.Field, scene: rules.Scene, who: int, x: int, y: int, z: int) -> bool:
    return rules.can_stand(field, scene, who, x, y, z)


def ruins(field: rules.Field, size: Size, seed: int) -> rules.Scene:
    """A world with blocks all over and two players in it, who own something."""
    stream, world = Stream(seed, 9), plain(size, palette=field.finite)
    for _ in range(40):
        at = stream.below(size.width - 1), 1 + stream.below(size.height - 1), stream.below(size.depth)
        world[at] = stream.below(BLOCKS) if world[at] != BEDROCK else BEDROCK
        if world[at] == BEDROCK:
            world[at] = WOOL
    scene = scene_of(field, world, [(-9, -9, -9), (-9, -9, -9)])
    scene.inventory[:, :] = [stream.below(3) for _ in range(BLOCKS)]
    for who in range(2):
        while True:
            at = stream.below(size.width), stream.below(size.height), stream.below(size.depth)
            if can_stand(field, scene, who, *at):
                scene.players[who] = at
                break
    return scene


def test_actions_keep_their_numbers() -> None:
    numbering = Numbering(PRESETS["paper"])
    assert (numbering.count, numbering.breaks, numbering.moves) == (12_107, 11_001, 12_101)
    assert Numbering(PRESETS["paper"], finite=True).count == 23_107
    flat = np.arange(numbering.count)
    parts = numbering.decode(flat)
    assert [numbering.encode(Action(*map(int, part))) for part in parts[::97]] == flat[::97].tolist()
    with pytest.raises(ValueError, match="12106"):
        numbering.decode(np.array([12_107]))
