"""Who the customers are: traits that all share, hidden types, and trust that learns from visit to visit.

* **Types.** A share of the customers is *vulnerable*: they never see through a claim (diligence 0). The
  others have the population's diligence. The type is hidden; each customer has a *manner* of speaking, and
  speaks as her own type does with probability ``cue`` (at ½ the manner tells nothing).
* **Memory.** With ``memory`` m > 0 trust is the mean of a Beta distribution that starts with the counts
  trust·m (kept) and (1 - trust)·m (broken). Each purchase of an option of which the assistant had claimed
  something or told the price counts one: kept if all of that was true, else broken; a lie that she caught
  counts as broken. Trust is never taken for less than ½, where words say nothing.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from playout.core.errors import WrongUse
from playout.core.presets import preset_of
from playout.simulators.consultancy.rules import PRIOR, TRUST

CAREFUL, TRUSTING = range(2)
MANNERS = ("careful", "trusting")
LEAST_TRUST = 0.5


class Traits(NamedTuple):
    """A population as the compiled rules read it."""

    user: np.ndarray  # float64[6], in the order of ``rules.Users``
    vulnerable: float
    cue: float
    memory: float


@dataclass(frozen=True, kw_only=True)
class Population:
    """From whom the customer of an episode is drawn."""

    trust: float = TRUST
    """Chance that a claim is true, as customers see it before they have experience."""
    prior: float = PRIOR
    """Share of options that have a feature, as they see it."""
    price_weight: float = 1.0
    """0: all that has the feature is worth the same to them; 1: they count prices as utility does."""
    risk: float = 1.0
    """Weight of a loss when they choose."""
    temperature: float = 0.0
    """Of their choice; 0 takes the best."""
    diligence: float = 0.0
    """Chance that one who is not vulnerable sees through a purchase that would disappoint."""
    vulnerable: float = 0.0
    """Share of the vulnerable."""
    cue: float = 0.5
    """Chance of speaking as one's own type does."""
    memory: float = 0.0
    """How many visits' worth the first trust is; 0: trust never changes."""

    def __post_init__(self) -> None:
        for name in ("trust", "price_weight", "diligence", "vulnerable", "cue"):
            if not 0 <= getattr(self, name) <= 1:
                raise WrongUse(f"people: expected {name} from 0 to 1, got {getattr(self, name)}")
        if not 0 < self.prior < 1:
            raise WrongUse(f"people: expected a prior between 0 and 1, got {self.prior}")
        for name in ("risk", "temperature", "memory"):
            if not getattr(self, name) >= 0:
                raise WrongUse(f"people: expected {name} >= 0, got {getattr(self, name)}")

    def traits(self) -> Traits:
        """For the compiled rules."""
        user = (self.trust, self.prior, self.price_weight, self.risk, self.diligence, self.temperature)
        return Traits(np.array(user, np.float64), self.vulnerable, self.cue, self.memory)


_MIXED = {"diligence": 0.7, "vulnerable": 0.3}
PEOPLE: dict[str, Population] = {
    "steady": Population(),
    "adaptive": Population(memory=4.0),
    "mixed": Population(**_MIXED, cue=0.9),
    "mixed-no-cue": Population(**_MIXED, cue=0.5),
}
"""Populations by name: trust that is given; that is earned; a vulnerable minority, with and without a cue.

Of the mixed ones: a lie about an option that lacks the feature is rated (1-d)(2b-1) - d at once by one of
diligence d. That pays against the vulnerable, not against the others, and not on average over both; so an
assistant gains by lying only if it can tell who is who.
"""


def people_of(people: str | Population) -> Population:
    """A population by its name, or itself.

    Raises:
        WrongUse: no such name.
    """
    return preset_of("people", people, PEOPLE)
