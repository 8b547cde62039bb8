import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from playout.core import MissingPackage, PlayoutError, WrongUse

GUESS = "own_world:example/GuessNumber-v0"
MODULE = "verl.experimental.agent_loop.agent_loop"


class AgentLoopBase:
    """The constructor of verl 0.9.1."""

    def __init__(
        self, trainer_config, server_manager, tokenizer, processor, dataset_cls, data_config,
        hf_model_type=None, **kwargs,
    ):  # fmt: skip
        self.config = trainer_config.config
        self.rollout_config = self.config.actor_rollout_ref.rollout
        self.server_manager, self.tokenizer, self.processor = server_manager, tokenizer, processor


@dataclass(kw_only=True)
class AgentLoopOutput:
    """The fields of verl 0.9.1 that a text-only loop fills."""

    prompt_ids: list[int]
    response_ids: list[int]
    response_mask: list[int]
    response_logprobs: list[float] | None = None
    reward_score: float | None = None
    num_turns: int = 0
    metrics: dict[str, float]
    extra_fields: dict[str, Any] = field(default_factory=dict)


FAKE = {MODULE: {"AgentLoopBase": AgentLoopBase, "AgentLoopOutput": AgentLoopOutput}}


class Server:
    """Guesses 1, 2, 3, … in every episode; may be asked by many at once."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer, self.asked, self.most_at_once, self.live = tokenizer, {}, 0, 0

    async def generate(self, request_id, *, prompt_ids, sampling_params, image_data=None, video_data=None):
        self.live += 1
        self.most_at_once = max(self.most_at_once, self.live)
        await asyncio.sleep(0.01)
        self.live -= 1
        number = len(self.asked.setdefault(request_id, [])) + 1
        self.asked[request_id].append((list(prompt_ids), dict(sampling_params)))
        ids = self.tokenizer.encode(f"<action>guess {number}</action>", add_special_tokens=False)
        ids = [*ids, self.tokenizer.eos_token_id][: sampling_params["max_tokens"]]
        return SimpleNamespace(token_ids=ids, log_probs=[-0.5] * len(ids))


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    pytest.importorskip("transformers")
    from playout.training.decoder import word_tokenizer

    guesses = [f"<action>guess {number}</action>" for number in range(1, 4)]
    found = word_tokenizer([*guesses, "\n<observation>\nBegin. Higher. Lower. Correct.\n</observation>"])
    found.chat_template = (
        "{% for m in messages %}{{ m.role }}:{{ m.content }}" + found.eos_token + "{% endfor %}assistant:"
    )
    return found


def loop(module: Any, server: Server, *, response_length: int = 4000, prompt_length: int = 4000, **options):
    rollout = SimpleNamespace(response_length=response_length, prompt_length=prompt_length)
    config = SimpleNamespace(config=SimpleNamespace(actor_rollout_ref=SimpleNamespace(rollout=rollout)))
    return module.PlayoutAgentLoop(
        trainer_config=config, server_manager=server, tokenizer=server.tokenizer, processor=None,
        dataset_cls=None, data_config=None, hf_model_type="qwen3", tools=None,
        env=GUESS, env_kwargs={"max_steps": 3}, **options,
    )  # fmt: skip


SAMPLING = {"temperature": 0.7, "logprobs": True}


def test_episodes_are_played_side_by_side_and_come_back_as_rows(adapter: Any, tokenizer: Any):
    server = Server(tokenizer)
    loops = [loop(adapter("verl", FAKE), server, agent={"max_tokens": 9}) for _ in range(6)]

    async def batch() -> list[AgentLoopOutput]:
        rows = [{"extra_info": {"seed": 5}, "raw_prompt": [], "index": i} for i in range(6)]
        return await asyncio.gather(*(one.run(SAMPLING, **row) for one, row in zip(loops, rows, strict=True)))

    outputs = asyncio.run(batch())
    assert server.most_at_once == 6
    first = outputs[0]
    assert all(output.prompt_ids == first.prompt_ids for output in outputs)
    chosen = [i for i, m in zip(first.response_ids, first.response_mask, strict=True) if m]
    assert tokenizer.decode(chosen).count("<action>guess") == first.num_turns // 2
    asked = next(iter(server.asked.values()))
    assert asked[0] == (first.prompt_ids, {**SAMPLING, "max_tokens": 9})
    # What the server read last is a beginning of the row: nothing was tokenised twice.
    assert (first.prompt_ids + first.response_ids)[: len(asked[-1][0])] == asked[-1][0]
    assert first.response_logprobs == [-0.5 * m for m in first.response_mask]
    assert first.reward_score == sum(first.extra_fields["turn_scores"])
    assert set(first.extra_fields["reward_extra_info"]) == {"success"}


def test_the_server_goes_on_from_the_agents_prefill(adapter: Any, tokenizer: Any):
    class GoesOn(Server):
        async def generate(self, request_id, *, prompt_ids, sampling_params, **_):
            self.asked.setdefault(request_id, []).append((list(prompt_ids), dict(sampling_params)))
            ids = [*tokenizer.encode(" 1</action>", add_special_tokens=False), tokenizer.eos_token_id]
            return SimpleNamespace(token_ids=ids, log_probs=[-0.5] * len(ids))

    prefill = tokenizer.encode("<action>guess", add_special_tokens=False)
    server = GoesOn(tokenizer)
    played = loop(adapter("verl", FAKE), server, agent={"prefill": "<action>guess"})
    found = asyncio.run(played.run(SAMPLING, extra_info={"seed": 5}))
    ((first, _), *_) = next(iter(server.asked.values()))
    assert first == found.prompt_ids + prefill and found.response_ids[: len(prefill)] == prefill
    assert tokenizer.decode(found.response_ids).startswith("<action>guess 1</action>")
    assert found.response_mask[: len(prefill) + 1] == [0] * len(prefill) + [1]
    assert found.response_logprobs == [-0.5 * m for m in found.response_mask]


def test_an_episode_ends_where_its_row_is_full(adapter: Any, tokenizer: Any):
    server = Server(tokenizer)
    whole = asyncio.run(loop(adapter("verl", FAKE), server).run(SAMPLING, extra_info={"seed": 5}))
    for less in (2, 8):  # in the last answer, and before it
        most = len(whole.response_ids) - less
        short = loop(adapter("verl", FAKE), server, response_length=most)
        cut = asyncio.run(short.run({}, extra_info={"seed": 5}))
        assert cut.response_ids == whole.response_ids[: len(cut.response_ids)]
        assert cut.response_logprobs is None and cut.response_mask[-1] == 1
        assert (len(cut.response_ids) == most) == (less == 2)


def test_what_cannot_work_says_why(adapter: Any, tokenizer: Any):
    server = Server(tokenizer)
    with pytest.raises(PlayoutError, match=r"raise rollout\.prompt_length"):
        asyncio.run(loop(adapter("verl", FAKE), server, prompt_length=5).run({}, extra_info={"seed": 0}))
    with pytest.raises(WrongUse, match=r"extra_info\.seed"):
        asyncio.run(loop(adapter("verl", FAKE), server).run({}, extra_info={}))
    with pytest.raises(MissingPackage, match="is not installed: pip install verl"):
        adapter("verl", {MODULE: None})
