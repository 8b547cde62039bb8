"""Random small rooms and an exhaustive search in plain Python, written apart from the package's."""

from collections import deque

import numpy as np
import pytest

from playout.core.random import Stream
from playout.simulators.sokoban.tiles import WALL

SYMBOLS = "# .*$@+"
STEPS = ((-1, 0), (1, 0), (0, -1), (0, 1))


class Exhaustive:
    """Rooms as sets of cells; a state is the player's cell and the frozenset of box cells."""

    @staticmethod
    def read(picture):
        lines = picture.strip("\n").split("\n")
        width = max(map(len, lines))
        return np.array([[SYMBOLS.index(c) for c in line.ljust(width)] for line in lines], np.uint8)

    @staticmethod
    def split(tiles):
        kinds = {(r, c): SYMBOLS[tiles[r, c]] for r, c in np.ndindex(*tiles.shape)}
        free = {cell for cell, kind in kinds.items() if kind != "#"}
        goals = {cell for cell, kind in kinds.items() if kind in ".*+"}
        player = next(cell for cell, kind in kinds.items() if kind in "@+")
        return free, goals, (player, frozenset(cell for cell, kind in kinds.items() if kind in "$*"))

    @staticmethod
    def step(free, state, direction):
        """The next state and whether a box was pushed; None if nothing happens."""
        (row, column), boxes = state
        down, right = STEPS[direction]
        ahead, beyond = (row + down, column + right), (row + 2 * down, column + 2 * right)
        if ahead not in free:
            return None
        if ahead not in boxes:
            return (ahead, boxes), False
        if beyond not in free or beyond in boxes:
            return None
        return (ahead, boxes - {ahead} | {beyond}), True

    @classmethod
    def fewest(cls, tiles, metric):
        """Fewest moves or pushes to solve a room, or None: breadth first over all its states."""
        free, goals, start = cls.split(tiles)
        cost, queue = {start: 0}, deque([start])
        while queue:
            state = queue.popleft()
            if state[1] == goals:
                return cost[state]
            for direction in range(4):
                if (result := cls.step(free, state, direction)) is None:
                    continue
                following, pushed = result
                more = cost[state] + (1 if metric == "moves" or pushed else 0)
                if more < cost.get(following, 1 << 30):
                    cost[following] = more
                    (queue.append if more > cost[state] or metric == "moves" else queue.appendleft)(following)
        return None

    @classmethod
    def after(cls, tiles, direction):
        """The room after a step and the cell a box was pushed to; None if nothing happens."""
        free, goals, state = cls.split(tiles)
        if (result := cls.step(free, state, direction)) is None:
            return None
        state, pushed = result
        (row, column), (down, right) = state[0], STEPS[direction]
        return cls.draw(tiles.shape, free, goals, state), (row + down, column + right) if pushed else None

    @staticmethod
    def draw(shape, free, goals, state):
        room = np.full(shape, WALL, np.uint8)
        for cell in free:
            kind = 2 * (cell in state[1]) + (cell == state[0])
            room[cell] = SYMBOLS.index((".+*" if cell in goals else " @$")[kind])
        return room

    @classmethod
    def replay(cls, tiles, moves):
        """Whether the moves solve the room, and with how many pushes; every move must do something."""
        free, goals, state = cls.split(tiles)
        pushes = 0
        for direction in moves:
            state, pushed = cls.step(free, state, direction)
            pushes += pushed
        return state[1] == goals, pushes

    @classmethod
    def room(cls, seed, *, height=5, width=5, boxes=2, walls=0.2, pulls=0):
        """A random room with no ring of wall: boxes anywhere, or pulled from their goals at random."""
        draws = Stream(seed)
        free = []
        while len(free) <= 2 * boxes:
            free = [cell for cell in np.ndindex(height, width) if draws.uniform() >= walls]
        draws.shuffle(free)
        goals = set(free[:boxes])
        if not pulls:
            draws.shuffle(free)
        player, filled = free[boxes], set(free[:boxes])
        for _ in range(pulls):
            (row, column), (down, right) = player, draws.choice(STEPS)
            back = (row - down, column - right)
            if back in free and back not in filled:
                if (row + down, column + right) in filled:
                    filled = filled - {(row + down, column + right)} | {player}
                player = back
        return cls.draw((height, width), free, goals, (player, filled))


@pytest.fixture(scope="session")
def exhaustive():
    return Exhaustive
