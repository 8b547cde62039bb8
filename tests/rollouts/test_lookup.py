import pytest
from toys import GUESS

from playout.core import WrongUse
from playout.rollouts.lookup import find, make
from playout.rollouts.worlds import GymnasiumWorld, ParallelWorld, TurnWorld


def test_ids_of_every_kind_are_found():
    assert find(GUESS) == ("gymnasium", "example/GuessNumber-v0")
    assert find("CartPole-v1") == ("gymnasium", "CartPole-v1")
    assert find("toys:toys/nim_seats_v0") == ("pettingzoo-aec", "toys/nim_seats-v0")
    assert find("toys:toys/pennies_seats-v0") == ("pettingzoo-parallel", "toys/pennies_seats-v0")
    assert isinstance(make("CartPole-v1"), GymnasiumWorld)
    assert isinstance(make("toys:toys/nim_seats-v0"), TurnWorld)
    assert isinstance(make("toys:toys/pennies_seats-v0"), ParallelWorld)


@pytest.mark.parametrize(
    ("env_id", "kwargs", "message"),
    [
        ("CartPole-v9", {}, "did you mean CartPole-v1"),
        ("Sokoban-v0", {}, "did you mean playout/Sokoban-v0"),
        ("nothing/LikeIt-v0", {}, "playout list"),
        ("no_such_module:X-v0", {}, "no module 'no_such_module'"),
        (GUESS, {"colour": "red"}, r"unexpected keyword argument 'colour'.*given \{'colour': 'red'\}"),
    ],
)
def test_what_cannot_be_made_is_named(env_id, kwargs, message):
    with pytest.raises(WrongUse, match=f"(?s){message}"):
        make(env_id, kwargs)
