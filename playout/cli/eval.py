"""``playout eval``: let agents play episodes, and say how well they did."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from tyro.conf import Positional, UseAppendAction, arg

from playout.cli import console
from playout.cli.parsing import Flag, pairs
from playout.core import PlayoutError, WrongUse
from playout.rollouts.runs import AgentSpec, RolloutConfig, rollout
from playout.rollouts.store import Run
from playout.rollouts.worlds import SEAT


@dataclass(frozen=True, kw_only=True)
class Options:
    """Let an agent play episodes; print success, return and length with 95% intervals.

    Example: playout eval playout/SokobanText-v0 --agent expert --episodes 50 --out runs/expert

    With a model: playout eval playout/SokobanText-v0 --agent language --model smollm2 --episodes 5
    """

    env: Annotated[Positional[str], arg(metavar="ENV")]
    """An id of Gymnasium or PettingZoo, ours (`playout list`) or another's (module:Ns/Name-v0)."""
    agent: Annotated[UseAppendAction[tuple[str, ...]], arg(metavar="[SEAT=]NAME")] = ()
    """random, expert, language, human, the folder of a run that trained one, or module:factory. Once per
    seat where there are several; the first is evaluated, the one without SEAT takes all other seats."""
    agent_option: Annotated[UseAppendAction[tuple[tuple[str, ...], ...]], arg(metavar="K=V ...")] = ()
    """Options of the first agent, SEAT.K=V of another one: JSON, else text."""
    env_option: Annotated[
        UseAppendAction[tuple[tuple[str, ...], ...]], arg(name="env", metavar="K=V ...")
    ] = ()
    """Arguments of the environment: JSON, else text. Example: --env size=[6,6] boxes=1"""
    model: Annotated[UseAppendAction[tuple[str, ...]], arg(metavar="[SEAT=]MODEL")] = ()
    """Language model of the first agent, or of SEAT's: smollm2, hf:PATH, gguf:FILE, openai:MODEL@URL."""
    episodes: int = 100
    """How many episodes."""
    seed: int = 0
    """Episode i starts with reset(seed=SEED + i)."""
    out: Annotated[Path | None, arg(metavar="RUN", help_behavior_hint="")] = None
    """Keep the run in this folder: episodes, summary.json, report.html."""
    resume: Flag = False
    """Go on with the run in --out, if there is one."""
    workers: int = 1
    """Processes that play."""
    slots: int = 64
    """Most episodes at once in each process."""
    json: Flag = False
    """End with one JSON object on stdout; the table goes to stderr."""


def run(options: Options) -> None:
    """Play, summarise, write what ``--out`` keeps, print."""
    from playout.evaluation.act_use import act_use
    from playout.evaluation.summary import summarise
    from playout.evaluation.tables import render_acts, render_summary

    if options.resume and options.out is None:
        raise WrongUse("--resume: say which run to go on with: --out RUN")
    with console.Bar("episodes") as progress:
        played = rollout(
            _config(options),
            out=options.out,
            resume=options.resume,
            workers=options.workers,
            slots=options.slots,
            progress=progress,
        )
    summary, acts = summarise(played), act_use(played)
    if acts is not None:
        summary |= {"acts": acts}
    if options.out is not None:
        _keep(played, summary)
    console.show(render_summary(summary), aside=options.json)
    if acts is not None:
        console.show(render_acts(acts), aside=options.json)
    if options.json:
        console.emit(summary)
    if summary["errors"]:
        _complain(played, summary["errors"])


def _config(options: Options) -> RolloutConfig:
    return RolloutConfig(
        env=options.env,
        env_kwargs=pairs(flat(options.env_option), "--env"),
        agents=agents_of(options.agent, flat(options.agent_option), options.model),
        episodes=options.episodes,
        seed=options.seed,
    )


def agents_of(agents: Iterable[str], given: Iterable[str], models: Iterable[str]) -> dict[str, AgentSpec]:
    """The agent of each seat from ``[SEAT=]NAME``, ``[SEAT.]K=V`` and ``[SEAT=]MODEL``.

    Raises:
        WrongUse: no agent, two for one seat, or something that is not of these forms.
    """
    names: dict[str, str] = {}
    for text in agents:
        # A seat has no slash, so a folder may have "=" in its name.
        seat, name = found.groups() if (found := re.fullmatch(r"([\w.-]+)=(.*)", text)) else (SEAT, text)
        if seat in names or not name:
            raise WrongUse(f"--agent {text!r}: expected one NAME, or SEAT=NAME once for each seat")
        names[seat] = name
    if not names:
        raise WrongUse("--agent: who is to play? For example --agent random")
    options = _by_seat(given, names, ".")
    model = {seat: texts[-1] for seat, texts in _by_seat(models, names, "=").items() if texts}
    return {
        seat: AgentSpec(name=name, options=pairs(options[seat], "--agent-option"), model=model.get(seat))
        for seat, name in names.items()
    }


def _by_seat(texts: Iterable[str], seats: Mapping[str, str], mark: str) -> dict[str, list[str]]:
    """Each of ``texts`` under the seat it begins with, else under the first."""
    first, found = next(iter(seats)), {seat: list[str]() for seat in seats}
    for text in texts:
        seat, _, rest = text.partition(mark)
        addressed = seat in seats and rest != ""
        found[seat if addressed else first].append(rest if addressed else text)
    return found


def flat(groups: Iterable[Iterable[str]]) -> list[str]:
    """The words of an option that may be given several times, several at once."""
    return [text for group in groups for text in group]


def _keep(played: Run, summary: Mapping[str, Any]) -> None:
    from playout.evaluation.report import write_report

    played.write_summary(summary)
    with console.Bar("report") as progress:
        file = write_report(played.folder, progress=progress)
    console.note(f"run: {played.folder}   report: {file}   replay: playout watch {played.folder}")


def _complain(played: Run, errors: int) -> None:
    """Say why episodes failed; if none was played to its end, the job has failed."""
    reason = next(episode["error"] for episode in played.episodes() if episode["error"])
    line = f"{errors} of {len(played)} episodes failed; the first: {' '.join(reason.split())}"
    if errors == len(played):
        raise PlayoutError(line)
    console.note(line)
