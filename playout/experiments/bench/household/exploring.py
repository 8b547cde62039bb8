"""Chooses commands for the comparison with the original: what has been covered least, and ways to get there.

Half of the commands follow an errand or the expert; the others are those legal or illegal ones whose
branch has been seen least, or any. Everything is drawn from one stream, so that an episode is decided by
its key and by what was covered before it.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from playout.core.random import Stream
from playout.experiments.bench.household.branches import branches
from playout.experiments.bench.household.errands import Errands
from playout.simulators.household.engine import legal, start, step
from playout.simulators.household.tables import Game
from playout.simulators.household.texts import members

CANDIDATES = 24
"""Most commands among which the least covered is looked for."""

# Of twenty choices: 11 follow an errand, 2 are any legal command, 1 any illegal one, 3 are the least
# covered of some illegal ones, 3 that of some legal ones.
_ERRAND, _LEGAL, _ILLEGAL, _RARE_ILLEGAL, _ALL = 11, 13, 14, 17, 20

_PHRASES = (
    "go to {r}", "open {r}", "close {r}", "take {o} from {r}", "move {o} to {r}", "examine {r}",
    "examine {o}", "use {o}", "clean {o} with {r}", "heat {o} with {r}", "cool {o} with {r}",
    "slice {o} with {held}",
)  # fmt: skip
_ODD = (
    "", " ", "\t\n", "xyzzy", "go", "go to", "go to nowhere 1", "take", "use", "examine", "put {o} in/on {r}",
    "look around", "take {o}", "move {o} in {r}", "take {r} from {r}", "slice {o}", "inventory {o}", "\x00",
    "√", "go to {r}\nlook", "l\u00f6ok", "🙂" * 20, "x" * 5000, "examine {o} with {r}", "open {o}",
    "go to {o}", "Nothing happens.", "[look]", "{{r}}", "#look.feedback#", "go  to {r}", "go to  {r}",
    "take {o}  from {r}",
)  # fmt: skip
_TWISTS: tuple[Callable[[str], str], ...] = (
    str.upper, str.capitalize, lambda c: f"{c}.", lambda c: f" {c}", lambda c: f"{c}\n",
    lambda c: f"\u00a0{c}\t", lambda c: c.replace(" ", "  ", 1), lambda c: f"the {c}", lambda c: c[:-1],
    lambda c: c.rpartition(" ")[0], lambda c: c.replace(" to ", " to the "), lambda c: f"> {c}",
)  # fmt: skip


class Explorer:
    """Plays one game on the engine; ``covered`` is shared between games and grows."""

    def __init__(self, game: Game, draws: Stream, covered: Counter[str]) -> None:
        self.game, self.draws, self.covered = game, draws, covered
        self.state = start(game)
        self.counts: Counter[str] = Counter()
        """Branches in this game."""
        self._errands = Errands(game, self.state, draws)
        self._errand: Iterator[str] = iter(())

    def play(self, commands: int) -> Iterator[str]:
        """Choose and give so many commands."""
        for _ in range(commands):
            command = self._choose()
            before = self.state.copy()
            answer = step(self.game, self.state, command)
            found = branches(self.game, before, command, self.state, answer)
            self.counts.update(found)
            self.covered.update(found)
            yield command

    def _choose(self) -> str:
        kind = self.draws.below(_ALL)
        listed = legal(self.game, self.state)
        if kind < _ERRAND:
            return self._next_of_errand() or self.draws.choice(listed)
        if kind < _LEGAL:
            return self.draws.choice(listed)
        if kind < _ILLEGAL:
            return self._illegal()
        if kind < _RARE_ILLEGAL:
            return self._least_covered([self._illegal() for _ in range(CANDIDATES)])
        pool = list(listed)
        self.draws.shuffle(pool)
        return self._least_covered(pool[:CANDIDATES])

    def _next_of_errand(self) -> str | None:
        command = next(self._errand, None)
        if command is None:
            self._errand = self._errands.draw()
            command = next(self._errand, None)
        return command

    def _least_covered(self, commands: list[str]) -> str:
        def seen(command: str) -> int:
            after = self.state.copy()
            answer = step(self.game, after, command)
            return min(self.covered[b] for b in branches(self.game, self.state, command, after, answer))

        return min(commands, key=seen)

    def _illegal(self) -> str:
        """A command that is probably none: a legal one twisted, something odd, or any names in a phrase."""
        kind = self.draws.below(4)
        if kind == 0:
            return self.draws.choice(_TWISTS)(self.draws.choice(legal(self.game, self.state)))
        game, held = self.game, self.state.held
        here = list(game.receptacles_at[self.state.at])
        things = [thing for receptacle in here for thing in members(self.state.contents[receptacle])]
        things += [held] * (held >= 0)
        if not here or self.draws.below(2):
            here = list(range(len(game.receptacles)))
        if not things or self.draws.below(2):
            things = list(range(len(game.objects)))
        receptacle, thing = self.draws.choice(here), self.draws.choice(things)
        knife = held if held >= 0 and self.draws.below(3) else thing
        return self.draws.choice(_ODD if kind == 1 else _PHRASES).format(
            r=game.receptacles[receptacle], o=game.objects[thing], held=game.objects[knife]
        )
