"""ReSim: a language policy learns to reason by simulating, from what search on the world saw.

Stage 1 of Dyna-Mind (Yu et al. 2025): supervised learning of the rows of ``resim_data``. A decoder from
scratch first learns the actions alone. The baselines, cloning of actions and of reasoning without
simulation, are other ``rows`` of the same states.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path
from typing import Any

from playout.agents import LanguageConfig
from playout.agents.dyna import response
from playout.core import WrongUse
from playout.language.models import load_model
from playout.rollouts.store import Run, open_run
from playout.training.demonstrations import Demonstration, step_rows
from playout.training.policy import (
    AGENT,
    FOLDER,
    NEW,
    Policy,
    agent_config,
    load_policy,
    new_policy,
    threads,
)
from playout.training.resim_data import TaughtState, taught_states
from playout.training.resim_settings import WARM_UP, ResimConfig
from playout.training.resim_telling import retold
from playout.training.rows import NOT_CHOSEN, joined
from playout.training.settings import SFTConfig
from playout.training.sft import Progress, SupervisedTraining

ACTION = "<action>"
_SELDOM = 64  # one of so many states is asked again for the words of it
_MORE_TOKENS = 8  # than the longest answer of the rows


def resim(
    config: ResimConfig, *, out: Path | str, resume: bool = False, progress: Progress | None = None
) -> Run:
    """Make the rows, train a policy on them and keep it in the run folder ``out``.

    Raises:
        WrongUse: ``config`` or ``out`` cannot be right.
    """
    tell = progress or (lambda done, total: None)
    with open_run(out, {"method": "resim", **asdict(config)}, resume=resume) as run:
        agent = student(config)
        states = list(
            taught_states(config.env, config.env_kwargs, config.data, agent, seed=config.seed, progress=tell)
        )
        if config.data.teller:
            teller = load_model(config.data.teller, device=config.settings.device)
            states = retold(states, teller, run.folder, tell)
        policy = _begun(config, agent, states)
        with threads(policy.model, config.settings.threads):
            if config.warm_up and config.data.rows != "actions":
                policy = _warmed_up(config, policy, states, run.folder / WARM_UP, tell)
            rows = [state.row(config.data.rows) for state in states]
            rows += [state.row("refine") for state in _share(states, config.data.refine)]
            _trained(config, policy, rows, run, tell, config.settings.epochs)
    return Run(out)


def student(config: ResimConfig) -> LanguageConfig:
    """How the policy is asked; a decoder from scratch bare, with an answer that begins as its rows do."""
    known, thinks = agent_config(config.model, config.agent), config.data.rows != "actions"
    if known.prompt != "bare":
        return agent_config(config.model, {"mode": "think", **config.agent}) if thinks else known
    prefill = response.OPEN if thinks else ACTION
    return agent_config(config.model, {"mode": "answer", "prefill": prefill, **config.agent})


def _begun(config: ResimConfig, agent: LanguageConfig, states: Sequence[TaughtState]) -> Policy:
    if not config.model.startswith(NEW):
        settings = config.settings
        return load_policy(config.model, agent, device=settings.device, adapter=settings.adapter)
    told = chain(
        [response.TAGS],
        (text for state in states for text in _texts(state, config.data.rows)),
        # What is asked again says nothing new but for its own few words.
        (message.content for state in states[::_SELDOM] for message in state.refine()),
    )
    words = {"numbered": config.numbered, "pieces": response.PIECES}
    policy = new_policy(config.model, told, agent, seed=config.seed, **words)
    policy.model.to(config.settings.device)
    return policy


def _texts(state: TaughtState, rows: str) -> Sequence[str]:
    read = (message.content for message in state.chat)
    return [*read, state.row(rows).answer, state.row("actions").answer]


def _share(states: Sequence[TaughtState], share: float) -> Sequence[TaughtState]:
    """As many of ``states``, evenly among them."""
    return [state for i, state in enumerate(states) if int((i + 1) * share) > int(i * share)]


def _warmed_up(
    config: ResimConfig, policy: Policy, states: Sequence[TaughtState], folder: Path, tell: Progress
) -> Policy:
    """The policy after learning the actions alone, which is kept in a run of its own."""
    agent = replace(policy.agent, prefill=ACTION if policy.agent.prefill else "")
    acting = replace(policy, agent=agent)
    if not (folder / FOLDER / AGENT).is_file():
        with open_run(folder, {"method": "resim", "rows": "actions"}, resume=True) as run:
            rows = [state.row("actions") for state in states]
            _trained(config, acting, rows, run, tell, config.warm_up)
    settings = config.settings
    loaded = load_policy(str(folder), policy.agent, device=settings.device, adapter=settings.adapter)
    return replace(loaded, agent=policy.agent)


def _trained(
    config: ResimConfig,
    policy: Policy,
    rows: Sequence[Demonstration],
    run: Any,
    tell: Callable[[int, int], None],
    epochs: float,
) -> None:
    settings = replace(config.settings, epochs=epochs)
    wanted = SFTConfig(env=config.env, model=config.model, seed=config.seed, settings=settings)
    sequences = joined(step_rows(rows, policy.chat_model(), policy.agent.prefill))
    answers = [sequence.ids[sequence.step != NOT_CHOSEN] for sequence in sequences]
    _check_words(config, policy, answers)
    if policy.agent.prefill == response.OPEN and "max_tokens" not in config.agent:
        longest = max(map(len, answers))
        policy = replace(policy, agent=replace(policy.agent, max_tokens=longest + _MORE_TOKENS))
    SupervisedTraining(wanted, policy, sequences, run).go_on(tell)


def _check_words(config: ResimConfig, policy: Policy, answers: Sequence[Any]) -> None:
    """A decoder of few words cannot learn to write others."""
    unknown = policy.tokenizer.unk_token_id
    if unknown is None:
        return
    for answer in answers:
        if (answer == unknown).any():
            raise WrongUse(
                f"resim: {config.model} has no words for such rows: {policy.tokenizer.decode(answer)!r:.200};"
                " expected one that was made for them, such as the warm-up of a run with these rows"
            )
