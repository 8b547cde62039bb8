import numpy as np
import pytest

from playout.agents.planner.reading import in_words, read, said
from playout.core import WrongUse


def test_both_kinds_of_world_tell_the_same(turn_of):
    words = [turn_of("playout/Tutoring-v0", "[Hint]", "[Question]", seed=seed) for seed in range(4)]
    acts = [turn_of("playout/TutoringActs-v0", 2, 4, seed=seed) for seed in range(4)]
    assert in_words(words[0]) and not in_words(acts[0])
    spoken, silent = read(words), read(acts)
    np.testing.assert_array_equal(spoken.acts, silent.acts)
    np.testing.assert_array_equal(spoken.features, silent.features)
    assert [len(texts) for texts in spoken.texts] == [5] * 4
    assert not silent.texts


def test_an_act_is_named_in_brackets(turn_of):
    named = turn_of("playout/Tutoring-v0", said("Hint"))
    assert named.info["act"] == "Hint"
    assert "[" not in named.info["dialogue"][1]


@pytest.mark.parametrize(
    "env", ["playout/Sokoban-6x6-1box-v0", "playout/SokobanText-6x6-1box-v0", "CartPole-v1"]
)
def test_other_worlds_are_refused(turn_of, env):
    with pytest.raises(WrongUse, match="expected a world that tells the acts so far"):
        read([turn_of(env)])
