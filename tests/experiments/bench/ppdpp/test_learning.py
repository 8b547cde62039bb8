"""When the learning bars are met: on made-up results."""

from copy import deepcopy

import pytest

from playout.experiments.bench import SUITES
from playout.experiments.bench.ppdpp import MEASURES, controls, learning, wordings
from playout.experiments.bench.suite import Context, Missing
from playout.experiments.ppdpp.arms import RL, SFT


def estimate(mean, half=0.02):
    return {"mean": mean, "low": mean - half, "high": mean + half}


def compared(mean):
    return {"return": {"difference": estimate(mean)}}


def world(**returns):
    rows = {
        name: {
            "return": estimate(value), "success": estimate(0.9 if name == RL else 0.7),
            "length": estimate(3.0 if name == RL else 5.0), "sl": estimate(0.4), "entropy": 1.0,
            "sl_given_a_deal": estimate(0.4), "information": 0.1,
        }
        for name, value in returns.items()
    }  # fmt: skip
    return {
        "best constant": "always agree", "reference": "hand", "rows": rows, "gap_closed": 0.8,
        "constant_from_random": 0.5,
        "compared": {
            f"{RL} - {SFT}": compared(0.3), f"{RL} - best constant": compared(0.2),
            f"shuffled - {SFT}": compared(-0.1), "rl without sft - random": compared(0.4),
            f"{RL} - noisy 0.3": compared(0.2),
        },
    }  # fmt: skip


RETURNS = {
    "random": -0.2, SFT: -0.1, RL: 0.2, "hand": 0.3, "always agree": 0.0, "noisy 0.1": 0.1, "noisy 0.3": 0.1,
}  # fmt: skip
GOOD = {task: world(**RETURNS) for task in ("negotiation", "tutoring", "support")} | {
    f"{task} in words ({wording} wordings)": {"compared": {f"{RL} - {SFT}": compared(gain)}}
    for task in ("negotiation", "tutoring")
    for wording, gain in (("train", 0.2), ("unseen", 0.18))
}
LEARNT = ("L0", "L1", "L2", "L3", "L4", "L5", "L6", "L7", "L11")


@pytest.fixture
def measured(monkeypatch, tmp_path):
    def measure(key, results):
        for module in (learning, controls, wordings):
            monkeypatch.setattr(module, "worlds", lambda context: results)
        return MEASURES[key](Context(tmp_path))

    return measure


def changed(*path, to):
    results = deepcopy(GOOD)
    inner = results
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = to
    return results


@pytest.mark.parametrize("key", LEARNT)
def test_good_results_meet_the_bars(measured, key):
    bar = measured(key, GOOD)
    assert bar.met is True, bar
    assert bar.note and set(bar.value) == set(bar.bar)


RL_SFT, RL_CONSTANT = f"{RL} - {SFT}", f"{RL} - best constant"


@pytest.mark.parametrize(
    ("key", "results"),
    [
        ("L0", changed("tutoring", "constant_from_random", to=0.71)),
        ("L0", changed("negotiation", "rows", "hand", "return", to=estimate(0.04))),
        ("L1", changed("tutoring", "compared", RL_SFT, "return", "difference", to=estimate(0.09))),
        ("L1", changed("negotiation", "compared", RL_SFT, "return", "difference", to=estimate(0.2, 0.3))),
        ("L2", changed("negotiation", "compared", RL_CONSTANT, "return", "difference", to=estimate(0.01))),
        ("L3", changed("negotiation", "rows", RL, "sl_given_a_deal", to=estimate(0.29))),
        ("L3", changed("tutoring", "rows", RL, "length", to=estimate(4.6))),
        ("L4", changed("tutoring", "rows", RL, "information", to=0.04)),
        ("L5", changed("negotiation", "gap_closed", to=0.5)),
        ("L6", changed("tutoring", "compared", f"shuffled - {SFT}", to=compared(0.02))),
        ("L7", changed("tutoring", "rows", "noisy 0.3", "return", to=estimate(0.15))),
        ("L11", changed("support", "compared", RL_CONSTANT, "return", "difference", to=estimate(0.01))),
    ],
)
def test_a_result_that_is_not_good_enough_is_missed(measured, key, results):
    assert measured(key, results).met is False


def test_gains_on_unseen_wordings(measured, monkeypatch):
    def missing(context):
        raise Missing("CraigslistBargain: not here")

    monkeypatch.setattr(wordings, "recogniser", missing)
    bar = measured("L10", GOOD)
    assert bar.met is None and bar.value["negotiation_gain_kept"] == 0.9 and "not here" in bar.note
    poor = changed("tutoring in words (unseen wordings)", "compared", RL_SFT, to=compared(0.1))
    assert measured("L10", poor).met is False


def test_the_released_codes_advantages_forget_the_price(measured):
    assert measured("L6", GOOD).value["repo_apart"] < 1e-2


def test_the_suite_is_known():
    assert SUITES["ppdpp"] == "playout.experiments.bench.ppdpp"
    assert list(MEASURES) == [f"L{number}" for number in range(12)]
