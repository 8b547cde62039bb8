"""Dyna-GRPO on a world of three steps: phases, terms, exact log-probabilities, kill and resume."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("trl")

import torch
from lamps import WORLD

from playout.core import PlayoutError
from playout.rollouts.store import open_run
from playout.training import dyna_grpo as module
from playout.training import grpo
from playout.training.dyna_grpo import DynaGRPOTrainer, dyna_grpo, refine_advantages
from playout.training.dyna_settings import DynaGRPOConfig, DynaGRPOSettings
from playout.training.resim import resim
from playout.training.resim_settings import ResimConfig, ResimData
from playout.training.rows import NOT_CHOSEN
from playout.training.settings import AdvantageConfig, SFTSettings


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """A decoder that simulates a little, and knows what it is shown when it is asked again."""
    settings = SFTSettings(epochs=12, batch_tokens=512, learning_rate=0.01)
    config = ResimConfig(
        env=WORLD, model="new:tiny", data=ResimData(states=60, noise=(0.3,), refine=0.5), settings=settings
    )
    return resim(config, out=tmp_path_factory.mktemp("resim") / "run").folder


def config(start, **settings):
    given = {"iterations": 4, "group": 4, "levels": 3, "save_every": 2, **settings}
    return DynaGRPOConfig(env=WORLD, model=str(start), seed=3, settings=DynaGRPOSettings(**given))


@pytest.fixture
def trainer(start, tmp_path):
    made = []

    def make(**settings):
        run = open_run(tmp_path / f"run{len(made)}", {}, resume=False).__enter__()
        made.append(run)
        return DynaGRPOTrainer(config(start, **settings), run)

    yield make


def rows_of(run):
    rows = [dict(row) for row in run.metrics()]
    return [{k: v for k, v in row.items() if "seconds" not in k and k != "step_time"} for row in rows]


def test_the_phases_alternate_and_are_counted(start, tmp_path):
    run = dyna_grpo(config(start), out=tmp_path / "run")
    rows = list(run.metrics())
    assert [row["simulation_phase"] for row in rows] == [1, 0, 1, 0]
    assert all(row["simulated_steps"] > 0 for row in rows[::2])
    assert all(row["simulated_steps"] == 0 for row in rows[1::2])
    assert all(row["env_steps"] == row["prompted"] for row in rows)  # no finished episode is prompted
    assert {"standard_success", "simrollout_success", "strip_gap", "refine_share", "drafts"} <= rows[0].keys()


def test_a_killed_run_goes_on(start, tmp_path):
    class Killed(Exception):
        pass

    def stop(done, total):
        if done == 3:
            raise Killed

    whole = dyna_grpo(config(start), out=tmp_path / "whole")
    with pytest.raises(Killed):
        dyna_grpo(config(start), out=tmp_path / "run", progress=stop)
    again = dyna_grpo(config(start), out=tmp_path / "run", resume=True)
    assert rows_of(again) == rows_of(whole)


def test_stripped_rows_have_the_log_probabilities_of_their_own_prompts(trainer):
    found = trainer()
    standard, simulated = found._played(module.Stats())
    rows = module._Rows.of(standard, simulated, found.settings)
    stripped = found._recompute(rows.stripped)
    assert len(stripped) == len(rows.refined) > 0
    for row in stripped[:5]:
        ids = torch.tensor([[*row.prompt, *row.answer]])
        wanted, _ = grpo.token_logprobs(found.policy.model, ids, len(row.prompt))
        assert np.allclose(row.logprobs, wanted[0].detach().numpy(), atol=1e-4)


def test_each_term_has_a_switch(trainer):
    terms = ("standard", "stripped", "refined")

    def learnt(*on):
        sequences, values, weights = trainer(levels=8, **{name: name in on for name in terms}).collect()
        used = {int(step) for part in sequences for step in part.step if step != NOT_CHOSEN}
        return used, np.flatnonzero(weights * values)

    used, weighted = learnt(*terms)
    parts = [learnt(term) for term in terms]
    assert set.union(*(part for part, _ in parts)) == used
    assert sum(len(part) for part, _ in parts) == len(used)
    assert sorted(np.concatenate([place for _, place in parts])) == weighted.tolist()
    assert all(set(place.tolist()) == part for part, place in parts)
    assert learnt()[0] == set()


@pytest.mark.parametrize("credit", [AdvantageConfig(advantage="rloo"), AdvantageConfig(advantage="gigpo"),
    AdvantageConfig(shuffle=True)], ids=["rloo", "gigpo", "shuffle"])  # fmt: skip
def test_other_advantages(start, tmp_path, credit):
    run = dyna_grpo(config(start, iterations=2, credit=credit, kl=0.01), out=tmp_path / "run")
    assert len(list(run.metrics())) == 2


def test_invalid_actions_cost_in_simulation_phases_too(trainer):
    paid = []
    for penalty in (0.0, 5.0):
        made = trainer(levels=8, credit=AdvantageConfig(invalid_penalty=penalty))
        standard, simulated = made._played(module.Stats())
        rows = module._Rows.of(standard, simulated, made.settings)
        invalid = sum("invalid" in step.info for one in (*standard, *simulated) for step in one.steps)
        paid.append(rows.steps.reward.sum() + penalty * invalid)
    assert invalid > 0
    assert paid[0] == pytest.approx(paid[1])


def test_dealt_returns_are_imitated_as_they_were_dealt(trainer, monkeypatch):
    """The control must not know which SimRollouts have truly succeeded."""
    asked = []

    def watched(returns, success, group, is_sim):
        asked.append((returns, success))
        return refine_advantages(returns, success, group, is_sim)

    monkeypatch.setattr(module, "refine_advantages", watched)
    trainer(levels=8, credit=AdvantageConfig(shuffle=True)).collect()
    ((returns, success),) = asked
    assert (success == (returns > 0)).all()


def test_without_a_simulation_phase_it_is_grpo(start, tmp_path):
    mine = dyna_grpo(config(start, iterations=2, simulation=0), out=tmp_path / "dyna")
    plain = config(start).settings
    names = grpo.GRPOConfig.__dataclass_fields__["settings"].default.__dataclass_fields__
    settings = type(grpo.GRPOConfig.__dataclass_fields__["settings"].default)(
        **{name: getattr(replace(plain, iterations=2), name) for name in names}
    )
    other = grpo.grpo(
        grpo.GRPOConfig(env=WORLD, model=str(start), seed=3, settings=settings), out=tmp_path / "grpo"
    )
    drop = {"simulation_phase", "simulated_steps"}
    assert [{k: v for k, v in row.items() if k not in drop} for row in rows_of(mine)] == rows_of(other)


def test_worlds_that_fail_end_the_run(start, tmp_path):
    broken = replace(config(start), env_kwargs={"broken": 0}, seed=0)
    settings = replace(broken.settings, levels=1, iterations=12)
    with pytest.raises(PlayoutError, match="failed"):
        dyna_grpo(replace(broken, settings=settings), out=tmp_path / "run")
