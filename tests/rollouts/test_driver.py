import threading
from functools import partial

import pytest
from toys import GUESS, Count, Endpoint, Scripted, pick

from playout.core import Completion, Decision, ParsedAnswer, WrongUse
from playout.rollouts.driver import Stats, play
from playout.rollouts.episodes import Episode
from playout.rollouts.lookup import make
from playout.rollouts.worlds import GymnasiumWorld

AGENTS = [Scripted, Endpoint]
COUNT, NIM, PENNIES = "toys:toys/Count-v0", "toys:toys/nim_seats-v0", "toys:toys/pennies_seats-v0"


def played(env_id, agents, numbers, kwargs=None, **options) -> list[Episode]:
    if not isinstance(agents, dict):
        agents = {"agent": agents}
    episodes = play(partial(make, env_id, kwargs or {}), agents, numbers, **options)
    return sorted(episodes, key=lambda episode: episode.episode)


def lines(episodes):
    """Without what depends on the clock and the class of the agent."""
    import dataclasses

    return [dataclasses.replace(one, timings={}, agents={}).to_json() for one in episodes]


@pytest.mark.parametrize("kind", AGENTS)
def test_episodes_do_not_depend_on_slots_or_company(kind):
    alone = [line for i in range(12) for line in lines(played(GUESS, Scripted(), [i], seed=5))]
    for slots in (1, 3, 64):
        assert lines(played(GUESS, kind(), range(12), slots=slots, seed=5)) == alone


@pytest.mark.parametrize("kind", AGENTS)
def test_nothing_finished_is_prompted_or_stepped_and_no_slot_idles(kind):
    stats = Stats()
    episodes = played(GUESS, kind(), range(50), slots=8, stats=stats)
    steps = sum(len(one.steps) for one in episodes)
    assert (stats.episodes, stats.steps, stats.prompted, stats.stepped) == (50, steps, steps, steps)
    assert stats.idle_slots == 0
    assert stats.wall_seconds > 0
    assert stats.model_seconds > 0
    assert stats.world_seconds > 0


def test_lock_step_asks_once_per_round_and_keeps_the_batch_full():
    agent, stats = Scripted(), Stats()
    played(GUESS, agent, range(30), slots=8, stats=stats)
    sizes = [len(batch) for batch in agent.batches]
    assert len(sizes) == stats.rounds
    full = next(i for i, size in enumerate(sizes) if size < 8)
    assert all(size == 8 for size in sizes[:full])
    assert sizes[full:] == sorted(sizes[full:], reverse=True)
    assert sorted(number for batch in agent.started for number in batch) == list(range(30))
    assert all(len({episode for episode, *_ in batch}) == len(batch) for batch in agent.batches)


def test_endpoints_are_asked_one_turn_at_a_time_by_at_most_slots_threads():
    at_once, most, lock = 0, 0, threading.Lock()
    all_in = threading.Barrier(4, timeout=20)

    def decide(turn):
        nonlocal at_once, most
        with lock:
            at_once, most = at_once + 1, max(most, at_once + 1)
        if turn.t == 0 and turn.episode < 4:
            all_in.wait()  # passes only if four episodes are really live at once
        with lock:
            at_once -= 1
        return pick(turn)

    agent = Endpoint(script=decide)
    played(GUESS, agent, range(12), slots=4)
    assert all(len(batch) == 1 for batch in agent.batches)
    assert most == 4


def test_local_agent_beside_an_endpoint_is_called_by_one_thread_at_a_time():
    inside, clashes = threading.Lock(), []

    def decide(turn):
        clashes.append(not inside.acquire(blocking=False))
        inside.release()
        return pick(turn)

    agents = {"first": Endpoint(), "second": Scripted(script=decide)}
    assert len(played(NIM, agents, range(20), slots=8)) == 20
    assert not any(clashes)


def test_episode_says_seed_agents_and_outcome():
    wrong = Scripted(needs={"privileged"}, script=lambda turn: Decision(action="guess 17"))
    (episode,) = played(GUESS, wrong, [4], {"max_steps": 2}, seed=10)
    assert (episode.seed, episode.episode, episode.kwargs) == (14, 4, {"max_steps": 2})
    assert episode.agents["agent"] == {"name": "Scripted", "model": None, "options": {}, "oracle": True}
    assert episode.outcome.length == 2
    assert episode.outcome.is_success is False
    assert set(episode.outcome.metrics) == {"invalid_rate", "revisit_rate", "guesses"}
    assert [step.info.get("is_success") for step in episode.steps] == [None, False]
    assert episode.steps[0].observation == "Begin."


def test_specs_are_what_the_records_say():
    specs = {"agent": {"name": "random", "model": None, "options": {"seed": 1}}}
    (episode,) = played(GUESS, Scripted(), [0], specs=specs)
    assert episode.agents == {"agent": {**specs["agent"], "oracle": False}}


@pytest.mark.parametrize("kind", AGENTS)
def test_only_who_needs_it_looks_behind_the_scenes(kind):
    seen = []

    def decide(turn):
        seen.append((turn.world, turn.privileged))
        return pick(turn)

    played(GUESS, kind(script=decide), [0])
    assert set(seen) == {(None, None)}
    seen.clear()
    played(GUESS, kind(needs={"world", "privileged"}, script=decide), [0])
    world, hidden = seen[0]
    assert hasattr(world, "snapshot")
    assert set(hidden) == {"number"}


def test_invalid_revisit_and_simulated_metrics():
    def decide(turn):
        nonsense = ParsedAnswer(action=None, error="no tag")
        stats = {"simulated_steps": 5, "search": {"visits": [1]}}
        actions = ["nope", "nope", "guess 99", "guess 1"]
        return Decision(action=actions[turn.t], parse=nonsense if turn.t == 3 else None, stats=stats)

    (episode,) = played(GUESS, Scripted(script=decide), [0], {"max_steps": 4})
    metrics = episode.outcome.metrics
    assert metrics["invalid_rate"] == 1.0  # three refused by the world, one unreadable
    assert metrics["revisit_rate"] == 0.25  # the second "nope"
    assert metrics["simulated_steps"] == 20
    assert episode.steps[0].search == {"visits": [1]}


def test_revisits_of_arrays_go_by_their_bytes():
    (episode,) = played(COUNT, Scripted(), [0], {"goal": 4, "arrays": True})  # sees 0 0 1 1 2
    assert episode.outcome.metrics["revisit_rate"] == 0.5
    assert [step.observation for step in episode.steps] == [None] * 4


def test_foreign_environment_has_no_verdict_but_a_return():
    for env_id in ("CartPole-v1", "FrozenLake-v1"):
        for episode in played(env_id, Scripted(), range(3)):
            assert episode.outcome.is_success is None
            assert episode.outcome.total == sum(step.reward for step in episode.steps)
            assert Episode.from_json(episode.to_json()).to_json() == episode.to_json()
    (episode,) = played(COUNT, Scripted(), [0], {"masked": True})
    assert [step.action for step in episode.steps] == [2, 2, 2]


def test_seats_have_returns_of_their_own_and_the_first_agent_is_evaluated():
    agents = {"second": Scripted(script=lambda turn: Decision(action=0)), "first": Scripted()}
    (episode,) = played(NIM, agents, [0], {"matches": 2})
    second = episode.outcome.metrics["return_second"]
    assert list(episode.agents) == ["second", "first"]
    assert episode.outcome.total == second == -episode.outcome.metrics["return_first"]
    assert episode.outcome.is_success == (second > 0)
    assert [step.seat for step in episode.steps] == ["first", "second"][: len(episode.steps)]


def test_one_agent_plays_all_seats_that_are_not_named():
    agent = Scripted()
    (episode,) = played(PENNIES, {"agent": agent}, [3])
    assert agent.batches == [[(3, t, "even"), (3, t, "odd")] for t in range(3)]
    assert (episode.outcome.length, len(episode.steps)) == (3, 6)
    assert sum(step.reward for step in episode.steps) == 0
    (episode,) = played(NIM, {"agent": Scripted(), "first": Scripted()}, [0])
    assert list(episode.agents) == ["second", "first"]


@pytest.mark.parametrize(
    ("agents", "message"),
    [
        ({"first": Scripted()}, "nobody plays 'second'; name an agent for it: --agent second=NAME"),
        ({"third": Scripted(), "agent": Scripted()}, "no seat 'third'; its seats are first, second"),
        ({}, "nobody plays 'first'"),
    ],
)
def test_wrong_casts_end_the_run(agents, message):
    with pytest.raises(WrongUse, match=message):
        played(NIM, agents, [0])


@pytest.mark.parametrize("kind", AGENTS)
def test_a_world_that_raises_fails_its_episode_only(kind):
    kwargs = {"goal": 3, "broken": ((102, 2), (104, "reset"))}
    episodes = played(COUNT, kind(), range(7), kwargs, seed=100, slots=3)
    errors = {one.episode: one.error for one in episodes if one.error}
    assert errors == {
        2: "toys:toys/Count-v0, step 1: ZeroDivisionError: the floor gave way",
        4: "toys:toys/Count-v0, reset: RuntimeError: no such level",
    }
    assert [len(one.steps) for one in episodes] == [3, 3, 2, 3, 0, 3, 3]
    assert episodes[2].outcome.is_success is None
    assert episodes[2].outcome.length == 1
    assert episodes[4].outcome.total == 0


@pytest.mark.parametrize("kind", AGENTS)
def test_an_agent_that_raises_fails_the_culprit_only(kind):
    def decide(turn):
        if (turn.episode, turn.t) == (3, 1):
            raise KeyError("what now")
        return pick(turn)

    stats = Stats()
    agent = kind(script=decide)
    episodes = played(COUNT, agent, range(6), stats=stats)
    assert [bool(one.error) for one in episodes] == [False, False, False, True, False, False]
    assert episodes[3].error == f"{kind.__name__}: KeyError: 'what now' (seat agent, step 1)"
    assert [len(one.steps) for one in episodes] == [3, 3, 3, 1, 3, 3]
    assert (stats.stepped, stats.prompted) == (16, 17)


@pytest.mark.parametrize("kind", AGENTS)
def test_an_agent_may_give_up_an_episode_and_its_last_words_are_kept(kind):
    def decide(turn):
        if (turn.episode, turn.t) == (1, 2):
            gone = Completion(text="", finish="error", error="HTTP 500 after 4 tries")
            return Decision(action="", completions=(gone,), stats={"failed": gone.error})
        return pick(turn)

    stats = Stats()
    episodes = played(COUNT, kind(script=decide), range(3), stats=stats)
    assert [one.error for one in episodes] == [None, "HTTP 500 after 4 tries", None]
    assert episodes[1].steps[2].completions[0].finish == "error"
    assert (stats.prompted, stats.stepped) == (9, 8)


@pytest.mark.parametrize("kind", AGENTS)
@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (lambda turns: [], "ValueError: act: expected 1 decisions for as many turns, got 0"),
        (lambda turns: [None] * len(turns), "expected a Decision, got NoneType"),
    ],
)
def test_a_plug_in_that_breaks_the_protocol_is_told_so(kind, broken, reason):
    agent = kind()
    agent.act = broken
    for episode in played(COUNT, agent, range(2)):
        assert reason in str(episode.error)


@pytest.mark.parametrize("kind", AGENTS)
def test_wrong_use_ends_the_run(kind):
    def decide(turn):
        raise WrongUse("this agent needs another world")

    with pytest.raises(WrongUse, match="another world"):
        played(COUNT, kind(script=decide), range(9))


@pytest.mark.parametrize("kind", AGENTS)
def test_an_agent_that_cannot_start_an_episode_fails_it(kind):
    agent = kind()

    def reset(episodes):
        if 1 in episodes:
            raise OSError("no memory of it")

    agent.reset = reset
    errors = [one.error for one in played(COUNT, agent, range(3))]
    assert errors == [None, f"{kind.__name__}: OSError: no memory of it", None]


def test_slots_are_at_least_one():
    with pytest.raises(WrongUse, match="slots: expected at least 1, got 0"):
        played(COUNT, Scripted(), [0], slots=0)


def test_worlds_are_used_again_and_closed():
    made, closed = [], []

    class Closing(Count):
        def close(self):
            closed.append(self)

    def make_world():
        made.append(Closing())
        return GymnasiumWorld(made[-1], "toys/Count-v0", {})

    assert len(list(play(make_world, {"agent": Scripted()}, range(9), slots=2))) == 9
    assert len(made) == 2
    assert set(map(id, closed)) == set(map(id, made))
    made.clear(), closed.clear()
    stream = play(make_world, {"agent": Scripted()}, range(9), slots=2)
    next(stream)
    stream.close()
    assert set(map(id, closed)) == set(map(id, made))
