"""The agent of a run that trained a claim table, for ``playout/ConsultancyClaims-v0``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from playout.agents.draws import draws
from playout.agents.options import make_config
from playout.core import Decision, Turn
from playout.simulators.consultancy.claims import OPTIONS, PRICE_TRUE
from playout.simulators.consultancy.copies import OBSERVED
from playout.training.claim_policy import TIERS, TRUTHS, ClaimTable

KIND = "claims"
"""What the manifest of a run with such a policy says under ``policy``."""
POLICY = "policy"
_SHOWN, _MANNER = OBSERVED.index("shown"), OBSERVED.index("manner")


@dataclass(frozen=True, kw_only=True)
class ClaimConfig:
    """Options of a run's agent."""

    seed: int = 0
    """Decides what is said, together with the episode and the turn."""


class ClaimAgent:
    """Says of each option what the table says of its like."""

    needs: frozenset[str] = frozenset()

    def __init__(self, table: ClaimTable, config: ClaimConfig) -> None:
        """Speak as ``table``."""
        weights = {name: weight.double().softmax(-1).numpy() for name, weight in table.state_dict().items()
                   if name in ("claims", "prices")}  # fmt: skip
        self._claims, self._prices, self._seed = weights["claims"], weights["prices"], config.seed

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        """Claims and the statement of prices, drawn."""
        return [Decision(action=self._action(turn)) for turn in turns]

    def _action(self, turn: Turn) -> np.ndarray:
        seen, draw = np.asarray(turn.observation), draws(self._seed, turn)
        rows = (seen[_SHOWN] * TIERS + seen[OPTIONS : 2 * OPTIONS]) * TRUTHS + seen[:OPTIONS]
        if len(self._claims) > 2 * TIERS * TRUTHS:
            rows = rows + 2 * TIERS * TRUTHS * seen[_MANNER]
        chances = [*self._claims[rows], self._prices]
        said = [int(np.searchsorted(chance.cumsum(), draw.uniform(0, 1))) for chance in chances]
        last = PRICE_TRUE if seen[_SHOWN] else said[-1]
        return np.minimum([*said[:OPTIONS], last], [len(chance) - 1 for chance in chances])


def load_agent(folder: Path, options: Mapping[str, Any]) -> ClaimAgent:
    """For ``agents.registry``."""
    config = make_config(ClaimConfig, str(folder), dict(options))
    return ClaimAgent(ClaimTable.load(folder / POLICY), config)
