"""An actor-critic in a run folder, and as the agent that ``playout eval ENV --agent RUN`` plays.

``RUN/policy`` holds ``network.json``, what the network reads and does, and ``weights.pt``.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from playout.agents.draws import draws
from playout.agents.options import make_config
from playout.core import Decision, MissingExtra, Turn, WrongUse
from playout.rollouts.store import mark_policy

try:
    import torch
    from torch import Tensor

    from playout.training import nested
    from playout.training.actor_critic import ACTION_MASK, Layout, MLPActorCritic
    from playout.training.nested import Nested
    from playout.training.vector_rollouts import observe
except ModuleNotFoundError as error:
    raise MissingExtra(error.name or "torch", "torch") from error

FOLDER, NETWORK, WEIGHTS = "policy", "network.json", "weights.pt"
KIND = "actor-critic"
"""What the manifest of a run with such a policy says under ``policy``."""


@dataclass(frozen=True, kw_only=True)
class ActorConfig:
    """Options of the agent."""

    greedy: bool = False
    """Whether it takes the likeliest action instead of drawing one, as it did when it learnt."""
    seed: int = 0
    """Decides what it draws, together with the seat, the episode and the turn."""


class ActorAgent:
    """Does what the actor says; the critic is not asked."""

    needs: frozenset[str] = frozenset()

    def __init__(self, policy: MLPActorCritic, config: ActorConfig = ActorConfig()) -> None:
        self.policy, self.config = policy, config

    @torch.no_grad()
    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        """One action per turn, of the type that the world's action space holds."""
        seen = nested.apply(lambda *rows: torch.cat(rows), *map(self._seen, turns))
        chances = self.policy.policy(seen).logprobs.double().exp()
        if self.config.greedy:
            choices = chances.argmax(-1)
        else:
            drawn = [self._draws(turn) for turn in turns]
            choices = _at(chances, torch.tensor(drawn, dtype=torch.float64))
        actions = choices.numpy() + np.array(self.policy.layout.starts)
        joint = self.policy.layout.joint
        return [Decision(action=row if joint else int(row[0])) for row in actions]

    def _seen(self, turn: Turn) -> Nested:
        """What the policy reads, as a batch of one."""
        alone = nested.apply(lambda found: np.asarray(found)[None], turn.observation)
        mask = {ACTION_MASK: turn.info[ACTION_MASK][None]} if ACTION_MASK in turn.info else {}
        free = np.ones((1, sum(self.policy.layout.actions)), bool)
        return nested.to({ACTION_MASK: free, **observe(alone, mask)}, "cpu")

    def _draws(self, turn: Turn) -> list[float]:
        stream = draws(self.config.seed, turn)
        return [stream.uniform() for _ in self.policy.layout.actions]


def save(policy: MLPActorCritic, run: Path) -> None:
    """Make this the policy of the run in the folder ``run``."""
    part = run / f"{FOLDER}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    network = {**policy.shape, "layout": policy.layout.to_json()}
    (part / NETWORK).write_text(json.dumps(network, indent=1) + "\n", "utf-8")
    torch.save(nested.to(policy.state_dict(), "cpu"), part / WEIGHTS)
    shutil.rmtree(run / FOLDER, ignore_errors=True)
    part.rename(run / FOLDER)
    mark_policy(run, KIND)


def load(run: Path) -> MLPActorCritic:
    """The policy that :func:`save` left in ``run``.

    Raises:
        WrongUse: there is none.
    """
    file = run / FOLDER / NETWORK
    if not file.is_file():
        raise WrongUse(f"{run}: it has no policy yet; expected {FOLDER}/{NETWORK} and {FOLDER}/{WEIGHTS}")
    found = json.loads(file.read_text("utf-8"))
    policy = MLPActorCritic(Layout.from_json(found["layout"]), width=found["width"], layers=found["layers"])
    policy.load_state_dict(torch.load(file.with_name(WEIGHTS), map_location="cpu", weights_only=True))
    return policy.eval()


def load_agent(folder: Path, options: Mapping[str, Any]) -> ActorAgent:
    """The agent of a training run, for ``agents.registry``.

    Raises:
        WrongUse: the run has not saved a policy yet, or an option does not exist.
    """
    return ActorAgent(load(folder), make_config(ActorConfig, str(folder), options))


def _at(chances: Tensor, drawn: Tensor) -> Tensor:
    """The choices [N, K] at which the sums of ``chances`` [N, K, A] pass ``drawn`` [N, K], in [0, 1)."""
    sums = chances.cumsum(-1)
    return (sums <= drawn[..., None] * sums[..., -1:]).sum(-1)
