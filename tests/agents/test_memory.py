from playout.agents import memory
from playout.agents.memory import Exchange, Memory
from playout.core import Message


def exchange(t: int) -> Exchange:
    return Exchange(t, f"seen {t}", f"did {t}", Message("user", ""), Message("assistant", ""))


def recalled(store: Memory, turn) -> list[int]:
    return [e.t for e in store.recall(turn)]


def test_only_the_last_exchanges_are_kept(turn):
    store = Memory(2)
    for t in range(5):
        store.store(turn(t=t), exchange(t))
    assert recalled(store, turn(t=5)) == [3, 4]


def test_the_first_exchange_may_be_kept_too(turn):
    store, alone = Memory(2, keep_first=True), Memory(0, keep_first=True)
    for t in range(5):
        store.store(turn(t=t), exchange(t))
        alone.store(turn(t=t), exchange(t))
    assert recalled(store, turn(t=5)) == [0, 3, 4]
    assert recalled(alone, turn(t=5)) == [0]


def test_episodes_and_seats_are_kept_apart(turn):
    store = Memory(2)
    store.store(turn(seat="buyer"), exchange(0))
    assert recalled(store, turn(t=1, seat="seller")) == []
    assert recalled(store, turn(t=1, seat="buyer", episode=1)) == []


def test_going_back_in_time_forgets_what_has_not_happened(turn):
    store = Memory(4)
    for t in range(4):
        store.store(turn(t=t), exchange(t))
    assert recalled(store, turn(t=2)) == [0, 1]
    assert recalled(store, turn(t=0)) == []


def test_forgotten_episodes_are_gone(turn):
    store = Memory(2)
    store.store(turn(episode=1), exchange(0))
    store.store(turn(episode=2), exchange(0))
    store.forget([1, 7])
    assert recalled(store, turn(episode=1, t=1)) == []
    assert recalled(store, turn(episode=2, t=1)) == [0]


def test_the_longest_unseen_episode_is_dropped_first(turn, monkeypatch):
    monkeypatch.setattr(memory, "_EPISODES_KEPT", 2)
    store = Memory(2)
    for episode in (0, 1):
        store.store(turn(episode=episode), exchange(0))
    store.store(turn(episode=0, t=1), exchange(1))
    store.store(turn(episode=2), exchange(0))
    assert recalled(store, turn(episode=0, t=2)) == [0, 1]
    assert recalled(store, turn(episode=1, t=2)) == []
