"""R1 takes the published catalogue where the user has it, and does without elsewhere."""

import pytest

from playout.experiments.bench.rlhs import closed_forms
from playout.experiments.bench.suite import Context
from playout.simulators.consultancy.catalogue import OWN


@pytest.fixture
def measured(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYOUT_DATA", str(tmp_path))
    for name in ("_flow_error", "_slope_error"):  # seconds, and not what is asked here
        monkeypatch.setattr(closed_forms, name, lambda game: 0.0)
    return lambda: closed_forms.closed_forms(Context(tmp_path))


def test_a_data_folder_without_the_published_catalogue(measured):
    bar = measured()
    assert bar.met is True and bar.figures["mix"].keys() == {"own"}


def test_a_data_folder_with_it(measured, tmp_path):
    folder = tmp_path / "rlhs"
    folder.mkdir()
    (folder / "catalogue.json").write_text(OWN.read_text("utf-8"), "utf-8")
    assert measured().figures["mix"].keys() == {"own", "published"}
