import json
from dataclasses import replace

import pytest

pytest.importorskip("transformers")

import torch
from lamps import WORLD

from playout.agents import load_agent
from playout.core import WrongUse
from playout.rollouts import AgentSpec, RolloutConfig, rollout
from playout.training import sft as module
from playout.training.policy import FOLDER
from playout.training.rows import NOT_CHOSEN
from playout.training.settings import SFTConfig, SFTSettings
from playout.training.sft import prepare, sft, token_losses

QUICK = SFTConfig(
    env=WORLD, model="new:tiny", episodes=20, noise=0.3,
    settings=SFTSettings(epochs=2, batch_tokens=128, learning_rate=0.01, save_every=3),
)  # fmt: skip
CHAT = {"context": "chat", "history": 5}


def weights(run):
    from safetensors.torch import load_file

    return load_file(run.folder / FOLDER / "model.safetensors")


def test_it_learns_to_do_as_the_expert_did(sft_run):
    rows = list(sft_run.metrics())
    assert rows[-1]["loss"] < rows[0]["loss"]
    assert rows[-1]["accuracy"] > 0.9
    spec = AgentSpec(name=str(sft_run.folder))
    played = rollout(RolloutConfig(env=WORLD, agents={"agent": spec}, episodes=20, seed=500))
    assert sum(episode["outcome"]["is_success"] for episode in played.episodes()) > 15


def test_a_killed_run_goes_on_to_the_same_weights(tmp_path):
    whole = sft(QUICK, out=tmp_path / "whole")

    def killed(done, total):
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sft(QUICK, out=tmp_path / "killed", progress=killed)
    resumed = sft(QUICK, out=tmp_path / "killed", resume=True)
    for name, value in weights(whole).items():
        assert torch.equal(value, weights(resumed)[name]), name

    def told(run):
        return [{key: value for key, value in row.items() if key != "cpu_seconds"} for row in run.metrics()]

    assert told(whole) == told(resumed)


def test_seeds_give_other_weights_and_equal_ones_the_same(tmp_path):
    runs = [sft(replace(QUICK, seed=seed), out=tmp_path / str(n)) for n, seed in enumerate((0, 0, 1))]
    first, again, other = (weights(run)["lm_head.weight"] for run in runs)
    assert torch.equal(first, again)
    assert first.shape != other.shape or not torch.equal(first, other)


def test_the_successes_of_a_run_can_be_learnt(tmp_path):
    spec = AgentSpec(name="expert")
    played = rollout(RolloutConfig(env=WORLD, agents={"agent": spec}, episodes=10), out=tmp_path / "data")
    run = sft(replace(QUICK, data=str(played.folder)), out=tmp_path / "run")
    assert list(run.metrics())[-1]["step"] > 0


def test_a_policy_is_trained_on_whole_or_through_an_adapter(sft_run, tmp_path):
    settings = replace(QUICK.settings, epochs=1, adapter=2)
    config = replace(QUICK, model=str(sft_run.folder), settings=settings)
    run = sft(config, out=tmp_path / "run")
    before, after = weights(sft_run), weights(run)
    assert before.keys() == after.keys()
    assert not all(torch.equal(before[name], after[name]) for name in before)


def test_a_small_model_learns_as_fast_when_it_goes_on(sft_run, tmp_path):
    settings = SFTSettings(epochs=1, batch_tokens=1024, save_every=1)
    rates = [
        max(
            row["learning_rate"]
            for row in sft(replace(QUICK, model=model, settings=settings), out=out).metrics()
        )
        for model, out in (("new:tiny", tmp_path / "new"), (str(sft_run.folder), tmp_path / "further"))
    ]
    assert rates[0] == pytest.approx(rates[1])


def test_what_is_said_but_not_to_be_learnt_has_no_loss():
    """Of a conversation, the expert's own answers are chosen, the world's words read, slips neither."""
    config = replace(QUICK, agent=CHAT, noise=0.6)
    policy, sequences = prepare(config)
    chosen = sum(int((sequence.step != NOT_CHOSEN).sum()) for sequence in sequences)
    seen = sum(int(sequence.read[1:].sum()) for sequence in sequences)
    losses, hits, read = token_losses(policy.model, sequences, read=True)
    assert (len(losses), len(hits), len(read)) == (chosen, chosen, seen)
    assert chosen + seen < sum(len(sequence.ids) - 1 for sequence in sequences)
    alone, _, none = token_losses(policy.model, sequences)
    assert torch.allclose(alone, losses, atol=1e-5)
    assert len(none) == 0


def test_reading_is_learnt_where_it_is_asked_for(tmp_path):
    def reading_loss(read):
        settings = replace(QUICK.settings, read=read, epochs=4)
        config = replace(QUICK, agent=CHAT, settings=settings)
        sft(config, out=tmp_path / str(read))
        policy, sequences = prepare(replace(config, model=str(tmp_path / str(read))))
        return token_losses(policy.model, sequences, read=True)[2].mean().item()

    assert reading_loss(1.0) < reading_loss(0.0) - 0.5


def test_its_agent_answers_as_it_was_trained_to(tmp_path):
    run = sft(replace(QUICK, agent=CHAT), out=tmp_path / "run")
    known = json.loads((run.folder / FOLDER / "agent.json").read_text())
    assert (known["context"], known["history"], known["prefill"]) == ("chat", 5, "<action>")
    agent = load_agent(str(run.folder), options={"temperature": 0.5})
    assert (agent.config.context, agent.config.temperature) == ("chat", 0.5)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": "new:huge"}, "new:huge: expected one of new:tiny"),
        ({"model": "tiny"}, "model 'tiny': expected a run that trained one"),
        ({"agent": {"histroy": 1}}, "unknown option 'histroy'"),
        ({"env": "CartPole-v1"}, "this world has no expert"),
        ({"episodes": 0}, "nothing to learn"),
        ({"data": "/nowhere"}, "/nowhere"),
        ({"noise": 2.0}, "from 0 to 1"),
    ],
)
def test_wrong_use_is_said(changes, said, tmp_path):
    with pytest.raises(WrongUse, match=said):
        sft(replace(QUICK, **changes), out=tmp_path / "run")


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"batch_tokens": 0}, {"average": 1}, {"read": -1}])
def test_settings_are_checked(wrong):
    with pytest.raises(WrongUse, match=f"{next(iter(wrong))} cannot be"):
        SFTSettings(**wrong)


def test_a_folder_with_another_run_is_refused(tmp_path):
    sft(QUICK, out=tmp_path / "run")
    with pytest.raises(WrongUse, match="run"):
        sft(QUICK, out=tmp_path / "run")
    with pytest.raises(WrongUse, match="noise"):
        sft(replace(QUICK, noise=0.1), out=tmp_path / "run", resume=True)
    assert module.STATE in {file.name for file in (tmp_path / "run").iterdir()}
