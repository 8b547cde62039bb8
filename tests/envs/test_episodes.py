"""Keys of episodes."""

import numpy as np

from playout.envs.episodes import EpisodeKeys


def test_the_kind_of_integer_does_not_matter():
    """PettingZoo's worlds take whatever ``np.arange`` gives."""
    for seed in (0, 7, 12345, 2**40):
        keys = [EpisodeKeys().next(None, kind(seed)) for kind in (int, np.int64, np.uint64)]
        assert len(set(keys)) == 1
