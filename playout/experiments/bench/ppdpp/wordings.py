"""L10: a planner that reads words, on words it has not learnt with, and the recogniser on real ones."""

from playout.experiments.bench.ppdpp.learning import TASKS, worlds
from playout.experiments.bench.ppdpp.words import recogniser
from playout.experiments.bench.suite import Bar, Context, Missing
from playout.experiments.ppdpp.arms import RL, SFT

KEPT = 0.8


def words(context: Context) -> Bar:
    """L10: the share of RL's gain over SFT that is kept on unseen wordings; prices read in real text."""
    value, figures = {}, {}
    for task in TASKS:
        gains = {}
        for wording in ("train", "unseen"):
            told = worlds(context)[f"{task} in words ({wording} wordings)"]["compared"]
            gains[wording] = told[f"{RL} - {SFT}"]["return"]["difference"]
        value[f"{task}_gain_kept"] = round(gains["unseen"]["mean"] / gains["train"]["mean"], 3)
        figures[task] = gains
    kept = all(share >= KEPT for share in value.values()) and all(
        gains["train"]["low"] > 0 for gains in figures.values()
    )
    bar = dict.fromkeys(value, KEPT)
    note = "hashed n-grams, people and cases unseen in both"
    try:
        real = recogniser(context)
    except Missing as missing:
        return Bar(
            value=value, bar=bar, met=None if kept else False, note=f"{note}; {missing}", figures=figures
        )
    return Bar(
        value=value | real.value,
        bar=bar | real.bar,
        met=kept and real.met,
        note=f"{note}; {real.note}",
        figures=figures | {"recogniser": real.figures},
    )
