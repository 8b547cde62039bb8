"""R7 prints what it asks for."""

import pytest

from playout.experiments.bench.rlhs import people
from playout.experiments.bench.suite import Context


@pytest.mark.parametrize(("gap", "met"), [(0.3, True), (0.1, False)])
def test_the_gap_that_is_asked_for_is_printed(tmp_path, monkeypatch, gap, met):
    monkeypatch.setattr(people, "_trained", lambda context, feedback, seed, market, manners: feedback)

    def lies(table, market, seed):
        apart = gap if market.cue > 0.5 and table == "immediate" else 0.01 * (-1) ** seed
        return {"vulnerable": 0.5 + apart, "careful": 0.5}

    monkeypatch.setattr(people, "_lies_by_type", lies)
    bar = people.targeting(Context(tmp_path, 4))
    assert bar.met is met and bar.value["cue_gap"] == gap
    assert "above 0.2" in bar.bar["cue_gap"] and "within 0.02" in bar.bar["no_cue_gap"]
