"""Learns a world model from real transitions: what is seen, what is done, what is seen then.

The states are of an expert's play with mistakes, the actions in them all kinds: what was done, and some that
were legal before and are not now. What is learnt is ``simulators.learned``'s to use.
"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from playout.agents import LanguageConfig
from playout.agents.dyna.lookahead import solution
from playout.core import WrongUse, random
from playout.core.random import Stream
from playout.language.news import without_refusal
from playout.rollouts import lookup
from playout.rollouts.store import Run, open_run
from playout.simulators import learned
from playout.training.demonstrations import Demonstration, step_rows
from playout.training.policy import NEW, load_policy, new_policy, threads
from playout.training.rows import joined
from playout.training.settings import SFTConfig
from playout.training.sft import Progress, SupervisedTraining
from playout.training.world_model_settings import WorldModelConfig

_SEEDS_APART = 10_000_000
_AGENT = LanguageConfig(prompt="bare", history=0, max_tokens=learned.MAX_TOKENS)


def world_model(
    config: WorldModelConfig, *, out: Path | str, resume: bool = False, progress: Progress | None = None
) -> Run:
    """Train a world model and keep it in the run folder ``out``; ``LearnedWorld.load`` reads it.

    Raises:
        WrongUse: ``config`` or ``out`` cannot be right.
    """
    with open_run(out, {"method": "world-model", **asdict(config)}, resume=resume) as run:
        rows = list(transitions(config))
        if config.model.startswith(NEW):
            texts = (text for row in rows for text in (row.chat[0].content, row.answer))
            policy = new_policy(config.model, texts, _AGENT, seed=config.seed)
            policy.model.to(config.settings.device)
        else:
            given = config.settings
            policy = load_policy(config.model, _AGENT, device=given.device, adapter=given.adapter)
        wanted = SFTConfig(env=config.env, model=config.model, seed=config.seed, settings=config.settings)
        sequences = joined(step_rows(rows, policy.chat_model(), ""))
        with threads(policy.model, config.settings.threads):
            SupervisedTraining(wanted, policy, sequences, run).go_on(progress or (lambda done, total: None))
    return Run(out)


def transitions(config: WorldModelConfig) -> Iterator[Demonstration]:
    """``config.transitions`` rows; each is a pure function of the seed and its place."""
    world: Any = lookup.make_single(config.env, config.env_kwargs).env
    done, episode = 0, 0
    try:
        while done < config.transitions:
            for row in _episode(world, config, episode):
                yield row._replace(episode=done)  # none is taken for the continuation of another
                done += 1
                if done == config.transitions:
                    break
            episode += 1
    finally:
        world.close()


def _episode(world: Any, config: WorldModelConfig, episode: int) -> Iterator[Demonstration]:
    draw = Stream(random.bits(config.seed, episode, random.STREAM_POLICY))
    observation, info = world.reset(seed=config.seed * _SEEDS_APART + episode)
    before = dict[str, None]()
    for _ in range(config.per_episode):
        legal, seen = tuple(info.get("legal_actions") or ()), without_refusal(observation, info)
        if not legal:
            raise WrongUse(f"world-model: {type(world.unwrapped).__name__} lists no legal actions to try")
        slips = [action for action in before if action not in legal]
        if slips and draw.uniform() < config.slips:
            saved = world.unwrapped.snapshot()
            yield _tried(world.unwrapped, seen, draw.choice(slips))[0]
            world.unwrapped.restore(saved)
        before |= dict.fromkeys(legal)
        best = () if draw.uniform() < config.noise else solution(world.unwrapped)[1]
        row, observation, info, ended = _tried(world, seen, draw.choice(best or legal))
        yield row
        if ended:
            return


def _tried(world: Any, seen: str, action: str) -> tuple[Demonstration, str, dict, bool]:
    """The row of a step, and where it led; the step limit, which nobody sees, is no end to be predicted."""
    observation, _, terminated, truncated, info = world.step(action)
    then: learned.Then = "on"
    if terminated:
        then = "solved" if info.get("is_success") else "over"
    answer = learned.told(seen, without_refusal(observation, info), then)
    row = Demonstration(0, 0, learned.asked(seen, action), answer)
    return row, observation, info, bool(terminated or truncated)
