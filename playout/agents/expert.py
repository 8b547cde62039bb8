"""The agent that follows the plan of a world that knows its own solution; it solves nothing itself.

A world offers the plan as ``privileged()["expert_plan"]``: the actions from the present state to
success, empty or None where there is none any more.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playout.agents.draws import draws
from playout.core import Decision, Turn, WrongUse

_EPISODES_KEPT = 4096


@dataclass(frozen=True, kw_only=True)
class ExpertConfig:
    """Options of ``expert``."""

    noise: float = 0.0
    """Share of turns with a random legal action instead, so that collected data also recovers from errors."""
    slips: float = 0.0
    """Share of turns with an action that was legal before in the episode and is not now, where there is one,
    so that collected data also shows what the world says to that."""
    seed: int = 0
    """Decides when noise and slips strike and what they do."""

    def __post_init__(self) -> None:
        if min(self.noise, self.slips) < 0 or self.noise + self.slips > 1:
            raise WrongUse(
                f"expert: expected noise and slips from 0 to 1 together, got {self.noise} and {self.slips}"
            )


class ExpertAgent:
    """Plays the first action of the world's own plan; an oracle."""

    needs: frozenset[str] = frozenset({"legal_actions", "privileged"})

    def __init__(self, config: ExpertConfig = ExpertConfig()) -> None:
        self.config = config
        self._before = OrderedDict[tuple[int, str], dict[Any, None]]()
        """What was legal so far in an episode, to a seat, in order."""

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        """One action per turn.

        Where the plan is empty it plays the first legal action and notes ``stats["no_plan"] = 1``; where
        noise or a slip struck it notes ``stats["noise"] = 1``.

        Raises:
            WrongUse: the world offers no plan.
        """
        return [self._decide(turn) for turn in turns]

    def _decide(self, turn: Turn) -> Decision:
        plan, legal = _plan(turn), turn.legal_actions
        if (self.config.noise or self.config.slips) and legal:
            draw = draws(self.config.seed, turn)
            strike, slips = draw.uniform(), self._slips(turn)
            if strike < self.config.noise:
                return Decision(action=draw.choice(legal), plan=plan, stats={"noise": 1})
            if strike < self.config.noise + self.config.slips and slips:
                return Decision(action=draw.choice(slips), plan=plan, stats={"noise": 1})
        if plan:
            return Decision(action=plan[0], plan=plan)
        return Decision(action=legal[0] if legal else "", stats={"no_plan": 1})

    def _slips(self, turn: Turn) -> list[Any]:
        """What was legal before in the episode and is not now."""
        if not self.config.slips:
            return []
        key, legal = (turn.episode, turn.seat), dict.fromkeys(turn.legal_actions or ())
        before = self._before.pop(key, {}) if turn.t else {}
        self._before[key] = before | legal
        while len(self._before) > _EPISODES_KEPT:  # nobody says when one is over
            self._before.popitem(last=False)
        return [action for action in before if action not in legal]


def _plan(turn: Turn) -> tuple[Any, ...]:
    known = turn.privileged or {}
    if "expert_plan" not in known:
        raise WrongUse(
            f"expert: this world has no expert: its privileged() gives {sorted(known) or 'nothing'}, expected"
            f" 'expert_plan' (episode {turn.episode}, seat {turn.seat!r}); choose another agent"
        )
    return tuple(known["expert_plan"] or ())
