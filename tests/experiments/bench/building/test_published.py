"""What B1 says where the user has not all of the record."""

import pytest

from playout.experiments import bench

PARTS = ("dev/episode_00.npz", "reference/masks.npz", "reference/steps.npz")


@pytest.mark.parametrize("there", [0, 1, 2])
def test_a_record_in_part_is_missing(tmp_path, monkeypatch, there):
    monkeypatch.setenv("PLAYOUT_DATA", str(tmp_path))
    for part in PARTS[:there]:
        file = tmp_path / "mbag" / part
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (tmp_path / "mbag").mkdir(exist_ok=True)
    found = bench.run("building", only=["B1"], progress=lambda line: None)["bars"]["B1"]
    assert found["met"] is None
    assert PARTS[there].replace("00", "*") in found["note"]
