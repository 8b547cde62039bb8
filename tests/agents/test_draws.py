from playout.agents.draws import draws
from playout.core.random import Stream


def test_draws_are_a_function_of_seed_seat_episode_and_turn(turn):
    keys = [
        (seed, seat, episode, t)
        for seed in (0, 1)
        for seat in ("a", "b")
        for episode in (0, 1)
        for t in (0, 1)
    ]
    first = {key: draws(key[0], turn(seat=key[1], episode=key[2], t=key[3])).bits() for key in keys}
    again = {key: draws(key[0], turn(seat=key[1], episode=key[2], t=key[3])).bits() for key in keys[::-1]}
    assert first == again
    assert len(set(first.values())) == len(keys)


def test_an_agent_and_a_world_of_one_seed_draw_differently(turn):
    assert draws(7, turn()).bits() != Stream(7).bits()
