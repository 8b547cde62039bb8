"""AssistanceZero: the paper's network, losses that fall, and runs that go on as if nothing had happened."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from playout.agents.building.network import Network, parameters_of, preset  # noqa: E402
from playout.agents.search.planning import SearchSettings  # noqa: E402
from playout.core.errors import WrongUse  # noqa: E402
from playout.training.assistance_settings import AssistanceConfig, AssistanceSettings, settings_of  # noqa: E402
from playout.training.assistance_zero import Training, assistance_zero  # noqa: E402
from playout.training.building_replay import returns_of  # noqa: E402

SMALL = settings_of(
    "tiny", iterations=4, games=8, fragment=6, buffer=96, updates=2, batch=24, save_every=2,
    search=SearchSettings(simulations=3, edges=8, noise=0.25),
)  # fmt: skip


def config(**changes) -> AssistanceConfig:
    return AssistanceConfig(**{"settings": SMALL, "max_steps": 20, **changes})


def test_the_paper_s_network_has_its_parameters() -> None:
    assert parameters_of(Network(preset("paper"))) == 5_222_947


@pytest.mark.parametrize("method", ["assistance-zero", "pretraining", "sft"])
def test_the_losses_fall(method: str) -> None:
    training = Training(config(method=method, settings=replace(SMALL, updates=8)))
    rows = [training.iterate() for _ in range(5)]
    assert rows[-1]["goal_loss"] < 0.5 * rows[0]["goal_loss"]
    assert rows[-1]["human_loss"] < rows[0]["human_loss"]
    if method != "assistance-zero":
        assert rows[-1]["policy_loss"] < rows[0]["policy_loss"]


def test_the_goal_is_in_nothing_that_is_seen() -> None:
    training = Training(config())
    training.iterate()
    game = training.players.games.game  # type: ignore[reportAttributeAccessIssue]
    seen = game.observation_of(game.state, 1, goal_visible=False)
    assert not seen["world"][:, 1:4].any()
    assert training.replay.steps.world.shape[2] == 3, "blocks, players, who touched last"


def test_returns_stop_at_the_end_of_an_episode() -> None:
    reward = np.array([[1.0, 2.0, 4.0]])
    ended = np.array([[False, True, False]])
    assert returns_of(reward, ended, np.array([8.0]), 0.5).tolist() == [[2.0, 2.0, 8.0]]


def test_a_killed_run_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    def curves(folder: Path) -> list[dict]:
        rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        return [{name: value for name, value in row.items() if name != "cpu_seconds"} for row in rows]

    assistance_zero(config(), out=tmp_path / "whole")

    class Killed(Exception):
        pass

    def kill(done: int, total: int) -> None:
        if done == 3:
            raise Killed

    with pytest.raises(Killed):
        assistance_zero(config(), out=tmp_path / "killed", progress=kill)
    assistance_zero(config(), out=tmp_path / "killed", resume=True)
    assert curves(tmp_path / "killed") == curves(tmp_path / "whole")
    one, two = (torch.load(tmp_path / name / "policy.pt", weights_only=True) for name in ("whole", "killed"))
    assert all((two["network"][name] == weight).all() for name, weight in one["network"].items())


def test_recurrent_networks_learn_and_go_on_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from playout.training import assistance_zero as module

    small = replace(preset("paper"), size=(5, 5, 5), width=8, kernel=3, layers=4, recurrent=(1, 3))
    monkeypatch.setattr(module, "preset", lambda name: small)
    training = Training(config(settings=replace(SMALL, stay=30.0, stay_after=10)))
    rows = [training.iterate() for _ in range(3)]
    assert rows[-1]["goal_loss"] < rows[0]["goal_loss"]
    assert rows[-1]["stay_loss"] > 0


def test_settings_that_cannot_be_right_are_told() -> None:
    with pytest.raises(WrongUse, match="buffer"):
        AssistanceSettings(buffer=10)
    with pytest.raises(WrongUse, match="tiny, small or paper"):
        settings_of("huge")


@pytest.mark.slow
def test_workers_of_ray_play_the_same_games(tmp_path: Path) -> None:
    pytest.importorskip("ray")

    def goal_losses(folder: Path) -> list[float]:
        rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        return [row["goal_loss"] for row in rows]

    class Killed(Exception):
        pass

    def kill(done: int, total: int) -> None:
        if done == 2:
            raise Killed

    assistance_zero(config(), out=tmp_path / "here")
    with pytest.raises(Killed):
        assistance_zero(config(), out=tmp_path / "workers", workers=3, progress=kill)
    assistance_zero(config(), out=tmp_path / "workers", workers=2, resume=True)
    here, workers = goal_losses(tmp_path / "here"), goal_losses(tmp_path / "workers")
    assert len(workers) == len(here)
    assert np.allclose(here, workers, rtol=0.05), "the same games, by other batches"


def test_too_few_workers_are_told() -> None:
    with pytest.raises(WrongUse, match="workers"):
        Training(config(), workers=-1)
