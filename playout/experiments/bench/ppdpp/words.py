"""L10, its second half: how well the recogniser reads what real people wrote.

Prices: in a deal of ``craigslistbargain-dev``, the price of the ``offer`` event (a button) must be the last
that the recogniser read from one of the two. Where nobody wrote the price there is nothing to read; such
deals are counted beside. Acts: macro-F1 on ``cb-valid``, beside TF-IDF with a softmax regression, which sees
the acts of four fifths of the dialogues; the recogniser was written by hand while looking at both files.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from playout.core import WrongUse
from playout.experiments.bench.suite import Bar, Context, Missing
from playout.simulators.dialogue.bargaining.acts import N_ACTS, SEATS
from playout.simulators.dialogue.bargaining.corpora import ActTalk, Talk, read_act_talks, read_talks
from playout.simulators.dialogue.bargaining.prices import Scene
from playout.simulators.dialogue.bargaining.recogniser import recognise

LEAST = 0.95
_SAME = 0.005
_FOLDS, _STEPS, _RATE, _DECAY = 5, 120, 10.0, 1e-4


def recogniser(context: Context) -> Bar:
    """L10: prices of deals, and acts."""
    try:
        talks, annotated = read_talks(), list(read_act_talks())
    except WrongUse as error:
        raise Missing(f"CraigslistBargain: {error}") from None
    read, written, deals = prices_read(talks)
    acts = {
        "recogniser": macro_f1(*recognised_acts(annotated)),
        "tf-idf": macro_f1(*learnt_acts(annotated)),
    }
    value = {"prices_read": round(read / written, 3)}
    return Bar(
        value=value,
        bar={"prices_read": LEAST},
        met=read >= LEAST * written,
        note=f"of {written} deals whose price was written, of {deals} in all; act macro-F1 "
        + ", ".join(f"{name} {score:.3f}" for name, score in acts.items()),
        figures={"read": read, "written": written, "deals": deals, "act_macro_f1": acts},
    )


def prices_read(talks: Sequence[Talk]) -> tuple[int, int, int]:
    """Deals whose offered price was read, those where it was written in a message, and all that had one."""
    read = written = deals = 0
    for talk in talks:
        offered = next((e.price for e in talk.events if e.kind == "offer" and e.price is not None), None)
        if talk.deal is None or offered is None:
            continue
        deals += 1
        said = [event for event in talk.events if event.kind == "message"]
        if not any(_writes(event.text, offered) for event in said):
            continue
        written += 1
        last: list[float | None] = [None, None]
        for event in said:
            scene = Scene(talk.item.list_price, last[event.seat], last[1 - event.seat])
            price = recognise(event.text, seat=SEATS[event.seat], scene=scene).price
            last[event.seat] = last[event.seat] if price is None else price
        read += any(price is not None and abs(price - offered) <= _SAME * offered for price in last)
    return read, written, deals


def _writes(text: str, price: float) -> bool:
    """Whether the figure of ``price`` stands in ``text``; the recogniser has no part in this."""
    return re.search(rf"(?<![\d.]){re.escape(f'{price:g}')}(?!\d)", text.replace(",", "")) is not None


def recognised_acts(talks: Sequence[ActTalk]) -> tuple[np.ndarray, np.ndarray]:
    """The annotators' acts and the recogniser's: int64[n] each."""
    told, heard = [], []
    for talk in talks:
        last: list[float | None] = [None, None]
        for said in talk.turns:
            scene = Scene(talk.list_price, last[said.seat], last[1 - said.seat])
            reading = recognise(said.text, seat=SEATS[said.seat], scene=scene)
            last[said.seat] = last[said.seat] if reading.price is None else reading.price
            told.append(said.act)
            heard.append(reading.act)
    return np.array(told), np.array(heard)


def learnt_acts(talks: Sequence[ActTalk]) -> tuple[np.ndarray, np.ndarray]:
    """The annotators' acts and those of the baseline, dialogues held out in turn: int64[n] each."""
    rows = [(number % _FOLDS, said) for number, talk in enumerate(talks) for said in talk.turns]
    folds, told = np.array([fold for fold, _ in rows]), np.array([said.act for _, said in rows])
    texts, found = [said.text for _, said in rows], np.zeros(len(rows), np.int64)
    for fold in range(_FOLDS):
        test = folds == fold
        train = np.flatnonzero(~test)
        features = tf_idf([texts[row] for row in train], texts)
        weights = _regression(features[train], told[train])
        found[test] = (features[test] @ weights).argmax(axis=1)
    return told, found


def tf_idf(known: Sequence[str], texts: Sequence[str]) -> np.ndarray:
    """Words and pairs of words in at least two of ``known``, weighted, rows of length 1: float64[n, F]."""
    counted: dict[str, int] = {}
    for text in known:
        for term in set(_terms(text)):
            counted[term] = counted.get(term, 0) + 1
    places = {term: place for place, term in enumerate(sorted(t for t, n in counted.items() if n > 1))}
    rarity = np.log((1 + len(known)) / (1 + np.array([counted[term] for term in places]))) + 1
    features = np.zeros((len(texts), len(places) + 1), np.float32)
    for row, text in enumerate(texts):
        for term in _terms(text):
            if term in places:
                features[row, places[term]] += rarity[places[term]]
    features /= np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-9)
    features[:, -1] = 1.0
    return features


def _terms(text: str) -> list[str]:
    words = re.findall(r"\w+|[?$!]", re.sub(r"\d+", "0", text.lower()))
    return words + [f"{one} {other}" for one, other in pairwise(words)]


def _regression(features: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Weights of a softmax regression by full gradients: float64[F, 11]."""
    wanted = np.eye(N_ACTS, dtype=np.float32)[target]
    weights = np.zeros((features.shape[1], N_ACTS), np.float32)
    for _ in range(_STEPS):
        scores = features @ weights
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        weights += _RATE * (features.T @ (wanted - chances) / len(target) - _DECAY * weights)
    return weights


def macro_f1(told: np.ndarray, heard: np.ndarray) -> float:
    """The mean over the acts that occur of their F1."""
    scores = []
    for act in np.unique(told):
        both = ((told == act) & (heard == act)).sum()
        scores.append(2 * both / ((told == act).sum() + (heard == act).sum()))
    return float(np.mean(scores))
