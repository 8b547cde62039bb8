"""Fitting: the command, that it is exact, and that people of a known kind are found again."""

import json

import numpy as np
import pytest

from playout.cli.main import main
from playout.core import WrongUse
from playout.simulators.dialogue.bargaining.acts import AGREE, N_ACTS, SELLER
from playout.simulators.dialogue.bargaining.corpora import read_act_talks
from playout.simulators.dialogue.bargaining.fit import fit
from playout.simulators.dialogue.bargaining.populations import population_of
from playout.simulators.dialogue.bargaining.statistics import act_courses, transitions


def test_the_command_writes_a_population(corpus, tmp_path, capsys) -> None:
    out = tmp_path / "people.json"
    assert main(["fit", "bargaining", "--data", str(corpus), "--out", str(out), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert printed["human"].keys() == printed["simulated"].keys()
    assert population_of(str(out)).name == "fitted"


def test_equal_dialogues_give_equal_numbers_and_halves_differ(corpus) -> None:
    one, again, half = fit(corpus), fit(corpus), fit(corpus, half=0)
    assert one.population.to_text() == again.population.to_text()
    assert half.population.to_text() != one.population.to_text()
    assert half.talks < one.talks


def test_acts_are_those_of_the_dialogues_without_agreeing(corpus) -> None:
    found = fit(corpus).population
    counts = transitions(act_courses(read_act_talks(corpus)))
    often = counts[SELLER].sum(axis=1).argmax()
    assert not found.acts[:, :, AGREE].any()
    told = counts[SELLER, often].copy()
    told[AGREE] = 0
    assert found.acts[SELLER, often].argmax() == told.argmax()
    assert found.says.shape == (2, N_ACTS + 1, N_ACTS)
    np.testing.assert_allclose(found.says.sum(axis=2), 1.0, atol=1e-3)


def test_too_few_dialogues_and_no_such_half(corpus, tmp_path) -> None:
    rows = json.loads((corpus / "craigslistbargain-dev.json").read_text())
    (tmp_path / "craigslistbargain-dev.json").write_text(json.dumps(rows[:5]))
    (tmp_path / "cb-valid.txt").write_text((corpus / "cb-valid.txt").read_text())
    with pytest.raises(WrongUse, match="20 dialogues"):
        fit(tmp_path)
    with pytest.raises(WrongUse, match="half"):
        fit(corpus, half=2)
