"""The agent that picks among the legal actions, each equally likely: the floor of every table."""

from collections.abc import Sequence
from dataclasses import dataclass

from playout.agents.draws import draws
from playout.core import Decision, Turn, WrongUse


@dataclass(frozen=True, kw_only=True)
class RandomConfig:
    """Options of ``random``."""

    seed: int = 0
    """Decides all its choices, together with the seat, the episode and the turn."""


class RandomAgent:
    """Picks a legal action at random; says nothing where text is asked for and no action is listed."""

    needs: frozenset[str] = frozenset({"legal_actions"})

    def __init__(self, config: RandomConfig = RandomConfig()) -> None:
        self.config = config

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        """One action per turn.

        Raises:
            WrongUse: the world neither lists its legal actions nor takes text.
        """
        return [Decision(action=self._pick(turn)) for turn in turns]

    def _pick(self, turn: Turn) -> object:
        if turn.legal_actions:
            return draws(self.config.seed, turn).choice(turn.legal_actions)
        if isinstance(turn.observation, str):
            return ""
        raise WrongUse(
            f"random: the world of episode {turn.episode} lists no legal actions for seat {turn.seat!r}, so"
            " there is nothing to pick from; put them into info['legal_actions'], or choose another agent"
        )
