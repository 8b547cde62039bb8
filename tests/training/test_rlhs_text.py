"""Advice in words: what is read and heard, a decoder that writes, and every way it learns; tiny sizes."""

from dataclasses import replace
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest

pytest.importorskip("trl")

from playout.core import Completion
from playout.simulators.consultancy.claims import PRICE_SILENT
from playout.training import rlhs_text, rlhs_words
from playout.training.claim_agent import load_agent as load_claims
from playout.training.policy import agent_config, load_agent
from playout.training.preferences import read_preferences
from playout.training.rlhs import REWARD_MODEL, rlhs
from playout.training.rlhs_market import Advice, Market
from playout.training.rlhs_settings import MarketConfig, RLHSConfig, RLHSSettings, completed

MARKET = MarketConfig(domains=("shop",))
QUICK = RLHSSettings(iterations=2, batch=12, pairs=30, dpo_epochs=1, save_every=1)


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The run of a decoder that has hardly learnt to write."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rlhs_text, "WRITTEN", 120)
        patch.setattr(rlhs_text, "_SFT", replace(rlhs_text._SFT, epochs=1.0))
        config = completed(RLHSConfig(feedback="partial", policy="text", market=MARKET))
        return str(rlhs_text.write_base(config, out=tmp_path_factory.mktemp("runs") / "writer").folder)


@pytest.fixture(autouse=True)
def few_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rlhs_text, "_VALIDATED", 1)


def test_what_is_worded_is_heard_and_what_is_read_is_what_the_world_says() -> None:
    market = Market(MarketConfig(), "partial", "train", seed=5)
    customers, catalogue = market.customers(0, 60), market.terms.catalogue
    claims = np.random.default_rng(0).integers(0, 4, (60, 3)).astype(np.int8)
    said = Advice(claims, np.full(60, PRICE_SILENT, np.int8))
    answers = rlhs_words.worded(catalogue, customers, claims)
    heard = rlhs_words.heard(catalogue, customers, [Completion(text=answer) for answer in answers])
    assert (heard.claims == said.claims).all() and (heard.prices == said.prices).all()
    for one, other in zip(market.judge(customers, heard), market.judge(customers, said), strict=True):
        assert (one == other).all()
    env = gym.make("playout/Consultancy-v0", facts="required", questions=0, split="train")
    observation, _ = env.reset(seed=5)
    (chat,) = rlhs_words.chats_of(catalogue, market.customers(0, 1), agent_config("new:tiny", {}))
    assert chat[-1].content == observation


def test_an_answer_that_cannot_be_read_says_nothing() -> None:
    market = Market(MarketConfig(), "partial", "train", seed=5)
    customers = market.customers(0, 2)
    found = rlhs_words.heard(
        market.terms.catalogue, customers, [Completion(text=""), Completion(text="<action>")]
    )
    assert (found.claims == 3).all() and (found.prices == 1).all()


@pytest.mark.parametrize("reward", ["rating", "reward-model"])
@pytest.mark.parametrize("algorithm", ["ppo", "reinforce", "dpo"])
def test_every_way_to_learn_leaves_a_policy_that_plays(
    tmp_path: Path, writer: str, algorithm: str, reward: str
) -> None:
    config = RLHSConfig(
        feedback="immediate", algorithm=algorithm, reward=reward,  # type: ignore[arg-type]
        policy=writer, market=MARKET, settings=QUICK,
    )  # fmt: skip
    run = rlhs(config, out=tmp_path / "run")
    rows = list(run.metrics())
    assert rows and all("immediate" in row and "partial" in row for row in rows)
    assert (run.folder / REWARD_MODEL).is_file() == (reward == "reward-model")
    if algorithm == "dpo":
        records = read_preferences(run.folder / rlhs_text.PREFERENCES)
        assert len(records) == QUICK.pairs and records[0].source == f"{reward}:immediate"
    load_agent(run.folder, {})
    market = Market(MARKET, "partial", "validation", seed=0)
    policy, customers = rlhs_text.load_writer(run.folder), market.customers(0, 4)
    said = [rlhs_text.advice_of(policy, market, customers, seed=1) for _ in range(2)]
    assert (said[0].claims == said[1].claims).all()


def test_a_reward_model_begins_with_nothing_and_scores_the_answer_whatever_stands_beside(writer: str) -> None:
    from playout.training.rlhs_reward_model import LikelihoodGain, RewardModel

    market, policy = Market(MARKET, "partial", "train", seed=0), rlhs_text.load_writer(writer)
    answers = rlhs_text.Asking(policy, market).answers(market.customers(0, 6), 1)
    gain = LikelihoodGain(policy.model)
    found = RewardModel(gain, beta=5.0)
    assert np.allclose(found.score(answers), 0.0, atol=1e-6)
    gain.model.lm_head.weight.data.mul_(1.5)
    together, alone = found.score(answers), [found.score([answer])[0] for answer in answers]
    assert np.allclose(together, alone, atol=1e-5) and together.std() > 0.01
    failed = Completion(text="", finish="error")
    assert found.score([failed, answers[0]]).tolist() == pytest.approx([0.0, alone[0]], abs=1e-5)


def test_a_killed_run_goes_on_as_if_it_had_not_been(tmp_path: Path, writer: str) -> None:
    config = RLHSConfig(feedback="partial", policy=writer, market=MARKET, settings=QUICK)
    whole = rlhs(config, out=tmp_path / "whole")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rlhs(config, out=tmp_path / "cut", progress=stop)
    cut = rlhs(config, out=tmp_path / "cut", resume=True)
    curves = [[{k: v for k, v in row.items() if "seconds" not in k} for row in run.metrics()]
              for run in (whole, cut)]  # fmt: skip
    assert curves[0] == curves[1]


def test_the_agent_of_a_claim_table_says_what_the_table_says(tmp_path: Path) -> None:
    from playout.core import Turn

    run = rlhs(RLHSConfig(feedback="partial", settings=replace(QUICK, batch=64)), out=tmp_path / "run")
    agent, env = load_claims(run.folder, {}), gym.make("playout/ConsultancyClaims-v0")
    for seed in range(20):
        observation, info = env.reset(seed=seed)
        turn = Turn(
            observation=observation,
            instructions="",
            legal_actions=None,
            reward=0.0,
            info=info,
            episode=seed,
            t=0,
        )
        (decision,) = agent.act([turn])
        assert env.action_space.contains(np.asarray(decision.action, np.int64))
        assert decision.action[3] == 0 or not observation[6]
