"""The agent that follows the plan of a world that knows its own solution; it solves nothing itself.

A world offers the plan as ``privileged()["expert_plan"]``: the actions from the present state to
success, empty or None where there is none any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playout.agents.draws import draws
from playout.core import Decision, Turn, WrongUse


@dataclass(frozen=True, kw_only=True)
class ExpertConfig:
    """Options of ``expert``."""

    noise: float = 0.0
    """Share of turns with a random legal action instead, so that collected data also recovers from errors."""
    seed: int = 0
    """Decides when the noise strikes and what it does."""

    def __post_init__(self) -> None:
        if not 0 <= self.noise <= 1:
            raise WrongUse(f"expert: expected noise from 0 to 1, got {self.noise}")


class ExpertAgent:
    """Plays the first action of the world's own plan; an oracle."""

    needs: frozenset[str] = frozenset({"legal_actions", "privileged"})

    def __init__(self, config: ExpertConfig = ExpertConfig()) -> None:
        self.config = config

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        """One action per turn.

        Where the plan is empty it plays the first legal action and notes ``stats["no_plan"] = 1``; where
        the noise struck it notes ``stats["noise"] = 1``.

        Raises:
            WrongUse: the world offers no plan.
        """
        return [self._decide(turn) for turn in turns]

    def _decide(self, turn: Turn) -> Decision:
        plan, legal = _plan(turn), turn.legal_actions
        if self.config.noise and legal:
            draw = draws(self.config.seed, turn)
            if draw.uniform() < self.config.noise:
                return Decision(action=draw.choice(legal), plan=plan, stats={"noise": 1})
        if plan:
            return Decision(action=plan[0], plan=plan)
        return Decision(action=legal[0] if legal else "", stats={"no_plan": 1})


def _plan(turn: Turn) -> tuple[Any, ...]:
    known = turn.privileged or {}
    if "expert_plan" not in known:
        raise WrongUse(
            f"expert: this world has no expert: its privileged() gives {sorted(known) or 'nothing'}, expected"
            f" 'expert_plan' (episode {turn.episode}, seat {turn.seat!r}); choose another agent"
        )
    return tuple(known["expert_plan"] or ())
