"""The negotiation task at act level: the buyer's eleven acts with a seller who may be moved, or not.

Reward, PPDPP's (Deng et al., ICLR 2024): SL on a deal, the price as a share of the way from the list price
(0) to the buyer's target (1); -0.1 on a turn without one. A deal above the list price is a deal with a
negative SL, and no success. A seller who walks away costs what the turns that were left would have cost.
"""

from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from playout.core.errors import WrongUse
from playout.simulators.dialogue.acts import NEGOTIATION, names
from playout.simulators.dialogue.assessors import Assessor, assessor_of
from playout.simulators.dialogue.bargaining import rules
from playout.simulators.dialogue.bargaining.acts import BUYER, LEAVES, N_ACTS, REPLIES, SELLER
from playout.simulators.dialogue.bargaining.expert import expert
from playout.simulators.dialogue.bargaining.items import Item, items, shown
from playout.simulators.dialogue.bargaining.people import PERSONAS
from playout.simulators.dialogue.bargaining.populations import Population, population_of
from playout.simulators.dialogue.bargaining.traits import LIMIT, TRAITS
from playout.simulators.dialogue.people import Persona, of_split, table
from playout.simulators.dialogue.task import Split

if TYPE_CHECKING:
    from playout.simulators.dialogue.bargaining.speech import BargainingSpeech


class Negotiation:
    """Buyers who meet sellers of a split, N at once.

    Features (float32, in this order): ``turn`` of ``max_turns``; ``asks``, the seller's price as SL;
    ``offers``, the buyer's, 0 before it and then ``offered`` is 0; ``gap`` between them (the target stands
    for no offer); ``counters`` and ``own counters``, prices that the seller and the buyer have named, of 8;
    ``repeats``: whether the seller has just done the same as before; ``firm``, ``warm`` and ``hurried``: the
    share of the seller's turns that sounded so; ``priced``: whether the seller's last turn named a price.
    """

    name = "negotiation"
    acts: tuple[str, ...] = names(NEGOTIATION)
    replies: tuple[str, ...] = REPLIES
    features: tuple[str, ...] = (
        "turn", "asks", "offers", "offered", "gap", "counters", "own counters", "repeats", "firm", "warm",
        "hurried",
        "priced",
    )  # fmt: skip
    metrics: tuple[str, ...] = ("deal", "sl", "walked_away")

    def __init__(
        self,
        *,
        split: Split = "train",
        population: str | Population = "designed",
        data: str | None = None,
        assessor: str | Assessor = "exact",
        walk_away: bool = True,
        max_turns: int = 8,
        personas: tuple[Persona, ...] | None = None,
    ) -> None:
        """Make the task.

        Args:
            split: whose people and which listings.
            population: ``designed``, ``fitted``, or a file of ``playout fit bargaining``.
            data: CraigslistBargain's dialogues, whose listings are then bargained about; None for ours.
            assessor: who decides the reward.
            walk_away: whether a seller may leave; PPDPP's cannot.
            max_turns: acts of the buyer after which the environment truncates.
            personas: other kinds of people than the split's.

        Raises:
            WrongUse: an option that cannot be right.
        """
        if max_turns < 1:
            raise WrongUse(f"max_turns: expected at least 1, got {max_turns}")
        self.population, self.items = population_of(population), items(split, data)
        self.personas = tuple(of_split(PERSONAS, split) if personas is None else personas)
        self.assessor, self.max_turns = assessor_of(assessor), max_turns
        self.settings = rules.Settings(
            personas=table(self.personas, TRAITS),
            traits=self.population.traits,
            acts=self.population.acts,
            openings=self.population.openings,
            leaves=self.population.leaves,
            tones=self.population.tones,
            bends=self.population.bends,
            step=_steps(self.items),
            walks=walk_away,
            confusion=self.assessor.confusion,
            samples=self.assessor.samples,
            max_turns=max_turns,
        )

    def about(self, item: Item) -> "Negotiation":
        """The same people, about one listing."""
        other = copy(self)
        other.items, other.settings = (item,), self.settings._replace(step=_steps((item,)))
        return other

    def meet(self, keys: np.ndarray) -> rules.State:
        """A buyer and a seller each, with nothing said; the list price can be seen."""
        state = rules.empty(len(keys))
        state.key[:] = keys
        rules.start(state, self.settings)
        return state

    def start(self, keys: np.ndarray) -> rules.State:
        """Sellers who have just stated the list price."""
        state = self.meet(keys)
        rules.ask_list_price(state, self.settings)
        return state

    def step(
        self, state: rules.State, acts: np.ndarray, details: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """One act each; ``details`` is the price in dollars that the buyer's words name."""
        reward, prices = np.empty(len(acts), np.float32), np.full(len(acts), np.nan)
        if details is not None:
            for i in np.flatnonzero(~np.isnan(details)):
                prices[i] = self.item(state, int(i)).sl(float(details[i]))
        rules.step(state, acts, prices, self.settings, reward)
        return reward, (state.verdict == 1) | (state.left != rules.NOTHING)

    def observe(self, state: rules.State) -> np.ndarray:
        """float32[N, 12]."""
        seen = np.empty((len(state.key), len(self.features)), np.float32)
        rules.observe(state, self.max_turns, seen)
        return seen

    def outcome(self, state: rules.State) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Success; whether there is a deal, its SL (0 without one and below 0, as PPDPP counts), who left."""
        metrics = {
            "deal": (state.verdict == 1).astype(float),
            "sl": np.maximum(np.nan_to_num(state.deal), 0.0),
            "walked_away": (state.left == SELLER).astype(float),
        }
        return state.success.copy(), metrics

    def privileged(self, state: rules.State, i: int) -> dict[str, Any]:
        """The seller's kind, traits, reserve price (dollars) and willingness (SL), and the best act found."""
        return {
            "persona": self.personas[state.persona[i, SELLER]].name,
            "traits": dict(zip(TRAITS, state.traits[i, SELLER].tolist(), strict=True)),
            "reserve": self.reserve(state, i, SELLER),
            "willing": float(state.willing[i, SELLER]),
            "expert_plan": (int(expert(state, i, self.settings)),),
        }

    def reserve(self, state: rules.State, i: int, seat: int) -> float:
        """The dollars beyond which the person in ``seat`` of copy ``i`` does not go."""
        limit = float(rules.gives(seat, float(state.traits[i, seat, LIMIT])))
        return self.item(state, i).dollars(limit)

    def item(self, state: rules.State, i: int) -> Item:
        """What copy ``i`` bargains about."""
        return self.items[state.item[i]]

    def listing_text(self, state: rules.State, i: int) -> str:
        """What both sides see of copy ``i``."""
        item = self.item(state, i)
        about = f"For sale: {item.title} ({item.category}). {item.description}"
        return f"{about}\nList price: {shown(item.list_price)}."

    def case_text(self, state: rules.State, i: int) -> str:
        """The listing and the buyer's target."""
        hope = shown(self.item(state, i).target)
        return f"{self.listing_text(state, i)} The buyer hopes to pay {hope}."

    def human_acts(self) -> np.ndarray:
        """What people in the buyer's seat say after each entry of a history: float64[codes, 11].

        Rows sum to 1 and depend on the act heard only: the tables of the population, ``agree`` included where
        they have it, as a policy to imitate where no dialogues are given.
        """
        heard = self.population.says[BUYER]
        heard = heard / heard.sum(axis=1, keepdims=True)  # files hold rounded numbers
        rows = np.tile(heard[N_ACTS], (1 + N_ACTS + len(REPLIES), 1))
        for reply in range(LEAVES):
            rows[1 + N_ACTS + reply] = heard[reply % N_ACTS]
        return rows

    def speech(self) -> "BargainingSpeech":
        """The talk in words."""
        from playout.simulators.dialogue.bargaining.speech import BargainingSpeech

        return BargainingSpeech(self)


def _steps(items: Sequence[Item]) -> np.ndarray:
    """SL of one unit of each item's price."""
    return np.array([item.unit / (item.list_price - item.target) for item in items])
