"""The rules of ``rules`` and ``copies`` on torch tensors: N copies of any P players, on any device.

Pure functions of a :class:`State`; nothing is changed in place, so a state can be kept as a branch of a
search. Restarts are the caller's choice (:meth:`BuildingBatch.restart`); copies that have ended stay as
they are. With ``teleport`` all places to stand are tried one after the other: right, but slow.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from playout.core import Step, random
from playout.core.tensor_random import below, bits
from playout.simulators.building import copies, rules
from playout.simulators.building.actions import BREAK, GIVE, MOVE, PLACE
from playout.simulators.building.batch_sight import Sight
from playout.simulators.building.blocks import AIR, BLOCKS, FACES, FIRST_PLACEABLE, plain
from playout.simulators.building.game import Game, GameConfig


class State(NamedTuple):
    """N copies; the arrays of ``copies.Copies`` without what follows from the blocks."""

    blocks: Tensor  # uint8[N, V]
    last: Tensor  # int8[N, V]
    players: Tensor  # int64[N, P, 3]: cells of their feet
    inventory: Tensor  # int64[N, P, 10]
    goal: Tensor  # uint8[N, V]
    counters: Tensor  # int64[N, 7]
    tallies: Tensor  # int64[N, P, 6]
    best: Tensor  # float64[N]
    key: Tensor  # int64[N]: of the environment
    episode: Tensor  # int64[N]
    level: Tensor  # int64[N]


class Legal(NamedTuple):
    """Legal actions by what they have in common, as ``actions.Planes``."""

    place: Tensor  # bool[N, V]
    remove: Tensor  # bool[N, V]
    move: Tensor  # bool[N, 6]
    give: Tensor  # bool[N, V]
    blocks: Tensor  # bool[N, 10]: blocks that can be placed
    owned: Tensor  # bool[N, 10]: blocks that can be given


class Change(NamedTuple):
    """What one player's action did, in the copies where it did something."""

    effective: Tensor  # bool[N]
    changed: Tensor  # bool[N]: a cell has another block now
    old: Tensor  # uint8[N]
    new: Tensor  # uint8[N]


class BuildingBatch:
    """A ``BatchedWorld``: games of one configuration."""

    def __init__(self, config: GameConfig, *, device: str = "cpu") -> None:
        """Put the goals and the tables of rays on ``device``.

        Args:
            config: of the game; ``people`` has no use here: who plays is the caller's choice.
            device: any torch device with float64.
        """
        game = Game(config)
        self.config, self.size, self.numbering = config, game.size, game.numbering
        self.device = torch.device(device)
        self.sight = Sight(game.size, self.device)
        self._goals = self._put(game.bank["goals"])
        self._plain = self._put(plain(game.size, palette=config.finite).reshape(-1))
        self._stands = self._put(rules.STANDS)

    def reset(self, keys: Tensor) -> State:
        """Episode 0 under each key: int64[N] (the bits of the uint64)."""
        return self.start(keys, torch.zeros_like(keys))

    def start(self, key: Tensor, episode: Tensor) -> State:
        """The episodes of these numbers under these keys: int64[N] each."""
        n, seats = len(key), self.config.players
        own = bits(key, episode, random.STREAM_EPISODE)
        level = below(bits(own, torch.zeros_like(own), random.STREAM_LEVEL), len(self._goals))
        blocks, goal = self._plain.expand(n, -1).clone(), self._goals[level]
        counters = torch.zeros((n, copies.COUNTERS), dtype=torch.int64, device=self.device)
        counters[:, copies.CORRECT] = (blocks == goal).sum(1)
        counters[:, copies.START_CORRECT] = counters[:, copies.CORRECT]
        counters[:, copies.WRONG] = _is_wrong(blocks, goal).sum(1)
        counters[:, copies.START_WRONG] = counters[:, copies.WRONG]
        return State(
            blocks=blocks,
            last=torch.full_like(blocks, -1, dtype=torch.int8),
            players=self._starts(blocks, own),
            inventory=torch.zeros((n, seats, BLOCKS), dtype=torch.int64, device=self.device),
            goal=goal,
            counters=counters,
            tallies=torch.zeros((n, seats, copies.TALLIES), dtype=torch.int64, device=self.device),
            best=torch.zeros(n, dtype=torch.float64, device=self.device),
            key=key,
            episode=episode,
            level=level,
        )

    def restart(self, state: State, where: Tensor) -> State:
        """The next episode of the copies that ``where`` (bool[N]) marks; the others as they are."""
        rows = where.nonzero()[:, 0]
        fresh = self.start(state.key[rows], state.episode[rows] + 1)
        return State(*(old.index_copy(0, rows, new) for old, new in zip(state, fresh, strict=True)))

    def step(self, state: State, actions: Tensor) -> Step:
        """One step of every copy that has not ended, as ``copies.step``.

        Args:
            state: N copies.
            actions: int64[N, P, 3]: type, cell, block; valid ones.

        Returns:
            ``reward`` float32[N, P]; ``metrics``: ``own_reward`` float32[N, P], ``effective`` bool[N, P].
        """
        live = state.counters[:, copies.ENDED] == 0
        after = state._replace(
            blocks=state.blocks.clone(), last=state.last.clone(), players=state.players.clone(),
            inventory=state.inventory.clone(), counters=state.counters.clone(), tallies=state.tallies.clone(),
        )  # fmt: skip
        grid = self.sight.grid(after.blocks)
        own, effective = [], []
        gifts = self._gifts(after, actions, live) if self.config.finite else None
        for who in range(self.config.players):
            change = self._act(after, grid, who, actions[:, who], live)
            if gifts is not None:
                change = change._replace(effective=change.effective | gifts[who])
            own.append(self._own_reward(after, who, actions[:, who], change, live))
            effective.append(change.effective)
        own_reward = torch.stack(own, 1)
        share = self.config.rewards.own_share
        reward = share * own_reward + (1 - share) * own_reward.sum(1, keepdim=True)
        best, terminated, truncated = self._ends(after, live)
        metrics = {"own_reward": own_reward.float(), "effective": torch.stack(effective, 1)}
        return Step(after._replace(best=best), reward.float(), terminated, truncated, metrics)

    def observe(self, state: State, who: int, *, goal_visible: bool) -> Tensor:
        """What a player sees, uint8[N, 6, W, H, D]; the planes are those of ``copies.observe``."""
        n, cells = state.blocks.shape
        world = torch.empty((n, copies.PLANES, cells), dtype=torch.uint8, device=self.device)
        world[:, 0] = state.blocks
        world[:, 1:5] = 0
        if goal_visible:
            world[:, 2] = state.goal
        if not self.config.teleport:
            self._show_players(state, who, world)
        last = state.last
        others = last + (1 + (last < who).to(torch.int8))
        world[:, 5] = torch.where(last == who, 1, others) * (last >= 0)
        return world.view(n, copies.PLANES, *self.size)

    def _show_players(self, state: State, who: int, world: Tensor) -> None:
        flat, cells = world.view(len(world), -1), self.size.cells
        for seat in [*(seat for seat in range(self.config.players) if seat != who), who]:
            feet = state.players[:, seat]
            for at in (feet, feet + self.sight.steps[2]):
                cell, inside = self.sight.cell_of(at)
                # A head above the world becomes a 0 among the states, which are all 0.
                to = torch.where(inside, 4 * cells + cell, 3 * cells)
                flat.scatter_(1, to[:, None], (inside * _seen_as(seat, who)).to(torch.uint8)[:, None])

    def legal(self, state: State, who: int) -> Legal:
        """What a player could do now, as ``Game.legal``."""
        grid, feet, others = self.sight.grid(state.blocks), state.players[:, who], self._others(state, who)
        move = torch.zeros((len(feet), FACES), dtype=torch.bool, device=self.device)
        if self.config.teleport:
            place, remove = self._look_from_anywhere(state, grid, who)
        else:
            for direction in range(FACES):
                move[:, direction] = self.sight.can_stand(grid, feet + self.sight.steps[direction], others)
            place, remove = self.sight.look(state.blocks, grid, feet, others, self.config.own_cell)
        owned = state.inventory[:, who] > 0
        give = torch.zeros_like(place)
        if self.config.finite:
            place = place & ~self._palette
            full = state.inventory[:, who].gather(1, state.blocks.long()) >= rules.MOST_OWNED
            remove = remove & ~full
            for other in range(self.config.players):
                if other != who:
                    cell, inside = self.sight.cell_of(state.players[:, other])
                    near = self._near(state, who, other) & inside
                    give |= torch.zeros_like(give).scatter(1, cell[:, None], near[:, None])
        placeable = torch.arange(BLOCKS, device=self.device) >= FIRST_PLACEABLE
        blocks = placeable & owned if self.config.finite else placeable.expand(len(feet), -1)
        return Legal(place, remove, move, give, blocks, owned)

    @property
    def _palette(self) -> Tensor:
        """bool[V], none without finite blocks."""
        first = (self.size.width - 1) * self.size.height * self.size.depth
        return torch.arange(self.size.cells, device=self.device) >= first

    def _others(self, state: State, who: int) -> Tensor:
        return state.players[:, [seat for seat in range(self.config.players) if seat != who]]

    def _near(self, state: State, who: int, other: int) -> Tensor:
        away = (state.players[:, who] - state.players[:, other]).abs().amax(1)
        return (away <= 1) | self.config.teleport

    def _starts(self, blocks: Tensor, key: Tensor) -> Tensor:
        """Where the players of episodes with these keys start, int64[N, P, 3]; see ``copies``."""
        n, seats, width = len(key), self.config.players, self.size.width
        players = torch.full((n, seats, 3), -9, dtype=torch.int64, device=self.device)
        if not self.config.random_start:
            for who in range(seats):
                players[:, who] = self._put(np.array([who % width, 2, who // width]))
            return players
        grid, drawn = self.sight.grid(blocks), torch.zeros_like(key)
        for who in range(seats):
            others = players[:, [seat for seat in range(seats) if seat != who]]
            missing = torch.ones(n, dtype=torch.bool, device=self.device)
            while missing.any():
                words = [bits(key, drawn + axis, random.STREAM_WORLD) for axis in range(3)]
                at = torch.stack([below(word, most) for word, most in zip(words, self.size, strict=True)], 1)
                drawn = drawn + 3 * missing
                found = missing & self.sight.can_stand(grid, at, others)
                players[:, who] = torch.where(found[:, None], at, players[:, who])
                missing = missing & ~found
        return players

    def _gifts(self, state: State, actions: Tensor, live: Tensor) -> list[Tensor]:
        """Those who give act first; changes ``inventory``. Whether each player gave, bool[N]."""
        gave = []
        for who in range(self.config.players):
            kind, cell, block = actions[:, who].unbind(1)
            left, given = live & (kind == GIVE), torch.zeros_like(kind)
            for other in range(self.config.players):
                if other == who:
                    continue
                at, inside = self.sight.cell_of(state.players[:, other])
                meant = left & inside & (at == cell) & self._near(state, who, other)
                mine, theirs = (
                    state.inventory[:, seat].gather(1, block[:, None])[:, 0] for seat in (who, other)
                )
                some = torch.minimum(mine, rules.MOST_OWNED - theirs).clamp(max=rules.GIVEN) * meant
                state.inventory[:, who].scatter_add_(1, block[:, None], -some[:, None])
                state.inventory[:, other].scatter_add_(1, block[:, None], some[:, None])
                given, left = given + some, left & ~meant
            gave.append(given > 0)
        return gave

    def _act(self, state: State, grid: Tensor, who: int, action: Tensor, live: Tensor) -> Change:
        """Let one player act; changes ``state`` and ``grid`` in place."""
        kind, cell, block = action.unbind(1)
        moved = live & (kind >= MOVE) & (kind < GIVE)
        if self.config.teleport:
            moved = torch.zeros_like(moved)
        else:
            to = state.players[:, who] + self.sight.steps[(kind - MOVE).clamp(0, FACES - 1)]
            moved &= self.sight.can_stand(grid, to, self._others(state, who))
            state.players[:, who] = torch.where(moved[:, None], to, state.players[:, who])
        reached = self._reach(state, grid, who, action, live)
        placing = kind == PLACE
        old = state.blocks.gather(1, cell[:, None])[:, 0]
        new = torch.where(placing, block, AIR).to(torch.uint8)
        changed = reached
        if self.config.finite:
            taken = torch.where(placing, block, old.long())[:, None]
            count = torch.where(placing, -1, 1) * reached
            state.inventory[:, who].scatter_add_(1, taken, count[:, None])
            changed = reached & ~self._palette[cell]
        put = torch.where(changed, new, old)
        state.blocks.scatter_(1, cell[:, None], put[:, None])
        touched = state.last.gather(1, cell[:, None])[:, 0]
        state.last.scatter_(1, cell[:, None], torch.where(changed, who, touched)[:, None].to(torch.int8))
        grid.scatter_(1, self.sight.place_of(self.sight.position(cell))[:, None], (put != AIR)[:, None])
        return Change(moved | reached, changed, old, new)

    def _reach(self, state: State, grid: Tensor, who: int, action: Tensor, live: Tensor) -> Tensor:
        """Whether a player can place or break, bool[N]; with teleport it then stands where it can."""
        kind, cell, block = action.unbind(1)
        able = live & ((kind == PLACE) & (block >= FIRST_PLACEABLE) | (kind == BREAK))
        if self.config.finite:
            owned = state.inventory[:, who].gather(1, block[:, None])[:, 0] > 0
            standing = state.blocks.gather(1, cell[:, None]).long()
            room = state.inventory[:, who].gather(1, standing)[:, 0] < rules.MOST_OWNED
            able &= torch.where(kind == PLACE, owned & ~self._palette[cell], room)
        if not self.config.teleport:
            return able & self._touches(state, grid, who, action, state.players[:, who])
        rows = able.nonzero()[:, 0]
        feet = state.players[:, who].clone()
        reached = torch.zeros_like(able)
        # Where it stands first, then the nearest place.
        for stand in (None, *self._stands):
            if len(rows) == 0:
                break
            part = State(*(array[rows] for array in state))
            at = part.players[:, who] if stand is None else self.sight.position(cell[rows]) + stand
            found = self._touches(part, grid[rows], who, action[rows], at)
            if stand is not None:
                found &= self.sight.can_stand(grid[rows], at, self._others(part, who))
            feet[rows[found]], reached[rows[found]] = at[found], True
            rows = rows[~found]
        state.players[:, who] = feet
        return reached

    def _touches(self, state: State, grid: Tensor, who: int, action: Tensor, feet: Tensor) -> Tensor:
        others = self._others(state, who)
        return self.sight.touches(state.blocks, grid, feet, others, action, self.config.own_cell)

    def _look_from_anywhere(self, state: State, grid: Tensor, who: int) -> tuple[Tensor, Tensor]:
        """With teleport: the cells that can be touched from some place; one place after the other."""
        others, own = self._others(state, who), self.config.own_cell
        place, remove = self.sight.look(state.blocks, grid, state.players[:, who], others, own)
        cells = self.sight.position(torch.arange(self.size.cells, device=self.device))
        low, high = self._stands.amin(0), self._stands.amax(0)
        for at in cells:
            feet = at.expand(len(grid), -1)
            stands = self.sight.can_stand(grid, feet, others)
            near = ((at - cells >= low) & (at - cells <= high)).all(1)
            could_place, could_break = self.sight.look(state.blocks, grid, feet, others, own)
            place |= could_place & near & stands[:, None]
            remove |= could_break & near & stands[:, None]
        return place, remove

    def _own_reward(self, state: State, who: int, action: Tensor, change: Change, live: Tensor) -> Tensor:
        """A player's own reward, float64[N]; keeps counters and tallies, as ``copies``."""
        rewards, kind = self.config.rewards, action[:, 0]
        wanted = state.goal.gather(1, action[:, 1:2])[:, 0]
        correct = ((change.new == wanted).long() - (change.old == wanted).long()) * change.changed
        wrong = _is_wrong(change.new, wanted).long() - _is_wrong(change.old, wanted).long()
        wrong = wrong * change.changed
        state.counters[:, copies.CORRECT] += correct
        state.counters[:, copies.WRONG] += wrong
        tallies, effective = state.tallies[:, who], change.effective
        tallies[:, copies.HELPED] += correct > 0
        tallies[:, copies.HARMED] += correct < 0
        for column, done in (
            (copies.PLACED, kind == PLACE), (copies.BROKEN, kind == BREAK),
            (copies.MOVED, (kind >= MOVE) & (kind < GIVE)), (copies.GAVE, kind == GIVE),
        ):  # fmt: skip
            tallies[:, column] += effective & done
        gain = correct + rewards.place_wrong * wrong.double()
        built = effective & ((kind == PLACE) | (kind == BREAK))
        unhelpful = built & change.changed & ((gain < 0) | ((kind == PLACE) & (gain == 0)))
        own = torch.where(effective, rewards.action, rewards.noop) + gain
        own = own + rewards.get_resources * (built & ~change.changed) + rewards.incorrect * unhelpful
        return own * live

    def _ends(self, state: State, live: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The best share, and which copies end now; keeps counters."""
        counters, config = state.counters, self.config
        cells, worth = self.size.cells, config.rewards.place_wrong
        start = counters[:, copies.START_CORRECT] + worth * counters[:, copies.START_WRONG].double()
        now = counters[:, copies.CORRECT] + worth * counters[:, copies.WRONG].double()
        todo = cells - start
        share = torch.where(todo > 0, (now - start) / todo.where(todo > 0, 1.0), 1.0)
        idle = torch.where(share > state.best, 0, counters[:, copies.IDLE] + 1)
        best = torch.where(live, torch.maximum(state.best, share), state.best)
        counters[:, copies.STEPS] += live
        counters[:, copies.IDLE] = torch.where(live, idle, counters[:, copies.IDLE])
        every = counters[:, copies.CORRECT] == cells
        terminated = live & (every if config.finish_at >= 1 else share >= config.finish_at)
        over = counters[:, copies.STEPS] >= config.max_steps
        if config.patience:
            over |= counters[:, copies.IDLE] >= config.patience
        truncated = live & over & ~terminated
        counters[:, copies.ENDED] |= terminated | truncated
        return best, terminated, truncated

    def _put(self, values: np.ndarray) -> Tensor:
        return torch.from_numpy(values.copy()).to(self.device)


def _seen_as(player: int, who: int) -> int:
    """1 for oneself; the others count on from 2."""
    return 1 if player == who else 2 + player - (player > who)


def _is_wrong(block: Tensor, wanted: Tensor) -> Tensor:
    return (block != wanted) & (block != AIR) & (wanted != AIR)
