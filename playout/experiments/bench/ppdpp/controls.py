"""L6 and L7: what must teach nothing, and what must teach less the noisier it is."""

import numpy as np

from playout.experiments.bench.ppdpp.learning import TASKS, worlds
from playout.experiments.bench.suite import Bar, Context
from playout.experiments.ppdpp.arms import BARE, NOISE, RL, SFT, SHUFFLED, noisy
from playout.training.advantages import discounted
from playout.training.ppdpp import advantages

_TURNS = 4  # of the two dialogues whose advantages are compared


def control_arms(context: Context) -> Bar:
    """L6: rewards shuffled across dialogues, the released code's advantages, and no supervised learning."""
    poor, good = _standardised(0.05), _standardised(1.0)
    apart = float(np.abs(poor - good).max())
    value, bar, met, figures = {"repo_apart": apart}, {"repo_apart": "at most 0.01"}, apart <= 0.01, {}
    for task in TASKS:
        told = worlds(context)[task]["compared"]
        shuffled = told[f"{SHUFFLED} - {SFT}"]["return"]["difference"]["high"]
        bare = told[f"{BARE} - random"]["return"]["difference"]["low"]
        value |= {f"{task}_shuffled_high": shuffled, f"{task}_bare_low": bare}
        bar |= {f"{task}_shuffled_high": "at most 0.03", f"{task}_bare_low": "above 0"}
        met &= shuffled <= 0.03 and bare > 0
        figures[task] = told
    return Bar(
        value={name: round(number, 4) for name, number in value.items()},
        bar=bar,
        met=met,
        note="repo: advantages of a deal at SL .05 and at 1.0; shuffled: gain over SFT; bare: RL without SFT"
        " less random",
        figures=figures,
    )


def _standardised(last: float) -> np.ndarray:
    """Advantages as the released code takes them, of a dialogue that ends in a deal at SL ``last``."""
    rewards = np.array([-0.1] * (_TURNS - 1) + [last])
    episode = np.zeros(_TURNS, np.int64)
    return advantages("repo", discounted(rewards, episode, discount=0.999), episode, np.arange(_TURNS))


def confused(context: Context) -> Bar:
    """L7: trained on noisier verdicts, judged by exact ones: it never rises, and falls in the end."""
    value, met, figures = {}, True, {}
    for task in TASKS:
        told = worlds(context)[task]
        curve = [told["rows"][arm]["return"]["mean"] for arm in (RL, *map(noisy, NOISE))]
        figures[task] = lost = told["compared"][f"{RL} - {noisy(NOISE[-1])}"]["return"]
        value |= {task: [round(number, 3) for number in curve]}
        value |= {f"{task}_lost_low": round(lost["difference"]["low"], 3)}
        met &= bool((np.diff(curve) <= 0).all()) and lost["difference"]["low"] > 0
    bar = {name: "above 0" if name.endswith("_low") else "falls" for name in value}
    note = f"return after training with confusion 0, {', '.join(map(str, NOISE))}; lost: 0 less {NOISE[-1]}"
    return Bar(value=value, bar=bar, met=met, note=note, figures=figures)
