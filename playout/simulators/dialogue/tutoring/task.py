"""The tutoring task at act level: CIMA's five acts against a student that learns.

Reward (``gain``): by how much the turn raised the verdict's value, less 0.1 unless it ended the dialogue,
so that an episode returns the value of its last verdict, less that of its first, less 0.1 a turn. PPDPP
rewards the verdict of every turn (``paper``); there eight turns of a part answer (+0.5 each) return more
than the whole answer at once (+1), so that stalling pays.
"""

from copy import copy
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from playout.core.errors import WrongUse
from playout.simulators.dialogue.acts import TUTORING, names
from playout.simulators.dialogue.assessors import TUTORING_SCALE, Assessor, assessor_of
from playout.simulators.dialogue.human_acts import human_acts
from playout.simulators.dialogue.people import of_split, table
from playout.simulators.dialogue.task import Split
from playout.simulators.dialogue.tutoring import rules
from playout.simulators.dialogue.tutoring.items import items
from playout.simulators.dialogue.tutoring.lexicon import Phrase
from playout.simulators.dialogue.tutoring.people import PERSONAS

if TYPE_CHECKING:
    from playout.simulators.dialogue.tutoring.speech import TutoringSpeech

Reward = Literal["gain", "paper"]
PARTS = ("preposition", "noun", "colour", "order")
REPLIES = (
    "asks for a word", "stays silent", "takes note", "chats", "all wrong", "partly right", "unsure",
    "wrong order", "whole",
)  # fmt: skip


class Tutoring:
    """Students of a split, N at once.

    Features (float32, in this order): ``turn`` of ``max_turns``; ``attempts`` so far, of 8; for each part
    what the last attempt showed (``preposition`` …: 1 right, -1 wrong, 0 not tried yet); ``asks
    preposition`` …: whether the student has just asked for that word; ``hints preposition`` …: hints so far
    about that part, of 4: a part that is still wrong after a hint tells how this student takes hints.
    """

    name = "tutoring"
    acts = names(TUTORING)
    replies: tuple[str, ...] = REPLIES
    features = (
        "turn", "attempts", *PARTS, *(f"asks {part}" for part in PARTS[:3]),
        *(f"hints {part}" for part in PARTS),
    )  # fmt: skip
    metrics: tuple[str, ...] = ("parts_right", "attempts", "value")

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
            split: whose people and whose sentences.
            data: CIMA's files; None for phrases of our own words.
            assessor: who decides the reward.
            reward: ``gain`` or ``paper``, as above.
            max_turns: acts of the tutor after which the environment truncates.

        Raises:
            WrongUse: an option that cannot be right.
        """
        if reward not in ("gain", "paper"):
            raise WrongUse(f"reward: expected gain or paper, got {reward!r}")
        if max_turns < 1:
            raise WrongUse(f"max_turns: expected at least 1, got {max_turns}")
        self.items, self.personas = items(split, data), of_split(PERSONAS, split)
        self.assessor, self.max_turns = assessor_of(assessor), max_turns
        self.reward: Reward = reward
        self._settings = rules.Settings(
            ease=np.array([item.ease for item in self.items]),
            people=table(self.personas, rules.TRAITS),
            values=np.array(TUTORING_SCALE.values),
            confusion=self.assessor.confusion,
            samples=self.assessor.samples,
            threshold=TUTORING_SCALE.threshold,
            gain=reward == "gain",
        )

    def about(self, item: Phrase) -> "Tutoring":
        """The same people, about one phrase."""
        other = copy(self)
        other.items, other._settings = (item,), self._settings._replace(ease=np.array([item.ease]))
        return other

    def blank(self) -> rules.State:
        """One student who has not said anything yet, for answers that the rules do not give."""
        state = self.start(np.zeros(1, np.uint64))
        state.shown[:], state.attempts[:], state.asked[:] = rules.UNTRIED, 0, -1
        state.reply[:], state.verdict[:] = rules.NOTED, rules.NOT_TRIED
        return state

    def start(self, keys: np.ndarray) -> rules.State:
        """Students who have just been given a phrase."""
        state = rules.empty(len(keys))
        state.key[:] = keys
        rules.start(state, self._settings)
        return state

    def step(
        self, state: rules.State, acts: np.ndarray, details: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """One act each; ``details`` is the part (0 to 3) that a hint or a correction is about."""
        reward = np.empty(len(acts), np.float32)
        given = np.full(len(acts), np.nan) if details is None else details
        rules.step(state, acts, given, self._settings, reward)
        return reward, state.over.copy()

    def record(
        self, state: rules.State, act: int, detail: float, reply: int, shown: np.ndarray, asked: int
    ) -> float:
        """An answer that the rules did not give, of the only copy; see ``rules.record``."""
        return float(rules.record(state, act, detail, reply, shown, asked, self._settings))

    def observe(self, state: rules.State) -> np.ndarray:
        """float32[N, 13]."""
        seen = np.empty((len(state.key), len(self.features)), np.float32)
        rules.observe(state, self.max_turns, seen)
        return seen

    def outcome(self, state: rules.State) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Whether the phrase was translated; share of parts right in the last attempt, attempts, value."""
        right = (state.shown == rules.RIGHT).sum(axis=1)
        value = self._settings.values[state.verdict]
        metrics = {
            "parts_right": right / rules.PARTS,
            "attempts": state.attempts.astype(float),
            "value": value,
        }
        return state.success.copy(), metrics

    def privileged(self, state: rules.State, i: int) -> dict[str, Any]:
        """The student's kind, traits, mastery and doubt, and the act that helps most now."""
        return {
            "persona": self.personas[state.persona[i]].name,
            "traits": dict(zip(rules.TRAITS, state.traits[i].tolist(), strict=True)),
            "knows": dict(zip(PARTS, state.knows[i].tolist(), strict=True)),
            "doubt": bool(state.doubt[i]),
            "expert_plan": (int(rules.expert(state, i)),),
        }

    def case_text(self, state: rules.State, i: int) -> str:
        """The phrase and its translation, which the tutor knows."""
        item = self.items[state.item[i]]
        return f'The student is to translate "{item.sentence}" into Italian. The answer is "{item.target}".'

    def human_acts(self) -> np.ndarray:
        """Counted in human dialogues; see ``dialogue.human_acts``."""
        return human_acts(self.name, len(self.acts), len(self.replies))

    def speech(self) -> "TutoringSpeech":
        """The lesson in words."""
        from playout.simulators.dialogue.tutoring.speech import TutoringSpeech

        return TutoringSpeech(self)
