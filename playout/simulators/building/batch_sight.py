"""What players see and touch on torch tensors; the rules of ``rules``, for ``batch``.

A *grid* has one layer more than the world, of air above it, so that a head there needs no case of its own:
bool[N, W * (H + 1) * D + 1], True where something hides what is behind it. The last place is always free.
"""

from collections import defaultdict

import numpy as np
import torch
from torch import Tensor

from playout.simulators.building.actions import BREAK, PLACE
from playout.simulators.building.blocks import AIR, BEDROCK, FACES, STEPS, Size
from playout.simulators.building.rays import RANGE, RAYS, SIDE

_FREE = 1 << 40  # an offset that leads to the free place
_AT_ONCE = {"cpu": 1 << 22}  # bytes of a table that are made at once: on CPUs it stays in cache
_MOST_AT_ONCE = 1 << 32
HEAD = (0, 1, 0)
Lines = dict[tuple[int, ...], list[tuple[tuple, int]]]


def _lines() -> tuple[Lines, Lines]:
    """Relative cell -> the ways to it and the bits of its faces, to fill the cell and to break it."""
    fill, clear = defaultdict(list), defaultdict(list)
    fill[HEAD].append(((), RAYS.head_faces))
    for number, cell in enumerate(RAYS.cells.tolist()):
        for node in RAYS.ends[RAYS.first[number] : RAYS.first[number + 1]].tolist():
            fill[tuple(cell)].append((_way(node), int(RAYS.faces[node])))
    for cell, ways in fill.items():
        for way, bits in ways:
            for face in range(FACES):
                if bits >> face & 1:
                    clear[tuple((np.array(cell) + STEPS[face]).tolist())].append((way, 1 << (face ^ 1)))
    return fill, clear


def _way(node: int) -> tuple:
    way = []
    while node >= 0:
        way.append(node)
        node = int(RAYS.parent[node])
    return tuple(way)


class Sight:
    """Tables of the rays for one size of world, on a device."""

    def __init__(self, size: Size, device: torch.device) -> None:
        """Make the tables."""
        self.size, self.device = size, device
        self.layers = size.height + 1
        self.places = size.width * self.layers * size.depth
        """Of a grid, the free one left out."""
        strides = np.array([self.layers * size.depth, size.depth, 1])
        tables = _lines()
        cells = sorted(set(tables[0]) | set(tables[1]))
        most = max(len(ways) for table in tables for ways in table.values())
        longest = max(len(way) for ways in tables[0].values() for way, _ in ways)
        bits = np.zeros((2, len(cells) + 1, most), np.uint8)  # the last row has no lines
        ways = np.full((2, len(cells) + 1, most, longest), _FREE, np.int64)
        for kind, table in enumerate(tables):
            for row, cell in enumerate(cells):
                for line, (way, faces) in enumerate(table.get(cell, ())):
                    bits[kind, row, line] = faces
                    ways[kind, row, line, : len(way)] = RAYS.node[list(way)] @ strides
        number = np.full((SIDE,) * 3, len(cells), np.int64)
        number[tuple((np.array(cells) + RANGE).T)] = np.arange(len(cells))
        self._bits, self._ways, self._number = self._put(bits), self._put(ways), self._put(number.ravel())
        self.steps, self._strides = self._put(STEPS), self._put(strides)
        self.shape = self._put(np.array(size))
        self._powers = self._put(1 << np.arange(FACES))
        self._look_tables()

    def _look_tables(self) -> None:
        """The trie level by level, for looking at all cells at once."""
        parent = RAYS.parent.astype(np.int64)
        depth = np.zeros(len(parent), np.int64)
        for node, before in enumerate(parent):  # parents come before children
            depth[node] = depth[before] + 1 if before >= 0 else 0
        order = np.argsort(depth, kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        node = RAYS.node[order]
        self._offsets = self._put((node @ self._strides.cpu().numpy())[:, None])
        # Whether a node is inside, for each place of the feet along each axis: bool[places, T].
        self._inside = [
            self._put((here >= 0) & (here < most))
            for axis, most in enumerate((self.size.width, self.layers, self.size.depth))
            for here in [np.arange(most)[:, None] + node[:, axis]]
        ]
        self._levels = [
            (int(start), int(end), self._put(rank[parent[order[start:end]]]))
            for level in range(1, depth.max() + 1)
            for start, end in [np.searchsorted(depth[order], (level, level + 1))]
        ]
        counts = np.diff(RAYS.first)
        cells = np.argsort(-counts, kind="stable")  # those with many lines first
        self._cells = self._put(RAYS.cells[cells])
        self._ends = []
        for line in range(counts.max()):
            nodes = RAYS.ends[RAYS.first[cells[counts[cells] > line]] + line]
            self._ends.append((self._put(rank[nodes]), self._put(RAYS.faces[nodes][:, None])))

    def grid(self, blocks: Tensor) -> Tensor:
        """The grid of the blocks, uint8[N, V], alone."""
        grid = torch.zeros((len(blocks), self.places + 1), dtype=torch.bool, device=self.device)
        world = grid[:, :-1].view(-1, self.size.width, self.layers, self.size.depth)
        world[:, :, : self.size.height] = (blocks != AIR).view(-1, *self.size)
        return grid

    def place_of(self, at: Tensor) -> Tensor:
        """The place in a grid of cells int64[..., 3]; the free one where the grid has no such cell."""
        inside = ((at >= 0) & (at < self.shape + self._above)).all(-1)
        return torch.where(inside, (at * self._strides).sum(-1), self.places)

    @property
    def _above(self) -> Tensor:
        return self.steps[2]

    def cell_of(self, at: Tensor) -> tuple[Tensor, Tensor]:
        """The number of cells int64[..., 3] in the world, 0 outside, and whether they are inside."""
        inside = ((at >= 0) & (at < self.shape)).all(-1)
        number = (at[..., 0] * self.size.height + at[..., 1]) * self.size.depth + at[..., 2]
        return number.where(inside, 0), inside

    def position(self, cell: Tensor) -> Tensor:
        """x, y and z of cells, int64[..., 3]."""
        column = cell // self.size.depth
        return torch.stack(
            (column // self.size.height, column % self.size.height, cell % self.size.depth), -1
        )

    def with_players(self, grid: Tensor, players: Tensor) -> Tensor:
        """A copy of a grid that others, int64[N, Q, 3], stand in."""
        if players.shape[1] == 0:
            return grid
        places = torch.cat((self.place_of(players), self.place_of(players + self._above)), 1)
        hidden = grid.scatter(1, places, True)
        hidden[:, -1] = False
        return hidden

    def can_stand(self, grid: Tensor, at: Tensor, others: Tensor) -> Tensor:
        """Whether a player can have its feet at cells int64[N, 3]: bool[N].

        Args:
            grid: of the blocks alone.
            at: the cells, anywhere.
            others: int64[N, Q, 3], feet of the other players.
        """
        _, inside = self.cell_of(at)
        places = torch.stack((self.place_of(at), self.place_of(at + self._above)), 1)
        away = others - at[:, None]
        near = (away[..., 0] == 0) & (away[..., 2] == 0) & (away[..., 1].abs() <= 1)
        return inside & ~grid.gather(1, places).any(1) & ~near.any(1)

    def touches(
        self, blocks: Tensor, grid: Tensor, feet: Tensor, others: Tensor, actions: Tensor, own_cell: bool
    ) -> Tensor:
        """Whether players could fill or break a cell from where they stand: bool[N].

        Args:
            blocks: uint8[N, V].
            grid: of the blocks alone.
            feet: int64[N, 3].
            others: int64[N, Q, 3], feet of the other players.
            actions: int64[N, 3]: type, cell, block; other types than PLACE and BREAK touch nothing.
            own_cell: whether a player may fill its own cells.
        """
        placing, cell = actions[:, 0] == PLACE, actions[:, 1]
        at, block = self.position(cell), blocks.gather(1, cell[:, None])[:, 0]
        beside, inside = self.cell_of(at[:, None] + self.steps)
        solid = (blocks.gather(1, beside) != AIR) & inside
        able = torch.where(placing, block == AIR, (actions[:, 0] == BREAK) & (block > BEDROCK))
        able &= ~_stands_at(others, at[:, None]).any(1)
        if not own_cell:
            able &= ~(placing & _stands_at(feet, at))
        wanted = (torch.where(placing[:, None], solid, inside) * self._powers).sum(1).to(torch.uint8)
        away = at - feet
        square = away.clamp(-RANGE, RANGE) + RANGE
        number = self._number[(square[:, 0] * SIDE + square[:, 1]) * SIDE + square[:, 2]]
        table = (~placing).long()
        allowed = (self._bits[table, number] & wanted[:, None]) != 0
        start = (feet * self._strides).sum(1)[:, None, None]
        places = (start + self._ways[table, number]).clamp(0, self.places)
        hidden = self.with_players(grid, others)
        clear = ~hidden.gather(1, places.flatten(1)).view(places.shape).any(2)
        return able & (away.abs() <= RANGE).all(1) & (allowed & clear).any(1)

    def look(
        self, blocks: Tensor, grid: Tensor, feet: Tensor, others: Tensor, own_cell: bool
    ) -> tuple[Tensor, Tensor]:
        """All cells that players could fill, and break: bool[N, V] each; see :meth:`touches`."""
        rows = max(1, _AT_ONCE.get(self.device.type, _MOST_AT_ONCE) // (8 * len(self._offsets)))
        split = (x.split(rows) for x in (blocks, grid, feet, others))
        parts = [self._look(b, g, f, o, own_cell) for b, g, f, o in zip(*split, strict=True)]
        place, remove = (torch.cat(planes) for planes in zip(*parts, strict=True))
        return place, remove

    def _look(
        self, blocks: Tensor, grid: Tensor, feet: Tensor, others: Tensor, own_cell: bool
    ) -> tuple[Tensor, Tensor]:
        nowhere = self.size.cells
        bits = torch.zeros((len(blocks), nowhere + 1), dtype=torch.uint8, device=self.device)
        cells, inside = self.cell_of(feet[:, None] + self._cells)
        bits.scatter_(1, cells.where(inside, nowhere), self._seen(self.with_players(grid, others), feet))
        head, inside = self.cell_of(feet[:, None] + self._above)
        bits.scatter_(1, head.where(inside, nowhere), RAYS.head_faces)
        bits = bits[:, :nowhere] & self._surface(blocks)
        free = ~self._taken(others)
        place = (bits != 0) & (blocks == AIR) & free
        if not own_cell:
            place &= ~self._taken(feet[:, None])
        return place, self._behind(bits) & (blocks > BEDROCK) & free

    def _taken(self, players: Tensor) -> Tensor:
        """Cells in which players int64[N, Q, 3] stand: bool[N, V]."""
        nowhere = self.size.cells
        taken = torch.zeros((len(players), nowhere + 1), dtype=torch.bool, device=self.device)
        for at in (players, players + self._above):
            cells, inside = self.cell_of(at)
            taken.scatter_(1, cells.where(inside, nowhere), True)
        return taken[:, :nowhere]

    def _seen(self, hidden: Tensor, feet: Tensor) -> Tensor:
        """Bits of the faces in sight of the rays' cells, uint8[N, C]; copies are the last axis in here."""
        x, y, z = (inside[at] for inside, at in zip(self._inside, feet.unbind(1), strict=True))
        start = (feet * self._strides).sum(1)
        places = torch.where((x & y & z).t(), start + self._offsets, self.places)
        rows = torch.arange(len(feet), device=self.device) * hidden.shape[1]
        clear = ~hidden.flatten()[places + rows]
        for start, end, parents in self._levels:
            clear[start:end] &= clear[parents]
        seen = torch.zeros((len(self._cells), len(feet)), dtype=torch.uint8, device=self.device)
        for nodes, faces in self._ends:
            seen[: len(nodes)] |= clear[nodes].to(torch.uint8) * faces
        return seen.t()

    def _surface(self, blocks: Tensor) -> Tensor:
        """Bit f where a block is behind the face f of a cell: uint8[N, V]."""
        solid = (blocks != AIR).view(-1, *self.size)
        bits = torch.zeros(solid.shape, dtype=torch.uint8, device=self.device)
        for face in range(FACES):
            to, behind = _shifted(face)
            bits[to] |= solid[behind].to(torch.uint8) << face
        return bits.view(len(blocks), -1)

    def _behind(self, bits: Tensor) -> Tensor:
        """Cells behind a face whose bit is set: bool[N, V]."""
        world = bits.view(-1, *self.size)
        found = torch.zeros(world.shape, dtype=torch.bool, device=self.device)
        for face in range(FACES):
            to, behind = _shifted(face)
            found[behind] |= (world[to] >> face & 1).bool()
        return found.view(len(bits), -1)

    def _put(self, values: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(values)).to(self.device)


def _stands_at(feet: Tensor, at: Tensor) -> Tensor:
    """Whether players with their feet at int64[..., 3] stand in cells int64[..., 3]."""
    away = at - feet
    return (away[..., 0] == 0) & (away[..., 2] == 0) & (away[..., 1] >= 0) & (away[..., 1] <= 1)


def _shifted(face: int) -> tuple[tuple, tuple]:
    """Slices of [N, W, H, D]: cells that have one behind a face, and those behind."""
    to, behind = [slice(None)] * 4, [slice(None)] * 4
    first, rest = slice(None, -1), slice(1, None)
    to[1 + face // 2], behind[1 + face // 2] = (first, rest) if face % 2 == 0 else (rest, first)
    return tuple(to), tuple(behind)
