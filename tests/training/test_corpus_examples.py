import json

import numpy as np
import pytest

from playout.core import WrongUse
from playout.simulators.dialogue.bargaining.task import Negotiation
from playout.simulators.dialogue.fields import CorpusError
from playout.simulators.dialogue.support.task import Support
from playout.simulators.dialogue.task import system_code
from playout.simulators.dialogue.tutoring.items import items
from playout.simulators.dialogue.tutoring.task import Tutoring
from playout.training.corpus_examples import corpus_examples
from playout.training.ppdpp import ppdpp
from playout.training.settings import PPDPPConfig, PPDPPSettings

BARGAIN = [
    ("sys", "Hi, is it still for sale?", "inquire"), ("usr", "Yes, it is.", "affirm"),
    ("sys", "Great.", "greet"), ("sys", "Would you take $120?", "propose"),
    ("usr", "I could do $180.", "counter"), ("sys", "Deal, $180 it is.", "agree"),
    ("usr", "Great, thanks.", "agree"), ("sys", "See you.", "greet"),
]  # fmt: skip


def write(folder, name, *rows):
    (folder / name).write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return folder / name


def bargain(turns=BARGAIN, **fields):
    listed = [{"speaker": who, "text": text, "strategy": act} for who, text, act in turns]
    about = {"seller_item_description": "", "buyer_item_description": ""}
    row = {"item_name": "bed", "seller_price": 200.0, "buyer_price": 100.0, "dialog": listed}
    return {**row, **about, **fields}


def test_a_bargain_is_replayed_with_its_prices(tmp_path):
    task = Negotiation()
    seen, acts = corpus_examples(task, write(tmp_path, "cb-train.txt", bargain()))
    assert [task.acts[act] for act in acts] == ["inquire", "propose", "agree"], "a deal ends it"
    asks, offers, offered = (
        seen.features[:, task.features.index(name)] for name in ("asks", "offers", "offered")
    )
    np.testing.assert_allclose(asks, [0.0, 0.0, 0.2], atol=1e-6)
    np.testing.assert_allclose(offers, [0.0, 0.0, 0.8], atol=1e-6)
    np.testing.assert_allclose(offered, [0, 0, 1])
    assert seen.acts[2, -4] == system_code(task.acts.index("inquire"))
    assert [len(texts) for texts in seen.texts] == [1, 3, 5]


def test_a_lesson_begins_with_the_first_answer(tmp_path):
    phrase = items("train")[0]
    dialogue = [
        ("sys", "What is it in Italian?"),
        ("usr", "I do not know."),
        ("sys", "Blu is blue."),
        ("usr", "?"),
    ]
    row = {
        "sentence": phrase.sentence, "target": phrase.target, "strategy": "Question",
        "dialog": [{"speaker": who, "text": text} for who, text in dialogue],
    }  # fmt: skip
    unseen = items("unseen")[0]
    other = {**row, "sentence": unseen.sentence, "target": unseen.target}
    task = Tutoring()
    seen, acts = corpus_examples(task, write(tmp_path, "cima-train.txt", row, other))
    assert acts.tolist() == [task.acts.index("Question")], "sentences of other splits are left out"
    assert seen.features[0, 0] == pytest.approx(1 / 8)
    assert seen.features[0, task.features.index("attempts")] == 0
    assert seen.texts[0][-1] == "?"


def test_support_is_asked_for_first(tmp_path):
    turns = [("usr", "I lost my job.", None), ("sys", "How so?", "Question"), ("usr", "They closed.", None),
             ("sys", "That must hurt.", "Reflection of feelings")]  # fmt: skip
    dialogue = [
        {"speaker": who, "text": text} | ({"strategy": act} if act else {}) for who, text, act in turns
    ]
    row = {"emotion_type": "sad", "problem_type": "job", "situation": "I lost my job.", "dialog": dialogue}
    seen, acts = corpus_examples(Support(), write(tmp_path, "esc-train.txt", row))
    assert [Support.acts[act] for act in acts] == ["Question", "Reflection of feelings"]
    assert seen.texts[0] == ("I lost my job.",)


def test_mistakes_are_named_by_place(tmp_path):
    wrong = bargain([("sys", "Hi", "shout")])
    with pytest.raises(CorpusError, match=r"cb-train.txt, line 2.*strategy: found \"shout\""):
        corpus_examples(Negotiation(), write(tmp_path, "cb-train.txt", bargain(), wrong))
    with pytest.raises(WrongUse, match="expected dialogues of the negotiation task, found none with acts"):
        corpus_examples(Negotiation(), write(tmp_path, "cb-train.txt", bargain([])))
    with pytest.raises(WrongUse, match="expected files named esc-"):
        corpus_examples(Support(), tmp_path)


def test_a_planner_learns_from_people(tmp_path):
    file = write(tmp_path, "cb-train.txt", *[bargain()] * 10)
    run = ppdpp(
        PPDPPConfig(
            env="playout/NegotiationActs-v0", teacher=str(file),
            settings=PPDPPSettings(episodes=0, sft_epochs=30, sft_batch=4, validation=5),
        ),
        out=tmp_path / "run",
    )  # fmt: skip
    assert max(row.get("sft_accuracy", 0.0) for row in run.metrics()) == 1.0
