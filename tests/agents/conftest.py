"""Turns and models to test agents with."""

from collections.abc import Callable, Sequence

import pytest

from playout.core import Chat, Completion, Sampling, Score, Turn

LEGAL = ("up", "down", "left", "right")


def make_turn(observation: object = "a room", *, legal: Sequence | None = LEGAL, **fields) -> Turn:
    legal = legal if legal is None or isinstance(legal, range) else tuple(legal)
    given = {"instructions": "Reach the goal.", "reward": 0.0, "info": {}, "episode": 0, "t": 0, **fields}
    return Turn(observation=observation, legal_actions=legal, **given)


class FakeModel:
    """Answers with ``reply(chat, seed)`` and keeps every call."""

    def __init__(self, reply: Callable[[Chat, int], str | Completion]) -> None:
        self.reply, self.calls = reply, []

    def generate(self, chats: Sequence[Chat], sampling: Sampling) -> list[Completion]:
        self.calls.append((list(chats), sampling))
        replies = [self.reply(chat, seed) for chat, seed in zip(chats, sampling.seeds or (), strict=True)]
        return [r if isinstance(r, Completion) else Completion(text=r, token_ids=(1, 2)) for r in replies]


class FakeScorer(FakeModel):
    """Scores an answer by ``value``: text -> (log-probability, tokens)."""

    def __init__(self, value: Callable[[str], tuple[float, int]]) -> None:
        super().__init__(lambda chat, seed: "")
        self.value = value

    def score(self, chats: Sequence[Chat], answers: Sequence[Sequence[str]]) -> list[list[Score]]:
        return [[Score(*self.value(answer)) for answer in row] for row in answers]


@pytest.fixture
def turn() -> Callable[..., Turn]:
    return make_turn


@pytest.fixture
def fake_model() -> type[FakeModel]:
    return FakeModel


@pytest.fixture
def fake_scorer() -> type[FakeScorer]:
    return FakeScorer
