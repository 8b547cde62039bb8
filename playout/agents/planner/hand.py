"""Hand-written planners, one per task: for somebody who knows the rules and sees what a planner sees.

They read acts and features by name, never hidden state. They are baselines, and teachers when made noisy.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from playout.agents.planner.encoders import Seen
from playout.agents.planner.policies import ByHand
from playout.core import WrongUse
from playout.simulators.dialogue.task import ActTask

Mask = NDArray[np.bool_]


class View:
    """What is seen of N dialogues, by name."""

    def __init__(self, task: ActTask, seen: Seen) -> None:
        self._task, self._seen = task, seen

    def feature(self, name: str) -> NDArray[np.float32]:
        """float32[N]."""
        return self._seen.features[:, self._task.features.index(name)]

    def said(self, reply: str) -> Mask:
        """bool[N]: the person's last turn was this."""
        return self._seen.acts[:, -1] == 1 + len(self._task.acts) + self._task.replies.index(reply)

    def did(self, act: str) -> Mask:
        """bool[N]: the system's last turn was this."""
        return self._seen.acts[:, -2] == 1 + self._task.acts.index(act)

    def heard(self, *replies: str) -> NDArray[np.int64]:
        """int64[N]: how often the person said one of these in the turns that are shown."""
        codes = [1 + len(self._task.acts) + self._task.replies.index(reply) for reply in replies]
        return np.isin(self._seen.acts, codes).sum(1)


def first(n: int, default: str, *rules: tuple[Mask, str]) -> list[str]:
    """For each of ``n`` rows the act of the first rule that holds, else ``default``."""
    found = [default] * n
    for mask, act in reversed(rules):
        for row in np.flatnonzero(mask):
            found[row] = act
    return found


def negotiation(view: View) -> list[str]:
    """Offer and come closer; take what is good enough for the hour, and sooner from somebody firm."""
    turn, asks = view.feature("turn"), view.feature("asks")
    near = (view.feature("offered") > 0) & (view.feature("gap") <= 0.1)
    warm = view.feature("warm") > 0
    firm = (view.feature("firm") > 0) & ~warm
    return first(
        len(turn),
        "counter",
        (turn == 0, "counter"),
        (near | (asks >= 0.5 - 0.8 * turn), "agree"),
        (warm & (turn < 0.375) & ~view.did("inform"), "inform"),
        (firm & (turn >= 0.375), "agree"),
    )


def tutoring(view: View) -> list[str]:
    """Calm doubt, give what is asked for, then try by turns what the student has not shown to be useless."""
    parts = ("preposition", "noun", "colour", "order")
    shown = np.stack([view.feature(part) for part in parts], 1)
    hints = np.stack([view.feature(f"hints {part}") for part in parts], 1)
    rows = np.arange(len(shown))
    # The part that a hint would be about.
    hinted = hints[rows, np.where(shown != 1, hints, np.inf).argmin(1)] > 0
    tried = (
        view.said("all wrong") | view.said("partly right") | view.said("wrong order") | view.said("unsure")
    )
    return first(
        len(shown),
        "Question",
        (view.said("unsure"), "Confirmation"),
        (view.said("asks for a word"), "Hint"),
        (view.said("stays silent") & ~view.did("Others"), "Others"),
        (view.said("stays silent"), "Hint"),
        (view.said("takes note"), "Question"),
        (view.said("chats"), "Question"),
        (view.said("wrong order"), "Correction"),
        (tried & hinted & ~view.did("Correction"), "Correction"),
        (tried & ~hinted, "Hint"),
    )


def support(view: View) -> list[str]:
    """Explore, comfort, act: in each stage the act of that stage that has failed least for what it did."""
    explore = ("Question", "Restatement or Paraphrasing", "Others")
    comfort = ("Reflection of feelings", "Affirmation and Reassurance", "Self-disclosure")
    advice = ("Providing Suggestions", "Information")
    told = (view.heard("vents", "feels understood", "brushes off", "asks for advice") > 0) | (
        view.heard("tells more") > 1
    )
    safe = (view.heard("asks for advice") > 0) | (view.heard("feels understood") > 1)
    pick = {
        stage: np.array([_likeliest(view, stage, row) for row in range(len(told))])
        for stage in (explore, comfort, advice)
    }
    return np.where(safe, pick[advice], np.where(told, pick[comfort], pick[explore])).tolist()


def _likeliest(view: View, acts: tuple[str, ...], row: int) -> str:
    """Whose successes so far, one in two given for a start, are the largest share."""

    def share(act: str) -> float:
        worked, failed = view.feature(f"worked {act}")[row], view.feature(f"failed {act}")[row]
        return float((0.5 + worked) / (1 + worked + failed))

    return max(acts, key=share)


RULES: dict[str, Callable[[View], list[str]]] = {
    "negotiation": negotiation,
    "tutoring": tutoring,
    "support": support,
}
"""Task -> its policy."""


def by_hand(task: ActTask) -> ByHand:
    """The hand-written policy of a task.

    Raises:
        WrongUse: it has none.
    """
    name = getattr(task, "name", "")
    if name not in RULES:
        raise WrongUse(f"hand: there are rules for {', '.join(RULES)}, none for {name or 'this world'!r}")
    index = {act: number for number, act in enumerate(task.acts)}
    return ByHand(task.acts, lambda seen: np.array([index[act] for act in RULES[name](View(task, seen))]))
