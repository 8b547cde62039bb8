"""``planned``: a planner picks the act of each turn; in worlds of words a speaker says it.

Also how planners of training runs become agents: ``playout eval ENV --agent RUN``.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

from playout.agents.options import make_config
from playout.agents.planner.config import GDP_ZERO, PlannedConfig, RunConfig, TaskName
from playout.agents.planner.planner import ActPolicy, Planner
from playout.agents.planner.policies import policy_named
from playout.agents.planner.prompting import METHODS, Method, PromptedStrategy
from playout.agents.planner.reading import in_words
from playout.agents.planner.speaking import ModelSpeaker, Speaker, Spoken, WorldSpeaker
from playout.agents.planner.strategies import Plan, PolicyStrategy, SearchStrategy, Strategy
from playout.agents.planner.talk import Talks
from playout.agents.search.branching import SearchConfig
from playout.core import ChatModel, Decision, Turn, WrongUse
from playout.simulators.dialogue.acts import ACTS
from playout.simulators.dialogue.task import ActTask

KIND, FOLDER = "planner", "planner"
"""What the manifest of a run with a planner says under ``policy``, and the planner's folder in it."""


class PlannedLanguageAgent:
    """Plans each turn as an act, then says it; where the world takes acts, the plan is the action."""

    def __init__(self, strategy: Strategy, speaker: Speaker, acts: Sequence[str], features: int) -> None:
        """Play by ``strategy``.

        Args:
            strategy: makes the plans.
            speaker: words them.
            acts: names of the actions at act level, in order.
            features: how many the worlds of its task tell.
        """
        self.strategy, self.speaker, self.acts, self.features = strategy, speaker, tuple(acts), features
        self.needs = strategy.needs

    @property
    def is_endpoint(self) -> bool:
        """Whether a model is served elsewhere, so that episodes are better played side by side."""
        return any(getattr(model, "is_endpoint", False) for model in self._models())

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        """Plan all turns at once, then say them at once.

        Raises:
            WrongUse: the world is of another task, or tells neither acts nor words, or none that the plan
                can be said in.
        """
        self._check(turns[0])
        plans = self.strategy.plan(turns)
        if in_words(turns[0]):
            spoken = self.speaker.speak(turns, plans)
            return [_decision(plan, said, said.text) for plan, said in zip(plans, spoken, strict=True)]
        return [_decision(plan, Spoken(""), self._number(plan)) for plan in plans]

    def close(self) -> None:
        """Close the models, where they can be."""
        for model in self._models():
            getattr(model, "close", lambda: None)()

    def _check(self, turn: Turn) -> None:
        told = turn.info if in_words(turn) else turn.observation
        found = told.get("features") if isinstance(told, Mapping) else None
        if found is not None and len(found) != self.features:
            raise WrongUse(
                f"planned: expected a world of the planner's task, with {self.features} features, got one"
                f" with {len(found)}; take a planner for this world's task (option task)"
            )

    def _number(self, plan: Plan) -> int:
        if plan.act is None:
            raise WrongUse("planned: this planner names no act; take the world without Acts in its id")
        return self.acts.index(plan.act)

    def _models(self) -> list[Any]:
        held = (getattr(part, "model", None) for part in (self.strategy, self.speaker))
        return list({id(model): model for model in held if model is not None}.values())


def planned(model: ChatModel | str | None, config: PlannedConfig) -> PlannedLanguageAgent:
    """The agent ``planned``.

    Raises:
        WrongUse: no such planner, or one that needs a model and has none.
    """
    task, chat = task_named(config.task), _loaded(model)
    talks, acts = Talks(task.speech().speakers), ACTS[config.task]
    strategy = _strategy(config, task, chat, talks)
    speaker: Speaker = WorldSpeaker()
    if chat is not None and config.speaker == "model":
        speaker = ModelSpeaker(chat, acts, talks, temperature=config.temperature, seed=config.seed)
    return PlannedLanguageAgent(strategy, speaker, task.acts, len(task.features))


def load_run(folder: Path, options: Mapping[str, Any]) -> PlannedLanguageAgent:
    """The planner of a training run as an agent, for ``agents.registry``.

    Raises:
        WrongUse: there is no planner, or an option does not exist.
    """
    config = make_config(RunConfig, str(folder), options)
    policy = Planner.load(folder / FOLDER)
    speaker: Speaker = WorldSpeaker()
    if config.model is not None:
        chat, task = _loaded(config.model), _task_of(policy.acts)
        assert chat is not None
        talks = Talks(task_named(task).speech().speakers)
        speaker = ModelSpeaker(chat, ACTS[task], talks, temperature=config.temperature, seed=config.seed)
    strategy = PolicyStrategy(policy, sample=config.sample, seed=config.seed)
    return PlannedLanguageAgent(strategy, speaker, policy.acts, policy.shape.features)


@cache
def task_named(name: TaskName) -> ActTask:
    """The task with its own cases: for names of acts, replies and features."""
    from playout.envs.dialogue.options import task_of

    return task_of(
        name, split="train", population=None, data=None, assessor="exact", reward=None, max_turns=8
    )


def _strategy(config: PlannedConfig, task: ActTask, model: ChatModel | None, talks: Talks) -> Strategy:
    if config.planner in METHODS:
        if model is None:
            raise WrongUse(f"planned: the planner {config.planner} asks a model; name one with --model")
        return PromptedStrategy(
            model, cast(Method, config.planner), ACTS[config.task], talks, temperature=config.temperature,
            seed=config.seed,
        )  # fmt: skip
    if config.planner == GDP_ZERO:
        return SearchStrategy(_policy(config.prior, task), SearchConfig(simulations=config.simulations))
    return PolicyStrategy(_policy(config.planner, task), sample=config.sample, seed=config.seed)


def _policy(name: str, task: ActTask) -> ActPolicy:
    if not Path(name, FOLDER).is_dir():
        return policy_named(name, task)
    planner = Planner.load(Path(name, FOLDER))
    if planner.acts != task.acts:
        raise WrongUse(f"planned: {name} was trained on other acts than those of {task.name}")
    return planner


def _task_of(acts: tuple[str, ...]) -> TaskName:
    for name, known in ACTS.items():
        if acts == tuple(act.name for act in known):
            return name
    raise WrongUse("planner: its acts are of none of the tasks that models can word; leave the model out")


def _loaded(model: ChatModel | str | None) -> ChatModel | None:
    if not isinstance(model, str):
        return model
    from playout.language import load_model

    return load_model(model)


def _decision(plan: Plan, spoken: Spoken, action: Any) -> Decision:
    stats = dict(plan.stats) | ({"failed": spoken.failed} if spoken.failed else {})
    thought = " ".join(filter(None, (plan.act and f"[{plan.act}]", plan.thought)))
    return Decision(
        action=action, thought=thought, completions=(*plan.completions, *spoken.completions), stats=stats
    )
