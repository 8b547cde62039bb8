"""The dialogue tasks at act level, one copy: ``playout/TutoringActs-v0`` and its siblings."""

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.error import InvalidAction, ResetNeeded

from playout.core import Frame, Snapshot, StepResult
from playout.envs.dialogue.options import task_of
from playout.envs.drawn import Drawn
from playout.envs.episodes import EpisodeKeys
from playout.simulators.dialogue.assessors import Assessor
from playout.simulators.dialogue.grammar import Wording
from playout.simulators.dialogue.realisers import Templates, Utterance, transcript
from playout.simulators.dialogue.task import (
    FEATURE_BOUND,
    HISTORY,
    ActTask,
    Split,
    codes,
    reply_code,
    row,
    set_row,
    system_code,
)

Observation = dict[str, np.ndarray]


class DialogueActs(Drawn, gym.Env[Any, Any]):
    """Choose the next dialogue act; a simulated person replies.

    Observation: ``acts``: int8[16], ids of the last turns of both sides, newest last: 0 no turn, 1 + a the
    system's act a, 1 + A + r the person's reply r; ``features``: float32[F], see the task.

    Actions: the task's acts, in its order.

    Rewards: the assessor's, see the task. Metrics are exact whatever the assessor says.

    Ends: terminated when the task is done; truncated after ``max_steps`` acts.

    Info: nothing until the end, then ``is_success`` and ``metrics``.

    Version history: v0 first release.
    """

    def __init__(
        self,
        *,
        task: str | ActTask = "tutoring",
        split: Split = "train",
        population: str | None = None,
        data: str | None = None,
        assessor: str | Assessor = "exact",
        reward: str | None = None,
        max_steps: int = 8,
        render_mode: str | None = None,
    ) -> None:
        """Make the environment; for ``task`` to ``reward`` see ``options.task_of``."""
        self.task = task_of(
            task, split=split, population=population, data=data, assessor=assessor, reward=reward,
            max_turns=max_steps,
        )  # fmt: skip
        self.observation_space, self.action_space = spaces_of(self.task)
        self.render_mode = render_mode
        self._keys, self._ended = EpisodeKeys(), True
        self._acts: list[int] = []
        self._history = np.zeros(HISTORY, np.int8)
        self._state: Any = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Start an episode; Gymnasium's contract."""
        super().reset(seed=seed)
        key = self._keys.next(self, seed)
        self._state = self.task.start(np.array([key], np.uint64))
        self._acts, self._ended = [], False
        self._history[:] = 0
        self._history[-1] = reply_code(self.task, int(self._state.reply[0]))
        self.show()
        return self._observation(), {}

    def step(self, action: int | np.int64) -> StepResult:
        """Take an act.

        Raises:
            InvalidAction: ``action`` is not in the action space.
            ResetNeeded: the episode has ended.
        """
        if self._ended:
            raise ResetNeeded("DialogueActs.step: the episode has ended; call reset()")
        if not 0 <= action < len(self.task.acts):
            raise InvalidAction(
                f"DialogueActs.step: expected 0 <= action < {len(self.task.acts)}, got {action!r}"
            )
        rewards, ends = self.task.step(self._state, np.array([action], np.int64))
        self._acts.append(int(action))
        self._history[:-2] = self._history[2:]
        self._history[-2] = system_code(int(action))
        self._history[-1] = reply_code(self.task, int(self._state.reply[0]))
        terminated = bool(ends[0])
        truncated = not terminated and len(self._acts) >= self.task.max_turns
        self._ended = terminated or truncated
        info: dict[str, Any] = {}
        if self._ended:
            success, metrics = self.task.outcome(self._state)
            info["is_success"] = bool(success[0])
            info["metrics"] = {name: float(values[0]) for name, values in metrics.items()}
        self.show()
        return self._observation(), float(rewards[0]), terminated, truncated, info

    def snapshot(self) -> Snapshot:
        """The state, the acts so far and the episode's keys."""
        state = {
            "state": row(self._state, 0),
            "acts": tuple(self._acts),
            "history": self._history.copy(),
            "ended": self._ended,
            "keys": self._keys.save(),
        }
        return Snapshot(f"dialogue-acts-{self.task.name}", state)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot``."""
        saved = snapshot.of(f"dialogue-acts-{self.task.name}")
        if self._state is None:
            self._state = self.task.start(np.zeros(1, np.uint64))
        set_row(self._state, 0, saved["state"])
        self._acts, self._history = list(saved["acts"]), saved["history"].copy()
        self._ended = saved["ended"]
        self._keys.load(saved["keys"])

    def privileged(self) -> dict[str, Any]:
        """What the person hides, and ``expert_plan``."""
        return self.task.privileged(self._state, 0)

    def frame(self) -> Frame:
        """The dialogue so far as a ``chat`` frame, worded for the occasion."""
        messages = [{"speaker": "case", "text": self.task.case_text(self._state, 0), "note": ""}]
        messages += [
            {"speaker": one.speaker, "text": one.text, "note": f"[{one.act}]"} for one in self.transcript()
        ]
        facts = self.task.speech().facts(self._state, 0)
        return Frame("chat", {"messages": messages, "facts": facts})

    def transcript(self, wording: Wording = "train") -> list[Utterance]:
        """The dialogue so far in words of the split ``wording``; the person's opening is the first."""
        return transcript(self.task.speech(), Templates(wording), int(self._state.key[0]), self._acts)

    def _observation(self) -> Observation:
        return {"acts": self._history.copy(), "features": self.task.observe(self._state)[0]}


def spaces_of(task: ActTask) -> tuple[spaces.Dict, spaces.Discrete]:
    """Observation and action space of one copy of ``task``."""
    acts = spaces.Box(0, codes(task) - 1, (HISTORY,), np.int8)
    features = spaces.Box(-FEATURE_BOUND, FEATURE_BOUND, (len(task.features),), np.float32)
    return spaces.Dict({"acts": acts, "features": features}), spaces.Discrete(len(task.acts))
