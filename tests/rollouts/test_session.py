import json

import pytest
from toys import GUESS, Scripted

from playout.core import Decision, PlayoutError, Unsupported, WrongUse
from playout.rollouts import Episode, PlaySession, play
from playout.rollouts.lookup import make

NIM = "toys:toys/nim_seats-v0"


def first_legal(turn):
    return Decision(action=turn.legal_actions[0], thought="the first will do")


def test_act_to_the_end_and_save():
    session = PlaySession(GUESS, {"max_steps": 2}, seed=3)
    assert (session.observation, session.t, session.seat, len(session.frames)) == ("Begin.", 0, "agent", 1)
    assert session.instructions.startswith("Find my number")
    session.act("guess 1")
    session.act("nonsense")
    assert session.over
    assert session.legal_actions == ()
    assert session.observation.startswith("Invalid action")
    assert len(session.frames) == 3
    episode = session.episode()
    assert [step.action for step in episode.steps] == ["guess 1", "nonsense"]
    assert episode.outcome.is_success is False
    assert episode.agents["agent"]["name"] == "human"
    with pytest.raises(WrongUse, match="has ended; undo, or restart"):
        session.act("guess 2")


def test_undo_goes_back_step_by_step_even_from_the_end():
    session = PlaySession(GUESS, {"max_steps": 3}, seed=3)
    seen = [session.observation]
    for action in ("guess 1", "what", "guess 16"):
        session.act(action)
        seen.append(session.observation)
    while session.can_undo:
        assert session.observation == seen.pop()
        session.undo()
    assert session.observation == "Begin."
    assert (session.t, session.total, len(session.frames)) == (0, 0.0, 1)
    with pytest.raises(WrongUse, match="nothing has been done yet"):
        session.undo()


def test_what_was_taken_back_leaves_no_trace_but_its_count():
    detour, straight = PlaySession(GUESS, seed=3), PlaySession(GUESS, seed=3)
    for action in ("what", "guess 1", "guess 1"):
        detour.act(action)
        detour.undo()
    for session in (detour, straight):
        session.act("guess 2")
    with_detour, without = detour.episode(), straight.episode()
    assert with_detour.steps == without.steps
    assert with_detour.outcome == without.outcome
    assert with_detour.agents["agent"]["options"] == {"hints": 0, "undone": 3, "handed_over": 0}


def test_hint_is_the_first_action_of_the_worlds_own_plan():
    session = PlaySession("playout/SokobanText-6x6-1box-v0", seed=1)
    while not session.over:
        hint = session.hint()
        assert hint in session.legal_actions
        session.act(hint)
    assert session.hint() is None
    episode = session.episode()
    assert episode.outcome.is_success is True
    assert episode.agents["agent"]["oracle"] is True
    assert PlaySession(GUESS).hint() is None


def test_hand_over_and_take_back():
    session, agent = PlaySession(GUESS, seed=3), Scripted(script=first_legal)
    session.act("guess 5")
    decisions = session.hand_over(agent, steps=2)
    assert [decision.action for decision in decisions] == ["guess 1", "guess 1"]
    session.undo()
    assert session.t == 2
    assert agent.started == [[0]]
    assert len(session.hand_over(agent, steps=99)) == 4
    assert agent.started == [[0]]
    assert session.over
    assert session.episode().steps[-1].thought == "the first will do"
    with pytest.raises(WrongUse, match="has ended"):
        session.hand_over(agent)


def test_an_agent_that_gives_up_changes_nothing():
    session = PlaySession(GUESS, seed=3)
    tired = Scripted(script=lambda turn: Decision(action="", stats={"failed": "HTTP 500"}))
    with pytest.raises(PlayoutError, match="HTTP 500"):
        session.hand_over(tired)
    assert (session.t, len(session.frames), session.over) == (0, 1, False)
    session.act("guess 1")


def test_worlds_without_snapshots_are_played_without_undo():
    session = PlaySession("FrozenLake-v1", {"is_slippery": False})
    session.act(2)
    assert not session.can_undo
    assert session.observation == 1
    with pytest.raises(Unsupported, match="has no snapshot"):
        session.undo()


def test_other_seats_are_played_by_agents():
    other = Scripted(script=first_legal)
    session = PlaySession(NIM, {"matches": 6}, seed=0, others={"first": other})
    assert (session.seat, session.observation, session.t) == ("second", 5, 1)
    session.act(1)
    assert (session.seat, session.observation, session.t) == ("second", 2, 3)
    session.undo()
    assert (session.seat, session.observation, session.t) == ("second", 5, 1)
    session.act(1)
    session.act(1)
    assert session.over
    assert session.total == 1.0
    episode = session.episode()
    assert list(episode.agents) == ["second", "first"]
    assert (episode.agents["second"]["name"], episode.agents["first"]["name"]) == ("human", "Scripted")
    assert episode.outcome.is_success is True
    assert [step.seat for step in episode.steps] == ["first", "second", "first", "second"]


def test_two_people_take_turns_at_one_keyboard():
    session = PlaySession(NIM, {"matches": 2})
    session.act(0)
    assert session.seat == "second"


def test_seats_that_act_at_once_are_refused():
    with pytest.raises(WrongUse, match="its seats act at once"):
        PlaySession("toys:toys/pennies_seats-v0")


def test_of_seats_that_act_at_once_agents_have_the_others():
    session = PlaySession("toys:toys/pennies_seats-v0", others={"even": Scripted(script=first_legal)})
    assert session.seat == "odd"
    for t, penny in enumerate((1, 0, 1), 1):
        session.act(penny)
        assert session.t == t
    assert session.over
    assert session.total == 1.0
    episode = session.episode()
    assert sorted(step.seat for step in episode.steps) == ["even"] * 3 + ["odd"] * 3
    assert episode.agents["odd"]["name"] == "human"


def test_agents_of_other_seats_are_told_of_every_episode():
    other = Scripted(script=first_legal)
    session = PlaySession("toys:toys/pennies_seats-v0", others={"even": other})
    session.act(1)
    session.act(1)
    assert other.started == [[0]]
    session.restart(1)
    session.act(1)
    assert other.started == [[0], [0]]


def test_what_an_agent_decides_may_be_followed_or_not():
    session, agent = PlaySession(GUESS, seed=3), Scripted(script=first_legal)
    decision = session.ask(agent)
    assert (session.t, session.hints, session.handed_over) == (0, 0, 0)
    session.follow(decision)
    assert (session.t, session.hints, session.handed_over) == (1, 0, 1)


def test_restart_from_the_same_seed_is_the_same_game():
    session = PlaySession(GUESS, seed=3)
    session.act("guess 5")
    seen = session.observation
    session.restart(3)
    assert (session.t, len(session.frames), session.can_undo) == (0, 1, False)
    session.act("guess 5")
    assert session.observation == seen


def test_session_and_driver_record_alike():
    session, agent = PlaySession(GUESS, seed=4), Scripted(script=first_legal)
    session.hand_over(agent, steps=99)
    (driven,) = play(lambda: make(GUESS), {"agent": agent}, [0], seed=4)
    mine = session.episode()
    assert (mine.steps, mine.outcome) == (driven.steps, driven.outcome)
    assert Episode.from_json(mine.to_json()).seed == 4
    assert json.loads(mine.to_json())["episode"] == 0
