"""Behaviour cloning of builders: from recordings to an agent in the human's seat, alone or with search."""

from dataclasses import replace
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest

torch = pytest.importorskip("torch")

import playout  # noqa: E402, F401
from playout.agents.building.agent import load_agent  # noqa: E402
from playout.core import Turn, WrongUse  # noqa: E402
from playout.simulators.building.game import Game, GameConfig  # noqa: E402
from playout.simulators.building.recordings import read_recordings  # noqa: E402
from playout.training.assistance_settings import AssistanceSettings, CloningConfig  # noqa: E402
from playout.training.building_cloning import cloning, steps_of_people  # noqa: E402

QUICK = AssistanceSettings(
    iterations=30, games=32, fragment=1, buffer=32, updates=1, batch=32, goal=0.0, value=0.0, stay=0.0
)


def record(file: Path, seed: int, players: int = 1) -> None:
    """An episode of scripted builders as people's are kept."""
    game = Game(GameConfig(size="tiny", players=players))
    game.state.key[0] = seed
    game.start()
    kept: dict[str, list[np.ndarray]] = {"state_blocks": [], "state_last": [], "state_pos": []}
    actions = []
    for _ in range(30):
        scene, size = game.state.scene, tuple(game.size)
        kept["state_blocks"].append(scene.blocks[0].reshape(size).copy())
        kept["state_last"].append(scene.last[0].reshape(size).copy())
        kept["state_pos"].append(scene.players[0].copy())
        joint = np.stack([game.person(seat)[0] for seat in range(players)], 1)
        actions.append(game.numbering.flat(joint)[0])
        game.step(joint)
    roles = ("human", "assistant")[:players]
    arrays = {name: np.array(values) for name, values in kept.items()}
    np.savez(
        file, kind="alone", roles=np.array(roles), goal=game.state.goal[0].reshape(tuple(game.size)),
        joint_actions=np.array(actions), allow_pickle=False, **arrays,
    )  # fmt: skip


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    for number in range(4):
        record(folder / f"episode_{number}.npz", number, players=1 + number % 2)
    return folder


def test_steps_hold_what_people_saw_and_could_do(recordings: Path) -> None:
    alone, helped = read_recordings(recordings)[:2]
    (one,), (two,) = steps_of_people(alone), steps_of_people(helped)
    assert one.world.shape == (30, 1, 3, 125) and one.policy[:, 0, 0].mean() > 0.9
    assert (one.edges[:, 0, 0] == alone.actions[:, 0]).all() and not one.human.any()
    assert (two.human[:, 0] == helped.actions[:, 1]).all() and two.human.any()


def test_a_builder_learns_and_plays_by_itself_and_with_search(recordings: Path, tmp_path: Path) -> None:
    run = cloning(CloningConfig(recordings=str(recordings), held_out=1, settings=QUICK), out=tmp_path / "run")
    *rows, last = run.metrics()
    assert rows[-1]["policy_loss"] < rows[0]["policy_loss"] - 0.5
    assert 0 <= last["held_out_accuracy"] <= 1 and last["commonest_accuracy"] > 0
    for env_id, simulations in (("BuildingSolo", 0), ("BuildingSolo", 4)):
        agent = load_agent(tmp_path / "run", {"simulations": simulations, "temperature": 1.0})
        env = gym.make(f"playout/{env_id}-v0", size="tiny", split="valid", max_steps=8)
        observation, info = env.reset(seed=3)
        for t in range(8):
            turn = Turn(
                observation=observation, instructions="", legal_actions=None, reward=0.0, info=info,
                episode=0, t=t,
            )  # fmt: skip
            (decision,) = agent.act([turn])
            assert info["action_mask"][decision.action]
            observation, *_, info = env.step(decision.action)


def test_a_killed_run_goes_on_as_if_nothing_had_happened(recordings: Path, tmp_path: Path) -> None:
    short = replace(QUICK, iterations=6, games=8, buffer=8, batch=8, save_every=2)
    config = CloningConfig(recordings=str(recordings), held_out=1, settings=short)

    class Killed(Exception):
        pass

    def kill(done: int, total: int) -> None:
        if done == 3:
            raise Killed

    def losses(name: str) -> list[float]:
        run = cloning(config, out=tmp_path / name, resume=True)
        return [row.get("policy_loss", row.get("held_out_loss")) for row in run.metrics()]

    with pytest.raises(Killed):
        cloning(config, out=tmp_path / "killed", progress=kill)
    assert losses("killed") == losses("whole") == losses("killed")


def test_what_cannot_be_learnt_from_is_told(recordings: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="episode_"):
        cloning(CloningConfig(recordings=str(tmp_path)), out=tmp_path / "run")
    with pytest.raises(WrongUse, match="1 to 3 of 4 episodes"):
        cloning(CloningConfig(recordings=str(recordings), held_out=4), out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
