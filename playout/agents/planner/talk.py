"""A dialogue as a prompted model is shown it: the case, who said what, all of it quoted as data."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from playout.core import Turn, WrongUse
from playout.language.judging import quote

_EPISODES_KEPT = 16384


@dataclass(frozen=True, slots=True)
class Talk:
    """What is known in one turn."""

    instructions: str
    """Role and rules of the world."""
    case: str
    """What the system's side was told before the dialogue."""
    said: tuple[tuple[str, str], ...]
    """(Speaker, text), oldest first."""

    def shown(self) -> str:
        """Case and dialogue for a prompt; nobody in it can pass for anybody else."""
        lines = [f"The {speaker} said:\n{quote(text)}" for speaker, text in self.said]
        return "\n".join([f"The case:\n{quote(self.case)}", "The conversation so far:", *lines])


class Talks:
    """Makes talks of turns: remembers the case of each episode, which worlds tell at its start only."""

    def __init__(self, speakers: tuple[str, str]) -> None:
        """``speakers`` are the roles of the system and of the person."""
        self.speakers = speakers
        self._cases: OrderedDict[tuple[int, str], str] = OrderedDict()

    def of(self, turns: Iterable[Turn]) -> list[Talk]:
        """One talk per turn.

        Raises:
            WrongUse: the world has no words.
        """
        return [self._talk(turn) for turn in turns]

    def _talk(self, turn: Turn) -> Talk:
        said = turn.info.get("dialogue")
        if said is None:
            raise WrongUse(
                "planned: a model reads words, and this world says none; take the id without Acts, such as"
                " playout/Tutoring-v0"
            )
        place = (turn.episode, turn.seat)
        if turn.t == 0:
            self._cases[place] = str(turn.observation).removesuffix(said[-1]).strip()
            while len(self._cases) > _EPISODES_KEPT:
                self._cases.popitem(last=False)
        # The person speaks first.
        names = [self.speakers[(number + 1) % 2] for number in range(len(said))]
        return Talk(turn.instructions, self._cases.get(place, ""), tuple(zip(names, said, strict=True)))
