"""The person at the keyboard as an agent, in plain lines; the full-screen game is elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from playout.core import Decision, PlayoutError, Turn

Ask = Callable[[Turn], str]
"""Shows a turn to the person and returns the answer."""


class HumanAgent:
    """Asks a person for every action, one turn after the other."""

    needs: frozenset[str] = frozenset({"legal_actions"})

    def __init__(self, ask: Ask | None = None) -> None:
        """Ask through ``ask``, on the terminal if None; its ``EOFError`` ends the play."""
        self.ask = ask or ask_on_terminal

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        """The person's action per turn; asked again while it is not one of those listed.

        Raises:
            PlayoutError: the input has ended.
        """
        return [Decision(action=self._action(turn)) for turn in turns]

    def _action(self, turn: Turn) -> Any:
        accepted = answers(turn.legal_actions or ())
        try:
            answer = self.ask(turn)
            while turn.legal_actions and answer.strip() not in accepted:
                answer = self.ask(turn)
        except EOFError:
            raise PlayoutError(f"human: the input ended in step {turn.t} of episode {turn.episode}") from None
        return accepted.get(answer.strip(), answer)


def answers(legal: Sequence[Any]) -> Mapping[str, Any]:
    """What may be typed -> the action: its text, or its number counted from 1."""
    # Later entries win: where actions are numbers themselves, they mean themselves.
    return {str(number): action for number, action in enumerate(legal, 1)} | {str(a): a for a in legal}


def ask_on_terminal(turn: Turn) -> str:
    """Print the turn and read one line."""
    if turn.t == 0 and turn.instructions:
        print(turn.instructions, end="\n\n")
    print(turn.observation)
    if turn.legal_actions:
        print("  ".join(f"[{number}] {action}" for number, action in enumerate(turn.legal_actions, 1)))
    return input("> ")
