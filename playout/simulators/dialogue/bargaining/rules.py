"""How two people bargain, compiled: what each hears, what that does to them, what they answer.

Rule book. A price is told as SL (sale-to-list, spec of PPDPP): 0 is the list price, 1 the buyer's target. A
person counts what they *give*: a seller who asks SL x gives x, a buyer who offers SL x gives 1 - x. Everybody
has a *limit* on giving, which the other side never sees, and a *willingness* that starts ``opening`` below
the limit and moves towards it with what the other side does. Each act has a *pull*: it takes that share of
what is left between willingness and limit.

* Naming a new price pulls by ``trades``; holding on to one (naming it again, ``disagree``) by ``yields``; a
  vague request (``counter-noprice``) by ``pleads``; talk (greet, inquire, inform, confirm, affirm, deny) by
  ``warms``, the first time an act of it is heard. What is done twice in a row, but for new prices, pulls half
  as much, three times a quarter, and so on.
* Who is asked to give more than ``pride`` beyond their limit is offended: they may leave, with probability
  ``touchy``, and their willingness falls back by as much as it had been pulled.
* A person accepts a price that asks no more than their willingness. Else they may leave: with the chance of
  dropping out that the population has at that turn, and, after ``patience`` turns of their own, one in four.
* Else they draw an act from the population's table, given what they heard. Where the act names a price they
  give a share ``gives`` of the way to the other side's price (where it has named none, to their willingness),
  never beyond their willingness, in whole units of the item's price; without room to move they name the old
  price again. A buyer's first price, and a seller's before the buyer's, is drawn from the population's
  openings.
* How firm, warm or hurried somebody is shows in the tone of what they say, and in nothing else but the above.

The price of an act of the system: ``propose`` names the buyer's target the first time, and the buyer's own
last price after that; ``counter`` gives :data:`CONCEDES` of the way from the own last price (the target
before it) to the seller's; ``agree`` takes the seller's price (the list price at first). Words may name
another price instead.

All draws are at (key, turn, purpose), so two policies meet the same person and the same luck.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from playout.core import random
from playout.core.compiled_random import philox
from playout.simulators.dialogue.assessing import all_say
from playout.simulators.dialogue.bargaining.acts import (
    AGREE,
    BUYER,
    CONFIRM,
    COUNTER,
    DISAGREE,
    GREET,
    INFORM,
    LEAVES,
    N_ACTS,
    PROPOSE,
    SELLER,
    TONES,
    VAGUE,
)  # fmt: skip
from playout.simulators.dialogue.bargaining.traits import (
    GIVES,
    LIMIT,
    OPENING,
    PATIENCE,
    PLEADS,
    PRIDE,
    TOUCHY,
    TRADES,
    TRAITS,
    WARMS,
    YIELDS,
)  # fmt: skip

CONCEDES = 0.35
TIRED = 0.25
TURN_COST = 0.1
NOTHING = -1
SILENT = N_ACTS
"""What was heard when nothing was said yet: the last row of the act tables."""

_UNCOUNTED: dict[str, Any] = {"_nrt": False}
rule = njit(cache=True, error_model="numpy", **_UNCOUNTED)
"""For what is called with a state and makes no arrays: without it, each call counts references to all of a
state's arrays, which takes ten times as long as the rules."""

_PERSON = np.uint64(random.STREAM_PERSON)
_DRAWS = 32  # draws per turn and seat that have places of their own
_AT_PERSONA, _AT_ITEM, _AT_LEAVE, _AT_ACT, _AT_GIVES, _AT_TONE, _AT_OPENING = range(7)
_AT_TRAITS = 16


class State(NamedTuple):
    """N bargains; the second axis of what both sides have is (buyer, seller)."""

    key: np.ndarray  # uint64[N]
    turn: np.ndarray  # int64[N]
    reply: np.ndarray  # int64[N]
    success: np.ndarray  # bool[N]
    act: np.ndarray  # int64[N]: the system's last one, -1 before it
    item: np.ndarray  # int64[N]: row of the items
    verdict: np.ndarray  # int64[N]: exact, 1 for a deal
    deal: np.ndarray  # float64[N]: SL, NaN without a deal
    left: np.ndarray  # int64[N]: the seat that walked away, -1
    persona: np.ndarray  # int64[N, 2]: row of the personas
    spirit: np.ndarray  # float64[N, 2, 10]: each trait as a quantile of the population
    traits: np.ndarray  # float64[N, 2, 10]
    willing: np.ndarray  # float64[N, 2]: to give
    standing: np.ndarray  # float64[N, 2]: SL of the last price named, NaN
    named: np.ndarray  # int64[N, 2]: prices named
    moved: np.ndarray  # bool[N, 2]: the last price named was a new one
    said: np.ndarray  # int64[N, 2]: last act, SILENT
    told: np.ndarray  # int64[N, 2]: talk acts used, one bit each
    again: np.ndarray  # int64[N, 2]: how often the last act had been said in a row before
    price: np.ndarray  # float64[N, 2]: SL named in the last utterance, NaN
    tones: np.ndarray  # int64[N, 2, 4]: utterances in each tone


class Settings(NamedTuple):
    """What a task passes to the rules."""

    personas: np.ndarray  # float64[P, 10, 2]: ranges of quantiles
    traits: np.ndarray  # float64[2, 10, 11]: quantile functions of the two seats
    acts: np.ndarray  # float64[2, 12, 11]: weight of a seat's act given what it heard
    openings: np.ndarray  # float64[2, K]: quantile functions, SL of a first price before the other's
    leaves: np.ndarray  # float64[2, T]: chance of dropping out at the seat's turn t
    tones: np.ndarray  # float64[2]: how loud temperament is, and plainness
    bends: float  # how much temperament bends the acts
    step: np.ndarray  # float64[I]: SL of one unit of each item's price
    walks: bool  # whether anybody may leave
    confusion: float
    samples: int
    max_turns: int


def empty(n: int) -> State:
    """N states that have not been started."""

    def ints(*shape: int) -> np.ndarray:
        return np.zeros((n, *shape), np.int64)

    def floats(*shape: int) -> np.ndarray:
        return np.zeros((n, *shape))

    return State(
        key=np.zeros(n, np.uint64), turn=ints(), reply=ints(), success=np.zeros(n, np.bool_), act=ints(),
        item=ints(), verdict=ints(), deal=floats(), left=ints(), persona=ints(2),
        spirit=floats(2, len(TRAITS)), traits=floats(2, len(TRAITS)), willing=floats(2), standing=floats(2),
        named=ints(2), moved=np.zeros((n, 2), np.bool_), said=ints(2), told=ints(2), again=ints(2),
        price=floats(2),
        tones=ints(2, len(TONES)),
    )  # fmt: skip


@rule
def _draw(state: State, i: int, seat: int, place: int) -> float:
    """A uniform number in [0, 1) of this turn and seat for one purpose."""
    counter = np.uint64((state.turn[i] * 2 + seat) * _DRAWS + place)
    return np.float64(philox(state.key[i], counter, _PERSON) >> np.uint64(11)) * 2.0**-53


@rule
def quantile(knots: np.ndarray, share: float) -> float:
    """The value of a quantile function float64[K] at ``share`` in [0, 1]."""
    place = share * (len(knots) - 1)
    below = min(int(place), len(knots) - 2)
    return knots[below] + (knots[below + 1] - knots[below]) * (place - below)


@njit(cache=True)
def start(state: State, settings: Settings) -> None:
    """Begin the episodes of ``state.key``, in place, with nothing said and the list price to be seen."""
    for i in range(len(state.key)):
        state.item[i] = int(_draw(state, i, BUYER, _AT_ITEM) * len(settings.step))
        state.deal[i], state.left[i], state.act[i] = np.nan, NOTHING, NOTHING
        for seat in range(2):
            persona = int(_draw(state, i, seat, _AT_PERSONA) * len(settings.personas))
            state.persona[i, seat] = persona
            for trait in range(len(TRAITS)):
                low, high = settings.personas[persona, trait]
                share = low + (high - low) * _draw(state, i, seat, _AT_TRAITS + trait)
                state.spirit[i, seat, trait] = share
                state.traits[i, seat, trait] = quantile(settings.traits[seat, trait], share)
            traits = state.traits[i, seat]
            state.willing[i, seat] = traits[LIMIT] - traits[OPENING]
            state.standing[i, seat] = 0.0 if seat == SELLER else np.nan
            state.price[i, seat] = np.nan
            state.said[i, seat] = SILENT


@njit(cache=True)
def ask_list_price(state: State, settings: Settings) -> None:
    """The seller opens by stating the list price, in a tone, in place: how PPDPP begins an episode."""
    for i in range(len(state.key)):
        tone = tone_of(state, i, SELLER, settings)
        state.price[i, SELLER] = 0.0
        state.named[i, SELLER] = state.tones[i, SELLER, tone] = 1
        state.said[i, SELLER] = PROPOSE
        state.reply[i] = tone * N_ACTS + PROPOSE


@njit(cache=True)
def step(state: State, acts: np.ndarray, prices: np.ndarray, settings: Settings, reward: np.ndarray) -> None:
    """One act of the buyer and the seller's reply, for every copy, in place.

    Args:
        state: changed.
        acts: int64[N].
        prices: float64[N], SL that the buyer's words name; NaN lets the rules decide.
        settings: of the task.
        reward: float32[N], filled: SL on a deal, else -0.1; where the seller leaves, -0.1 for each turn that
            was left as well.
    """
    for i in range(len(acts)):
        if over(state, i):
            reward[i] = 0.0
            continue
        state.turn[i] += 1
        state.act[i] = acts[i]
        say(state, i, BUYER, acts[i], price_of(state, i, acts[i], prices[i], settings))
        answer(state, i, SELLER, settings)
        reward[i] = reward_of(state, i, settings)


@rule
def over(state: State, i: int) -> bool:
    """Whether the two have agreed or one has left."""
    return state.verdict[i] == 1 or state.left[i] != NOTHING


@rule
def reward_of(state: State, i: int, settings: Settings) -> float:
    """What the assessor gives for the last turn."""
    if state.left[i] != NOTHING:
        return -TURN_COST * (1 + max(settings.max_turns - state.turn[i], 0))
    if all_say(state.key[i], state.turn[i], state.verdict[i], 1, settings.confusion, settings.samples):
        return state.deal[i] if state.verdict[i] else 0.0
    return -TURN_COST


@rule
def price_of(state: State, i: int, act: int, price: float, settings: Settings) -> float:
    """The SL that an act of the system names; NaN for one that names none."""
    own, to = state.standing[i, BUYER], state.standing[i, SELLER]
    if act in (COUNTER, PROPOSE):
        if not np.isnan(price):
            return price
        held = 1.0 if np.isnan(own) else own
        return held if act == PROPOSE else conceded(held, to, float(settings.step[state.item[i]]))
    return np.nan


@rule
def seat_price(state: State, i: int, seat: int, act: int, settings: Settings) -> float:
    """The same for either seat: a seller holds the last price asked, or gives way towards the buyer's."""
    if seat == BUYER or (act != COUNTER and act != PROPOSE):
        return price_of(state, i, act, np.nan, settings)
    own, to = state.standing[i, SELLER], state.standing[i, BUYER]
    if act == PROPOSE or np.isnan(to) or to <= own:
        return own
    unit = float(settings.step[state.item[i]])
    return min(np.ceil((own + CONCEDES * (to - own)) / unit) * unit, to)


@rule
def conceded(held: float, to: float, unit: float) -> float:
    """The SL that a buyer who held ``held`` names on the way to the seller's ``to``, in whole units."""
    return to if to >= held else max(round((held + CONCEDES * (to - held)) / unit) * unit, to)


@rule
def say(state: State, i: int, seat: int, act: int, price: float) -> None:
    """``seat`` says something: what anybody can hear of it goes into the state.

    ``agree`` makes the deal at the other side's price; without one there is nothing to agree to.
    """
    state.again[i, seat] = state.again[i, seat] + 1 if state.said[i, seat] == act else 0
    state.said[i, seat], state.price[i, seat] = act, price
    if act == AGREE:
        state.deal[i] = state.standing[i, 1 - seat]
        state.verdict[i] = 0 if np.isnan(state.deal[i]) else 1
        state.success[i] = state.deal[i] >= 0.0
    elif not np.isnan(price):
        state.moved[i, seat] = state.standing[i, seat] != price
        state.standing[i, seat] = price
        state.named[i, seat] += 1


@rule
def answer(state: State, i: int, seat: int, settings: Settings) -> None:
    """The person in ``seat`` hears what the other side just said, and answers, in place."""
    if over(state, i):  # they have just accepted: it is a deal
        state.price[i, seat] = np.nan
        if seat == SELLER:
            state.reply[i] = AGREE
        return
    offended = hear(state, i, seat)
    act, price = choose(state, i, seat, settings, offended)
    if act == LEAVES:
        state.left[i] = seat
        state.price[i, seat] = np.nan
        if seat == SELLER:
            state.reply[i] = LEAVES
        return
    say(state, i, seat, act, price)
    tone = tone_of(state, i, seat, settings)
    state.tones[i, seat, tone] += 1
    if seat == SELLER:
        state.reply[i] = tone * N_ACTS + act


@rule
def gives(seat: int, price: float) -> float:
    """What a seat gives at SL ``price``; and the SL of what it gives: the function is its own inverse."""
    return price if seat == SELLER else 1.0 - price


@rule
def hear(state: State, i: int, seat: int) -> bool:
    """What the other side's last utterance does to a person; whether it offended."""
    traits, other = state.traits[i, seat], 1 - seat
    act = state.said[i, other]
    if act == SILENT:
        return False
    limit, price = traits[LIMIT], state.price[i, other]
    if not np.isnan(price):
        if gives(seat, price) > limit + traits[PRIDE]:
            state.willing[i, seat] = limit - traits[OPENING]
            return True
        pull = traits[TRADES] if state.moved[i, other] else traits[YIELDS]
    elif act == DISAGREE:
        pull = traits[YIELDS]
    elif act == VAGUE:
        pull = traits[PLEADS]
    else:
        fresh = (state.told[i, other] >> act) & 1 == 0
        pull = traits[WARMS] if fresh else 0.0
        state.told[i, other] |= 1 << act
    if np.isnan(price) or not state.moved[i, other]:
        pull *= 0.5 ** state.again[i, other]
    state.willing[i, seat] += pull * (limit - state.willing[i, seat])
    return False


@rule
def choose(state: State, i: int, seat: int, settings: Settings, offended: bool) -> tuple[int, float]:
    """What a person says next: an act, or LEAVES, and its price as SL, or NaN."""
    traits, other = state.traits[i, seat], 1 - seat
    asked = gives(seat, state.standing[i, other])
    own = gives(seat, state.standing[i, seat])
    willing = state.willing[i, seat]
    if not np.isnan(asked) and (asked <= willing or asked <= own):
        return AGREE, np.nan
    if settings.walks:
        turn = state.turn[i]
        leaves = settings.leaves[seat, min(turn, settings.leaves.shape[1] - 1)]
        if turn > traits[PATIENCE]:
            leaves += TIRED
        if offended:
            leaves += traits[TOUCHY]
        if _draw(state, i, seat, _AT_LEAVE) < leaves:
            return LEAVES, np.nan
    act = _drawn_act(state, i, seat, settings)
    if act != COUNTER and act != PROPOSE:
        return act, np.nan
    return act, _named(state, i, seat, settings, asked, own)


@rule
def _named(state: State, i: int, seat: int, settings: Settings, asked: float, own: float) -> float:
    """The SL that a person names."""
    unit, willing = float(settings.step[state.item[i]]), float(state.willing[i, seat])
    if np.isnan(own) or (seat == SELLER and not state.named[i, seat] and not state.named[i, 1 - seat]):
        price = quantile(settings.openings[seat], _draw(state, i, seat, _AT_OPENING))
        near = np.round(price / unit) * unit
        return 1.0 if abs(price - 1.0) <= abs(price - near) else near
    towards = willing if np.isnan(asked) else asked
    # Every second time it is chance and not temperament, so that people are themselves but not machines.
    luck = _draw(state, i, seat, _AT_GIVES)
    mood = state.spirit[i, seat, GIVES] if luck < 0.5 else 2.0 * luck - 1.0
    share = quantile(settings.traits[seat, GIVES], mood)
    giving = min(own + share * (towards - own), willing)
    if giving < own + unit:
        return gives(seat, own)
    return gives(seat, float(np.floor((giving + 1e-9) / unit) * unit))


@rule
def tone_of(state: State, i: int, seat: int, settings: Settings) -> int:
    """The tone of an utterance: drawn, the likelier the more of it a person has."""
    spirit = state.spirit[i, seat]
    loud, plain = settings.tones
    firm = loud * (1.0 - spirit[GIVES]) ** 3
    warm = loud * spirit[WARMS] ** 3
    hurried = loud * (1.0 - spirit[PATIENCE]) ** 3
    luck = _draw(state, i, seat, _AT_TONE) * (plain + firm + warm + hurried)
    if luck < plain:
        return 0
    if luck < plain + firm:
        return 1
    return 2 if luck < plain + firm + warm else 3


@rule
def _drawn_act(state: State, i: int, seat: int, settings: Settings) -> int:
    """An act from the population's table, bent by temperament."""
    spirit, weights = state.spirit[i, seat], settings.acts[seat, state.said[i, 1 - seat]]
    generous = np.exp(settings.bends * (spirit[GIVES] - 0.5))
    warm = np.exp(settings.bends * (spirit[WARMS] - 0.5))
    calm = np.exp(settings.bends * (spirit[PATIENCE] - 0.5))
    total = 0.0
    for act in range(N_ACTS):
        total += weights[act] * _bend(act, generous, warm, calm)
    luck = _draw(state, i, seat, _AT_ACT) * total
    for act in range(N_ACTS):
        luck -= weights[act] * _bend(act, generous, warm, calm)
        if luck < 0.0:
            return act
    return INFORM


@rule
def _bend(act: int, generous: float, warm: float, calm: float) -> float:
    if act == COUNTER:
        return generous
    if act == DISAGREE:
        return 1.0 / generous
    if act in (INFORM, GREET):
        return warm
    return 1.0 / calm if act == CONFIRM else 1.0


@njit(cache=True)
def observe(state: State, max_turns: int, seen: np.ndarray) -> None:
    """Write the features of ``task.Negotiation``: float32[N, 12]."""
    for i in range(len(state.key)):
        asks, offers = state.standing[i, SELLER], state.standing[i, BUYER]
        heard = max(state.tones[i, SELLER].sum(), 1)
        seen[i, 0] = min(state.turn[i] / max_turns, 1.0)
        seen[i, 1] = _bounded(asks)
        seen[i, 2] = 0.0 if np.isnan(offers) else _bounded(offers)
        seen[i, 3] = 0.0 if np.isnan(offers) else 1.0
        seen[i, 4] = _bounded((1.0 if np.isnan(offers) else offers) - asks)
        seen[i, 5] = min((state.named[i, SELLER]) / 8.0, 1.0)
        seen[i, 6] = min(state.named[i, BUYER] / 8.0, 1.0)
        seen[i, 7] = 1.0 if state.again[i, SELLER] > 0 else 0.0
        for tone in range(1, 4):
            seen[i, 7 + tone] = state.tones[i, SELLER, tone] / heard
        seen[i, 11] = 0.0 if np.isnan(state.price[i, SELLER]) else 1.0


@rule
def _bounded(value: float) -> float:
    return min(max(value, -2.0), 2.0)
