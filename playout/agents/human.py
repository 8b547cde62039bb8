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
    """What may be typed -> the action: its text, or its label."""
    return dict(zip(labels(legal), legal, strict=True)) | {str(action): action for action in legal}


def labels(legal: Sequence[Any]) -> list[str]:
    """What stands before each action in a list: its number counted from 1, or itself where it is a number."""
    # A position beside actions that are numbers would be taken for another of them.
    if all(isinstance(action, str) and not action.isdecimal() for action in legal):
        return [str(number) for number in range(1, len(legal) + 1)]
    return [str(action) for action in legal]


def ask_on_terminal(turn: Turn) -> str:
    """Print the turn and read one line."""
    if turn.t == 0 and turn.instructions:
        print(turn.instructions, end="\n\n")
    print(turn.observation)
    if turn.legal_actions:
        listed = zip(labels(turn.legal_actions), turn.legal_actions, strict=True)
        print("  ".join(f"[{label}] {action}" for label, action in listed))
    return input("> ")
