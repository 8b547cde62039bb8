"""A6 times all that a run does, writing included."""

from playout.experiments.bench.sokoban import rollouts
from playout.experiments.bench.suite import Context
from playout.rollouts import Run


def test_every_episode_is_written(tmp_path, monkeypatch):
    for name, value in {"LIVE": 2, "EPISODES": 3, "RUNS": 2}.items():
        monkeypatch.setattr(rollouts, name, value)
    found = rollouts.overhead(Context(tmp_path))
    written = [Run(folder) for folder in sorted(tmp_path.iterdir())]
    assert [len(run) for run in written] == [3, 3, 3]  # the first run is not timed
    steps = [sum(len(episode["steps"]) for episode in run.episodes()) for run in written]
    assert found.figures["steps"] == steps[1:]
