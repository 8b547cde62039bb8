"""One game that a person plays: act, undo, ask for a hint, let an agent take over, save the episode.

Knows nothing of keys and screens; terminal and web viewers draw it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from playout.core import Agent, Decision, Frame, PlayoutError, Turn, Unsupported, WrongUse
from playout.rollouts import lookup
from playout.rollouts.episodes import Episode
from playout.rollouts.live import LiveEpisode, Player
from playout.rollouts.worlds import View


class PlaySession:
    """A world of any kind, played from ``reset(seed=seed)``; of seats that act at once the person has one."""

    def __init__(
        self,
        env_id: str,
        kwargs: Mapping[str, Any] = {},
        seed: int = 0,
        *,
        others: Mapping[str, Agent] = {},
    ) -> None:
        """Begin.

        Args:
            env_id: any id of Gymnasium or PettingZoo.
            kwargs: passed to the environment.
            seed: decides the episode.
            others: agents for the seats that the person does not play.

        Raises:
            WrongUse: no such id, or seats that act at once have nobody but the person.
            PlayoutError: the world cannot start.
        """
        self.world, self._others = lookup.make(env_id, kwargs), others
        self.restart(seed)

    def restart(self, seed: int) -> None:
        """Begin anew from another seed, or from the same."""
        self.seed, self.frames = seed, list[Frame]()
        """One picture per state, the present one last."""
        self.belief: dict[str, Any] | None = None
        """What another seat's agent takes to be true, as a frame in JSON, where it says so."""
        self.hints = self.undone = self.handed_over = 0
        self._oracle, self._history = False, list[tuple[Any, dict[str, Any], int]]()
        self._greeted: set[int] = set()
        seats = sorted(self.world.seats, key=self._others.__contains__)  # the person's is evaluated
        players = {seat: Player.of(self._others.get(seat, _PERSON)) for seat in seats}
        self._live = LiveEpisode(self.world, players, 0, seed)
        self._check()
        mine = [seat for seat in self.world.pending() if seat not in self._others]
        if len(mine) > 1:
            raise WrongUse(
                f"{self.world.id}: its seats act at once; play one of {', '.join(mine)}, agents the others"
            )
        self.frames.append(self.world.frame())
        self._let_others_act()

    @property
    def over(self) -> bool:
        """Whether the episode has ended; nothing but :meth:`undo` is possible then."""
        return self._live.over

    @property
    def seat(self) -> str:
        """Who is to act: the person, where several act at once."""
        waiting = self.world.pending()
        return next((seat for seat in waiting if seat not in self._others), next(iter(waiting), ""))

    @property
    def observation(self) -> Any:
        """What the seat sees; after the end, what the person's last action led to."""
        if not self.over:
            return self._view.observation
        return self._live.last and self._live.last.observation

    @property
    def legal_actions(self) -> tuple[Any, ...] | None:
        """The actions that would be taken; None where the world does not list them."""
        return () if self.over else self._view.legal_actions

    @property
    def instructions(self) -> str:
        """Role, rules and answer format, for the seat that is to act."""
        return self.world.instructions.get(self.seat, "")

    @property
    def total(self) -> float:
        """Sum of the rewards of the person's seat."""
        return self.world.returns[self._live.evaluated]

    @property
    def t(self) -> int:
        """Steps so far."""
        return self._live.t

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._history)

    def act(self, action: Any) -> None:
        """Do ``action`` for the seat whose turn it is, and let the others answer.

        Raises:
            WrongUse: the episode has ended.
            PlayoutError: the world raised.
        """
        self._do(Decision(action=action))

    def undo(self) -> None:
        """Take back the last action (and what others answered to it).

        Raises:
            Unsupported: the world cannot be restored.
            WrongUse: there is nothing to take back.
        """
        if not self._history:
            if self._live.t:
                self.world.save()  # says why it cannot
            raise WrongUse("undo: nothing has been done yet")
        world, live, frames = self._history.pop()
        self.world.load(world)
        self._live.load(live)
        del self.frames[frames:]
        self.undone += 1

    def hint(self) -> Any | None:
        """What the world's own expert would do; None where it has none, or sees no way out."""
        plan = None if self.over else self.world.privileged().get("expert_plan")
        if not plan:
            return None
        self.hints += 1
        self._oracle = True
        return plan[0]

    def suggestion(self, agent: Agent) -> Decision:
        """What ``agent`` would do now; nothing is done.

        Raises:
            WrongUse: the episode has ended.
            PlayoutError: the agent could not decide.
        """
        decision = self.ask(agent)
        self.hints += 1
        return decision

    def ask(self, agent: Agent) -> Decision:
        """What ``agent`` decides for the person, who may :meth:`follow` it; errors as :meth:`suggestion`."""
        self._refuse_after_end()
        self._greet(agent)
        (decision,) = agent.act([self._live.turn(self.seat, agent.needs)])
        self._oracle = self._oracle or Player.of(agent).spec["oracle"]
        failed = decision.stats.get("failed")
        if isinstance(failed, str):
            raise PlayoutError(failed)
        return decision

    def follow(self, decision: Decision) -> None:
        """Do what an agent has decided; errors as :meth:`act`."""
        self._do(decision)
        self.handed_over += 1

    def hand_over(self, agent: Agent, steps: int = 1) -> list[Decision]:
        """Let ``agent`` play up to ``steps`` of the person's turns; its decisions.

        Raises:
            WrongUse: the episode has ended.
            PlayoutError: the agent could not decide, or the world raised.
        """
        decisions: list[Decision] = []
        while len(decisions) < steps and not (decisions and self.over):
            decisions.append(self.ask(agent))
            self.follow(decisions[-1])
        return decisions

    def episode(self) -> Episode:
        """The record of what was played and not taken back."""
        options = {"hints": self.hints, "undone": self.undone, "handed_over": self.handed_over}
        person = {"name": "human", "model": None, "options": options, "oracle": self._oracle}
        episode = self._live.finish()
        agents = {seat: spec if seat in self._others else person for seat, spec in episode.agents.items()}
        return replace(episode, agents=agents)

    def close(self) -> None:
        """Free the world."""
        self.world.close()

    @property
    def _view(self) -> View:
        return self.world.pending()[self.seat]

    def _do(self, decision: Decision) -> None:
        self._refuse_after_end()
        self._remember()
        self._step({self.seat: decision})
        self._let_others_act()

    def _step(self, decisions: dict[str, Decision]) -> None:
        """Let all act whose turn it is: as decided, the others as they like."""
        for seat in self.world.pending():
            self._live.hear(seat, decisions[seat] if seat in decisions else self._other(seat), 0.0)
        self._live.advance()
        self._check()
        self.frames.append(self.world.frame())

    def _greet(self, agent: Agent) -> None:
        """Tell an agent, once, that an episode begins."""
        if id(agent) not in self._greeted:
            self._greeted.add(id(agent))
            if reset := getattr(agent, "reset", None):
                reset([0])

    def _let_others_act(self) -> None:
        while not self.over and self.seat in self._others:
            self._step({})

    def _other(self, seat: str) -> Decision:
        agent = self._others[seat]
        self._greet(agent)
        (decision,) = agent.act([self._live.turn(seat, agent.needs)])
        self.belief = dict(decision.stats.get("search") or {}).get("belief", self.belief)
        return decision

    def _remember(self) -> None:
        try:
            self._history.append((self.world.save(), self._live.save(), len(self.frames)))
        except Unsupported:
            self._history.clear()

    def _refuse_after_end(self) -> None:
        if self.over:
            raise WrongUse("the episode has ended; undo, or restart")

    def _check(self) -> None:
        if self._live.error is not None:
            raise PlayoutError(self._live.error)


class _Person:
    """Holds the seat of the person, who acts through the session."""

    needs: frozenset[str] = frozenset()

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        raise Unsupported("a play session asks its person through act()")


_PERSON = _Person()
