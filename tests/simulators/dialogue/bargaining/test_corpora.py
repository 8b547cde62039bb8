"""Published dialogues: read as they are, mistakes named."""

import json

import pytest

from playout.core import WrongUse
from playout.simulators.dialogue.bargaining.acts import ACTS, BUYER, SELLER
from playout.simulators.dialogue.bargaining.corpora import read_act_talks, read_talks
from playout.simulators.dialogue.fields import CorpusError


def test_both_kinds_are_found_and_read(corpus) -> None:
    talks, acts = read_talks(corpus), list(read_act_talks(corpus))
    assert len(talks) == len(acts) == 60
    assert {event.seat for talk in talks for event in talk.events} == {BUYER, SELLER}
    assert all((talk.deal is None) == (talk.events[-1].kind != "accept") for talk in talks if talk.events)
    assert {said.act for talk in acts for said in talk.turns} <= set(range(len(ACTS)))
    assert talks[3].item.list_price == acts[3].list_price


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda row: row["scenario"]["kbs"][0]["personal"].update(Role="seller"), "scenario.kbs"),
        (lambda row: row["events"][0].update(agent=2), "agent"),
        (lambda row: row["events"][0].update(action="shout"), "action"),
        (lambda row: row["scenario"]["kbs"][1]["personal"].update(Target=0), "above 0"),
        (lambda row: row.pop("outcome"), "outcome"),
    ],
)
def test_a_mistake_is_named_by_item_and_field(corpus, tmp_path, change, said) -> None:
    rows = json.loads((corpus / "craigslistbargain-dev.json").read_text())
    change(rows[1])
    file = tmp_path / "craigslistbargain-bad.json"
    file.write_text(json.dumps(rows))
    with pytest.raises(CorpusError, match=f"item 2.*{said}"):
        read_talks(file)


def test_an_unknown_act_is_named_by_line(corpus, tmp_path) -> None:
    lines = (corpus / "cb-valid.txt").read_text().splitlines()
    row = json.loads(lines[2])
    row["dialog"][0]["strategy"] = "bribe"
    file = tmp_path / "cb-bad.txt"
    file.write_text("\n".join([*lines[:2], json.dumps(row)]))
    with pytest.raises(CorpusError, match=r"line 3.*strategy.*bribe"):
        list(read_act_talks(file))


def test_no_files(tmp_path, monkeypatch) -> None:
    with pytest.raises(WrongUse, match="craigslistbargain"):
        read_talks(tmp_path)
    monkeypatch.delenv("PLAYOUT_DATA", raising=False)
    with pytest.raises(WrongUse, match="PLAYOUT_DATA"):
        read_talks()
