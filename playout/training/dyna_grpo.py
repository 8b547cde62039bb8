"""Dyna-GRPO: a policy that reasons by simulating gets better at both (Yu et al. 2025, Dyna-Mind, stage 2).

Two kinds of iterations alternate. *Policy improvement* is GRPO on standard rollouts. In *simulation
improvement*, half of each group are SimRollouts, in which the policy answers a second time, knowing what its
plan really led to; GRPO learns from the standard half and from the second answers to prompts without the
futures, and what succeeded is also imitated with them. Each of the three terms has a switch.
What is done with two forms of a row is in ``simrollouts``, everything else of GRPO in ``grpo``.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from numpy.typing import NDArray

from playout.agents.dyna.simrollout import SimRolloutAgent
from playout.core import MissingExtra
from playout.rollouts import Episode, Stats
from playout.rollouts.store import Run, RunWriter, open_run
from playout.training.dyna_settings import DynaGRPOConfig, DynaGRPOSettings
from playout.training.groups import GroupPlay, Steps, step_weights, steps_of
from playout.training.rows import NOT_CHOSEN, StepRow, TokenSequence, joined
from playout.training.simrollouts import is_simulation, refine_advantages, sim_rows

try:
    import torch

    from playout.training import grpo
except ModuleNotFoundError as error:
    raise MissingExtra(error.name or "trl", "train") from error

_OTHER_DRAWS = 1 << 33  # what SimRollouts say first is not what the standard rollouts said


def dyna_grpo(
    config: DynaGRPOConfig, *, out: Path | str, resume: bool = False, progress: grpo.Progress | None = None
) -> Run:
    """Train a policy and keep it in the run folder ``out``.

    Raises:
        WrongUse: ``config`` or ``out`` cannot be right.
    """
    with open_run(out, {"method": "dyna-grpo", **asdict(config)}, resume=resume) as run:
        DynaGRPOTrainer(config, run).go_on(run, progress)
    return Run(out)


class DynaGRPOTrainer(grpo.EpisodeGRPOTrainer):
    """The trainer of ``grpo``, with SimRollouts in its simulation phases."""

    settings: DynaGRPOSettings

    def __init__(self, config: DynaGRPOConfig, run: RunWriter) -> None:
        """Load the policy that ``config`` names; ``run`` is where checkpoints go."""
        super().__init__(config, run)
        settings = config.settings
        self._halves = GroupPlay(
            config.env, config.env_kwargs, size=max(1, settings.group // 2), seed=config.seed,
            slots=settings.slots,
        )  # fmt: skip
        asked = replace(self.agent.config, seed=config.seed + _OTHER_DRAWS)
        self._simulating = SimRolloutAgent(self._chat_model, asked, depth=settings.depth)

    def collect(self) -> tuple[list[TokenSequence], NDArray[np.float64], NDArray[np.float64]]:
        """Play the episodes of this iteration; see ``EpisodeGRPOTrainer.collect``."""
        settings = self.settings
        if not is_simulation(self.iteration, settings.simulation, settings.policy):
            found = super().collect()
            self._note(simulation_phase=0.0, simulated_steps=0.0)
            return found
        stats, began = Stats(), perf_counter()
        standard, simulated = self._played(stats)
        rows = _Rows.of(standard, simulated, settings)
        recomputed = self._recompute(rows.stripped)
        found = self._learnt(rows, recomputed)
        steps = rows.steps
        self._note(
            grpo.outcomes([*standard, *simulated], steps), rows=len(found[0]), simulation_phase=1.0,
            simulated_steps=_sum(simulated, "simulated_steps"),
            standard_success=_success(standard), simrollout_success=_success(simulated),
            drafts=float(sum(len(step.completions[0].token_ids) for e in simulated for step in e.steps)),
            **grpo.counts(stats),
        )  # fmt: skip
        self._note(collect_seconds=perf_counter() - began, cpu_seconds=process_time())
        return found

    @torch.no_grad()
    def _played(self, stats: Stats) -> tuple[list[Episode], list[Episode]]:
        """Half of each group as standard rollouts, half as SimRollouts, from equal starts."""
        first = self.iteration * self.settings.levels
        levels = range(first, first + self.settings.levels)
        return self._halves(self.agent, levels, stats), self._halves(self._simulating, levels, stats)

    @torch.no_grad()
    def _recompute(self, rows: Sequence[StepRow]) -> list[StepRow]:
        """The rows with log-probabilities of their answers under the policy as it is now."""
        sequences = [_alone(row) for row in rows]
        if not sequences:
            return []
        nothing = np.zeros(len(rows))
        made = grpo.tensors(sequences, nothing, nothing, pad=int(self.policy.tokenizer.pad_token_id))
        made = {name: tensor.to(self.accelerator.device) for name, tensor in made.items()}
        found = self._logprobs(self.policy.model, made, 1.0)  # as those of sampling
        return [
            replace(row, logprobs=tuple(line[len(row.prompt) : len(row.prompt) + len(row.answer)].tolist()))
            for row, line in zip(rows, found, strict=True)
        ]

    def _learnt(
        self, rows: "_Rows", stripped: Sequence[StepRow]
    ) -> tuple[list[TokenSequence], NDArray[np.float64], NDArray[np.float64]]:
        """Sequences, advantages and weights of the three terms together."""
        settings = self.settings
        steps, whose, values, flat = self._credited(rows.steps._replace(rows=[*rows.standard, *stripped]))
        is_sim = rows.is_sim[steps.episode]
        wanted = np.where(is_sim, settings.stripped, settings.standard)
        everything = settings.kl != 0 or settings.entropy != 0
        counted = wanted & (everything | (values != 0))
        special = refine_advantages(steps.returns, rows.success[whose], steps.group, rows.is_sim)
        imitated = special[steps.episode[is_sim]] * settings.refined
        refine = Steps(
            rows.refined, steps.episode[is_sim], steps.reward[is_sim], steps.state[is_sim], steps.group
        )
        weights = [
            step_weights(steps, counted, settings.equal) * wanted,
            step_weights(refine, imitated > 0, settings.equal),
        ]
        self._note(rows.gap(stripped), flat_share=flat, refine_share=float(special[rows.is_sim].mean()))
        sequences = [
            part
            for part in joined(_numbered([*steps.rows, *refine.rows]))
            if np.concatenate([counted, imitated > 0])[part.step[part.step != NOT_CHOSEN]].any()
        ]
        return sequences, np.concatenate([values, imitated]), np.concatenate(weights)


class _Rows:
    """The steps of standard rollouts and SimRollouts, and the rows of each form."""

    def __init__(
        self, steps: Steps, standard: list[StepRow], stripped: list[StepRow], refined: list[StepRow],
        is_sim: NDArray[np.bool_], success: NDArray[np.bool_],
    ) -> None:  # fmt: skip
        self.steps, self.standard, self.stripped, self.refined = steps, standard, stripped, refined
        self.is_sim, self.success = is_sim, success

    @classmethod
    def of(
        cls, standard: Sequence[Episode], simulated: Sequence[Episode], settings: DynaGRPOSettings
    ) -> "_Rows":
        """Take what was played."""
        kept = [_whole(episode) for episode in simulated]
        episodes = [*standard, *kept]
        credit = settings.credit
        steps = steps_of(
            episodes, size=settings.group // 2, format_penalty=credit.format_penalty,
            invalid_penalty=credit.invalid_penalty,
        )  # fmt: skip
        both = sim_rows(kept)
        plain = steps.rows[: len(steps.rows) - len(both.refine)]
        is_sim = np.arange(len(episodes)) >= len(standard)
        success = np.array([bool(episode.outcome.is_success) for episode in episodes], bool)
        return cls(steps, plain, both.stripped, both.refine, is_sim, success)

    def gap(self, stripped: Sequence[StepRow]) -> dict[str, float]:
        """How much less likely the refined answers are without the futures, in nats per token."""
        before = [value for row in self.refined for value in row.logprobs or ()]
        after = [value for row in stripped for value in row.logprobs or ()]
        return {"strip_gap": float(np.mean(before) - np.mean(after))} if before else {}


def _whole(episode: Episode) -> Episode:
    """Without the steps in which one of the two answers failed."""
    steps = tuple(
        step
        for step in episode.steps
        if len(step.completions) == 2 and all(one.finish != "error" for one in step.completions)
    )
    return replace(episode, steps=steps)


def _alone(row: StepRow) -> TokenSequence:
    (found,) = joined([row])
    return found


def _numbered(rows: Sequence[StepRow]) -> list[StepRow]:
    """Each row as an episode of its own, so that none is taken for the continuation of another."""
    return [replace(row, episode=number) for number, row in enumerate(rows)]


def _sum(episodes: Sequence[Episode], metric: str) -> float:
    return float(sum(episode.outcome.metrics.get(metric, 0.0) for episode in episodes))


def _success(episodes: Sequence[Episode]) -> float:
    return float(np.mean([bool(episode.outcome.is_success) for episode in episodes])) if episodes else 0.0
