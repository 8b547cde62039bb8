"""``playout/Consultancy-v0``: advice in words. The assistant talks, the customer may ask, then decides.

Rules and people are in ``simulators.consultancy``; without words the same world is ``claims``.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np

from playout.core import ChatModel, Frame, Snapshot
from playout.core.errors import WrongUse
from playout.core.random import bits
from playout.envs.consultancy.frames import chat_frame
from playout.envs.language_world import LanguageWorld
from playout.language import load_model
from playout.simulators.consultancy import speech
from playout.simulators.consultancy.catalogue import Catalogue, Category
from playout.simulators.consultancy.claims import CLAIM_NAMES, LETTERS
from playout.simulators.consultancy.consultation import BY_RULES, Consultation, Terms, Visit
from playout.simulators.consultancy.customer import ModelCustomer, Reply, chances, question_of
from playout.simulators.consultancy.parsing import Heard, answer, merge, parse
from playout.simulators.consultancy.population import Population
from playout.simulators.consultancy.scenarios import Mix, Scenarios, Split
from playout.simulators.consultancy.speech import CUSTOMER, Facts, Question
from playout.simulators.consultancy.texts import render
from playout.simulators.hindsight.feedback import Feedback

ASSISTANT = "Assistant"
RULES, MODEL = "rules", "model="


class ConsultancyWorld(LanguageWorld):
    """Advise a customer about three options in your own words.

    Observation: at first what you know of the options and what the customer says; then what she asks; at
    the end what she does.

    Actions: any text, the first 400 words of which are read (``simulators.consultancy.parsing`` says how).
    What cannot be read says nothing; one text that says two things of an option says nothing of it.

    Rewards: 0 while she asks; the rating of the visit by ``feedback``, in [-1, 1], when she has decided.

    Info: ``claims`` (what she has heard of each option, in words), ``told`` (prices, 0 where none),
    ``note`` (what was not understood); after a visit ``result`` and ``feedback`` as in ``ConsultancyClaims``;
    at the end ``is_success`` and ``metrics``, those of ``ConsultancyClaims`` with ``questions``,
    ``contradictions`` and ``asked_for_ratings`` (counts), and for a model ``agreement`` (the chance that the
    rules' customer would have chosen likewise).

    Version history: v0 first release.
    """

    def __init__(
        self,
        *,
        catalogue: str | Path | Catalogue | None = None,
        domain: str | Sequence[str] | None = None,
        mix: Mix = "15",
        split: Split = "all",
        people: str | Population = "steady",
        feedback: str | Feedback = "partial",
        likert: bool = False,
        facts: Facts = "all",
        questions: int = 1,
        person: str | ChatModel | ModelCustomer = RULES,
        visits: int = 1,
        max_steps: int | None = None,
        discovery: float = 0.2,
        regret_weight: float = 0.0,
        render_mode: str | None = None,
    ) -> None:
        """Make the environment; arguments that are not listed are those of ``ConsultancyClaimsEnv``.

        Args:
            catalogue: of what there is.
            domain: one or some of its domains.
            mix: of cases.
            split: of scenarios.
            people: the customers.
            feedback: who rates, knowing what.
            likert: whether rewards are noisy ratings.
            facts: what the assistant is told: ``all`` eight features of each option, or the ``required``.
            questions: how many the customer may ask in a visit.
            person: who decides: ``rules``, or a language model, itself or its name (``model=NAME``).
            visits: of a customer.
            max_steps: texts after which an episode is truncated; None: as many as may be needed.
            discovery: of ``horizon:N``.
            regret_weight: of ``oracle``.
            render_mode: ``ansi``, ``rgb_array``, ``human`` or None.

        Raises:
            WrongUse: an option that cannot be right.
        """
        if facts not in get_args(Facts):
            raise WrongUse(f"facts: expected one of {', '.join(get_args(Facts))}, got {facts!r}")
        if questions < 0:
            raise WrongUse(f"questions: expected a number >= 0, got {questions}")
        self.terms = Terms.of(
            catalogue=catalogue, domain=domain, mix=mix, split=split, people=people, feedback=feedback,
            likert=likert, visits=visits, discovery=discovery, regret_weight=regret_weight,
        )  # fmt: skip
        super().__init__(
            max_steps=visits * (1 + questions) if max_steps is None else max_steps, render_mode=render_mode
        )
        domains = self.terms.fixed.source.domains.tolist()
        self.instructions = speech.instructions(self.terms.catalogue, domains)
        self.facts: Facts = facts
        self.questions, self.person = questions, _person(person)
        self.exact_restore = self.person is None
        self.consultation = Consultation(self.terms)
        self._said: list[tuple[str, str, str]] = []  # speaker, text, note
        self._heard, self._asked, self._waiting = Heard(), list[Question](), False
        self._counts = dict.fromkeys(("questions", "contradictions", "asked_for_ratings"), 0)
        self._agreed = 0.0
        self._visit: Visit | None = None
        self._note = ""

    def begin(self, key: int) -> None:
        """Let the customer of the episode come."""
        self.consultation.start(key)
        self._said, self._counts = [], dict.fromkeys(self._counts, 0)
        self._agreed, self._visit = 0.0, None
        self._open()

    def observe(self) -> str:
        """What the assistant reads."""
        if self._waiting or self.consultation.ended:
            return f"{CUSTOMER}: {self._said[-1][1]}"
        before = f"{CUSTOMER}: {self._said[-2][1]}\n\n" if self.consultation.visit else ""
        return before + speech.request(self.terms.catalogue, self._scenario, self.facts)

    def takes(self, action: str) -> bool:
        """Anything, however long."""
        return True

    def act(self, action: str) -> tuple[float, bool]:
        """Say ``action``; the customer asks or decides."""
        scenario, category = self._scenario, self._category
        heard = self._hear(action, category, int(scenario.feature[0]))
        self._said.append((ASSISTANT, action, self._note))
        self._counts["contradictions"] += heard.contradictions
        self._counts["asked_for_ratings"] += heard.asks_rating
        self._heard, self._visit = merge(self._heard, heard), None
        reply = self._reply()
        if reply.question is not None:
            self._asked.append(reply.question)
            self._counts["questions"] += 1
            self._said.append((CUSTOMER, reply.question.text(speech.needed(category, scenario)), ""))
            self._waiting = True
            return 0.0, False
        return self._decide(reply)

    def outcome(self) -> tuple[bool, Mapping[str, float]]:
        """As the consultation says, with what was counted of the words."""
        success, metrics = self.consultation.outcome()
        found = {**metrics, **self._counts}
        if self.person is not None and self.consultation.visit:
            found["agreement"] = self._agreed / self.consultation.visit
        return success, found

    def privileged(self) -> dict[str, Any]:
        """The customer's type and trust, and ``expert_plan``: what an honest assistant says."""
        return self.consultation.hidden() | {"expert_plan": (honest_words(self._category, self._scenario),)}

    def frame(self) -> Frame:
        """The talk as a ``chat`` frame, what was heard as notes."""
        messages = [{"speaker": s, "text": text, "note": note} for s, text, note in self._said]
        return chat_frame(self.consultation, messages)

    def snapshot(self) -> Snapshot:
        """Everything said and heard, the customer's state, and the episode's keys."""
        state = {
            "consultation": self.consultation.save(), "said": tuple(self._said), "heard": tuple(self._heard),
            "asked": tuple(tuple(question) for question in self._asked), "waiting": self._waiting,
            "counts": dict(self._counts), "agreed": self._agreed, "visit": self._visit and tuple(self._visit),
            "note": self._note, "t": self._t, "ended": self._ended, "keys": self._keys.save(),
        }  # fmt: skip
        return Snapshot("consultancy", state)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot``."""
        saved = snapshot.of("consultancy")
        self.consultation.load(saved["consultation"])
        self._said, self._heard = list(saved["said"]), Heard(*saved["heard"])
        self._asked, self._waiting = [Question(*one) for one in saved["asked"]], saved["waiting"]
        self._counts, self._agreed = dict(saved["counts"]), saved["agreed"]
        self._visit = saved["visit"] and Visit(*saved["visit"])
        self._note, self._t, self._ended = saved["note"], saved["t"], saved["ended"]
        self._keys.load(saved["keys"])

    @property
    def _scenario(self) -> Scenarios:
        return self.consultation.scenario

    @property
    def _category(self) -> Category:
        return speech.category_of(self.terms.catalogue, self._scenario)

    def _open(self) -> None:
        """Begin a visit."""
        self._heard, self._asked, self._waiting, self._note = Heard(), [], False, ""
        self._said.append((CUSTOMER, speech.opening(self._category, self._scenario), ""))

    def _hear(self, action: str, category: Category, feature: int) -> Heard:
        heard = hear(action, category, feature, self._asked[-1] if self._waiting else None)
        self._note = note_of(heard)
        return heard

    def _reply(self) -> Reply:
        left = self.questions - len(self._asked)
        if self.person is not None:
            options = range(len(LETTERS))
            asking = [Question("feature", k) for k in options] if left > 0 else []
            if left > 0 and not self._scenario.shown[0]:
                asking += [Question("price", k) for k in options]
            dialogue = [(speaker, text) for speaker, text, _ in self._said]
            need = speech.needed(self._category, self._scenario)
            words = {question.text(need): question for question in asking}
            return self.person.reply(self._scenario, dialogue, words, bits(self.consultation.person, self._t))
        question = None
        if left > 0:
            question = question_of(self._heard, self._scenario, self.consultation.user(), self._asked)
        return Reply(question, BY_RULES)

    def _decide(self, reply: Reply) -> tuple[float, bool]:
        if self.person is not None:
            self._agreed += float(
                chances(self._heard, self._scenario, self.consultation.user())[reply.choice]
            )
            self._note = "; ".join(filter(None, (self._note, reply.error)))
        scenario, category = self._scenario.row(0), self._category
        visit = self._visit = self.consultation.decide(self._heard.claims, self._heard.told, reply.choice)
        note = speech.outcome(category, scenario, visit.result)
        self._said.append((CUSTOMER, speech.decision(min(visit.result, len(LETTERS))), note))
        self._waiting = False
        if not self.consultation.ended:
            self._open()
        return visit.reward, visit.terminated

    def _info(self) -> dict[str, Any]:
        info = {
            **super()._info(),
            "claims": tuple(CLAIM_NAMES[claim] for claim in self._heard.claims),
            "told": np.nan_to_num(self._heard.told),
        }
        if self._note:
            info["note"] = self._note
        if self._visit is not None:
            info |= {"result": self._visit.result, "feedback": dict(self._visit.rating)}
        return info


def hear(text: str, category: Category, feature: int, question: Question | None) -> Heard:
    """What a text says, as an answer to ``question`` where there was one."""
    if question is None:
        return parse(text, category, feature)
    letter = LETTERS[question.option]
    if question.about == "feature":
        return answer(text, category, feature, letter)
    return parse(text, category, feature, (letter,))


def note_of(heard: Heard) -> str:
    """What was odd about a text, in a line."""
    notes = []
    if heard.contradictions:
        notes.append("it contradicts itself")
    if heard.unknown:
        notes.append(f"no such option: {', '.join(heard.unknown)}")
    if heard.asks_rating:
        notes.append("it asks for a rating")
    if heard.unread:
        notes.append(f"{heard.unread} words were not read")
    return "; ".join(notes)


def honest_words(category: Category, scenario: Scenarios) -> str:
    """The truth about every option, and the prices where the customer does not see them."""
    told = [np.nan] * len(LETTERS) if scenario.shown[0] else scenario.price[0].tolist()
    return render(category, int(scenario.feature[0]), scenario.truth[0].tolist(), told)


def _person(person: str | ChatModel | ModelCustomer) -> ModelCustomer | None:
    if isinstance(person, ModelCustomer):
        return person
    if isinstance(person, str):
        if person == RULES:
            return None
        if not person.startswith(MODEL):
            raise WrongUse(f"person: expected rules or model=NAME, got {person!r}")
        person = load_model(person.removeprefix(MODEL))
    return ModelCustomer(person)
