"""The support task at act level: ESConv's eight acts with a help-seeker who goes through three stages.

Reward: as in ``tutoring.task``; ``gain`` rewards what a turn changed in the verdict's value, less 0.1 unless
it solved the issue; ``paper`` rewards the verdict of every turn.
"""

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from playout.core.errors import WrongUse
from playout.simulators.dialogue.acts import SUPPORT, names
from playout.simulators.dialogue.assessors import SUPPORT_SCALE, Assessor, assessor_of
from playout.simulators.dialogue.human_acts import human_acts
from playout.simulators.dialogue.people import of_split, table
from playout.simulators.dialogue.support import rules
from playout.simulators.dialogue.support.people import PERSONAS
from playout.simulators.dialogue.support.situations import situations
from playout.simulators.dialogue.task import Split

if TYPE_CHECKING:
    from playout.simulators.dialogue.support.speech import SupportSpeech

Reward = Literal["gain", "paper"]
REPLIES = (
    "states the problem", "tells more", "answers shortly", "vents", "feels understood", "brushes off",
    "yes, but",
    "asks for advice", "chats along", "is relieved",
)  # fmt: skip
STAGES = ("explore", "comfort", "act")


class Support:
    """Help-seekers of a split, N at once.

    Features (float32, in this order): ``turn`` of ``max_turns``; then for each act ``worked ACT`` (how often
    the reply showed that it helped) and ``failed ACT`` (that it did not), each of 2.
    """

    name = "support"
    acts = names(SUPPORT)
    replies: tuple[str, ...] = REPLIES
    features = ("turn", *(f"worked {act}" for act in acts), *(f"failed {act}" for act in acts))
    metrics: tuple[str, ...] = ("intensity", "intensity_drop", "value")

    def __init__(
        self,
        *,
        split: Split = "train",
        data: str | None = None,
        assessor: str | Assessor = "exact",
        reward: Reward = "gain",
        max_turns: int = 8,
    ) -> None:
        """Make the task.

        Args:
            split: whose people and which situations.
            data: ESConv's files, whose situations are then told; None for situations of our own.
            assessor: who decides the reward.
            reward: ``gain`` or ``paper``, as above.
            max_turns: acts of the system after which the environment truncates.

        Raises:
            WrongUse: an option that cannot be right.
        """
        if reward not in ("gain", "paper"):
            raise WrongUse(f"reward: expected gain or paper, got {reward!r}")
        if max_turns < 1:
            raise WrongUse(f"max_turns: expected at least 1, got {max_turns}")
        self.situations, self.personas = situations(split, data), of_split(PERSONAS, split)
        self.assessor, self.max_turns = assessor_of(assessor), max_turns
        self.reward: Reward = reward
        self._settings = rules.Settings(
            cases=len(self.situations),
            people=table(self.personas, rules.TRAITS),
            values=np.array(SUPPORT_SCALE.values),
            confusion=self.assessor.confusion,
            samples=self.assessor.samples,
            gain=reward == "gain",
        )

    def start(self, keys: np.ndarray) -> rules.State:
        """People who have just said what the matter is."""
        state = rules.empty(len(keys))
        state.key[:] = keys
        rules.start(state, self._settings)
        return state

    def step(
        self, state: rules.State, acts: np.ndarray, details: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """One act each; ``details`` says nothing here."""
        reward = np.empty(len(acts), np.float32)
        rules.step(state, acts, self._settings, reward)
        return reward, state.success.copy()

    def record(self, state: rules.State, act: int, reply: int) -> float:
        """A reply that the rules did not give, of the only copy; see ``rules.record``."""
        return float(rules.record(state, act, reply, self._settings))

    def observe(self, state: rules.State) -> np.ndarray:
        """float32[N, 17]."""
        seen = np.empty((len(state.key), len(self.features)), np.float32)
        rules.observe(state, self.max_turns, seen)
        return seen

    def outcome(self, state: rules.State) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Whether the issue was solved; the last intensity, by how much it dropped, the verdict's value."""
        metrics = {
            "intensity": state.intensity.astype(float),
            "intensity_drop": (state.first - state.intensity).astype(float),
            "value": self._settings.values[state.verdict],
        }
        return state.success.copy(), metrics

    def privileged(self, state: rules.State, i: int) -> dict[str, Any]:
        """The person's kind, traits and stage, and the act likeliest to help now."""
        return {
            "persona": self.personas[state.persona[i]].name,
            "traits": dict(zip(rules.TRAITS, state.traits[i].tolist(), strict=True)),
            "stage": STAGES[state.stage[i]],
            "intensity": int(state.intensity[i]),
            "expert_plan": (int(rules.expert(state, i)),),
        }

    def case_text(self, state: rules.State, i: int) -> str:
        """Feeling and kind of problem; the person tells the situation."""
        one = self.situations[state.case[i]]
        return f"Somebody seeks support. Feeling: {one.feeling}. Problem: {one.problem}."

    def human_acts(self) -> np.ndarray:
        """Counted in human dialogues; see ``dialogue.human_acts``."""
        return human_acts(self.name, len(self.acts), len(self.replies))

    def speech(self) -> "SupportSpeech":
        """The talk in words."""
        from playout.simulators.dialogue.support.speech import SupportSpeech

        return SupportSpeech(self)
