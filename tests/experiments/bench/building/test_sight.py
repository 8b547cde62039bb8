"""Sight in exact numbers, on worlds of our own: it is the compiled rules' but where a line meets an edge."""

import numpy as np

from playout.core.random import Stream
from playout.experiments.bench.building.sight import depends_on_an_edge, in_sight
from playout.simulators.building import rules
from playout.simulators.building.actions import BREAK, PLACE
from playout.simulators.building.blocks import BEDROCK, BLOCKS, PLANKS, Size, plain

SIZE = Size(7, 7, 6)


def scene_of(blocks: np.ndarray, players: list[tuple[int, int, int]], field: rules.Field) -> rules.Scene:
    flat = blocks.reshape(-1).copy()
    people, owned = np.array(players, np.int16), np.zeros((len(players), BLOCKS), np.int16)
    scene = rules.Scene(flat, np.zeros_like(flat), np.full(flat.shape, -1, np.int8), people, owned)
    rules.find_surface(field, scene)
    return scene


def test_the_rules_see_what_exact_lines_see() -> None:
    field, edges, looked = rules.field_of(SIZE), 0, 0
    for seed in range(3):
        stream, world = Stream(seed), plain(SIZE)
        for _ in range(50):
            at = stream.below(SIZE.width), 1 + stream.below(SIZE.height - 1), stream.below(SIZE.depth)
            world[at] = 2 + stream.below(8)
        feet = (3, 3, 3)
        world[3, 3:5, 3] = 0
        scene = scene_of(world, [feet, (5, 3, 3)], field)
        scene.blocks[np.ravel_multi_index((5, 3, 3), SIZE)] = 0
        scene.blocks[np.ravel_multi_index((5, 4, 3), SIZE)] = 0
        rules.find_surface(field, scene)
        place, remove, give = (np.empty(SIZE.cells, np.uint8) for _ in range(3))
        rules.legal(field, scene, 0, place, remove, np.empty(6, np.uint8), give)
        own = [np.ravel_multi_index((3, up, 3), SIZE) for up in (3, 4)]
        taken = {int(np.ravel_multi_index((5, up, 3), SIZE)) for up in (3, 4)}
        for cell in range(SIZE.cells):
            block = scene.blocks[cell]
            if block == BEDROCK or cell in own or cell in taken:
                continue
            kind, plane = (BREAK, remove) if block else (PLACE, place)
            possibly, surely = in_sight(field, scene, 0, np.array([kind, cell, PLANKS]))
            edges += possibly != surely
            looked += 1
            assert surely <= plane[cell] <= possibly, (seed, cell)
    assert looked > 500
    assert edges < 0.02 * looked


def test_a_line_along_an_edge_is_found() -> None:
    field, world = rules.field_of(SIZE), plain(SIZE)
    scene = scene_of(world, [(3, 2, 3)], field)
    below = np.array([BREAK, np.ravel_multi_index((3, 1, 3), SIZE), 0])
    assert in_sight(field, scene, 0, below) == (True, True)
    assert not depends_on_an_edge(field, scene, 0, below)
    hidden = np.array([BREAK, np.ravel_multi_index((3, 0, 3), SIZE), 0])
    assert in_sight(field, scene, 0, hidden) == (False, False)
