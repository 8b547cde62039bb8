import json
from functools import partial

import pytest

from playout.core import Chat, Completion, PlayoutError, Sampling, Unsupported, WrongUse
from playout.rollouts import Episode, lookup, play
from playout.rollouts.integrations.trajectories import Trajectory, chat_agent

GUESS = "own_world:example/GuessNumber-v0"


class Letters:
    """A model whose tokens are the code points of the chat, one message after the other."""

    def __init__(self, *, forgets: bool = False, fails_at: int = -1) -> None:
        self.forgets, self.fails_at, self.asked = forgets, fails_at, 0

    def generate(self, chats: list[Chat], sampling: Sampling) -> list[Completion]:
        return [self._complete(chat) for chat in chats]

    def _complete(self, chat: Chat) -> Completion:
        self.asked += 1
        if self.asked - 1 == self.fails_at:
            return Completion(text="", finish="error", error="the server is gone")
        text = f"<action>guess {self.asked}</action>"
        said = chat[-1:] if self.forgets else chat
        prompt = [ord(letter) for message in said for letter in message.content]
        return Completion(
            text=text,
            token_ids=tuple(map(ord, text)),
            logprobs=tuple(-float(i) for i in range(len(text))),
            prompt_token_ids=tuple(prompt),
        )


def episode(model: Letters) -> Episode:
    agents = {"agent": chat_agent(model)}
    (found,) = play(partial(lookup.make_single, GUESS, {"max_steps": 3}), agents, [0], seed=lambda _: 5)
    return found


def spelt(ids: list[int]) -> str:
    return "".join(map(chr, ids))


def test_an_episode_is_one_row_in_which_the_answers_are_marked():
    played = episode(Letters())
    row = Trajectory.of(Episode.from_dict(json.loads(played.to_json())))
    assert spelt(row.prompt_ids).startswith("Find my number")
    said = [spelt([i for i, m in zip(row.response_ids, row.mask, strict=True) if m])]
    assert said == ["".join(f"<action>guess {n}</action>" for n in (1, 2, 3))]
    assert spelt(row.response_ids).count("Steps taken") == 2
    assert len(row.mask) == len(row.response_ids) == len(row.logprobs)
    assert row.logprobs[:3] == [0.0, -1.0, -2.0]
    assert not any(p for p, m in zip(row.logprobs, row.mask, strict=True) if not m)
    assert (row.reward, row.success) == (played.outcome.total, float(bool(played.outcome.is_success)))


def test_the_response_can_be_cut():
    whole, cut = Trajectory.of(episode(Letters())), Trajectory.of(episode(Letters()), longest=7)
    assert cut.prompt_ids == whole.prompt_ids
    assert (cut.response_ids, cut.mask, cut.logprobs) == (
        whole.response_ids[:7],
        whole.mask[:7],
        whole.logprobs[:7],
    )


def test_what_a_failed_episode_said_is_kept():
    row = Trajectory.of(episode(Letters(fails_at=2)))
    assert spelt(row.response_ids).endswith("<action>guess 2</action>")
    assert row.success is None


def test_a_model_that_never_wrote_is_an_error_with_its_reason():
    with pytest.raises(PlayoutError, match="seed 5: the server is gone"):
        Trajectory.of(episode(Letters(fails_at=0)))


def test_prompts_that_do_not_continue_are_refused():
    with pytest.raises(Unsupported, match="single row of tokens"):
        Trajectory.of(episode(Letters(forgets=True)))


def test_options_are_checked_and_what_makes_a_conversation_is_not_one():
    agent = chat_agent(Letters(), {"mode": "think", "history": 1, "context": "steps"})
    assert (agent.config.mode, agent.config.context, agent.config.logprobs) == ("think", "chat", True)
    assert agent.config.history > 1000
    with pytest.raises(WrongUse, match="temprature"):
        chat_agent(Letters(), {"temprature": 1.0})
