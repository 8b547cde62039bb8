from collections import Counter

from playout.core.random import Stream
from playout.simulators.household.generator.draws import BLOCK, Draws, Weighted


def test_the_same_numbers_as_a_stream_across_blocks():
    draws, stream = Draws(7, 4), Stream(7, 4)
    assert [draws.bits() for _ in range(BLOCK + 3)] == [stream.bits() for _ in range(BLOCK + 3)]
    assert draws.share() == stream.uniform()
    assert draws.counter == stream.counter


def test_a_stream_continues_where_it_was_left():
    draws = Draws(7)
    for _ in range(5):
        draws.bits()
    assert Draws(7, 0, draws.counter).bits() == draws.bits()


def test_items_come_by_weight():
    items = Weighted({"never": 0, "rare": 1, "often": 3})
    assert (items.at(0.0), items.at(0.24), items.at(0.25), items.at(0.999)) == ("rare",) * 2 + ("often",) * 2
    draws = Draws(1)
    found = Counter(draws.weighted(items) for _ in range(2000))
    assert 0.7 < found["often"] / 2000 < 0.8 and not found["never"]
    assert not Weighted({"never": 0})


def test_correlated_numbers_are_uniform_and_go_together():
    draws = Draws(3)
    factors = [draws.normal() for _ in range(2000)]
    with_them = [draws.correlated(factor, 0.9) for factor in factors]
    against = [draws.correlated(factor, -0.9) for factor in factors]
    assert abs(sum(with_them) / 2000 - 0.5) < 0.02
    assert sum((f > 0) == (u > 0.5) for f, u in zip(factors, with_them, strict=True)) > 1600
    assert sum((f > 0) == (u > 0.5) for f, u in zip(factors, against, strict=True)) < 400
