"""The household as an environment; that its words are ALFWorld's is tested with the simulator."""

from dataclasses import replace

import gymnasium as gym
import pytest
from gymnasium.error import ResetNeeded

import playout
from playout.core import Snapshot
from playout.core.errors import WrongUse
from playout.envs.household.env import HouseholdEnv
from playout.envs.household.rewards import Rewards
from playout.envs.household.textworld_backend import TextWorldBackend, rules
from playout.simulators.household.goals import TASK_TYPES
from playout.simulators.household.tables import Game


def win(env):
    """Play the expert's plan from here; the results."""
    return [env.step(command) for command in playout.privileged(env)["expert_plan"]]


def test_an_episode_is_told_and_won(rooms):
    env = HouseholdEnv(source=rooms("study: look at a pen"))
    observation, info = env.reset(seed=0)
    assert observation.startswith("-= Welcome to TextWorld, ALFRED! =-\n\nYou are in the middle of a room.")
    assert observation.endswith("Your task is to: look at pen under the desklamp.")
    assert "<action>" in info["instructions"]
    assert info["legal_actions"] == tuple(sorted(info["legal_actions"]))
    assert {"go to desk 1", "look", "inventory", "help"} <= set(info["legal_actions"])
    played = [env.step(command) for command in ("go to desk 1", "take pen 1 from desk 1", "use desklamp 2")]
    assert [result[0] for result in played[1:]] == [
        "You pick up the pen 1 from the desk 1.",
        "You turn on the desklamp 2.",
    ]
    assert [result[1:4] for result in played] == [(0.0, False, False)] * 2 + [(1.0, True, False)]
    assert "is_success" not in played[1][4]
    assert played[-1][4] == {
        "legal_actions": (),
        "is_success": True,
        "metrics": {"goal_conditions": 1.0, "success_look_at_obj_in_light": 1.0},
    }
    with pytest.raises(ResetNeeded, match=r"reset\(\)"):
        env.step("look")


@pytest.mark.parametrize(
    "command", ["", "LOOK", "go to moon 1", "use desklamp 1", "x" * 100_000, "\ud800\x00"]
)
def test_what_does_nothing_is_answered_and_counts(rooms, command):
    env = HouseholdEnv(source=rooms("study: look at a pen"), max_steps=2, rewards="dyna_mind")
    _, before = env.reset(seed=0)
    observation, reward, terminated, truncated, info = env.step(command)
    assert observation == info["invalid"] == "Nothing happens."
    assert (reward, terminated, truncated) == (-0.1, False, False)
    assert info["legal_actions"] == before["legal_actions"]
    assert env.step(command)[3], "the second of two steps"


def test_space_around_a_command_is_nothing(rooms):
    env = HouseholdEnv(source=rooms("study: look at a pen"))
    env.reset(seed=0)
    observation, *_, info = env.step("  go to desk 1\n")
    assert observation.startswith("You arrive at desk 1.")
    assert "invalid" not in info


def test_metrics_at_the_step_limit(rooms):
    env = HouseholdEnv(source=rooms("kitchen: heat apple"), max_steps=5)
    env.reset(seed=0)
    for command in playout.privileged(env)["expert_plan"][:5]:
        *_, terminated, truncated, info = env.step(command)
    assert (terminated, truncated) == (False, True)
    assert not info["is_success"]
    metrics = info["metrics"]
    assert metrics["success_pick_heat_then_place_in_recep"] == 0
    assert 0 < metrics["goal_conditions"] < 1


def test_every_task_type_has_its_own_success(rooms):
    named = set()
    for file in rooms().files:
        env = HouseholdEnv(source=rooms(file.id))
        env.reset(seed=0)
        *_, info = win(env)[-1]
        named |= {name for name, value in info["metrics"].items() if value == 1}
    assert named == {"goal_conditions", *(f"success_{task}" for task in TASK_TYPES)}


def test_older_prompts_say_put(rooms):
    env = HouseholdEnv(source=rooms("study: put a box", wording="put"), wording="put")
    _, info = env.reset(seed=0)
    assert "put one in/on it" in info["instructions"]
    results = win(env)
    assert results[-1][0] == "You put the box 1 in/on the countertop 1."
    assert results[-1][2]
    moved = HouseholdEnv(source=rooms("study: put a box"))
    assert "move one to it" in moved.reset(seed=0)[1]["instructions"]
    assert win(moved)[-1][0] == "You move the box 1 to the countertop 1."


@pytest.mark.parametrize(
    ("rewards", "won", "lost"),
    [
        ("sparse", [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]),
        ("dyna_mind", [-0.1, -0.1, 10.0], [-0.1, -0.1, 0.0]),
        (Rewards(step=-1, last_step=-5, won=2), [-1.0, -1.0, 2.0], [-1.0, -1.0, -5.0]),
    ],
)
def test_rewards(rooms, rewards, won, lost):
    env = HouseholdEnv(source=rooms("study: look at a pen"), rewards=rewards, max_steps=3)
    env.reset(seed=0)
    assert [result[1] for result in win(env)] == won
    env.reset()
    assert [env.step("look")[1] for _ in range(3)] == lost


def test_a_restore_brings_back_the_episode_and_the_ones_after_it(rooms):
    env = gym.make("playout/Household-v0", source=rooms(), max_steps=20)
    env.reset(seed=3)
    env.step(playout.privileged(env)["expert_plan"][0])
    saved = playout.snapshot(env)
    first = win(env), env.reset()
    playout.restore(env, saved)
    assert (win(env), env.reset()) == first


def test_a_snapshot_passes_through_json_into_another_environment_and_game(rooms):
    env = HouseholdEnv(source=rooms("kitchen: heat apple"))
    env.reset(seed=1)
    plan = env.privileged()["expert_plan"]
    env.step(plan[0])
    env.step("nonsense")
    text = playout.snapshot(env).to_json()
    other = HouseholdEnv(source=rooms("study: two cloths"))
    playout.restore(other, Snapshot.from_json(text))
    assert other.privileged() == {"expert_plan": plan[1:]}
    assert other.observe() == "Nothing happens."
    for command in plan[1:]:
        assert other.step(command) == env.step(command)
    assert other.reset()[0].endswith("put two cloth in drawer."), "its next game is its own source's"


def test_a_restore_does_not_share_the_state(rooms):
    env = HouseholdEnv(source=rooms("study: put a box"))
    env.reset(seed=0)
    saved = env.snapshot()
    win(env)
    env.restore(saved)
    first = env.legal_actions()
    win(env)
    env.restore(saved)
    assert env.legal_actions() == first


def test_a_new_environment_can_be_restored_before_a_reset(rooms):
    env = HouseholdEnv(source=rooms("study: put a box"))
    env.reset(seed=0)
    fresh = HouseholdEnv(source=rooms("study: two cloths"))
    fresh.restore(env.snapshot())
    assert win(fresh)[-1][2]


def test_the_plan_follows_the_agent(rooms):
    env = HouseholdEnv(source=rooms("kitchen: heat apple"))
    env.reset(seed=0)
    plan = env.privileged()["expert_plan"]
    env.step(plan[0])
    assert env.privileged()["expert_plan"] == plan[1:]
    env.step("look")
    assert env.privileged()["expert_plan"] == plan[1:]
    env.step("go to drawer 1")
    assert len(env.privileged()["expert_plan"]) >= len(plan) - 1
    assert win(env)[-1][2]
    assert env.privileged()["expert_plan"] == ()


def test_an_expert_that_searches_remembers_what_was_told_and_is_restored(rooms):
    env = HouseholdEnv(source=rooms("kitchen: heat apple"), expert="searching")
    env.reset(seed=0)
    plan = env.privileged()["expert_plan"]
    for command in (plan[0], "go to nowhere"):
        env.step(command)
    assert env.privileged()["expert_plan"] == plan[1:]
    saved = Snapshot.from_json(playout.snapshot(env).to_json())
    results = win(env)
    assert results[-1][2]
    playout.restore(env, saved)
    assert win(env) == results
    with pytest.raises(WrongUse, match="knowing, searching, got 'clever'"):
        HouseholdEnv(source=rooms(), expert="clever")


def test_a_task_that_cannot_be_done_has_no_plan(rooms):
    env = HouseholdEnv(source=rooms("study: won at the start"))
    env.reset(seed=0)
    # The only mug stands on the desk already, and no other counts.
    assert env.privileged()["expert_plan"] == ()


def test_a_seed_decides_the_games(rooms):
    env = HouseholdEnv(source=rooms())
    first = [env.reset(seed=5)[0], *(env.reset()[0] for _ in range(8))]
    assert [env.reset(seed=5)[0], *(env.reset()[0] for _ in range(8))] == first
    assert len(set(first)) > 1


def test_the_frame_shows_the_room(rooms):
    env = HouseholdEnv(source=rooms("study: look at a pen"), render_mode="rgb_array")
    env.reset(seed=0)
    for command in env.privileged()["expert_plan"]:
        env.step(command)
    frame = env.frame()
    assert frame.kind == "rooms"
    assert frame.data["agent"] == "desk 1"
    assert frame.data["holding"] == ["pen 1"]
    assert frame.data["caption"] == "Your task is to: look at pen under the desklamp."
    desk = next(place for place in frame.data["places"] if place["name"] == "desk 1")
    assert "desklamp 2 (on)" in desk["things"]
    assert env.render().ndim == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rewards": "dense"}, "rewards: expected one of sparse, dyna_mind or a Rewards, got 'dense'"),
        ({"backend": "jericho"}, "backend: expected engine or textworld, got 'jericho'"),
        ({"backend": "textworld", "wording": "put"}, "backend: textworld says move, not put"),
    ],
)
def test_wrong_options(rooms, options, message):
    with pytest.raises(WrongUse, match=message):
        HouseholdEnv(source=rooms(), **options)


class Recorded:
    """Stands in for the original: says what the engine says, in capitals."""

    def __init__(self):
        self.env, self.given = None, []

    def start(self, file):
        self.env = HouseholdEnv(source=OneFile(file))
        self.given = []
        return self.env.reset(seed=0)[0].upper()

    def step(self, command):
        said, _, won, *_ = self.env.step(command)
        self.given.append(command)
        return said if said == "Nothing happens." else said.upper(), won

    def legal(self):
        return self.env.legal_actions()

    def snapshot(self):
        return tuple(self.given)

    def restore(self, file, commands):
        self.start(file)
        for command in commands:
            self.step(command)

    def close(self):
        self.env = None


class OneFile:
    def __init__(self, file):
        self._file = file

    def game(self, key):
        return Game(self._file.compile())

    def file(self, key):
        return self._file


@pytest.fixture
def recorded(monkeypatch):
    monkeypatch.setattr("playout.envs.household.textworld_backend.TextWorldBackend", Recorded)


@pytest.fixture
def published(rooms):
    """A room with a domain and a grammar."""
    return OneFile(replace(rooms("study: put a box").files[0], domain="(define)", grammar="grammar"))


def test_the_original_speaks_and_the_engine_follows(recorded, published):
    env = gym.make("playout/Household-v0", source=published, backend="textworld")
    observation, info = env.reset(seed=0)
    assert observation.isupper()
    assert "go to desk 1" in info["legal_actions"]
    assert env.step("jump")[4]["invalid"] == "Nothing happens."
    results = win(env)
    assert results[-1][0] == "YOU MOVE THE BOX 1 TO THE COUNTERTOP 1."
    assert results[-1][2]
    assert results[-1][4]["metrics"]["goal_conditions"] == 1
    env.close()


def test_the_originals_snapshots_are_whole(recorded, published, rooms):
    env = HouseholdEnv(source=published, backend="textworld")
    env.reset(seed=0)
    plan = env.privileged()["expert_plan"]
    env.step(plan[0])
    saved = Snapshot.from_json(env.snapshot().to_json())
    other = HouseholdEnv(source=published, backend="textworld")
    other.restore(saved)
    for command in plan[1:]:
        assert other.step(command) == env.step(command)
    with pytest.raises(WrongUse, match="another backend"):
        HouseholdEnv(source=rooms()).restore(saved)


def test_the_original_needs_files(recorded, rooms):
    env = HouseholdEnv(source=rooms(), backend="textworld")
    with pytest.raises(WrongUse, match=r"a source with file\(key\)"):
        env.reset(seed=0)


def test_original_and_engine_play_the_same_episode(rooms):
    pytest.importorskip("fast_downward")
    domain, grammar = rules()
    (file,) = rooms("study: look at a pen").files
    source = OneFile(replace(file, domain=domain, grammar=grammar))
    engine, original = (HouseholdEnv(source=source, backend=b) for b in ("engine", "textworld"))
    assert isinstance(original._original, TextWorldBackend)
    for env in (engine, original):
        env.reset(seed=0)
    for command in ("jump", *engine.privileged()["expert_plan"]):
        assert engine.step(command) == original.step(command)
    original.close()
