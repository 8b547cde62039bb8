"""An agent of your own: halve the range of possible numbers, and be compared with chance.

An agent is any object with ``needs`` and ``act``. It is handed the turns of all live episodes at once
and gives one decision for each; ``turn.episode`` is the key for what it wants to remember.

Run it: python examples/own_agent.py
Or, in the folder examples: playout eval own_world:example/GuessNumber-v0 --agent own_agent:Halver
"""

from collections.abc import Sequence
from functools import partial

from playout import rollouts
from playout.agents import RandomAgent
from playout.core import Agent, Decision, Turn

WORLD = "own_world:example/GuessNumber-v0"


class Halver:
    """Guesses the middle of what is still possible."""

    needs: frozenset[str] = frozenset()

    def __init__(self, *, low: int = 1, high: int = 16) -> None:
        self.low, self.high = low, high
        self.ranges: dict[int, tuple[int, int]] = {}

    def reset(self, episodes: Sequence[int]) -> None:
        for episode in episodes:
            self.ranges[episode] = self.low, self.high

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        return [self.decide(turn) for turn in turns]

    def decide(self, turn: Turn) -> Decision:
        low, high = self.ranges[turn.episode]
        guessed = (low + high) // 2
        if turn.observation == "Higher.":
            low = guessed + 1
        elif turn.observation == "Lower.":
            high = guessed - 1
        self.ranges[turn.episode] = low, high
        return Decision(action=f"guess {(low + high) // 2}", thought=f"It is between {low} and {high}.")


def success(agent: Agent, episodes: int = 200) -> float:
    """The share of episodes in which ``agent`` finds the number."""
    played = rollouts.play(partial(rollouts.make, WORLD), {"agent": agent}, range(episodes))
    return sum(bool(episode.outcome.is_success) for episode in played) / episodes


if __name__ == "__main__":
    print(f"chance {success(RandomAgent()):.0%}   halving {success(Halver()):.0%}")
