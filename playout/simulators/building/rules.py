"""The rules of the building game, compiled: the readable reference and the fast path on CPU at once.

Rule book (Laidlaw et al. 2025, appendix; decisions of ours are marked so):

* The world is W x H x D cells of ten blocks (``blocks``); y is up. A player takes two cells, feet and
  head; the head may stand out above the world. Players fly.
* The players of a step act one after the other: whoever gives first, then all others in their order, so
  a conflict goes to the first. An action that cannot be done does nothing.
* PLACE puts a block into a cell of air in which no player stands, *also not the one who places it (ours;
  with ``own_cell`` it may)*. BREAK takes a block that is neither air nor bedrock. For both there must be
  a point in sight: on a face of the cell that is broken, or on a face of the cell to be filled behind
  which a block is. Sight (``rays``) is hidden by blocks and by other players; points outside the world
  cannot be seen. *Nothing else limits reach (ours: the mask of the released code also wants the cell
  within 4.5 of the head's cell).*
* MOVE goes one cell along an axis, if feet and head find air there inside the world (the head: or above
  it) and no other player is in that column less than two cells higher or lower.
* *Teleport* (variant): no moves; who places or breaks first goes to the nearest place from where the cell
  is in sight, in a box of -4..4, -5..3, -4..4 around it (ours: the nearest, the released code takes any).
* *Finite blocks* (variant): only owned blocks are placed; a broken block is owned (at most 2304 of a
  kind). The last plane along x is the palette: breaking there yields a block and the palette stays
  (ours: nothing can be placed in it). GIVE hands up to five blocks to a player whose feet are in the
  named cell, at most one cell away along each axis.

The legal actions told by :func:`legal` are exactly those that would do something if the player acted
alone. Rewards and ends are in ``copies``.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from playout.simulators.building.actions import BREAK, GIVE, MOVE, NOOP, PLACE
from playout.simulators.building.blocks import AIR, BEDROCK, BLOCKS, FACES, FIRST_PLACEABLE, STEPS, Size
from playout.simulators.building.rays import RANGE, RAYS

MOST_OWNED = 36 * 64
GIVEN = 5
_PLAYER = 255  # in the cells of others while somebody looks: neither air nor a block
MOST_PLAYERS = 8

# What can be seen, as constants of the compiled code; see ``rays.Rays``.
_UP, _PARENT, _FACES, _ENDS = RAYS.node[:, 1].astype(np.int8), RAYS.parent, RAYS.faces, RAYS.ends
_CELLS, _FIRST, _NUMBER, _HEAD_FACES = RAYS.cells, RAYS.first, RAYS.number, RAYS.head_faces


def _stands() -> np.ndarray:
    """Where to stand relative to a cell, the nearest first: int64[S, 3]."""
    box = np.stack(np.meshgrid(range(-4, 5), range(-5, 4), range(-4, 5), indexing="ij"), -1).reshape(-1, 3)
    return box[np.argsort((box**2).sum(1), kind="stable")].astype(np.int64)


STANDS = _stands()
"""With teleport: where to stand relative to a cell, the nearest first; int64[729, 3]."""
HERE, NO_STAND = -1, -2  # in place of a number of ``STANDS``

rule = njit(cache=True, error_model="numpy")
# Handing a field and a scene to a function, or taking arrays out of them, costs counts of references, and
# so more than most of what is done with them: hot loops take arrays out first and hand on arrays and numbers.
part = njit(cache=True, error_model="numpy", inline="always")


class Scene(NamedTuple):
    """One copy of a world, or N copies with a leading axis."""

    blocks: np.ndarray
    """uint8[V]."""
    surface: np.ndarray
    """uint8[V], follows from ``blocks``: bit f set where a block is behind the face f of a cell."""
    last: np.ndarray
    """int8[V], who touched a cell last; -1 nobody."""
    players: np.ndarray
    """int16[P, 3], the cells of their feet."""
    inventory: np.ndarray
    """int16[P, 10], owned blocks; used with finite blocks only."""


class Field(NamedTuple):
    """What stays the same in a world: its size, its variant and what follows from them."""

    width: int
    height: int
    depth: int
    finite: bool
    teleport: bool
    own_cell: bool
    offset: np.ndarray
    """int32[T]: by how much the number of the cell of each node of the rays differs from that of the feet."""
    behind: np.ndarray
    """int64[6], the same for the cell behind a face and the cell."""


def field_of(size: Size, *, finite: bool = False, teleport: bool = False, own_cell: bool = False) -> Field:
    """The field of a world; see the rule book for the variants."""
    strides = np.array([size.height * size.depth, size.depth, 1])
    offset = (RAYS.node @ strides).astype(np.int32)
    return Field(*size, finite, teleport, own_cell, offset, STEPS @ strides)


@part
def cell_at(field: Field, x: int, y: int, z: int) -> int:
    """The number of a cell; -1 outside the world."""
    return _number_of(field.width, field.height, field.depth, x, y, z)


@rule
def _number_of(width: int, height: int, depth: int, x: int, y: int, z: int) -> int:
    inside = (0 <= x < width) & (0 <= y < height) & (0 <= z < depth)
    return (x * height + y) * depth + z if inside else -1


@part
def position(field: Field, cell: int) -> tuple[int, int, int]:
    """x, y and z of a cell."""
    column = cell // field.depth
    return column // field.height, column % field.height, cell % field.depth


@part
def behind(field: Field, cell: int, face: int) -> int:
    """The cell behind a face; -1 outside the world."""
    x, y, z = position(field, cell)
    return cell_at(field, x + STEPS[face, 0], y + STEPS[face, 1], z + STEPS[face, 2])


@rule
def find_surface(field: Field, scene: Scene) -> None:
    """Fill ``scene.surface`` from its blocks."""
    scene.surface[:] = 0
    for cell in range(len(scene.blocks)):
        if scene.blocks[cell] != AIR:
            _expose(field, scene, cell, True)


@rule
def find_surfaces(field: Field, scenes: Scene) -> None:
    """:func:`find_surface` of N copies."""
    for i in range(len(scenes.blocks)):
        find_surface(
            field,
            Scene(
                scenes.blocks[i], scenes.surface[i], scenes.last[i], scenes.players[i], scenes.inventory[i]
            ),
        )


@part
def _expose(field: Field, scene: Scene, cell: int, solid: bool) -> None:
    """Tell the cells around that there is a block in ``cell`` now, or none any more."""
    for face in range(FACES):
        beside = behind(field, cell, face)
        if beside >= 0:
            bit = 1 << (face ^ 1)  # faces come in pairs
            scene.surface[beside] = scene.surface[beside] | bit if solid else scene.surface[beside] & ~bit


@rule
def step(field: Field, scene: Scene, actions: np.ndarray, changes: np.ndarray) -> None:
    """Let all players act, in place.

    Args:
        field: of the world.
        scene: one copy.
        actions: int64[P, 3]: type, cell, block.
        changes: int64[P, 3], overwritten: whether the action did something, the cell whose block changed
            (-1: none) and the block that was there before.
    """
    for giving in (True, False):
        for who in range(len(scene.players)):
            kind, cell, block = actions[who]
            if (kind == GIVE) == giving:
                _act(field, scene, who, kind, cell, block, changes[who])


@rule
def _act(field: Field, scene: Scene, who: int, kind: int, cell: int, block: int, change: np.ndarray) -> None:
    change[0], change[1], change[2] = 0, -1, AIR
    if kind == NOOP:
        return
    if kind == GIVE:
        change[0] = field.finite and _give(field, scene, who, cell, block)
    elif kind >= MOVE:
        change[0] = not field.teleport and _move(field, scene, who, kind - MOVE)
    elif _reach(field, scene, who, kind, cell, block):
        change[0] = 1
        old = scene.blocks[cell]
        if field.finite:
            scene.inventory[who, block if kind == PLACE else old] += -1 if kind == PLACE else 1
        if not in_palette(field, cell):
            change[1], change[2] = cell, old
            scene.blocks[cell], scene.last[cell] = (block if kind == PLACE else AIR), who
            _expose(field, scene, cell, kind == PLACE)


@part
def in_palette(field: Field, cell: int) -> bool:
    """Whether a cell is in the plane that blocks are taken from."""
    return field.finite and cell >= (field.width - 1) * field.height * field.depth


@rule
def _give(field: Field, scene: Scene, who: int, cell: int, block: int) -> bool:
    to = _receiver(field, scene, who, cell)
    if to < 0:
        return False
    inventory = scene.inventory
    given = min(GIVEN, inventory[who, block], MOST_OWNED - inventory[to, block])
    inventory[who, block] -= given
    inventory[to, block] += given
    return given > 0


@rule
def _receiver(field: Field, scene: Scene, who: int, cell: int) -> int:
    """The player with its feet in ``cell`` who is near enough to be given something; -1 none."""
    players = scene.players
    for other in range(len(players)):
        near = field.teleport or np.abs(players[other] - players[who]).max() <= 1
        if other != who and near and _feet(field, scene, other) == cell:
            return other
    return -1


@part
def _feet(field: Field, scene: Scene, who: int) -> int:
    return cell_at(field, scene.players[who, 0], scene.players[who, 1], scene.players[who, 2])


@rule
def _move(field: Field, scene: Scene, who: int, direction: int) -> bool:
    player = scene.players[who]
    x, y, z = (
        player[0] + STEPS[direction, 0],
        player[1] + STEPS[direction, 1],
        player[2] + STEPS[direction, 2],
    )
    if not can_stand(field, scene, who, x, y, z):
        return False
    player[0], player[1], player[2] = x, y, z
    return True


@part
def can_stand(field: Field, scene: Scene, who: int, x: int, y: int, z: int) -> bool:
    """Whether ``who`` could have its feet there."""
    feet, head = cell_at(field, x, y, z), cell_at(field, x, y + 1, z)
    if feet < 0 or scene.blocks[feet] != AIR or (head >= 0 and scene.blocks[head] != AIR):
        return False
    for other in range(len(scene.players)):
        player = scene.players[other]
        if other != who and player[0] == x and player[2] == z and abs(player[1] - y) <= 1:
            return False
    return True


@rule
def _reach(field: Field, scene: Scene, who: int, kind: int, cell: int, block: int) -> bool:
    """Whether ``who`` can place or break; with teleport it then stands where it can."""
    if kind == PLACE:
        owned = not field.finite or scene.inventory[who, block] > 0
        if block < FIRST_PLACEABLE or not owned or in_palette(field, cell):
            return False
    elif field.finite and scene.inventory[who, scene.blocks[cell]] >= MOST_OWNED:
        return False
    x, y, z = scene.players[who, 0], scene.players[who, 1], scene.players[who, 2]
    marks = hide_others(field, scene, who)
    stand = NO_STAND
    if _in_sight(field, scene, who, x, y, z, kind, cell):
        stand = HERE
    elif field.teleport:
        stand = _stand_for(field, scene, who, kind, cell)
    show_others(field, scene, who, marks)
    if stand >= 0:
        cx, cy, cz = position(field, cell)
        away = STANDS[stand]
        scene.players[who, 0], scene.players[who, 1], scene.players[who, 2] = (
            cx + away[0], cy + away[1], cz + away[2],
        )  # fmt: skip
    return stand != NO_STAND


@rule
def _stand_for(field: Field, scene: Scene, who: int, kind: int, cell: int) -> int:
    """Which of ``STANDS`` the cell can be touched from, or ``NO_STAND``."""
    cx, cy, cz = position(field, cell)
    for stand in range(len(STANDS)):
        x, y, z = cx + STANDS[stand, 0], cy + STANDS[stand, 1], cz + STANDS[stand, 2]
        if can_stand(field, scene, who, x, y, z) and _in_sight(field, scene, who, x, y, z, kind, cell):
            return stand
    return NO_STAND


@rule
def hide_others(field: Field, scene: Scene, who: int) -> int:
    """Mark the cells of the others; four bits per player and cell keep what was there, and that it was."""
    marks = 0
    for other in range(len(scene.players)):
        for up in range(2):
            player = scene.players[other]
            cell = cell_at(field, player[0], player[1] + up, player[2])
            if other != who and cell >= 0:
                marks |= (1 + scene.blocks[cell]) << 4 * (2 * other + up)
                scene.blocks[cell] = _PLAYER
    return marks


@rule
def show_others(field: Field, scene: Scene, who: int, marks: int) -> None:
    """Take back what :func:`hide_others` did."""
    for other in range(len(scene.players)):
        for up in range(2):
            mark = marks >> 4 * (2 * other + up) & 15
            if mark:
                player = scene.players[other]
                scene.blocks[cell_at(field, player[0], player[1] + up, player[2])] = mark - 1


@rule
def _in_sight(field: Field, scene: Scene, who: int, x: int, y: int, z: int, kind: int, cell: int) -> bool:
    """Whether ``who``, with its feet at x, y, z, could touch the cell; the others are marked."""
    if kind == PLACE:
        cx, cy, cz = position(field, cell)
        own = cx == x and cz == z and 0 <= cy - y <= 1
        if scene.blocks[cell] != AIR or (own and not field.own_cell):
            return False
        return _seen(field, scene, who, x, y, z, cell, scene.surface[cell])
    if not BEDROCK < scene.blocks[cell] < BLOCKS:
        return False
    for face in range(FACES):
        before = behind(field, cell, face)
        if before >= 0 and _seen(field, scene, who, x, y, z, before, 1 << (face ^ 1)):
            return True
    return False


@rule
def _seen(field: Field, scene: Scene, who: int, x: int, y: int, z: int, cell: int, faces: int) -> bool:
    """Whether one of the ``faces`` of a cell is in sight from inside it."""
    cx, cy, cz = position(field, cell)
    dx, dy, dz = cx - x, cy - y, cz - z
    if max(abs(dx), abs(dy), abs(dz)) > RANGE:
        return False
    if dx == 0 and dy == 1 and dz == 0:
        return faces & _HEAD_FACES != 0
    number, feet = _NUMBER[dx + RANGE, dy + RANGE, dz + RANGE], cell_at(field, x, y, z)
    if number < 0:
        return False
    if y + 1 < field.height:
        return _clear(scene.blocks, field.offset, feet, number, faces, True) != 0
    return _clear_from_above(field, scene, who, feet, y, number, faces) != 0


@rule
def _clear(blocks: np.ndarray, offset: np.ndarray, feet: int, number: int, faces: int, any_one: bool) -> int:
    """Which of the ``faces`` of one of ``RAYS.cells`` can be seen from a head in the world, as bits.

    All lines then stay in the world, which is convex. With ``any_one`` the first found is enough.
    """
    seen = 0
    for end in range(_FIRST[number], _FIRST[number + 1]):
        node = _ENDS[end]
        found = _FACES[node] & faces & ~seen
        if found:
            while node >= 0 and blocks[feet + offset[node]] == AIR:
                node = _PARENT[node]
            if node < 0:
                seen |= found
                if any_one or seen == faces:
                    break
    return int(seen)


@rule
def _clear_from_above(
    field: Field, scene: Scene, who: int, feet: int, y: int, number: int, faces: int
) -> int:
    """:func:`_clear` from a head above the world, where nothing but another head can be in the way."""
    seen = 0
    for end in range(_FIRST[number], _FIRST[number + 1]):
        node = _ENDS[end]
        found = _FACES[node] & faces & ~seen
        while found and node >= 0:
            cell, height = feet + field.offset[node], y + _UP[node]
            if height < field.height:
                free = scene.blocks[cell] == AIR
            else:
                free = not _is_head(field, scene, who, cell, height)
            found = found if free else 0
            node = _PARENT[node]
        seen |= found
    return int(seen)


@part
def _is_head(field: Field, scene: Scene, who: int, cell: int, y: int) -> bool:
    """Whether another player's head is above the world, where a cell would have this number."""
    for other in range(len(scene.players)):
        player = scene.players[other]
        at = (player[0] * field.height + player[1] + 1) * field.depth + player[2]
        if other != who and player[1] + 1 == y and at == cell:
            return True
    return False


@rule
def legal(
    field: Field,
    scene: Scene,
    who: int,
    place: np.ndarray,
    remove: np.ndarray,
    move: np.ndarray,
    give: np.ndarray,
) -> None:
    """What ``who`` could do now.

    Args:
        field: of the world.
        scene: one copy; its blocks are marked while this runs, then as before.
        who: the player.
        place: uint8[V], overwritten: cells in which a block can be placed, of any kind it owns.
        remove: uint8[V], overwritten: cells whose block can be broken.
        move: uint8[6], overwritten; all 0 with teleport.
        give: uint8[V], overwritten: cells of players who can be given blocks.
    """
    place[:], remove[:], give[:] = 0, 0, 0
    x, y, z = scene.players[who, 0], scene.players[who, 1], scene.players[who, 2]
    for direction in range(FACES):
        nx, ny, nz = x + STEPS[direction, 0], y + STEPS[direction, 1], z + STEPS[direction, 2]
        move[direction] = not field.teleport and can_stand(field, scene, who, nx, ny, nz)
    marks = hide_others(field, scene, who)
    if field.teleport:
        _look_from_anywhere(field, scene, who, place, remove)
    else:
        look(field, scene, who, x, y, z, place, remove)
    show_others(field, scene, who, marks)
    if field.finite:
        _finite(field, scene, who, place, remove, give)


@rule
def look(
    field: Field, scene: Scene, who: int, x: int, y: int, z: int, place: np.ndarray, remove: np.ndarray
) -> None:
    """Mark in ``place`` and ``remove`` what ``who``, with its feet at x, y, z, could touch."""
    width, height, depth = field.width, field.height, field.depth
    blocks, surface, offset, behind = scene.blocks, scene.surface, field.offset, field.behind
    feet, head = cell_at(field, x, y, z), cell_at(field, x, y + 1, z)
    for number in range(len(_CELLS)):
        dx, dy, dz = _CELLS[number, 0], _CELLS[number, 1], _CELLS[number, 2]
        cell = _number_of(width, height, depth, x + dx, y + dy, z + dz)
        if cell >= 0 and surface[cell] and blocks[cell] == AIR:
            wanted = surface[cell]
            if head >= 0:
                seen = _clear(blocks, offset, feet, number, wanted, False)
            else:
                seen = _clear_from_above(field, scene, who, feet, y, number, wanted)
            place[cell] = seen != 0
            _mark_behind(blocks, behind, cell, seen, remove)
    if head >= 0:
        seen = surface[head] & _HEAD_FACES
        place[head] = seen != 0 and blocks[head] == AIR
        _mark_behind(blocks, behind, head, seen, remove)
    if not field.own_cell:
        place[feet] = 0
        if head >= 0:
            place[head] = 0


@rule
def _mark_behind(blocks: np.ndarray, behind: np.ndarray, cell: int, seen: int, remove: np.ndarray) -> None:
    """The blocks behind the ``seen`` faces can be broken."""
    for face in range(FACES):
        if seen >> face & 1:
            beside = cell + behind[face]
            remove[beside] = BEDROCK < blocks[beside] < BLOCKS


@rule
def _look_from_anywhere(field: Field, scene: Scene, who: int, place: np.ndarray, remove: np.ndarray) -> None:
    """With teleport: the cells that can be touched from some place."""
    for cell in range(len(scene.blocks)):
        plane = place if scene.blocks[cell] == AIR else remove
        plane[cell] = touchable(field, scene, who, cell)


@rule
def touchable(field: Field, scene: Scene, who: int, cell: int) -> bool:
    """With teleport: whether the cell can be filled or broken from some place; the others are marked."""
    x, y, z = scene.players[who, 0], scene.players[who, 1], scene.players[who, 2]
    kind = PLACE if scene.blocks[cell] == AIR else BREAK
    here = _in_sight(field, scene, who, x, y, z, kind, cell)
    return here or _stand_for(field, scene, who, kind, cell) != NO_STAND


@rule
def _finite(
    field: Field, scene: Scene, who: int, place: np.ndarray, remove: np.ndarray, give: np.ndarray
) -> None:
    """Nothing is placed in the palette, nothing is taken that there is no room for, gifts are possible."""
    place[(field.width - 1) * field.height * field.depth :] = 0
    for cell in range(len(remove)):
        if remove[cell] and scene.inventory[who, scene.blocks[cell]] >= MOST_OWNED:
            remove[cell] = 0
    for other in range(len(scene.players)):
        cell = _feet(field, scene, other)
        give[cell] |= _receiver(field, scene, who, cell) >= 0
