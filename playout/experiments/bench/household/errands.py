"""Errands: commands towards something in the household that chance would hardly bring about.

An errand looks at the state each time it is asked for a command, but does not insist: what has become
impossible on the way is answered "Nothing happens.", which is compared with the original as well.
"""

from collections.abc import Callable, Iterator

from playout.core.random import Stream
from playout.simulators.household.planner import plan
from playout.simulators.household.state import State
from playout.simulators.household.tables import Game
from playout.simulators.household.texts import members

Errand = Iterator[str]


class Errands:
    """Draws errands in one game; ``state`` is the live one."""

    def __init__(self, game: Game, state: State, draws: Stream) -> None:
        self.game, self.state, self.draws = game, state, draws
        # What comes twice is drawn twice as often.
        self._kinds: tuple[Callable[[], Errand], ...] = (
            self.treat_and_examine, self.treat_and_examine, self.expert, self.expert, self.undo,
            self.slice_it, self.move_beside, self.vessel, self.lamp, self.listed_twice,
        )  # fmt: skip

    def draw(self) -> Errand:
        """A new errand; one that the game has no use for is empty."""
        return self.draws.choice(self._kinds)()

    def expert(self) -> Errand:
        """Win."""
        yield from plan(self.game, self.state) or ()

    def undo(self) -> Errand:
        """Win, then take something away from where it was wanted."""
        game, contents = self.game, self.state.contents
        yield from self.expert()
        pairs = [(o, r) for r in game.targets for o in members(contents[r] & game.sought)]
        if pairs:
            yield from self._take(*self.draws.choice(pairs))
        yield from self._drop()

    def treat_and_examine(self) -> Errand:
        """Perhaps slice something, then clean, heat and cool it in any order, and look at it in between."""
        game, draws = self.game, self.draws
        present = self._present() & game.pickupable
        thing = self._one_of(present & game.sliceable if draws.below(2) else present)
        if thing is None:
            return
        if game.sliceable >> thing & 1 and draws.below(3):
            yield from self._slice(thing)  # first, since the hand must be free for a knife
        able = {"clean": game.cleanable, "heat": game.heatable, "cool": game.coolable}
        verbs = [verb for verb, things in able.items() if things >> thing & 1]
        draws.shuffle(verbs)
        yield from self._fetch(thing)
        for verb in verbs[: 1 + draws.below(3)]:
            yield from self._treat(verb, thing)
            if draws.below(4):
                yield f"examine {game.objects[thing]}"
        yield f"examine {game.objects[thing]}"
        if draws.below(2):
            yield from self._drop()

    def slice_it(self) -> Errand:
        """Slice something where it lies."""
        thing = self._one_of(self.game.sliceable)
        if thing is not None:
            yield from self._slice(thing)

    def move_beside(self) -> Errand:
        """Take something and put it into a neighbour of where it was: it then lies on the floor too."""
        game, contents = self.game, self.state.contents
        neighbours = [(r, to) for here in game.receptacles_at for r in here for to in here if to != r]
        moves = [
            (thing, receptacle, to)
            for receptacle, to in neighbours
            for thing in members(contents[receptacle] & game.pickupable)
            if game.fits[thing] >> to & 1
        ]
        if moves:
            thing, receptacle, to = self.draws.choice(moves)
            yield from self._take(thing, receptacle)
            yield from self._reach(to)
            yield self._put(thing, to)
            yield "look"

    def vessel(self) -> Errand:
        """Look into something that can hold things, rather into one that does."""
        full = sum(1 << thing for thing, inside in enumerate(self.game.inside) if inside)
        vessel = self._one_of((full or self.game.vessels) & self.game.pickupable)
        if vessel is not None:
            yield from self._fetch(vessel)
            yield f"examine {self.game.objects[vessel]}"

    def lamp(self) -> Errand:
        """Use a lamp, perhaps behind a closed door."""
        lamp = self._one_of(self.game.toggleable & self._present())
        if lamp is not None:
            place = self.game.receptacles[self.draws.choice(self._holders(lamp))]
            yield f"go to {place}"
            if self.draws.below(2):
                yield f"close {place}"
            yield f"use {self.game.objects[lamp]}"

    def listed_twice(self) -> Errand:
        """Move something that is listed in two receptacles."""
        once = twice = 0
        for inside in self.state.contents:
            twice |= once & inside & self.game.pickupable
            once |= inside
        thing = self._one_of(twice)
        if thing is not None:
            yield from self._fetch(thing)
            yield from self._drop()

    def _one_of(self, bits: int) -> int | None:
        numbers = list(members(bits))
        return self.draws.choice(numbers) if numbers else None

    def _present(self) -> int:
        """The objects that are in some receptacle (bits)."""
        present = 0
        for inside in self.state.contents:
            present |= inside
        return present

    def _holders(self, thing: int) -> list[int]:
        return [receptacle for receptacle, inside in enumerate(self.state.contents) if inside >> thing & 1]

    def _go(self, receptacle: int) -> Errand:
        if self.game.locations[receptacle] != self.state.at:
            yield f"go to {self.game.receptacles[receptacle]}"

    def _reach(self, receptacle: int) -> Errand:
        yield from self._go(receptacle)
        if self.game.openable & ~self.state.opened & 1 << receptacle:
            yield f"open {self.game.receptacles[receptacle]}"

    def _take(self, thing: int, receptacle: int) -> Errand:
        yield from self._drop()
        yield from self._reach(receptacle)
        yield f"take {self.game.objects[thing]} from {self.game.receptacles[receptacle]}"

    def _fetch(self, thing: int) -> Errand:
        holders = self._holders(thing)
        if self.state.held != thing and holders:
            yield from self._take(thing, self.draws.choice(holders))

    def _drop(self) -> Errand:
        """Put down what is in hand, here if possible."""
        held = self.state.held
        fits = list(members(self.game.fits[held])) if held >= 0 else []
        here = [receptacle for receptacle in fits if self.game.locations[receptacle] == self.state.at]
        if fits:
            receptacle = self.draws.choice(here or fits)
            yield from self._reach(receptacle)
            yield self._put(held, receptacle)

    def _put(self, thing: int, receptacle: int) -> str:
        verb, middle = self.game.put_words
        return f"{verb} {self.game.objects[thing]}{middle}{self.game.receptacles[receptacle]}"

    def _treat(self, verb: str, thing: int) -> Errand:
        game = self.game
        device = self._one_of({"clean": game.cleaners, "heat": game.heaters, "cool": game.coolers}[verb])
        if device is not None:
            yield from self._go(device)
            yield f"{verb} {game.objects[thing]} with {game.receptacles[device]}"

    def _slice(self, thing: int) -> Errand:
        game = self.game
        knife = self._one_of(game.knives & game.pickupable)
        places = [at for at, around in enumerate(self.state.around) if around >> thing & 1]
        there = [receptacle for receptacle, at in enumerate(game.locations) if at in places]
        if knife is not None and there:
            yield from self._fetch(knife)
            yield from self._go(self.draws.choice(there))
            yield f"slice {game.objects[thing]} with {game.objects[knife]}"
            yield from self._drop()
