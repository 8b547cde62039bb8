"""A small corpus in the published formats, played by designed people and worded by our grammar."""

import json
from pathlib import Path

import numpy as np
import pytest

from playout.core.random import STREAM_GENERATE, Stream, bits_array
from playout.simulators.dialogue.bargaining.acts import ACTS, N_ACTS, SAYS, SEATS
from playout.simulators.dialogue.bargaining.converse import converse
from playout.simulators.dialogue.bargaining.items import shown
from playout.simulators.dialogue.bargaining.people import ANYBODY
from playout.simulators.dialogue.bargaining.task import Negotiation
from playout.simulators.dialogue.bargaining.words import GRAMMAR

_TURNS = 16


@pytest.fixture(scope="session")
def corpus(tmp_path_factory) -> Path:
    """A folder with ``craigslistbargain-dev.json`` and ``cb-valid.txt`` of 60 dialogues each."""
    folder = tmp_path_factory.mktemp("craigslistbargain")
    _write(folder, 60)
    return folder


def _write(folder: Path, dialogues: int) -> None:
    task = Negotiation(personas=(ANYBODY,), max_turns=_TURNS)
    keys = bits_array(np.uint64(4), np.arange(dialogues, dtype=np.uint64), STREAM_GENERATE)
    state = task.meet(keys)
    talks = converse(state, task.settings, np.arange(dialogues) % 2, _TURNS)
    raw, annotated = [], []
    for i in range(dialogues):
        item, draws = task.item(state, i), Stream(int(keys[i]), STREAM_GENERATE)
        said = []
        for turn, act in enumerate(talks.acts[i]):
            if not 0 <= act < N_ACTS:
                break
            seat = (int(talks.first[i]) + turn) % 2
            price = talks.prices[i, turn]
            deal = "" if np.isnan(talks.deal[i]) else shown(item.dollars(float(talks.deal[i])))
            named = "" if np.isnan(price) else shown(item.dollars(float(price)))
            slots = {"offer": named, "ask": named, "deal": deal}
            said.append((seat, GRAMMAR.say((ACTS, SAYS)[seat][act], "train", slots, draws), int(act)))
        raw.append(_raw(item, said, talks.deal[i]))
        annotated.append(_annotated(item, said))
    (folder / "craigslistbargain-dev.json").write_text(json.dumps(raw))
    (folder / "cb-valid.txt").write_text("".join(f"{json.dumps(row)}\n" for row in annotated))


def _raw(item, said, deal):
    about = {"Title": item.title, "Category": item.category, "Description": [item.description]}
    sides = [
        {"personal": {"Role": seat, "Target": target}, "item": about}
        for seat, target in zip(SEATS, (item.target, item.list_price), strict=True)
    ]
    events = [{"agent": seat, "action": "message", "data": text} for seat, text, _ in said]
    price = None if np.isnan(deal) else item.dollars(float(deal))
    if price is not None:
        events.append({"agent": 0, "action": "offer", "data": {"price": price}})
        events.append({"agent": 1, "action": "accept", "data": None})
    return {
        "scenario": {"kbs": sides}, "events": events,
        "outcome": {"reward": int(price is not None), "offer": {"price": price}},
    }  # fmt: skip


def _annotated(item, said):
    turns = [
        {"speaker": ("sys", "usr")[seat], "text": text, "strategy": ACTS[act]} for seat, text, act in said
    ]
    return {
        "item_name": item.category, "seller_price": item.list_price, "buyer_price": item.target,
        "buyer_item_description": "", "seller_item_description": "", "dialog": turns,
    }  # fmt: skip
