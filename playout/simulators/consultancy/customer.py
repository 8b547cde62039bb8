"""What a customer does with words: asks, or decides. By the rules, or a language model in her place.

Her beliefs and her choice are those of ``rules``; this adds what she asks before she decides. A model
picks from a list and can write nothing else (``language.judging``), and reads what was said as quoted text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from playout.core import ChatModel
from playout.language.judging import JudgeConfig, quote, votes
from playout.simulators.consultancy import rules
from playout.simulators.consultancy.claims import LETTERS, NOTHING, NOTHING_LETTER, OPTIONS, SILENT
from playout.simulators.consultancy.parsing import Heard
from playout.simulators.consultancy.scenarios import Scenarios
from playout.simulators.consultancy.speech import Question, visible

SCALE = tuple(map(str, range(1, 6)))


class Reply(NamedTuple):
    """What a customer does next."""

    question: Question | None = None
    choice: int = NOTHING
    """0 to 3, where she asks nothing."""
    error: str = ""
    """Why a model said nothing; she then buys nothing."""


def question_of(
    heard: Heard, scenario: Scenarios, user: np.ndarray, asked: Sequence[Question] = ()
) -> Question | None:
    """What she wants to know before she decides; nothing twice.

    The price of an option that she believes has the feature, where she does not know it; else, if she
    believes it of none, whether an option of which nothing was said has it.

    Args:
        heard: what she was told.
        scenario: with N = 1.
        user: float64[6], in the order of ``rules.Users``.
        asked: what she has asked already.
    """
    after = rules.beliefs(user[0], user[1])
    believed = [k for k in range(OPTIONS) if after[heard.claims[k]] > 0.5]
    wanted = [Question("price", k) for k in believed if not scenario.shown[0] and np.isnan(heard.told[k])]
    if not believed:
        wanted += [Question("feature", k) for k in range(OPTIONS) if heard.claims[k] == SILENT]
    return next((question for question in wanted if question not in asked), None)


def chances(heard: Heard, scenario: Scenarios, user: np.ndarray) -> np.ndarray:
    """With which chance she would choose A, B, C and nothing: float64[4]."""
    return rules.choices(
        scenario.price[0], scenario.shown[0], np.array(heard.claims, np.int8),
        np.array(heard.told, np.float64), user,
    )  # fmt: skip


class ModelCustomer:
    """A language model in the customer's place."""

    def __init__(self, model: ChatModel, config: JudgeConfig = JudgeConfig(samples=1)) -> None:  # noqa: B008
        """Let ``model`` ask, choose and rate; ``config`` says how it is asked."""
        self.model, self.config = model, config

    def reply(
        self,
        scenario: Scenarios,
        dialogue: Sequence[tuple[str, str]],
        questions: Mapping[str, Question],
        key: int,
    ) -> Reply:
        """A question or a choice.

        Args:
            scenario: with N = 1; of it she knows what she sees.
            dialogue: (speaker, text) of all that was said.
            questions: what she may ask, by her words; none where she must decide.
            key: of her draws.
        """
        answers = {f"buy {letter}": Reply(choice=k) for k, letter in enumerate((*LETTERS, NOTHING_LETTER))}
        answers |= {text: Reply(question) for text, question in questions.items()}
        picked, error = self._pick(
            scenario, dialogue, f"What do you do? {NOTHING_LETTER} is nothing.", answers, key
        )
        return answers[picked] if picked else Reply(error=error)

    def rate(
        self, scenario: Scenarios, dialogue: Sequence[tuple[str, str]], key: int
    ) -> tuple[int | None, str]:
        """Her rating of the advice, 1 to 5, or None and why."""
        question = "How do you rate the assistant, from 1 (very bad) to 5 (very good)?"
        picked, error = self._pick(scenario, dialogue, question, SCALE, key)
        return (int(picked) if picked else None), error

    def _pick(
        self,
        scenario: Scenarios,
        dialogue: Sequence[tuple[str, str]],
        question: str,
        choices: Iterable[str],
        key: int,
    ) -> tuple[str | None, str]:
        said = "\n".join(f"{speaker}: {text}" for speaker, text in dialogue)
        asked = (
            "You are the customer in this talk with an assistant. You know what was said, and this:"
            f" {visible(scenario)}\n{quote(said)}\n{question}"
        )
        (found,) = votes(self.model, [asked], list(choices), replace(self.config, seed=key >> 33))
        error = "" if found.winner else "; ".join(found.errors) or "the model named no choice"
        return found.winner, error
