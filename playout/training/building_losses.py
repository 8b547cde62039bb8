"""The losses of AssistanceZero on fragments of the building game (Laidlaw et al. 2025, appendix)."""

from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from playout.agents.building.choices import masked_logprobs
from playout.agents.building.network import Network, Prediction
from playout.simulators.building.actions import Numbering
from playout.simulators.building.copies import PLANES
from playout.training.building_replay import Steps


class Losses(NamedTuple):
    """Means over the steps of a batch; to be weighted and added."""

    policy: Tensor
    """Cross-entropy of what is to be learnt and the policy."""
    human: Tensor
    """Cross-entropy of what the human did."""
    goal: Tensor
    """Cross-entropy of the goal's blocks, mean over cells."""
    value: Tensor
    """Squared error."""
    stay: Tensor
    """Divergence of the goal as predicted now from as predicted when the step was played."""


def losses_of(network: Network, steps: Steps, numbering: Numbering) -> Losses:
    """Take the network through the fragments, and compare."""
    device = next(network.parameters()).device
    found = _predict(network, steps, device)
    flat = partial(_flat, device=device)
    wanted, edges = flat(steps.policy), flat(steps.edges).long()
    logprobs = masked_logprobs(found.policy, _unpacked(flat(steps.mask), numbering.count), numbering)
    chosen = logprobs.gather(1, edges.clamp_min(0)).clamp_min(-50.0)
    learnt = wanted.sum(1) > 0
    policy = -(wanted * chosen).sum(1)[learnt].sum() / learnt.sum().clamp_min(1)
    allowed, did = _unpacked(flat(steps.human_mask), numbering.count), flat(steps.human).long()[:, None]
    allowed.scatter_(1, did, True)  # what cannot be done is tried at times
    human = -masked_logprobs(found.human, allowed, numbering).gather(1, did).mean()
    logits = found.goal.log_softmax(1)
    goal = -logits.gather(1, flat(steps.goal).long()[:, None]).mean()
    value = ((found.value - flat(steps.value)) ** 2).mean()
    stay = torch.zeros((), device=device)
    if steps.predicted.shape[2]:
        old = flat(steps.predicted).float()
        stay = (old.exp() * (old - logits)).sum(1).mean()
    return Losses(policy, human, goal, value, stay)


def likeliest_of(network: Network, steps: Steps, numbering: Numbering) -> np.ndarray:
    """The likeliest action of each step that can be done, flat int64[F * T]."""
    device = next(network.parameters()).device
    mask = _unpacked(_flat(steps.mask, device), numbering.count)
    policy = _predict(network, steps, device).policy
    return masked_logprobs(policy, mask, numbering).argmax(1).cpu().numpy()


def _flat(array: np.ndarray, device: torch.device) -> Tensor:
    """Fragments as rows of steps, [F * T, ...]."""
    return torch.from_numpy(np.ascontiguousarray(array)).to(device).flatten(0, 1)


def _predict(network: Network, steps: Steps, device: torch.device) -> Prediction:
    """What the network says of every step, [F * T, ...]."""
    fragments, length = steps.value.shape
    world = np.zeros((fragments, length, PLANES, *network.size), np.uint8)
    kept = steps.world.reshape(fragments, length, 3, *network.size)
    world[:, :, 0], world[:, :, 4], world[:, :, 5] = kept[:, :, 0], kept[:, :, 1], kept[:, :, 2]
    if network.config.goal_visible:
        world[:, :, 2] = steps.goal.reshape(fragments, length, *network.size)
    inputs = [
        torch.from_numpy(np.ascontiguousarray(array)).to(device)
        for array in (world, steps.inventory, steps.timestep)
    ]
    if not network.is_recurrent:
        return network(*(tensor.flatten(0, 1) for tensor in inputs))
    first, memory, found = torch.from_numpy(steps.first).to(device), (), []
    for t in range(length):
        if memory:
            alive = (~first[:, t]).float()[:, None, None]
            memory = tuple(part * alive for part in memory)
        found.append(network(*(tensor[:, t] for tensor in inputs), memory))
        memory = found[-1].memory
    policy, human, goal, value = (
        torch.stack([getattr(one, name) for one in found], 1).flatten(0, 1) for name in Prediction._fields[:4]
    )
    return Prediction(policy, human, goal, value)


def _unpacked(mask: Tensor, count: int) -> Tensor:
    """Bits as bool[N, count]; numpy packs the highest first."""
    shifts = torch.arange(7, -1, -1, device=mask.device, dtype=torch.uint8)
    return (mask[..., None] >> shifts & 1).flatten(1)[:, :count].bool()
