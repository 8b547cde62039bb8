"""A world model that a language model has learnt: from observations and actions to what would be seen next.

Any ``ChatModel`` that was trained on the transitions of ``training.world_model`` serves; the device is the
model's. It predicts what agents see, not the hidden state of a world, and in few words
(``language.news``); so it is for worlds whose observation tells all and whose last lines change.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from playout.core import Chat, ChatModel, Message, Sampling
from playout.language.news import applied, news

END = "<end>"
Then = Literal["on", "solved", "over"]
MAX_TOKENS = 48


class Predicted(NamedTuple):
    """What would come of an action."""

    observation: str
    ended: bool
    success: bool
    read: bool = True
    """False where the model wrote nothing that could be read; then everything stays as it was."""


class LearnedWorld:
    """Predicts the next observations of many states at once."""

    def __init__(self, model: ChatModel, *, max_tokens: int = MAX_TOKENS) -> None:
        """Predict with ``model``, at most ``max_tokens`` tokens for each state."""
        self._model, self._sampling = model, Sampling(max_tokens=max_tokens, temperature=0.0)
        self.calls = 0
        """Transitions predicted so far."""

    @classmethod
    def load(cls, folder: Path | str, *, device: str = "cpu") -> "LearnedWorld":
        """The model of a run of ``train world-model``."""
        from playout.language.transformers_backend import TransformersModel

        return cls(TransformersModel.from_pretrained(str(Path(folder, "policy")), device=device))

    def predict(self, observations: Sequence[str], actions: Sequence[str]) -> list[Predicted]:
        """What would be seen after each action in each state."""
        if not observations:
            return []
        chats = [asked(seen, action) for seen, action in zip(observations, actions, strict=True)]
        self.calls += len(chats)
        written = self._model.generate(chats, self._sampling)
        return [read(seen, one.text) for seen, one in zip(observations, written, strict=True)]


def asked(observation: str, action: str) -> Chat:
    """What the model reads."""
    return (Message("user", f"{observation}\n> {action}"),)


def told(before: str, after: str, then: Then) -> str:
    """What it is to write: the news, and whether the episode goes on."""
    return f"{news(before, after)}{END}{then}"


def read(before: str, text: str) -> Predicted:
    """What it wrote; total over all strings."""
    seen, mark, then = text.rpartition(END)
    if not mark or then.strip() not in ("on", "solved", "over"):
        return Predicted(before, False, False, False)
    return Predicted(applied(before, seen), then.strip() != "on", then.strip() == "solved")
