import numpy as np
import pytest

from playout.agents.planner.encoders import Seen, encoder, hashed, joined
from playout.core import WrongUse


def seen(*histories, texts=()):
    acts = np.zeros((len(histories), 16), np.int8)
    for row, history in zip(acts, histories, strict=True):
        if history:
            row[-len(history) :] = history
    return Seen(acts, np.arange(2 * len(histories), dtype=np.float32).reshape(-1, 2), texts)


def test_acts_are_read_newest_last_and_features_follow():
    encode = encoder("acts", symbols=4, features=2, recent=2)
    rows = encode(seen([3, 1, 2], []))
    assert rows.shape == (2, encode.size)
    np.testing.assert_allclose(rows[0], [0, 1, 0, 0, 0, 0, 1, 0, 0, 0.25, 0.25, 0.25, 0, 1])
    np.testing.assert_allclose(rows[1], [0] * 12 + [2, 3])


def test_acts_that_were_done_often_are_told_from_those_done_once():
    encode = encoder("acts", symbols=4, features=2)
    once, often = encode(seen([1, 2, 2, 2, 2], [1, 1, 1, 2, 2, 2, 2]))
    assert not np.array_equal(once[:-2], often[:-2])


def test_rows_do_not_depend_on_their_neighbours():
    for name in ("acts", "ngrams"):
        encode = encoder(name, symbols=4, features=2)
        both = seen([1, 3], [2], texts=(("How much?", "120 dollars."), ("Hello",)))
        np.testing.assert_array_equal(encode(both)[1:], encode(both[[1]]))


def test_words_are_hashed_without_regard_to_case_and_numbers():
    same = hashed(["Would you take $120?", "would you take $95?", "Is it new?"])
    np.testing.assert_array_equal(same[0], same[1])
    assert abs(float(same[0] @ same[2])) < 0.5
    np.testing.assert_allclose(np.linalg.norm(same, axis=1), 1, rtol=1e-5)
    assert hashed(["", "\ud800"]).shape == (2, 1024)


def test_reading_words_where_there_are_none_is_refused():
    with pytest.raises(WrongUse, match="ngrams reads words, and this world says acts alone"):
        encoder("ngrams", symbols=4, features=2)(seen([1]))


def test_an_unknown_encoder_says_which_there_are():
    with pytest.raises(WrongUse, match="expected acts, ngrams, minilm or hf:PATH_OR_HUB_ID"):
        encoder("roberta", symbols=4, features=2)


def test_rows_are_chosen_and_joined_with_their_texts():
    both = seen([1], [2], texts=(("a",), ("b",)))
    swapped = joined([both[[1]], both[np.array([True, False])]])
    assert swapped.texts == (("b",), ("a",))
    assert swapped.acts[:, -1].tolist() == [2, 1]
