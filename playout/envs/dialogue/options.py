"""What the dialogue ids have in common: naming a task by text."""

from typing import Any

from playout.core.errors import WrongUse
from playout.simulators.dialogue.assessors import Assessor
from playout.simulators.dialogue.task import ActTask, Split

TASKS = ("negotiation", "tutoring", "support")


def task_of(
    task: str | ActTask,
    *,
    split: Split,
    population: str | None,
    data: str | None,
    assessor: str | Assessor,
    reward: Any,
    max_turns: int,
) -> ActTask:
    """The task that an environment's arguments name.

    Args:
        task: ``negotiation``, ``tutoring``, ``support``, or a task, to which the others do not apply.
        split: whose people and cases: ``train``, ``valid`` or ``unseen``.
        population: which people, where a task has several; None for its default.
        data: published cases, where a task can use them; None for cases of our own.
        assessor: who decides the reward: ``exact``, ``noisy``, ``noisy=P`` or an assessor.
        reward: how verdicts become rewards, where a task has several ways; None for its default.
        max_turns: acts of the system after which an episode is truncated.

    Raises:
        WrongUse: no such task, or an option that it does not have.
    """
    if not isinstance(task, str):
        return task
    if task not in TASKS:
        raise WrongUse(f"task: expected one of {', '.join(TASKS)}, got {task!r}")
    if task != "negotiation":
        _refuse(task, population=population)
    if task == "tutoring":
        from playout.simulators.dialogue.tutoring.task import Tutoring

        return Tutoring(
            split=split, data=data, assessor=assessor, reward=reward or "gain", max_turns=max_turns
        )
    if task == "negotiation":
        from playout.simulators.dialogue.bargaining.task import Negotiation

        _refuse(task, reward=reward)
        return Negotiation(
            split=split,
            population=population or "designed",
            data=data,
            assessor=assessor,
            max_turns=max_turns,
        )
    from playout.simulators.dialogue.support.task import Support

    return Support(split=split, data=data, assessor=assessor, reward=reward or "gain", max_turns=max_turns)


def _refuse(task: str, **unused: str | None) -> None:
    for name, value in unused.items():
        if value is not None:
            raise WrongUse(f"{name}: the {task} task has none, got {value!r}")
