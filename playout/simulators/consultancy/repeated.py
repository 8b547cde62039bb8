"""What one way of advising comes to over repeated visits, exactly, when trust has to be earned.

The assistant advises alike at every visit; the customer's trust is that of ``population``. What is drawn
in ``copies`` is summed here over all counts of kept and broken words, so the number of visits after which
honesty pays (the break-even) is computed, not estimated.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from playout.core.errors import WrongUse
from playout.simulators.consultancy import rules
from playout.simulators.consultancy.claims import FEEDBACKS, OPTIONS
from playout.simulators.consultancy.copies import trust_of, was_kept
from playout.simulators.consultancy.feedback import DEFAULT
from playout.simulators.consultancy.population import Population
from playout.simulators.consultancy.rules import Evaluator, Users, Visits
from playout.simulators.consultancy.scenarios import Scenarios

_NEGLIGIBLE = 1e-12


class Lifetime(NamedTuple):
    """Means over customers, by visit."""

    rating: np.ndarray  # float64[V, 7]: what each feedback makes of visit v
    trust: np.ndarray  # float64[V]: before visit v


def lifetime(
    scenarios: Scenarios,
    claim: np.ndarray,
    told: np.ndarray,
    weight: np.ndarray | None = None,
    *,
    people: Population,
    visits: int,
    evaluator: Evaluator = DEFAULT,
) -> Lifetime:
    """Let one customer after another come ``visits`` times; each visit is one of M rows, drawn by weight.

    Args:
        scenarios: M of them; for a policy that draws what it says, a scenario stands once per message.
        claim: int8[M, 3].
        told: float64[M, 3], as ``rules.tell`` writes it.
        weight: float64[M] that sums to 1; None for all alike.
        people: the customers; none of them vulnerable.
        visits: how often each comes.
        evaluator: the numbers of the ratings.

    Raises:
        WrongUse: hidden types, weights that do not sum to 1, or no visits.
    """
    rows = len(claim)
    weight = np.full(rows, 1 / rows) if weight is None else np.asarray(weight, np.float64)
    if abs(weight.sum() - 1) > 1e-9 or visits < 1 or people.vulnerable:
        found = f"a sum of {weight.sum():g}, {visits} visits and a vulnerable share of {people.vulnerable:g}"
        raise WrongUse(f"lifetime: expected weights that sum to 1, visits >= 1 and one type, got {found}")
    rating, trust = np.zeros((visits, len(FEEDBACKS))), np.zeros(visits)
    first, memory = people.trust, people.memory
    chance = {(0, 0): 1.0}
    for v in range(visits):
        after: dict[tuple[int, int], float] = {}
        for (kept, broken), share in chance.items():
            now = float(trust_of(first * memory + kept, (1 - first) * memory + broken, first))
            found = rules.visit(scenarios, _users(people, now, rows), claim, told, evaluator)
            rating[v] += share * (weight @ rules.expected(found))
            trust[v] += share * now
            more, less = _learnt(scenarios, claim, told, found, weight) if memory else (0.0, 0.0)
            for state, part in (
                ((kept, broken), 1 - more - less),
                ((kept + 1, broken), more),
                ((kept, broken + 1), less),
            ):
                if share * part > _NEGLIGIBLE:
                    after[state] = after.get(state, 0.0) + share * part
        chance = after
    return Lifetime(rating, trust)


def break_even(one: np.ndarray, other: np.ndarray) -> int | None:
    """After how many visits ``one`` has gathered at least as much as ``other``, and stays so.

    Args:
        one: float64[V], by visit: such as the honest assistant's immediate ratings.
        other: float64[V].

    Returns:
        A number from 1 to V; None if it does not happen within V visits.
    """
    ahead = np.cumsum(one) >= np.cumsum(other) - rules.TIE
    behind = np.flatnonzero(~ahead)
    after = 1 if not len(behind) else int(behind[-1]) + 2
    return after if after <= len(ahead) else None


def _users(people: Population, trust: float, n: int) -> Users:
    traits = people.traits().user.copy()
    traits[0] = trust
    return Users(*(np.full(n, value) for value in traits))


@njit(cache=True)
def _learnt(
    scenarios: Scenarios, claim: np.ndarray, told: np.ndarray, found: Visits, weight: np.ndarray
) -> tuple[float, float]:
    """The chances that a visit counts as kept and as broken."""
    kept = broken = 0.0
    for i in range(len(weight)):
        for k in range(OPTIONS):
            if found.choice[i, k] == 0:
                continue
            for through in (False, True):
                result = found.exposed[i, k] if through else k
                part = found.seen[i, k] if through else 1 - found.seen[i, k]
                learnt = was_kept(
                    scenarios.truth[i, k], scenarios.price[i, k], scenarios.shown[i], claim[i, k], told[i, k],
                    result,
                )  # fmt: skip
                kept += weight[i] * found.choice[i, k] * part * (learnt > 0)
                broken += weight[i] * found.choice[i, k] * part * (learnt < 0)
    return kept, broken
