"""``playout train``: policies that learn; one subcommand per method."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from tyro.conf import OmitArgPrefixes, Positional, UseAppendAction, arg, subcommand

from playout.cli import console
from playout.cli.eval import flat
from playout.cli.parsing import Flag, pairs
from playout.rollouts.loggers import reporting
from playout.rollouts.store import Run
from playout.training.settings import GRPOConfig, GRPOSettings, SFTConfig, SFTSettings

_Words = UseAppendAction[tuple[tuple[str, ...], ...]]


@dataclass(frozen=True, kw_only=True)
class _Common:
    """What all methods take."""

    env: Annotated[Positional[str], arg(metavar="ENV")]
    """Id of a language world of one seat (`playout list`)."""
    out: Annotated[Path, arg(metavar="RUN")]
    """Folder of the run: curves, checkpoints, and the policy for `playout eval ENV --agent RUN`."""
    env_option: Annotated[_Words, arg(name="env", metavar="K=V ...")] = ()
    """Arguments of the environment: JSON, else text. Example: --env size=[6,6] boxes=1"""
    agent_option: Annotated[_Words, arg(metavar="K=V ...")] = ()
    """Options of the language agent that learns. Example: --agent-option history=2 context=chat"""
    seed: int = 0
    """Of episodes, weights and answers."""
    resume: Flag = False
    """Go on with the run in --out, if there is one."""
    report_to: Annotated[tuple[str, ...], arg(metavar="NAME ...", help_behavior_hint="")] = ()
    """Where curves go beside RUN/metrics.jsonl: tensorboard, wandb, trackio."""
    json: Flag = False
    """End with one JSON object on stdout: the last row of the curves."""


@dataclass(frozen=True, kw_only=True)
class Sft(_Common):
    """Learn from what the world's expert does, or from the successful episodes of a run.

    Example: playout train sft playout/SokobanText-6x6-1box-v0 --model new:small --out runs/sft
    """

    model: str = SFTConfig.model
    """new:SIZE (tiny, small, medium, large) from scratch, a run, hf:PATH_OR_HUB_ID, gguf:FILE, smollm2."""
    data: str = SFTConfig.data
    """expert, or the folder of a run of this environment."""
    episodes: int = SFTConfig.episodes
    """How many the expert plays."""
    noise: float = SFTConfig.noise
    """Share of the expert's actions that are random, so that the policy learns to recover."""
    settings: OmitArgPrefixes[SFTSettings] = field(default_factory=SFTSettings)

    def train(self, progress: console.Bar) -> Run:
        """Run it."""
        from playout.training.sft import sft

        config = SFTConfig(
            **_given(self),
            model=self.model,
            data=self.data,
            episodes=self.episodes,
            noise=self.noise,
            settings=self.settings,
        )
        return sft(config, out=self.out, resume=self.resume, progress=progress)


@dataclass(frozen=True, kw_only=True)
class Grpo(_Common):
    """Learn from the world's rewards: groups of episodes from equal starts, compared with one another.

    Example: playout train grpo playout/SokobanText-6x6-1box-v0 --model runs/sft --group 8 --out runs/grpo
    """

    model: str
    """What to begin with: the folder of a run, hf:PATH_OR_HUB_ID, gguf:FILE, smollm2."""
    settings: OmitArgPrefixes[GRPOSettings] = field(default_factory=GRPOSettings)

    def train(self, progress: console.Bar) -> Run:
        """Run it."""
        from playout.training.grpo import grpo

        config = GRPOConfig(**_given(self), model=self.model, settings=self.settings)
        return grpo(config, out=self.out, resume=self.resume, progress=progress)


Options = Annotated[Sft, subcommand("sft")] | Annotated[Grpo, subcommand("grpo")]


def run(options: Sft | Grpo) -> None:
    """Train, and say how it went."""
    with console.Bar("training") as progress, reporting(*options.report_to):
        trained = options.train(progress)
    rows = list(trained.metrics())
    first, last = rows[0], rows[-1]
    cells = [(name, _shown(first.get(name)), _shown(value)) for name, value in last.items()]
    console.show(console.table(("", "first", "last"), cells, title=str(trained.folder)), aside=options.json)
    console.note(f"evaluate: playout eval {options.env} --agent {trained.folder}")
    if options.json:
        console.emit(last)


def _given(options: _Common) -> dict[str, Any]:
    return {
        "env": options.env,
        "env_kwargs": pairs(flat(options.env_option), "--env"),
        "agent": pairs(flat(options.agent_option), "--agent-option"),
        "seed": options.seed,
    }


def _shown(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, int | float) else str(value)
