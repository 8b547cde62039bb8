"""The support task in words."""

from typing import Any

from playout.simulators.dialogue.assessors import SUPPORT_SCALE
from playout.simulators.dialogue.support import rules
from playout.simulators.dialogue.support.hearing import hear_person, hear_supporter
from playout.simulators.dialogue.support.task import Support
from playout.simulators.dialogue.support.words import GRAMMAR
from playout.simulators.dialogue.task import Heard

_INSTRUCTIONS = (
    "You support somebody who is in trouble, in writing. First let them tell, then comfort them, then help"
    " them find a next step; people differ in what makes them talk,"
    " in what comforts them and in which advice they"
    " take. Each turn say one short sentence: ask, restate what you heard, name feelings, reassure, tell of"
    " yourself, inform, or suggest something. The talk ends when they know what to do. Give what you say in"
    " <action></action>, for example <action>Could you tell me more about what happened?</action>."
)


class SupportSpeech:
    """Supporter and help-seeker."""

    speakers: tuple[str, str] = ("supporter", "seeker")
    instructions = _INSTRUCTIONS
    grammar = GRAMMAR
    scale = SUPPORT_SCALE
    exact = False

    def __init__(self, task: Support) -> None:
        """Word ``task``."""
        self.task = task

    def slots(self, state: rules.State, i: int) -> dict[str, str]:
        """The ``situation`` as told, the ``feeling`` and the ``problem`` in a word."""
        one = self.task.situations[state.case[i]]
        return {"situation": one.text, "feeling": one.feeling.lower(), "problem": one.problem.lower()}

    def hear(self, text: str, state: rules.State, i: int) -> Heard:
        """The supporter's act; see ``hearing``."""
        return Heard(hear_supporter(text))

    def values(self, state: rules.State, i: int) -> tuple[float, ...]:
        """The scale's own."""
        return self.scale.values

    def price(self, state: rules.State, i: int) -> str:
        """None is spoken of."""
        return ""

    def facts(self, state: rules.State, i: int) -> dict[str, str]:
        """What has visibly helped so far."""
        acts = zip(self.task.acts, state.worked[i].tolist(), strict=True)
        return {"helped so far": ", ".join(act for act, count in acts if count) or "nothing"}

    def track(self, state: rules.State, i: int) -> dict[str, float]:
        """How often anything has visibly helped."""
        return {"helped": float(state.worked[i].sum())}

    def person_role(self, state: rules.State, i: int) -> str:
        """For a model that plays the help-seeker."""
        one = self.task.situations[state.case[i]]
        return (
            f"You seek support because of this: {one.problem}; you feel {one.feeling}. {one.text}"
            " You talk with somebody who wants to support you. Tell more only if you are asked well, and feel"
            " better only if you are understood. Answer with one short sentence."
        )

    def record(self, state: Any, i: int, heard: Heard, text: str) -> tuple[float, bool]:
        """Take ``text`` as the person's answer; how they feel is guessed from it."""
        one = rules.State(*(array[i : i + 1] for array in state))
        return self.task.record(one, heard.act, hear_person(text)), bool(state.success[i])
