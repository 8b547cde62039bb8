"""The dialogue tasks in free text: ``playout/Tutoring-v0`` and its siblings.

The state machine is that of the act level. What the system says is heard as an act (with a price, or the
part it is about), and the person's reply is worded. Either side, the words and the assessor may be models.
"""

from collections.abc import Mapping
from math import isnan
from typing import Any

import numpy as np

from playout.core import ChatModel, Frame, Snapshot
from playout.envs.dialogue.options import task_of
from playout.envs.language_world import LanguageWorld
from playout.language.models import load_model
from playout.simulators.dialogue.assessors import EXACT, TURN_COST, Assessor, ModelAssessor, Verdict
from playout.simulators.dialogue.grammar import Wording
from playout.simulators.dialogue.model_person import Case, ModelPerson, Remembered, load, save
from playout.simulators.dialogue.realisers import ModelWords, Realiser, Templates, Utterance, answer, opening
from playout.simulators.dialogue.task import (
    HISTORY,
    ActTask,
    Heard,
    Split,
    reply_code,
    row,
    set_row,
    system_code,
)

RULES, TEMPLATES, MODEL = "rules", "templates", "model="


class DialogueWorld(LanguageWorld):
    """Talk with a simulated person.

    Observation: what the person has just said; at first also the case.

    Actions: any text of at least one character that is not white space. It is one utterance of the system's
    side, whatever it says about who speaks. The name of an act in brackets, ``[Hint]``, is that act, said in
    the world's own words: the speaker of planners that choose acts and have none of their own.

    Rewards and ends: as in ``DialogueActs``.

    Info: ``acts`` and ``features`` as ``DialogueActs`` observes them, ``dialogue`` (tuple of all utterances,
    the person's first), ``act`` (what the last text was heard as), ``note`` (what could not be taken as it
    was said); at the end ``is_success`` and ``metrics``.

    Version history: v0 first release.
    """

    def __init__(
        self,
        *,
        task: str | ActTask = "tutoring",
        split: Split = "train",
        population: str | None = None,
        data: str | None = None,
        assessor: str | Assessor | ModelAssessor = "exact",
        reward: str | None = None,
        wording: Wording = "train",
        words: str | ChatModel | Realiser = TEMPLATES,
        person: str | ChatModel | ModelPerson = RULES,
        max_steps: int = 8,
        render_mode: str | None = None,
    ) -> None:
        """Make the environment; for ``task`` to ``reward`` see ``options.task_of``.

        Args:
            task: which one.
            split: whose people and cases.
            population: which people.
            data: published cases.
            assessor: who decides the reward; also ``model=NAME`` or a ``ModelAssessor``.
            reward: how verdicts become rewards.
            wording: which wordings the person's replies are drawn from: ``train`` or ``unseen``.
            words: who words the person's replies: ``templates``, or a model (its name or itself), which
                leaves what they say as it is.
            person: who answers: ``rules``, or a model (its name or itself), whose replies are heard as the
                system's are. What such a person thinks is in no feature.
            max_steps: utterances after which an episode is truncated.
            render_mode: ``ansi``, ``rgb_array``, ``human`` or None.
        """
        super().__init__(max_steps=max_steps, render_mode=render_mode)
        self._assessor = _model_assessor(assessor)
        self.task = task_of(
            task, split=split, population=population, data=data,
            assessor=EXACT if isinstance(assessor, ModelAssessor) or self._assessor else assessor,
            reward=reward, max_turns=max_steps,
        )  # fmt: skip
        self.speech = self.task.speech()
        self._realiser = _realiser(words, wording)
        self._person = _person(person)
        self.exact_restore = (
            self._assessor is None and self._person is None and isinstance(self._realiser, Templates)
        )
        self.instructions = self.speech.instructions
        self.role = self.speech.speakers[0]
        """Who acts: the buyer, the tutor, the supporter."""
        self._state: Any = self.task.start(np.zeros(1, np.uint64))
        self._said: list[Utterance] = []
        self._notes: list[str] = []
        self._track: list[dict[str, float]] = []
        self._history = np.zeros(HISTORY, np.int8)
        self._heard: Heard | None = None
        self._value = 0.0
        self._reached = False
        self._answering: Remembered | None = None

    def begin(self, key: int) -> None:
        """Meet the person of the episode."""
        self._state = self.task.start(np.array([key], np.uint64))
        self._said = opening(self.speech, self._realiser, self._state, 0)
        self._notes, self._heard, self._reached = [""], None, False
        self._track = [self.speech.track(self._state, 0)]
        self._history[:] = 0
        self._history[-1] = reply_code(self.task, int(self._state.reply[0]))
        if self._assessor:
            self._value = self._assessed().value or 0.0
        if self._person:
            case = Case(self.speech.person_role(self._state, 0), self.speech.speakers, self._said[0].text)
            (self._answering,) = self._person.start([case], [key])

    def observe(self) -> str:
        """What the person said last, after the case at first."""
        last = self._said[-1].text
        return last if self._heard else f"{self.task.case_text(self._state, 0)}\n\n{last}"

    def takes(self, action: str) -> bool:
        """Anything that is said."""
        return bool(action.strip()) and len(action) <= self.max_length

    def refuse(self, action: str) -> str:
        """Silence, or more than can be listened to."""
        if action.strip():
            return f"Not heard: {len(action)} characters, expected at most {self.max_length}."
        return "Nothing was said: say something to go on."

    def act(self, action: str) -> tuple[float, bool]:
        """Say ``action`` and listen."""
        named = action.strip().removeprefix("[").removesuffix("]")
        if named in self.task.acts and action.strip() == f"[{named}]":
            heard = self._heard = Heard(self.task.acts.index(named))
            action = self.word(named)
        else:
            heard = self._heard = self.speech.hear(action, self._state, 0)
        said = Utterance(self.speech.speakers[0], action, self.task.acts[heard.act])
        if self._person:
            reward, terminated, reply = self._answer(self._person, heard, action)
        else:
            acts, details = np.array([heard.act], np.int64), np.array([heard.detail])
            rewards, ends = self.task.step(self._state, acts, details)
            reward, terminated = float(rewards[0]), bool(ends[0])
            reply = answer(self.speech, self._realiser, self._state, 0, [*self._said, said]).text
        named = self.task.replies[self._state.reply[0]]
        self._said += [said, Utterance(self.speech.speakers[1], reply, named)]
        self._history[:-2] = self._history[2:]
        self._history[-2] = system_code(heard.act)
        self._history[-1] = reply_code(self.task, int(self._state.reply[0]))
        verdict = None
        if self._assessor:
            verdict = self._assessed()
            reward = self._worth(verdict)
            self._reached = verdict.reached and self._person is not None and not self.speech.exact
            terminated |= self._reached
        self._notes += [heard.note, self._verdict_note(verdict, reward)]
        self._track.append(self.speech.track(self._state, 0))
        return reward, terminated

    def word(self, act: str) -> str:
        """How the world would word ``act`` if it were done now, about what the task's own rule decides."""
        saved = row(self._state, 0)
        self.task.step(self._state, np.array([self.task.acts.index(act)], np.int64))
        text = self._realiser.say(self.speech, 0, act, self._state, 0, self._said)
        set_row(self._state, 0, saved)
        return text

    def outcome(self) -> tuple[bool, Mapping[str, float]]:
        """As the task says: exact, but for a person whose mind only the assessor can tell."""
        success, metrics = self.task.outcome(self._state)
        return bool(success[0]) or self._reached, {name: float(values[0]) for name, values in metrics.items()}

    def privileged(self) -> dict[str, Any]:
        """What the person hides, and ``expert_plan``; nothing of a model's mind is known."""
        if self._person:
            return {}
        hidden = self.task.privileged(self._state, 0)
        return hidden | {"expert_plan": tuple(f"[{self.task.acts[act]}]" for act in hidden["expert_plan"])}

    def frame(self) -> Frame:
        """The dialogue as a ``chat`` frame: acts, verdicts and rewards as notes, prices as lines."""
        messages = [{"speaker": "case", "text": self.task.case_text(self._state, 0), "note": ""}]
        for one, note in zip(self._said, self._notes, strict=True):
            named = f"[{one.act}] {note}".rstrip()
            messages.append({"speaker": one.speaker, "text": one.text, "note": named})
        lines = [
            {"name": name, "values": [None if isnan(row[name]) else row[name] for row in self._track]}
            for name in self._track[0]
        ]
        facts = self.speech.facts(self._state, 0)
        return Frame("chat", {"messages": messages, "facts": facts, "lines": lines, "x": "turns"})

    def snapshot(self) -> Snapshot:
        """Everything said and done, and the episode's keys."""
        state = {
            "state": row(self._state, 0),
            "said": tuple(tuple(one) for one in self._said),
            "notes": tuple(self._notes),
            "track": tuple(dict(row) for row in self._track),
            "history": self._history.copy(),
            "heard": self._heard and tuple(self._heard),
            "value": self._value,
            "reached": self._reached,
            "answering": self._answering and save(self._answering),
            "t": self._t,
            "ended": self._ended,
            "keys": self._keys.save(),
        }
        return Snapshot(f"dialogue-{self.task.name}", state)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot``."""
        saved = snapshot.of(f"dialogue-{self.task.name}")
        set_row(self._state, 0, saved["state"])
        self._said = [Utterance(*one) for one in saved["said"]]
        self._notes, self._history = list(saved["notes"]), saved["history"].copy()
        self._track = [dict(row) for row in saved["track"]]
        self._heard = saved["heard"] and Heard(*saved["heard"])
        self._value, self._reached = saved["value"], saved["reached"]
        self._answering = saved["answering"] and load(saved["answering"])
        self._t, self._ended = saved["t"], saved["ended"]
        self._keys.load(saved["keys"])

    def _answer(self, person: ModelPerson, heard: Heard, action: str) -> tuple[float, bool, str]:
        """Let a person that is no part of the rules answer."""
        assert self._answering
        (self._answering,), (reaction,) = person.react([self._answering], [action])
        reward, terminated = self.speech.record(self._state, 0, heard, reaction.text)
        return reward, terminated, reaction.text

    def _assessed(self) -> Verdict:
        assert self._assessor
        speech, dialogue = self.speech, [(one.speaker, one.text) for one in self._said]
        return self._assessor.assess(
            speech.scale, speech.values(self._state, 0), self.task.case_text(self._state, 0), dialogue,
            speech.price(self._state, 0),
        )  # fmt: skip

    def _worth(self, verdict: Verdict) -> float:
        """The reward of a verdict of the model."""
        before = self._value
        self._value = before if verdict.value is None else verdict.value
        if getattr(self.task, "reward", "gain") == "paper":  # a bargain has one way alone
            return self._value
        return self._value - before - (0.0 if verdict.reached else TURN_COST)

    def _verdict_note(self, verdict: Verdict | None, reward: float) -> str:
        if verdict is None:
            assessor, state, speech = self.task.assessor, self._state, self.speech
            readings = assessor.readings(
                speech.scale,
                int(state.verdict[0]),
                int(state.key[0]),
                int(state.turn[0]),
                speech.price(state, 0),
            )
            counts = {answer: readings.count(answer) for answer in readings}
        else:
            counts = dict(verdict.readings)
        listed = "; ".join(f"{count} x {answer}" for answer, count in counts.items())
        return f"{listed} reward {reward:+.2f}"

    def _info(self) -> dict[str, Any]:
        info = {
            **super()._info(),
            "acts": self._history.copy(),
            "features": self.task.observe(self._state)[0],
            "dialogue": tuple(one.text for one in self._said),
            "act": "" if self._heard is None else self.task.acts[self._heard.act],
        }
        error = self._answering.error if self._answering else ""
        note = error or (self._heard.note if self._heard else "")
        return {**info, "note": note} if note else info


def _model_assessor(assessor: str | Assessor | ModelAssessor) -> ModelAssessor | None:
    if isinstance(assessor, ModelAssessor):
        return assessor
    if isinstance(assessor, str) and assessor.startswith(MODEL):
        return ModelAssessor(load_model(assessor.removeprefix(MODEL)))
    return None


def _realiser(words: str | ChatModel | Realiser, wording: Wording) -> Realiser:
    if words == TEMPLATES:
        return Templates(wording)
    model = load_model(words) if isinstance(words, str) else words
    return ModelWords(model, wording=wording) if isinstance(model, ChatModel) else model


def _person(person: str | ChatModel | ModelPerson) -> ModelPerson | None:
    if person == RULES:
        return None
    model = load_model(person) if isinstance(person, str) else person
    return model if isinstance(model, ModelPerson) else ModelPerson(model)
