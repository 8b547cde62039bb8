"""TRL itself, with decoders of some ten thousand weights."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from playout.core import WrongUse
from playout.rollouts.integrations.seats import TextSeat
from playout.rollouts.integrations.trl import (
    EpisodeRollouts,
    ToolWorld,
    environment_factory,
    episode_return,
)

GUESS = "own_world:example/GuessNumber-v0"
CALL = '<tool_call>\n{"name": "act", "arguments": {"action": "guess %d"}}\n</tool_call>'


@pytest.fixture
def trl(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("TRL_EXPERIMENTAL_SILENCE", "1")
    return pytest.importorskip("trl")


def arguments(trl: Any, folder: Path, **more: Any) -> Any:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return trl.GRPOConfig(
            output_dir=str(folder), per_device_train_batch_size=8, num_generations=4, max_steps=2, seed=1,
            learning_rate=0.01, use_cpu=True, bf16=False, report_to="none", save_strategy="no",
            logging_steps=1, disable_tqdm=True, gradient_checkpointing=False, **more,
        )  # fmt: skip


def test_whole_episodes_through_rollout_func(trl: Any, tmp_path: Path):
    from datasets import Dataset

    from playout.training.decoder import DecoderConfig, new_decoder, word_tokenizer

    seat = TextSeat(GUESS)
    seat.begin(0)
    texts = [message.content for message in seat.chat()]
    tokenizer = word_tokenizer([*texts, "Higher. Lower. Correct. Invalid : expected one of the …"])
    model = new_decoder(DecoderConfig(width=32, layers=1, heads=2, context=2048), tokenizer)
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    rollouts, played = EpisodeRollouts(GUESS, {"max_steps": 3}, agent={"prefill": "<action>guess"}), []

    def watched(prompts: list[str], trainer: Any) -> dict[str, list]:
        played.append((prompts, rollouts(prompts, trainer)))
        return played[-1][1]

    trainer = trl.GRPOTrainer(
        model=model,
        reward_funcs=episode_return,
        args=arguments(trl, tmp_path, max_completion_length=1500),
        train_dataset=Dataset.from_list([{"prompt": str(seed)} for seed in range(4)]),
        processing_class=tokenizer,
        rollout_func=watched,
    )
    trainer.train()
    assert len(played) == 2
    for prompts, rows in played:
        assert len(set(prompts)) == 2 and all(len(column) == 8 for column in rows.values())
        for ids, logprobs, mask in zip(
            rows["completion_ids"], rows["logprobs"], rows["env_mask"], strict=True
        ):
            assert len(ids) == len(logprobs) == len(mask) and 0 < sum(mask) < len(mask)
            assert all(p < 0 for p, m in zip(logprobs, mask, strict=True) if m)
    logged = [row for row in trainer.state.log_history if "reward" in row]
    assert [row["reward"] for row in logged] == [
        pytest.approx(sum(rows["episode_return"]) / 8) for _, rows in played
    ]
    # Draws differ within a group, and a group that differs in return moves the weights.
    assert any(len({tuple(ids) for ids in rows["completion_ids"][:4]}) > 1 for _, rows in played)
    if any(row["reward_std"] for row in logged):
        assert any((weight != before[name]).any() for name, weight in model.named_parameters())


def test_rollout_func_says_what_it_expects(trl: Any):
    with pytest.raises(WrongUse, match="expected prompts that are seeds"):
        EpisodeRollouts(GUESS)(["Write a poem"], None)


def test_tools_through_environment_factory(trl: Any, tmp_path: Path):
    from datasets import Dataset

    model, tokenizer = caller()
    trainer = trl.GRPOTrainer(
        model=model,
        args=arguments(trl, tmp_path, max_completion_length=400, max_tool_calling_iterations=2),
        train_dataset=Dataset.from_list(
            [{"prompt": [{"role": "user", "content": ""}], "seed": seed} for seed in range(4)]
        ),
        processing_class=tokenizer,
        environment_factory=environment_factory(GUESS, {"max_steps": 2}),
    )
    trainer.train()
    episodes = [world._seat.record() for world in trainer.environments]
    assert [episode.seed for episode in episodes[:4]] == [episodes[0].seed] * 4
    assert any(episode.steps for episode in episodes)
    assert any(step.action.startswith("guess ") for episode in episodes for step in episode.steps)
    logged = [row for row in trainer.state.log_history if "reward" in row]
    assert logged[0]["tools/call_frequency"] > 0
    returns = [world.get_reward() for world in trainer.environments]
    assert logged[-1]["reward"] == pytest.approx(sum(returns) / 8)


def caller() -> tuple[Any, Any]:
    """A decoder that has learnt to call the tool ``act``, whatever it reads."""
    import torch
    from transformers.utils import get_json_schema
    from trl.chat_template_utils import qwen3_chat_template

    from playout.training.decoder import DecoderConfig, new_decoder, word_tokenizer

    torch.set_num_threads(1)
    world, calls = ToolWorld(GUESS), [CALL % number for number in range(1, 5)]
    prompts = [world.reset(seed=seed, prompt=[]) for seed in range(4)]
    schema = json.dumps(get_json_schema(world.act))
    tokenizer = word_tokenizer([*prompts, *calls, qwen3_chat_template, schema, "Higher. Lower. Correct."])
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
    tokenizer.eos_token, tokenizer.chat_template = "<|im_end|>", qwen3_chat_template
    model = new_decoder(DecoderConfig(width=32, layers=1, heads=2, context=2048), tokenizer)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.02)
    for _ in range(40):
        loss = torch.zeros(())
        for prompt, call in zip(prompts, calls, strict=True):
            read = tokenizer.apply_chat_template(
                [{"role": "user", "content": prompt}],
                tools=[world.act],
                add_generation_prompt=True,
                return_dict=False,
            )
            answer = tokenizer.encode(f"<think>\n\n</think>\n\n{call}<|im_end|>", add_special_tokens=False)
            labels = torch.tensor([[-100] * len(read) + answer])
            loss = loss + model(input_ids=torch.tensor([read + answer]), labels=labels).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model, tokenizer


def test_a_tool_world_by_hand():
    world = environment_factory(GUESS, {"max_steps": 2})()
    told = world.reset(seed=5, prompt=[{"role": "user", "content": ""}])
    assert "Find my number" in told and "tool `act`" in told and "Legal actions: guess 1" in told
    assert "Steps taken: 1" in world.act("guess 1")
    assert "over" in world.act("sing") and world.act("guess 2") == "The episode is over."
    assert world.get_reward() == 0.0
    with pytest.raises(WrongUse, match=r"a column 'seed', the data set has \['prompt'\]"):
        world.reset(prompt=[])


@pytest.mark.parametrize("action", [3, None, ["guess 1"]])
def test_a_call_with_no_text_costs_a_step_and_not_the_episode(action: Any):
    world = environment_factory(GUESS, {"max_steps": 2})()
    world.reset(seed=5)
    told = world.act(action)
    assert "Invalid action" in told and "Steps taken: 1" in told
    assert "over" in world.act("guess 1") and world._seat.record().error is None


@pytest.mark.parametrize(
    ("temperature", "top_p", "known"), [(1.0, 1.0, True), (0.5, 1.0, False), (1.0, 0.9, False)]
)
def test_logprobs_are_those_of_the_policy_that_wrote_or_none(temperature: float, top_p: float, known: bool):
    pytest.importorskip("transformers")
    from playout.training.decoder import DecoderConfig, new_decoder, word_tokenizer

    tokenizer = word_tokenizer(["Find my number : guess 1 , Begin . Higher . Lower . Correct ."])
    model = new_decoder(DecoderConfig(width=16, layers=1, heads=2, context=2048), tokenizer)
    trainer = SimpleNamespace(
        accelerator=SimpleNamespace(unwrap_model=lambda model: model, num_processes=1, process_index=0),
        args=SimpleNamespace(temperature=temperature, top_p=top_p, seed=0, max_completion_length=2000),
        model=model, processing_class=tokenizer,
    )  # fmt: skip
    rows = EpisodeRollouts(GUESS, {"max_steps": 1}, agent={"max_tokens": 4})(["5"], trainer)
    assert (rows["logprobs"] is not None) == known and rows["completion_ids"]


def test_only_act_becomes_a_tool():
    public = [name for name, member in vars(ToolWorld).items() if callable(member) and name[0] != "_"]
    assert public == ["reset", "act", "get_reward"]
