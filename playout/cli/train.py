"""``playout train``: policies that learn; one subcommand per method."""

import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from tyro.conf import OmitArgPrefixes, Positional, UseAppendAction, arg, subcommand

from playout.agents.planner.config import WORLDS, TaskName
from playout.cli import console
from playout.cli.eval import flat
from playout.cli.parsing import Flag, pairs
from playout.core import WrongUse
from playout.rollouts.loggers import reporting
from playout.rollouts.store import Run
from playout.training import dyna_settings, resim_settings, rlhs_settings, world_model_settings
from playout.training.assistance_settings import AssistanceConfig, CloningConfig, Method, settings_of
from playout.training.settings import (
    GRPOConfig,
    GRPOSettings,
    PPDPPConfig,
    PPDPPSettings,
    PPOConfig,
    SFTConfig,
    SFTSettings,
    VectorPPOSettings,
)

_Words = UseAppendAction[tuple[tuple[str, ...], ...]]


@dataclass(frozen=True, kw_only=True)
class _Common:
    """What all methods take."""

    out: Annotated[Path, arg(metavar="RUN")]
    """Folder of the run: curves, checkpoints, and the policy for `playout eval ENV --agent RUN`."""
    seed: int = 0
    """Of episodes, weights and actions."""
    resume: Flag = False
    """Go on with the run in --out, if there is one."""
    report_to: Annotated[tuple[str, ...], arg(metavar="NAME ...", help_behavior_hint="")] = ()
    """Where curves go beside RUN/metrics.jsonl: tensorboard, wandb, trackio."""
    json: Flag = False
    """End with one JSON object on stdout: the last row of the curves."""


@dataclass(frozen=True, kw_only=True)
class _World(_Common):
    """What methods for any world take."""

    env: Annotated[Positional[str], arg(metavar="ENV")]
    """Id of a Gymnasium environment with discrete actions, ours or another's (module:Ns/Name-v0)."""
    env_option: Annotated[_Words, arg(name="env", metavar="K=V ...")] = ()
    """Arguments of the environment: JSON, else text. Example: --env size=[6,6] boxes=1"""

    def given(self) -> dict[str, Any]:
        """What their configurations have in common."""
        return {
            "env": self.env, "env_kwargs": pairs(flat(self.env_option), "--env"), "seed": self.seed
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Language(_World):
    """What methods for language agents take."""

    env: Annotated[Positional[str], arg(metavar="ENV")]
    """Id of a language world of one seat (`playout list`)."""
    agent_option: Annotated[_Words, arg(metavar="K=V ...")] = ()
    """Options of the language agent that learns. Example: --agent-option history=2 context=chat"""

    def given(self) -> dict[str, Any]:
        """What their configurations have in common."""
        return {**super().given(), "agent": pairs(flat(self.agent_option), "--agent-option")}


@dataclass(frozen=True, kw_only=True)
class Sft(_Language):
    """Learn from what the world's expert does, or from the successful episodes of a run.

    Example: playout train sft playout/SokobanText-6x6-1box-v0 --model new:small --out runs/sft
    """

    model: str = SFTConfig.model
    """new:SIZE from scratch (tiny, small, medium or large; with -llama behind it for long texts), a run,
    hf:PATH_OR_HUB_ID, gguf:FILE, smollm2."""
    data: str = SFTConfig.data
    """expert, or the folder of a run of this environment."""
    episodes: int = SFTConfig.episodes
    """How many the expert plays."""
    noise: float = SFTConfig.noise
    """Share of the expert's actions that are random, so that the policy learns to recover."""
    slips: float = SFTConfig.slips
    """Share of them that are not legal any more, so that it learns what to do where the world refuses."""
    numbered: Flag = SFTConfig.numbered
    """Let a decoder from scratch read a name and its number, such as "desk 1", as one word."""
    settings: OmitArgPrefixes[SFTSettings] = field(default_factory=SFTSettings)

    def train(self, progress: console.Bar) -> Run:
        """Run it."""
        from playout.training.sft import sft

        config = SFTConfig(
            **self.given(),
            model=self.model,
            data=self.data,
            episodes=self.episodes,
            noise=self.noise,
            slips=self.slips,
            numbered=self.numbered,
            settings=self.settings,
        )
        return sft(config, out=self.out, resume=self.resume, progress=progress)


@dataclass(frozen=True, kw_only=True)
class Resim(_Language):
    """Learn to reason by simulating: rows are made by search on snapshots of the world (Dyna-Mind, stage 1).

    Example: playout train resim playout/SokobanText-6x6-1box-v0 --env source=fresh format=words --out RUN
    """

    model: str = resim_settings.ResimConfig.model
    """new:SIZE from scratch, a run, hf:PATH_OR_HUB_ID, gguf:FILE, smollm2."""
    numbered: Flag = resim_settings.ResimConfig.numbered
    """Let a decoder from scratch read a name and its number, such as "desk 1", as one word."""
    warm_up: float = resim_settings.ResimConfig.warm_up
    """Epochs on the actions alone before the rows; 0 leaves them out."""
    data: OmitArgPrefixes[resim_settings.ResimData] = field(default_factory=resim_settings.ResimData)
    settings: OmitArgPrefixes[SFTSettings] = field(default_factory=resim_settings.settings)

    def train(self, progress: console.Bar) -> Run:
        """Run it."""
        from playout.training.resim import resim

        config = resim_settings.ResimConfig(
            **self.given(),
            model=self.model,
            numbered=self.numbered,
            warm_up=self.warm_up,
            data=self.data,
            settings=self.settings,
        )
        return resim(config, out=self.out, resume=self.resume, progress=progress)


@dataclass(frozen=True, kw_only=True)
class Grpo(_Language):
    """Learn from the world's rewards: groups of episodes from equal starts, compared with one another.

    Example: playout train grpo playout/SokobanText-6x6-1box-v0 --model runs/sft --group 8 --out runs/grpo
    """

    model: str
    """What to begin with: the folder of a run, hf:PATH_OR_HUB_ID, gguf:FILE, smollm2."""
    settings: OmitArgPrefixes[GRPOSettings] = field(default_factory=GRPOSettings)

    def train(self, progress: console.Bar) -> Run:
        """Run it."""
        from playout.training.grpo import grpo

        config = GRPOConfig(**self.given(), model=self.model, settings=self.settings)
        return grpo(config, out=self.out, resume=self.resume, progress=progress)


@dataclass(frozen=True, kw_only=True)
class DynaGrpo(_Language):
    """Learn to simulate better from what plans really lead to, and to act better from rewards (Dyna-Mind).

    Example: playout train dyna-grpo playout/SokobanText-6x6-1box-v0 --model runs/resim --out runs/dyna
    """

    model: str
    """What to begin with: a policy that writes plans, best of train resim --refine 0.2."""
    settings: OmitArgPrefixes[dyna_settings.DynaGRPOSettings] = field(
        default_factory=dyna_settings.DynaGRPOSettings
    )

    def train(self, progress: console.Bar) -> Run:
        """Run it."""
        from playout.training.dyna_grpo import dyna_grpo

        config = dyna_settings.DynaGRPOConfig(**self.given(), model=self.model, settings=self.settings)
        return dyna_grpo(config, out=self.out, resume=self.resume, progress=progress)


@dataclass(frozen=True, kw_only=True)
class WorldModel(_World):
    """Learn what actions lead to, from real transitions: a model to simulate in without the world.

    Example: playout train world-model playout/SokobanText-6x6-1box-v0 --env format=words --out runs/model
    """

    env: Annotated[Positional[str], arg(metavar="ENV")]
    """Id of a language world of one seat whose observation tells all."""
    model: str = world_model_settings.WorldModelConfig.model
    """new:SIZE from scratch, a run, hf:PATH_OR_HUB_ID, gguf:FILE, smollm2."""
    transitions: int = world_model_settings.WorldModelConfig.transitions
    """How many are learnt."""
    noise: float = world_model_settings.WorldModelConfig.noise
    """Share of the actions that are random; the others are the expert's."""
    slips: float = world_model_settings.WorldModelConfig.slips
    """Share of the states in which an action is tried too that is not legal any more."""
    settings: OmitArgPrefixes[SFTSettings] = field(default_factory=world_model_settings.settings)

    def train(self, progress: console.Bar) -> Run:
        """Run it."""
        from playout.training.world_model import world_model

        config = world_model_settings.WorldModelConfig(
            **self.given(),
            model=self.model,
            transitions=self.transitions,
            noise=self.noise,
            slips=self.slips,
            settings=self.settings,
        )
        return world_model(config, out=self.out, resume=self.resume, progress=progress)


@dataclass(frozen=True, kw_only=True)
class Ppo(_World):
    """Learn from rewards, with a critic: a small network in copies of an environment.

    Example: playout train ppo playout/Sokoban-6x6-1box-v0 --out runs/ppo
    """

    settings: OmitArgPrefixes[VectorPPOSettings] = field(default_factory=VectorPPOSettings)

    def train(self, progress: console.Bar) -> Run:
        """Run it."""
        from playout.training.vector_ppo import ppo

        config = PPOConfig(**self.given(), settings=self.settings)
        return ppo(config, out=self.out, resume=self.resume, progress=progress)


@dataclass(frozen=True, kw_only=True)
class Ppdpp(_Common):
    """Train a planner of dialogue acts: first on a teacher's acts, then by talking with simulated people.

    Example: playout train ppdpp --task negotiation --out runs/planner
    """

    task: TaskName
    """What is talked about: negotiation, tutoring or support."""
    env_option: Annotated[_Words, arg(name="env", metavar="K=V ...")] = ()
    """Arguments of the world, but for split. Example: --env assessor=noisy=0.1"""
    encoder: str = PPDPPConfig.encoder
    """What the planner reads: acts, or words through ngrams, minilm or hf:PATH_OR_HUB_ID."""
    hidden: int = PPDPPConfig.hidden
    """Units between the encoder and the acts; 0 leaves the layer out."""
    teacher: str = PPDPPConfig.teacher
    """Whose acts are learnt first: fitted (as people talked), hand, random, or a folder of dialogues."""
    teacher_episodes: int = PPDPPConfig.teacher_episodes
    """Dialogues that a teacher without a folder holds."""
    settings: OmitArgPrefixes[PPDPPSettings] = field(default_factory=PPDPPSettings)

    @property
    def env(self) -> str:
        """The world of the task: in words where the planner reads them."""
        return WORLDS[self.task] if self.encoder == "acts" else WORLDS[self.task].replace("Acts", "")

    def train(self, progress: console.Bar) -> Run:
        """Run it."""
        from playout.training.ppdpp import ppdpp

        config = PPDPPConfig(
            env=self.env,
            env_kwargs=pairs(flat(self.env_option), "--env"),
            encoder=self.encoder,
            hidden=self.hidden,
            teacher=self.teacher,
            teacher_episodes=self.teacher_episodes,
            seed=self.seed,
            settings=self.settings,
        )
        return ppdpp(config, out=self.out, resume=self.resume, progress=progress)


@dataclass(frozen=True, kw_only=True)
class AssistanceZero(_Common):
    """Train an assistant of the building game: by search in predicted games, or by imitation.

    Example: playout train assistance-zero --preset tiny --out runs/assistant
    """

    preset: str = AssistanceConfig.preset
    """Size of the world and the network: tiny and small learn on a CPU, paper needs a GPU."""
    method: Method = AssistanceConfig.method
    """assistance-zero; ppo; pretraining imitates lone builders, sft an assistant who knew the goal."""
    people: str = "train"
    """Who builds: train, unseen, or the name of a builder."""
    iterations: Annotated[int | None, arg(metavar="INT", help_behavior_hint="")] = None
    """Of playing and learning; the preset's own if not given."""
    games: Annotated[int | None, arg(metavar="INT", help_behavior_hint="")] = None
    """Played side by side."""
    simulations: Annotated[int | None, arg(metavar="INT", help_behavior_hint="")] = None
    """Of each search."""
    workers: int = 0
    """Processes of Ray that play, here or in a cluster (RAY_ADDRESS); 0 plays in this one."""
    device: str = "cpu"
    """Of torch."""

    @property
    def env(self) -> str:
        """The world to be evaluated in."""
        return f"playout/BuildingAssistant-v0 --env size={self.preset}"

    def train(self, progress: console.Bar) -> Run:
        """Run it."""
        from playout.training.assistance_ppo import assistance_ppo
        from playout.training.assistance_zero import assistance_zero

        given = {"iterations": self.iterations, "games": self.games}
        changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        settings = settings_of(self.preset, device=self.device, **changes)
        if self.simulations is not None:
            settings = replace(settings, search=replace(settings.search, simulations=self.simulations))
        config = AssistanceConfig(
            preset=self.preset, method=self.method, people=self.people, seed=self.seed, settings=settings
        )
        if self.method == "ppo":
            if self.workers:
                raise WrongUse("--workers: PPO plays its games in one process; leave it out")
            return assistance_ppo(config, out=self.out, resume=self.resume, progress=progress)
        return assistance_zero(
            config, out=self.out, resume=self.resume, workers=self.workers, progress=progress
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Cloning(_Common):
    """A builder that does what recorded people do next; with simulations beside it at play, piKL.

    Example: playout train cloning --recordings DIR --out runs/builder
    """

    recordings: Annotated[Path, arg(metavar="DIR")]
    """Recorded episodes of the building game, episode_*.npz."""
    held_out: int = CloningConfig.held_out
    """Episodes that are not learnt from, the last by name."""
    iterations: Annotated[int | None, arg(metavar="INT", help_behavior_hint="")] = None
    """Optimiser steps; the default 600 take some minutes on a CPU."""

    @property
    def env(self) -> str:
        """The world to be evaluated in."""
        return "playout/BuildingSolo-v0 --env size=paper"

    def train(self, progress: console.Bar) -> Run:
        """Run it."""
        from playout.training.building_cloning import cloning

        config = CloningConfig(recordings=str(self.recordings), held_out=self.held_out, seed=self.seed)
        if self.iterations is not None:
            config = replace(config, settings=replace(config.settings, iterations=self.iterations))
        return cloning(config, out=self.out, resume=self.resume, progress=progress)


@dataclass(frozen=True, kw_only=True)
class Rlhs(_Common):
    """Learn to advise customers from what they say at once, or once they know what came of it.

    Example: playout train rlhs --feedback immediate --algorithm ppo --policy table --out runs/rlhs
    """

    feedback: str
    """Who rates, knowing what: immediate, partial, oracle, horizon:N, world_model:A, observed:SHARE."""
    algorithm: rlhs_settings.Algorithm = rlhs_settings.RLHSConfig.algorithm
    """ppo and reinforce learn as they advise, dpo from comparisons of the base's advice."""
    policy: str = rlhs_settings.RLHSConfig.policy
    """table: claims by what is so. text: a small decoder that writes sentences. Else a model to begin with:
    a run, hf:PATH_OR_HUB_ID, gguf:FILE, smollm2."""
    reward: rlhs_settings.Reward = rlhs_settings.RLHSConfig.reward
    """Learn from the customers' ratings, or from a model of their comparisons."""
    base: rlhs_settings.Base = rlhs_settings.RLHSConfig.base
    """What table and text say before they learn."""
    manners: Flag = rlhs_settings.RLHSConfig.manners
    """Let table hear how customers speak."""
    market: OmitArgPrefixes[rlhs_settings.MarketConfig] = field(default_factory=rlhs_settings.MarketConfig)
    settings: OmitArgPrefixes[rlhs_settings.RLHSSettings] = field(default_factory=rlhs_settings.RLHSSettings)

    @property
    def env(self) -> str:
        """The world to be evaluated in."""
        if self.policy == rlhs_settings.TABLE:
            return "playout/ConsultancyClaims-v0 --env split=test"
        return "playout/Consultancy-v0 --env split=test facts=required questions=0"

    def train(self, progress: console.Bar) -> Run:
        """Run it."""
        from playout.training.rlhs import rlhs

        config = rlhs_settings.RLHSConfig(
            feedback=self.feedback,
            algorithm=self.algorithm,
            policy=self.policy,
            reward=self.reward,
            base=self.base,
            manners=self.manners,
            seed=self.seed,
            market=self.market,
            settings=self.settings,
        )
        return rlhs(config, out=self.out, resume=self.resume, progress=progress)


Options = (
    Annotated[Sft, subcommand("sft")]
    | Annotated[Resim, subcommand("resim")]
    | Annotated[Grpo, subcommand("grpo")]
    | Annotated[DynaGrpo, subcommand("dyna-grpo")]
    | Annotated[WorldModel, subcommand("world-model")]
    | Annotated[Ppo, subcommand("ppo")]
    | Annotated[Ppdpp, subcommand("ppdpp")]
    | Annotated[AssistanceZero, subcommand("assistance-zero")]
    | Annotated[Cloning, subcommand("cloning")]
    | Annotated[Rlhs, subcommand("rlhs")]
)


def run(
    options: Rlhs | Sft | Resim | Grpo | DynaGrpo | WorldModel | Ppo | Ppdpp | AssistanceZero | Cloning,
) -> None:
    """Train, and say how it went."""
    with console.Bar("training") as progress, reporting(*options.report_to):
        trained = options.train(progress)
    rows = list(trained.metrics())
    last = rows[-1]
    first = {name: value for row in reversed(rows) for name, value in row.items()}
    cells = [(name, _shown(first.get(name)), _shown(value)) for name, value in last.items()]
    console.show(console.table(("", "first", "last"), cells, title=str(trained.folder)), aside=options.json)
    words = flat(getattr(options, "env_option", ()))
    world = f"{options.env} --env {shlex.join(words)}" if words else options.env
    console.note(_use(world, trained.folder, agent=not isinstance(options, WorldModel)))
    if options.json:
        console.emit(last)


def _use(world: str, folder: Path, *, agent: bool) -> str:
    """What to type next: how good the agent is, or what search in the model of the world brings."""
    run = shlex.quote(str(folder))
    if agent:
        return f"evaluate: playout eval {world} --agent {run}"
    return f"search in it: playout eval {world} --agent resim --agent-option world_model={run}"


def _shown(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, int | float) else str(value)
