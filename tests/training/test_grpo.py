from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("trl")

import torch
from lamps import WORLD, Lamps

from playout.agents import LanguageConfig
from playout.core import PlayoutError, WrongUse
from playout.rollouts import AgentSpec, RolloutConfig, rollout
from playout.rollouts.store import open_run
from playout.training.grpo import EpisodeGRPOTrainer, grpo, last_checkpoint, tensors, token_logprobs
from playout.training.policy import FOLDER, load_policy
from playout.training.rows import NOT_CHOSEN, TokenSequence
from playout.training.settings import AdvantageConfig, GRPOConfig, GRPOSettings, SFTConfig, SFTSettings
from playout.training.sft import sft

QUICK = GRPOSettings(iterations=3, group=4, levels=4, save_every=1, learning_rate=0.003)


@pytest.fixture(scope="module")
def beginner(tmp_path_factory):
    """A decoder that knows how answers look, and has not learnt all."""
    config = SFTConfig(
        env=WORLD, model="new:tiny", episodes=40, noise=0.4,
        settings=SFTSettings(epochs=3, batch_tokens=256, learning_rate=0.01),
    )  # fmt: skip
    return sft(config, out=tmp_path_factory.mktemp("runs") / "sft")


@pytest.fixture
def config(beginner):
    return GRPOConfig(env=WORLD, model=str(beginner.folder), settings=QUICK)


def weights(run):
    from safetensors.torch import load_file

    return load_file(run.folder / FOLDER / "model.safetensors")


def success(run, episodes=60):
    spec = AgentSpec(name=str(run.folder), options={"temperature": 1.0})
    played = rollout(RolloutConfig(env=WORLD, agents={"agent": spec}, episodes=episodes, seed=10**6))
    return np.mean([episode["outcome"]["is_success"] for episode in played.episodes()])


def test_success_rises_and_with_shuffled_rewards_it_does_not(beginner, config, tmp_path):
    settings = replace(QUICK, iterations=15, group=8, levels=12, updates=2, save_every=50)
    learnt = grpo(replace(config, settings=settings), out=tmp_path / "run")
    control = replace(settings, credit=AdvantageConfig(shuffle=True))
    shuffled = grpo(replace(config, settings=control), out=tmp_path / "shuffled")
    start = success(beginner)
    assert success(learnt) > max(start, success(shuffled)) + 0.15
    rows = list(learnt.metrics())
    assert [row["iteration"] for row in rows] == list(range(1, 16))
    assert rows[-1]["success"] > rows[0]["success"]
    assert {"return", "length", "invalid_rate", "entropy", "flat_share", "cpu_seconds"} <= set(rows[0])


def test_a_killed_run_goes_on_to_the_same_weights(config, tmp_path):
    whole = grpo(config, out=tmp_path / "whole")

    def killed(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grpo(config, out=tmp_path / "killed", progress=killed)
    resumed = grpo(config, out=tmp_path / "killed", resume=True)
    for name, value in weights(whole).items():
        assert torch.equal(value, weights(resumed)[name]), name
    same = ("iteration", "success", "return", "entropy", "kl_old", "rows")
    assert [[row[name] for name in same] for row in whole.metrics()] == [
        [row[name] for name in same] for row in resumed.metrics()
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"updates": 2, "batch_tokens": 64},
        {"kl": 0.1, "entropy": 0.01},
        {"adapter": 2, "kl": 0.1},
        {"credit": AdvantageConfig(advantage="gigpo", format_penalty=0.1)},
        {"credit": AdvantageConfig(advantage="rloo")},
    ],
)
def test_every_setting_trains(config, tmp_path, changes):
    run = grpo(replace(config, settings=replace(QUICK, iterations=2, **changes)), out=tmp_path / "run")
    rows = list(run.metrics())
    assert len(rows) == 2
    assert all(np.isfinite(value) for row in rows for value in row.values())
    assert ("kl" in rows[0]) == bool(changes.get("kl"))


@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_the_first_update_of_what_was_just_played_is_on_policy(config, tmp_path, temperature):
    """Log-probabilities as they were written and as they are computed again agree."""
    settings = replace(QUICK, iterations=1, temperature=temperature)
    run = grpo(replace(config, settings=settings), out=tmp_path / "run")
    (row,) = run.metrics()
    assert abs(row["kl_old"]) < 1e-6
    assert row["clipped_share"] == 0


def test_what_was_read_before_a_step_is_not_used_after_it(config, tmp_path):
    config = replace(config, agent={"context": "chat", "history": 5})
    with open_run(tmp_path / "run", {"method": "grpo"}) as run:
        trainer = EpisodeGRPOTrainer(config, run)
        known = trainer._chat_model.known
        trainer.collect()
        held = known.bytes
        with torch.no_grad():
            for weight in trainer.policy.model.parameters():
                weight.mul_(0.5)
        sequences, *_ = trainer.collect()
    assert held > 0
    found = tensors(sequences, np.zeros(10**4), np.zeros(10**4))
    fresh, _ = token_logprobs(trainer.policy.model, found["ids"], 1)
    chosen = found["chosen"][:, 1:] == 1
    assert torch.allclose(fresh[chosen], found["old_logprobs"][:, 1:][chosen], atol=1e-4)


def test_a_temperature_is_that_of_the_softmax(beginner):
    model = load_policy(str(beginner.folder), LanguageConfig()).model
    ids = torch.tensor([[1, 2, 3, 4]])
    found, entropy = token_logprobs(model, ids, 1, 0.5)
    expected = (model(input_ids=ids).logits / 0.5).log_softmax(-1)[:, :-1]
    assert torch.allclose(found, expected.gather(2, ids[:, 1:, None])[:, :, 0], atol=1e-5)
    assert torch.allclose(entropy, -(expected.exp() * expected).sum(-1), atol=1e-4)
    with pytest.raises(WrongUse, match="temperature"):
        GRPOSettings(temperature=0.0)


def test_tensors_are_padded_and_share_the_weight_of_a_step():
    first = TokenSequence(
        np.array([5, 6, 7]),
        np.array([NOT_CHOSEN, 0, 0]),
        np.array([0, -1, -2], np.float32),
        np.zeros(3, bool),
    )
    second = TokenSequence(
        np.array([8, 9]), np.array([NOT_CHOSEN, 1]), np.array([0, -3], np.float32), np.zeros(2, bool)
    )
    found = tensors([first, second], np.array([1.0, -1.0]), np.array([0.5, 0.5]), multiple=4, pad=3)
    assert found["ids"].tolist() == [[5, 6, 7], [8, 9, 3], [3, 3, 3], [3, 3, 3]]
    assert found["mask"].tolist()[:2] == [[1, 1, 1], [1, 1, 0]]
    assert found["chosen"].tolist()[:2] == [[0, 1, 1], [0, 1, 0]]
    assert found["weights"].tolist() == [[0, 0.25, 0.25], [0, 0.5, 0], [0, 0, 0], [0, 0, 0]]
    assert found["advantages"].tolist()[:2] == [[0, 1, 1], [0, -1, 0]]


def test_only_whole_checkpoints_count(tmp_path):
    assert last_checkpoint(tmp_path) is None
    for number in (2, 10, 30):
        (tmp_path / f"checkpoint-{number}").mkdir()
        if number < 30:
            (tmp_path / f"checkpoint-{number}" / "trainer_state.json").write_text("{}")
    assert last_checkpoint(tmp_path).name == "checkpoint-10"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": "new:tiny"}, "model 'new:tiny': expected a run that trained one"),
        ({"model": "/nowhere"}, "model '/nowhere'"),
        ({"agent": {"mode": "score"}}, "score mode writes nothing"),
        ({"agent": {"histroy": 1}}, "unknown option 'histroy'"),
    ],
)
def test_wrong_use_is_said(config, changes, said, tmp_path):
    with pytest.raises(WrongUse, match=said):
        grpo(replace(config, **changes), out=tmp_path / "run")


@pytest.mark.parametrize("wrong", [{"group": 1}, {"iterations": 0}, {"levels": 0}, {"save_every": 0}])
def test_settings_are_checked(wrong):
    with pytest.raises(WrongUse, match=f"expected {next(iter(wrong))} >= "):
        GRPOSettings(**wrong)


def test_a_world_that_breaks_ends_the_run(config, tmp_path, monkeypatch):
    def broken(world, action):
        raise RuntimeError("the fuse blew")

    monkeypatch.setattr(Lamps, "act", broken)
    with pytest.raises(PlayoutError, match=r"of 16 episodes failed: .*the fuse blew"):
        grpo(config, out=tmp_path / "run")
