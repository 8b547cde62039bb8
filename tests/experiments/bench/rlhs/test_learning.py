"""When R2 to R8 are met, and what the summary has to hold: on made-up results."""

import pytest

from playout.experiments.bench.rlhs import learning
from playout.experiments.bench.suite import Context, Missing

DOMAINS = ("shop", "stay", "study")
SWEPT = {"horizon": (0, 1, 2, 3, 4, 5, 6), "world_model": (0, 0.2, 0.4, 0.5, 0.6, 0.8, 1)}
FIRST_GOOD = {"horizon": 3, "world_model": 0.6}


def arm(role, feedback, good):
    """Better than the base where it is ``good``, worse elsewhere."""
    metrics = {"utility": {"mean": 0.4 if good else -0.4}, "false_claims": {"mean": 0.0 if good else 0.8}}
    return {"role": role, "feedback": feedback, "metrics": metrics}


def transferred(feedback, domain):
    mean = -0.6 if feedback == "immediate" else 0.3
    gain = {"difference": {"mean": mean, "low": mean - 0.1, "high": mean + 0.1}}
    told = {"against_base": {"utility": gain}}
    tested = {place: told for place in DOMAINS if place != domain}
    return {"role": "transfer", "feedback": feedback, "domains": [domain], "domains_tested": tested}


def summary():
    base = {"role": "base", "metrics": {"utility": {"mean": 0.15}, "false_claims": {"mean": 0.07}}}
    arms = {"base.noisy-honest": base}
    for role, values in SWEPT.items():
        for at in values:
            name = f"{role}.noisy-honest.reinforce.rating.{role}-{at:g}"
            arms[name] = arm(role, f"{role}:{at:g}", at >= FIRST_GOOD[role])
    for domain in DOMAINS:
        for feedback in ("immediate", "partial"):
            name = f"transfer.noisy-honest.reinforce.rating.{feedback}.{domain}"
            arms[name] = transferred(feedback, domain)
    return {"arms": arms, "file": "rlhs_table.json", "command": "playout experiment rlhs"}


@pytest.fixture
def measured(monkeypatch, tmp_path):
    def measure(measure, without=None):
        found = summary()
        found["arms"] = {k: v for k, v in found["arms"].items() if without is None or without not in k}
        monkeypatch.setattr(learning, "_read", lambda policy: found)
        return measure(Context(tmp_path))

    return measure


@pytest.mark.parametrize(("oracle", "met"), [(0.435, True), (0.42, False)])
def test_what_the_oracle_may_fall_short_is_printed(monkeypatch, tmp_path, oracle, met):
    rows = {
        "base": (0.46, 0.15, 0.07), "immediate": (0.79, -0.5, 0.8), "partial": (0.37, 0.44, 0.0),
        "oracle": (0.37, oracle, 0.0),
    }  # fmt: skip
    names = ("immediate", "utility", "false_claims")
    arms = {
        name: {
            "role": "main", "seeds": 5,
            "metrics": {key: {"mean": mean} for key, mean in zip(names, row, strict=True)},
        }
        for name, row in rows.items()
    }  # fmt: skip
    found = {"arms": {}, "file": "rlhs_table.json", "command": "playout experiment rlhs"}
    found["arms"]["base.noisy-honest"] = arms["base"]
    for algorithm in ("ppo", "dpo"):
        for kind in ("immediate", "partial", "oracle"):
            found["arms"][f"main.noisy-honest.{algorithm}.rating.{kind}"] = arms[kind]
    monkeypatch.setattr(learning, "_read", lambda policy: found)
    bar = learning.table(Context(tmp_path))
    assert bar.met is met and bar.bar["oracle_utility"] == "at least partial - 0.01"


def test_the_kinks_are_where_the_closed_form_says(measured):
    bar = measured(learning.kinks)
    assert bar.met is True
    assert bar.value == {"first_honest_horizon": 3, "useful_models_above": 0.5, "useful_models_from": 0.6}
    assert [at for at, *_ in bar.figures["sweeps"]["world_model"]] == list(SWEPT["world_model"])


@pytest.mark.parametrize("without", ["horizon.", "world_model.", "horizon-3", "world_model-0.5"])
def test_a_sweep_that_lacks_arms_is_missing(measured, without):
    with pytest.raises(Missing, match="run the experiment anew"):
        measured(learning.kinks, without)


def test_signs_hold_in_other_domains(measured):
    bar = measured(learning.transfer)
    assert bar.met is True and len(bar.value) == 12
    assert (bar.value["immediate_shop_to_stay"], bar.value["partial_study_to_shop"]) == (-0.6, 0.3)


@pytest.mark.parametrize(
    "without", ["rating.partial", "rating.immediate", "partial.stay", "study", "transfer"]
)
def test_transfer_that_lacks_arms_is_missing(measured, without):
    with pytest.raises(Missing, match="has no arm"):
        measured(learning.transfer, without)
