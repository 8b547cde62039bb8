"""Every registered id keeps the suite's promises. A new world is covered by being registered.

Any warning that is not listed here is a failure.
"""

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from inspect import signature
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import own_world  # noqa: F401  (the example world keeps them too)
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode

import playout
from playout.core.random import Stream
from playout.envs.registration import CATALOGUE

MADE = [entry for entry in CATALOGUE.values() if entry.extra is None or find_spec(entry.extra)]
GYMNASIUM = [entry.id for entry in MADE if entry.api == "gymnasium"]
LANGUAGE = [entry.id for entry in MADE if entry.language and entry.api == "gymnasium"]
VECTORISED = [entry.id for entry in MADE if entry.vector_entry_point]
LIMIT = 6
STRANGE = ("", " ", "\x00", "\ud800", "√", "<action>up", "UP", "up\n", "x" * 10_000, "</think>", "🙂" * 50)

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(autouse=True)
def data(boxoban_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYOUT_DATA", str(boxoban_folder))


def make(name: str, **kwargs: Any) -> gym.Env:
    return gym.make(name, max_steps=LIMIT, **kwargs)


def choose(env: gym.Env, info: Mapping[str, Any], stream: Stream) -> Any:
    """A legal action where the world lists them, else any."""
    if "legal_actions" in info:
        return stream.choice(info["legal_actions"])
    if "action_mask" in info:
        return int(stream.choice(np.flatnonzero(info["action_mask"])))
    return anything(env.action_space, stream)


def anything(space: gym.Space, stream: Stream) -> Any:
    """A member of ``space``, decided by ``stream`` alone."""
    space.seed(stream.below(2**31))
    return space.sample()


def choices_of(space: gym.Space, listed: Sequence[Any] | None) -> list[Any]:
    """Actions for many copies: the legal ones, all of a discrete space, or some of another."""
    if listed:
        return list(listed)
    if isinstance(space, gym.spaces.Discrete):
        return list(range(space.n))
    return [anything(space, Stream(number)) for number in range(16)]


def same(one: Any, two: Any) -> bool:
    """Equality of observations, infos and numbers, whatever they are made of."""
    if isinstance(one, Mapping):
        return one.keys() == two.keys() and all(same(one[name], two[name]) for name in one)
    if isinstance(one, (list, tuple)) and not isinstance(two, np.ndarray):
        return len(one) == len(two) and all(map(same, one, two))
    if isinstance(one, np.ndarray) and one.dtype == object:
        return one.shape == two.shape and all(map(same, one, two))
    return bool(np.array_equal(one, two))


def rollout(env: gym.Env, seed: int | None, steps: int) -> list[tuple]:
    """Results of ``steps`` steps, reset whenever an episode ends."""
    stream, results = Stream(seed or 0), []
    _, info = env.reset(seed=seed)
    for _ in range(steps):
        result = env.step(choose(env, info, stream))
        results.append(result)
        info = env.reset()[1] if result[2] or result[3] else result[4]
    return results


@pytest.mark.parametrize("name", GYMNASIUM)
def test_gymnasiums_checker(name: str) -> None:
    check_env(gym.make(name).unwrapped)


@pytest.mark.parametrize("name", GYMNASIUM)
def test_the_id_can_be_written_down_and_made_again(name: str) -> None:
    spec = gym.spec(name)
    assert gym.envs.registration.EnvSpec.from_json(spec.to_json()) == spec
    assert spec.max_episode_steps is None, "worlds own their step limit"


@pytest.mark.parametrize("name", GYMNASIUM)
def test_a_seed_decides_the_episodes(name: str) -> None:
    one, two = (rollout(make(name), 11, 4 * LIMIT) for _ in range(2))
    assert same(one, two)
    other = rollout(make(name), 12, 4 * LIMIT)
    assert not same([r[0] for r in one], [r[0] for r in other])


@pytest.mark.parametrize("name", GYMNASIUM)
def test_the_last_step_tells_success_and_metrics(name: str) -> None:
    ends = [r for r in rollout(make(name), 3, 4 * LIMIT) if r[2] or r[3]]
    assert ends
    for *_, info in ends:
        assert isinstance(info["is_success"], bool)
        assert all(isinstance(value, float) for value in info["metrics"].values())


@pytest.mark.parametrize("name", GYMNASIUM)
def test_a_restore_brings_back_the_rest_of_the_episode(name: str) -> None:
    env, stream = make(name), Stream(1)
    _, info = env.reset(seed=21)
    for _ in range(2):
        result = env.step(choose(env, info, stream))
        info = env.reset()[1] if result[2] or result[3] else result[4]
    saved = playout.core.Snapshot.from_json(playout.snapshot(env).to_json())
    actions, first = [], []
    while not first or not (first[-1][2] or first[-1][3]):
        actions.append(choose(env, info, stream))
        first.append(env.step(actions[-1]))
        info = first[-1][4]
    after = env.reset()[0]
    playout.restore(env, saved)
    assert same([env.step(action) for action in actions], first)
    assert same(env.reset()[0], after), "the next episode is part of the state"


def telling(value: Any) -> Iterator[Any]:
    """What in a nested value could give something away: numbers but for small counts, texts, sequences."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from telling(item)
    elif isinstance(value, (list, tuple)):
        # The words of a plan are actions, which the legal ones name too: only the whole plan is secret.
        yield from [tuple(value)] if len(value) > 2 else []
    elif isinstance(value, str) or (isinstance(value, (int, float)) and (value % 1 or abs(value) > 100)):
        yield value


@pytest.mark.parametrize("name", GYMNASIUM)
def test_hidden_state_is_in_no_observation_and_no_info(name: str) -> None:
    env, stream = make(name), Stream(2)
    observation, info = env.reset(seed=31)
    for _ in range(LIMIT - 1):
        hidden = playout.privileged(env)
        assert not hidden.keys() & info.keys()
        seen = list(telling({"observation": observation, "info": info}))
        for secret in telling(hidden):
            assert secret not in seen
            assert not any(str(secret) in text for text in seen if isinstance(text, str))
        observation, _, terminated, truncated, info = env.step(choose(env, info, stream))
        if terminated or truncated:
            break


@pytest.mark.parametrize("name", GYMNASIUM)
def test_frames_and_every_render_mode(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    modes = gym.make(name).metadata["render_modes"]
    assert {"rgb_array", "ansi", "human"} <= set(modes)
    for mode in modes:
        env = make(name, render_mode=mode)
        env.reset(seed=1)
        picture = env.render()
        if mode == "rgb_array":
            assert picture.dtype == np.uint8
            assert picture.ndim == 3
        elif mode == "ansi":
            assert isinstance(picture, str)
        else:
            assert picture is None
            assert capsys.readouterr().out
    assert json.loads(json.dumps(env.unwrapped.frame().to_json()))["kind"]


@pytest.mark.parametrize("name", LANGUAGE)
@pytest.mark.parametrize("action", STRANGE, ids=ascii)
def test_any_text_is_an_answer(name: str, action: str) -> None:
    env = make(name)
    before, start = env.reset(seed=1)
    observation, reward, terminated, truncated, info = env.step(action)
    assert isinstance(observation, str)
    assert isinstance(reward, float)
    assert isinstance(info, dict)
    if "invalid" in info:
        # A world that answers for itself, in words that are not ours, may leave it at that.
        assert before in observation or observation == info["invalid"]
        assert info.get("legal_actions") == start.get("legal_actions")
        assert not terminated
        assert not truncated


def joint(envs: gym.vector.VectorEnv, seed: int, steps: int, choices: list[Any]) -> list[tuple]:
    results = [envs.reset(seed=seed)]
    for t in range(steps):
        actions = [choices[(t * 7 + i * 3) % len(choices)] for i in range(envs.num_envs)]
        results.append(envs.step(tuple(actions) if isinstance(choices[0], str) else np.array(actions)))
    envs.close()
    return results


def common(one: Any, two: Any) -> tuple[Any, Any]:
    """Two results reduced to the info names that both have."""
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        pairs = {name: common(one[name], two[name]) for name in one.keys() & two.keys()}
        return {n: a for n, (a, _) in pairs.items()}, {n: b for n, (_, b) in pairs.items()}
    return one, two


def assert_same_results(one: list[tuple], two: list[tuple]) -> None:
    for t, (a, b) in enumerate(zip(one, two, strict=True)):
        observed = [r[0] if isinstance(r[0], Mapping) else tuple(r[0]) for r in (a, b)]
        assert same(*observed), f"observations differ at step {t}"
        for left, right in zip(a[1:-1], b[1:-1], strict=True):
            np.testing.assert_array_equal(left, right, err_msg=f"step {t}")
        left, right = common(a[-1], b[-1])
        assert same(left, right), f"infos differ at step {t}: {left} {right}"


@pytest.mark.parametrize("name", GYMNASIUM)
def test_sync_and_async_agree_across_episode_ends(name: str) -> None:
    env = make(name)
    choices = choices_of(env.action_space, env.reset(seed=5)[1].get("legal_actions"))
    kwargs = {"num_envs": 2, "max_steps": LIMIT}
    sync = gym.make_vec(name, vectorization_mode="sync", **kwargs)
    # The workers import this module's registrations anew, so ids of other files are not theirs.
    module = "own_world:" if name.startswith("example/") else "playout:"
    asynchronous = gym.make_vec(module + name, vectorization_mode="async", **kwargs)
    assert_same_results(joint(sync, 5, 3 * LIMIT, choices), joint(asynchronous, 5, 3 * LIMIT, choices))


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
@pytest.mark.parametrize("name", VECTORISED)
def test_vector_and_sync_agree_across_episode_ends(name: str, mode: AutoresetMode) -> None:
    sync = gym.make_vec(
        name, 5, vectorization_mode="sync", vector_kwargs={"autoreset_mode": mode}, max_steps=LIMIT
    )
    vector = gym.make_vec(name, 5, max_steps=LIMIT, autoreset_mode=mode)
    listed = vector.reset(seed=9)[1].get("legal_actions")
    choices = choices_of(vector.single_action_space, None if listed is None else listed[0])
    assert_same_results(joint(sync, 9, 4 * LIMIT, choices), joint(vector, 9, 4 * LIMIT, choices))


@pytest.mark.parametrize("name", VECTORISED)
def test_the_vector_takes_the_arguments_of_one(name: str) -> None:
    one, many = (
        signature(type(env.unwrapped)).parameters
        for env in (make(name), gym.make_vec(name, 2, max_steps=LIMIT))
    )
    defaults = {key: argument.default for key, argument in one.items() if key != "render_mode"}
    assert {key: many[key].default for key in defaults if key in many} == defaults


def test_an_unknown_id_suggests_a_close_one() -> None:
    with warnings.catch_warnings(), pytest.raises(gym.error.NameNotFound, match="Sokoban"):
        warnings.simplefilter("ignore")
        gym.make("playout/Sokobna-v0")
