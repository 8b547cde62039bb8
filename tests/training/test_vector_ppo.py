import json

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from small_worlds import CHAIN, COPYCAT

from playout.agents import load_agent
from playout.core import Turn, WrongUse
from playout.rollouts.runs import AgentSpec, RolloutConfig, rollout
from playout.training.actor_policy import load
from playout.training.settings import PPOConfig, PPOUpdate, VectorPPOSettings
from playout.training.vector_ppo import ppo

SMALL = {"copies": 4, "steps": 8, "width": 8, "save_every": 2, "iterations": 5}
SOKOBAN = {"env": "playout/Sokoban-6x6-1box-v0", "env_kwargs": {"max_steps": 15}}


def curve(run):
    return [{k: v for k, v in row.items() if not k.endswith("seconds")} for row in run.metrics()]


@pytest.mark.parametrize(
    "world", [SOKOBAN, {"env": CHAIN}, {"env": COPYCAT}], ids=["snapshots", "restarts", "parts"]
)
@pytest.mark.parametrize("killed_at", [1, 3])
def test_a_run_that_was_killed_ends_as_one_that_was_not(tmp_path, world, killed_at):
    config = PPOConfig(**world, seed=3, settings=VectorPPOSettings(**SMALL))
    whole = ppo(config, out=tmp_path / "whole")

    def kill(done, total):
        if done == killed_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ppo(config, out=tmp_path / "killed", progress=kill)
    with pytest.raises(WrongUse, match="continue it with --resume"):
        ppo(config, out=tmp_path / "killed")
    resumed = ppo(config, out=tmp_path / "killed", resume=True)
    assert curve(resumed) == curve(whole)
    assert [row["iteration"] for row in curve(whole)] == [1, 2, 3, 4, 5]
    pairs = zip(load(whole.folder).parameters(), load(resumed.folder).parameters(), strict=True)
    assert all(torch.equal(one, two) for one, two in pairs)


def test_parts_of_actions_are_learnt_and_the_agent_plays_what_was_learnt(tmp_path):
    settings = VectorPPOSettings(
        copies=32, steps=16, width=32, iterations=25, learning_rate=0.01, update=PPOUpdate(entropy=0.0)
    )
    run = ppo(PPOConfig(env=COPYCAT, settings=settings), out=tmp_path / "run")
    first, *_, last = run.metrics()
    assert first["return"] < 1.2
    assert last["return"] > 1.9
    for options, least in (({"greedy": True}, 2.0), ({}, 1.85)):
        spec = AgentSpec(name=str(run.folder), options=options)
        played = rollout(RolloutConfig(env=COPYCAT, agents={"agent": spec}, episodes=40))
        assert np.mean([episode["outcome"]["return"] for episode in played.episodes()]) >= least


def test_the_agent_does_not_depend_on_who_plays_beside_it(tmp_path):
    run = ppo(PPOConfig(**SOKOBAN, settings=VectorPPOSettings(**SMALL)), out=tmp_path / "run")
    agent = load_agent(str(run.folder), options={"seed": 5})
    mask = np.array([0, 1, 1, 0], np.int8)
    turns = [
        Turn(
            observation=np.full((6, 6), k % 7, np.uint8),
            instructions="",
            legal_actions=None,
            reward=0.0,
            info={"action_mask": mask} if k else {},
            episode=k,
            t=0,
        )
        for k in range(30)
    ]
    together = [decision.action for decision in agent.act(turns)]
    assert together == [agent.act([turn])[0].action for turn in turns]
    assert set(together[1:]) == {1, 2}
    assert all(type(action) is int for action in together)


def test_what_cannot_be_learnt_is_refused_by_name(tmp_path):
    for env, said in (
        ("playout/SokobanText-v0", "expected Discrete or MultiDiscrete"),
        ("playout/Sokoban-v1", "did you mean"),
        ("Pendulum-v1", "Pendulum-v1: actions: expected Discrete"),
    ):
        with pytest.raises(WrongUse, match=said):
            ppo(PPOConfig(env=env), out=tmp_path / "run")
    with pytest.raises(WrongUse, match=r"given .'colour': 'red'"):
        ppo(PPOConfig(env=SOKOBAN["env"], env_kwargs={"colour": "red"}), out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
    with pytest.raises(WrongUse, match="epochs cannot be 0"):
        PPOUpdate(epochs=0)
    with pytest.raises(WrongUse, match="copies >= 1, got 0"):
        VectorPPOSettings(copies=0)


def test_a_run_without_a_policy_yet_is_no_agent(tmp_path):
    run = ppo(PPOConfig(env=CHAIN, settings=VectorPPOSettings(**SMALL)), out=tmp_path / "run")
    assert json.loads((run.folder / "manifest.json").read_text())["policy"] == "actor-critic"
    (run.folder / "policy" / "network.json").unlink()
    with pytest.raises(WrongUse, match=r"no policy yet; expected policy/network\.json"):
        load_agent(str(run.folder))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_on_a_gpu_with_the_world_there_too(tmp_path):
    for kwargs in ({}, {"device": "cuda"}):
        settings = VectorPPOSettings(**SMALL, device="cuda")
        config = PPOConfig(env=SOKOBAN["env"], env_kwargs=kwargs, settings=settings)
        run = ppo(config, out=tmp_path / f"run{len(kwargs)}")
        assert len(curve(run)) == 5
        assert load_agent(str(run.folder))
