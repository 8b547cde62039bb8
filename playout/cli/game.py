"""A play session as a person at a terminal sees it: words in, words out.

Shared by the full-screen game and by ``--plain``; the rules of playing are in ``rollouts.session``.
"""

import json
from pathlib import Path
from typing import Any

import gymnasium as gym

from playout.agents.human import answers
from playout.core import Agent, Decision, Frame, WrongUse
from playout.envs.registration import CATALOGUE
from playout.evaluation.summary import summarise
from playout.rollouts.episodes import EpisodeStep
from playout.rollouts.runs import AgentSpec
from playout.rollouts.session import PlaySession
from playout.rollouts.store import open_run

DIRECTIONS = ("up", "down", "left", "right")
_MOST_SHOWN, _LEAST_SHOWN = 4, 0.005
ARROWS: dict[str, str] = dict(zip(DIRECTIONS, "↑↓←→", strict=True))


class Game:
    """One session with the agent that takes over on request."""

    def __init__(self, session: PlaySession, agent: AgentSpec | None, out: Path | None) -> None:
        """Play ``session``; ``agent`` None is the expert where the world has one, else random."""
        self.session, self._spec, self._out = session, agent, out
        self._agent: Agent | None = None
        self.language = not isinstance(_space(session), gym.spaces.Discrete | gym.spaces.Box)
        # Our worlds with four numbered actions number the directions so; others may not.
        self._numbered = session.world.id in CATALOGUE and _space(session) == gym.spaces.Discrete(4)

    @property
    def legal(self) -> tuple[Any, ...]:
        """What can be chosen from; empty where anything may be said."""
        return self.session.legal_actions or ()

    @property
    def last(self) -> EpisodeStep | None:
        """The step that led here."""
        return next(reversed(self.session.episode().steps), None)

    @property
    def frame(self) -> Frame:
        """What the person may see: the picture, or the talk so far where that shows closed cupboards."""
        session = self.session
        frame = session.frames[-1]
        if frame.kind != "rooms":
            return frame
        messages = []
        for step in session.episode().steps:
            messages += [_message("world", step.observation), _message("player", step.action)]
        messages.append(_message("world", session.observation))
        return Frame("chat", {"messages": messages, "caption": frame.data.get("caption", "")})

    def direction(self, name: str) -> Any | None:
        """The legal action that goes ``up``, ``down``, ``left`` or ``right``; None if there is none."""
        wanted = DIRECTIONS.index(name) if self._numbered else name
        return next((action for action in self.legal if action == wanted), None)

    @property
    def steered(self) -> bool:
        """Whether arrow keys mean something here."""
        return self._numbered or any(self.direction(name) is not None for name in DIRECTIONS)

    def label(self, action: Any) -> str:
        """``action`` in a list: with its arrow where it has one, by its name where it is a number."""
        name = DIRECTIONS[action] if self._numbered else str(action)
        return f"{ARROWS.get(name, ' ')} {name}"

    @property
    def solved(self) -> bool:
        """Whether the episode has ended in success."""
        return self.session.over and self.last is not None and bool(self.last.info.get("is_success"))

    def typed(self, text: str) -> None:
        """Do the action that ``text`` names: as it is written, by its number, or any words where allowed.

        Raises:
            WrongUse: the world does not take it.
        """
        accepted = answers(self.legal)
        if text in accepted:
            return self.session.act(accepted[text])
        if self.language or self.session.over:
            return self.session.act(text)
        if self.legal:
            raise WrongUse(f"{text!r} is not one of: {', '.join(map(str, self.legal))}")
        return self.session.act(_number(text))

    def hint(self) -> str:
        """What the world's expert would do, in words."""
        action = self.session.hint()
        return (
            "no hint: this world has no expert, or it sees no way out"
            if action is None
            else f"hint: {action}"
        )

    def suggestion(self) -> str:
        """What the agent would do, and what else it has considered."""
        decision = self.session.suggestion(self._helper())
        chances = dict(decision.stats.get("search") or {}).get("probability") or {}
        likely = sorted(chances.items(), key=lambda entry: -entry[1])[:_MOST_SHOWN]
        shown = ", ".join(f"{name} {chance:.2f}" for name, chance in likely if chance >= _LEAST_SHOWN)
        return f"{self.agent} suggests: {decision.action}" + (f"   ({shown})" if shown else "")

    def ask(self) -> Decision:
        """What the agent decides; nothing is done."""
        return self.session.ask(self._helper())

    def hand_over(self, steps: int = 1) -> list[Decision]:
        """Let the agent play."""
        return self.session.hand_over(self._helper(), steps)

    def _helper(self) -> Agent:
        """The agent; it is made on first use."""
        if self._agent is None:
            self._spec = self._spec or AgentSpec(name="expert" if self._has_expert() else "random")
            self._agent = self._spec.load()
        return self._agent

    @property
    def agent(self) -> str:
        """Who takes over."""
        return self._spec.name if self._spec else "the agent"

    def new(self) -> None:
        """The next level."""
        self.session.restart(self.session.seed + 1)

    def save(self) -> Path:
        """Keep the episode as a run of its own; the folder."""
        episode = self.session.episode()
        asked = {"env": episode.env, "env_kwargs": episode.kwargs, "agents": episode.agents,
                 "episodes": 1, "seed": episode.seed}  # fmt: skip
        with open_run(self._out or _free_folder(), asked) as run:
            run.append(episode)
            run.write_summary(summarise(run))
        self._out = None
        return run.folder

    def status(self) -> str:
        """One line: step, return, and in brackets the last reward."""
        last = self.last
        reward = f" ({last.reward:+.3g})" if last else ""
        return f"step {self.session.t}   return {self.session.total:.3g}{reward}"

    def verdict(self) -> str:
        """How the episode ended, or why the last action was not taken; empty if all is well."""
        last = self.last
        if last is None:
            return ""
        if not self.session.over:
            return str(last.info.get("invalid", ""))
        success = last.info.get("is_success")
        said = "the episode has ended" if success is None else "solved" if success else "not solved"
        metrics = ", ".join(f"{name} {value:.3g}" for name, value in last.info.get("metrics", {}).items())
        return f"{said} after {self.session.t} steps" + (f" ({metrics})" if metrics else "")

    def _has_expert(self) -> bool:
        return "expert_plan" in self.session.world.privileged()


def _space(session: PlaySession) -> gym.Space:
    env, seat = session.world.env, session.world.seats[0]
    space = env.action_space
    return space if isinstance(space, gym.Space) else space(seat)


def _message(speaker: str, text: Any) -> dict[str, str]:
    return {"speaker": speaker, "text": str(text), "note": ""}


def _number(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise WrongUse(f"{text!r}: this world takes numbers, for example [0.5]") from None


def _free_folder() -> Path:
    numbers = range(1, 10_000)
    return next(folder for number in numbers if not (folder := Path(f"runs/play-{number:03}")).exists())
