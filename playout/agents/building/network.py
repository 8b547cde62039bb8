"""The network of AssistanceZero: from an observation to policy, the human's next action, goal and value.

Laidlaw et al. 2025, appendix. Everything is per cell, so the actions of a cell are outputs of that cell:
28 channels, NOOP, PLACE of ten blocks, BREAK, six moves, GIVE of ten blocks. The paper's preset has
5,222,947 parameters. The mixer, which is ours, is for small worlds on CPUs: two matrix products per layer,
one along cells and one along channels (Tolstikhin et al. 2021).
"""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from playout.core.errors import WrongUse
from playout.envs.building.views import ASSISTANT, HUMAN
from playout.simulators.building.blocks import BLOCKS, PRESETS, Size, size_of

CHANNELS = 28
"""Of actions, per cell: NOOP, PLACE x 10, BREAK, MOVE x 6, GIVE x 10."""
NOOP_AT, PLACE_AT, BREAK_AT, MOVE_AT, GIVE_AT = 0, 1, 11, 12, 18
MARKERS = 8
"""Values that players and who touched a cell may have."""


@dataclass(frozen=True, kw_only=True)
class NetworkConfig:
    """A network."""

    size: tuple[int, int, int]
    """Of the world."""
    players: int = 2
    backbone: Literal["conv", "mixer"] = "conv"
    """conv: residual convolutions, as in the paper."""
    width: int = 64
    """Channels."""
    layers: int = 8
    """Of the backbone."""
    recurrent: tuple[int, ...] = (3, 7)
    """conv: the layers that are an LSTM per cell."""
    kernel: int = 5
    """conv: of all residual blocks but the first, whose kernels are single cells."""
    tokens: int = 128
    """mixer: hidden units along cells."""
    embedding: int = 16
    """Of blocks and markers."""
    goal_visible: bool = False
    """Whether the goal is seen, as builders do."""
    dropout: float = 0.0
    """conv: in residual blocks."""

    @property
    def seat(self) -> int:
        """Whose seat the network is for: that of the human, if it looks at the goal."""
        return HUMAN if self.goal_visible else ASSISTANT


def builder(size: tuple[int, int, int]) -> NetworkConfig:
    """For builders, who see the goal: small convolutions, so that what is near counts wherever it is."""
    return NetworkConfig(
        size=size, width=32, layers=4, recurrent=(), kernel=3, goal_visible=True, dropout=0.3
    )  # fmt: skip


def preset(name: str) -> NetworkConfig:
    """``paper``, or small ones for the sizes of these names.

    Raises:
        WrongUse: there is none.
    """
    if name not in PRESETS:
        raise WrongUse(f"network: expected one of {', '.join(PRESETS)}, got {name!r}")
    width, height, depth = size_of(name)
    size = (width, height, depth)
    if name == "paper":
        return NetworkConfig(size=size)
    return NetworkConfig(size=size, backbone="mixer", width=32, layers=2, recurrent=())


class Prediction(NamedTuple):
    """What the network says of N observations."""

    policy: Tensor
    """float[N, 28, V], logits of one's own actions."""
    human: Tensor
    """float[N, 28, V], logits of the other's next action."""
    goal: Tensor
    """float[N, 10, V], logits of the goal's block."""
    value: Tensor
    """float[N]."""
    memory: tuple[Tensor, ...] = ()
    """State of the LSTMs, float[N, width, V] each; h and c of each layer."""


class Network(nn.Module):
    """See the module."""

    def __init__(self, config: NetworkConfig) -> None:
        """Fresh weights, from torch's generator."""
        super().__init__()
        self.config, size = config, Size(*config.size)
        self.size = size
        self.blocks = nn.Embedding(BLOCKS, config.embedding)
        self.people, self.touched = (nn.Embedding(MARKERS, config.embedding) for _ in range(2))
        seen = 3 + config.goal_visible
        features = seen * config.embedding + BLOCKS * config.players + 1
        self.into = nn.Conv3d(features, config.width, 1)
        self.layers = nn.ModuleList(_layer(config, number, size) for number in range(config.layers))
        self.policy_head, self.human_head = (_head(config.width, CHANNELS) for _ in range(2))
        for head in (self.policy_head, self.human_head):
            _level(head[-1], size.cells)
        self.goal_head = _head(config.width, BLOCKS)
        self.value_head = nn.Sequential(
            nn.Linear(config.width, config.width), nn.LeakyReLU(), nn.Linear(config.width, 1)
        )

    @property
    def is_recurrent(self) -> bool:
        """Whether the network remembers."""
        return bool(self.config.recurrent)

    def forward(
        self, world: Tensor, inventory: Tensor, timestep: Tensor, memory: tuple[Tensor, ...] = ()
    ) -> Prediction:
        """Look at N observations.

        Args:
            world: uint8[N, 6, W, H, D], ``simulators.building.copies.observe``.
            inventory: int32[N, P, 10].
            timestep: int32[N].
            memory: of the step before; empty at the start of an episode.
        """
        n = len(world)
        planes = [
            self.blocks(world[:, 0].long()),
            self.people(world[:, 4].long()),
            self.touched(world[:, 5].long()),
        ]
        if self.config.goal_visible:
            planes.insert(1, self.blocks(world[:, 2].long()))
        here = torch.cat(planes, -1).movedim(-1, 1)
        absent = self.config.players - inventory.shape[1]  # who is not there owns nothing
        inventory = nn.functional.pad(inventory, (0, 0, 0, absent))
        everywhere = torch.cat([inventory.flatten(1) / 64.0, timestep[:, None] / 1000.0], 1)
        spread = everywhere[:, :, None, None, None].expand(-1, -1, *self.size)
        found = self.into(torch.cat([here, spread.to(here.dtype)], 1))
        left, kept = list(memory), list[Tensor]()
        for layer in self.layers:
            if isinstance(layer, CellMemory):
                old = (left.pop(0), left.pop(0)) if left else None
                found, new = layer(found, old)
                kept += new
            else:
                found = layer(found)
        cells = found.flatten(2)
        return Prediction(
            policy=self.policy_head(found).flatten(2),
            human=self.human_head(found).flatten(2),
            goal=self.goal_head(found).flatten(2),
            value=self.value_head(cells.mean(2)).reshape(n),
            memory=tuple(kept),
        )


def _head(width: int, channels: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv3d(width, width, 1), nn.LeakyReLU(), nn.Conv3d(width, channels, 1))


def _level(last: nn.Module, cells: int) -> None:
    """Let no flat action begin likelier than others: those without a cell are sums over all cells."""
    assert isinstance(last, nn.Conv3d) and last.bias is not None
    with torch.no_grad():
        last.bias[[NOOP_AT, *range(MOVE_AT, GIVE_AT)]] -= math.log(cells)


def _layer(config: NetworkConfig, number: int, size: Size) -> nn.Module:
    if config.backbone == "mixer":
        return Mixer(config.width, size.cells, config.tokens)
    if number in config.recurrent:
        return CellMemory(config.width)
    return Residual(config.width, 1 if number == 0 else config.kernel, config.dropout)


class Residual(nn.Module):
    """Two convolutions with batch normalisation beside the identity."""

    def __init__(self, width: int, kernel: int, dropout: float) -> None:
        super().__init__()
        first, second = (nn.Conv3d(width, width, kernel, padding=kernel // 2) for _ in range(2))
        self.inner = nn.Sequential(
            first, nn.BatchNorm3d(width), nn.ReLU(), nn.Dropout(dropout), second, nn.BatchNorm3d(width)
        )

    def forward(self, found: Tensor) -> Tensor:
        """float[N, width, W, H, D] to the same."""
        return torch.relu(found + self.inner(found))


class CellMemory(nn.Module):
    """One LSTM that every cell has for itself, beside the identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(width, width)

    def forward(
        self, found: Tensor, old: tuple[Tensor, Tensor] | None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """A step of time: float[N, width, W, H, D] to the same, and h and c, float[N, width, V] each."""
        n, width = found.shape[:2]
        flat = found.flatten(2).movedim(1, 2).reshape(1, -1, width)
        state = None
        if old is not None:
            state = tuple(part.movedim(1, 2).reshape(1, -1, width).contiguous() for part in old)
        out, new = self.lstm(flat, state)
        kept = tuple(part.reshape(n, -1, width).movedim(2, 1) for part in new)
        return found + out.reshape(n, -1, width).movedim(2, 1).reshape(found.shape), (kept[0], kept[1])


class Mixer(nn.Module):
    """A hidden layer along cells, then one along channels, each beside the identity."""

    def __init__(self, width: int, cells: int, tokens: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.along_cells = nn.Sequential(nn.Linear(cells, tokens), nn.ReLU(), nn.Linear(tokens, cells))
        self.along_channels = nn.Sequential(
            nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width)
        )

    def forward(self, found: Tensor) -> Tensor:
        """float[N, width, W, H, D] to the same."""
        cells = found.flatten(2).mT
        cells = cells + self.along_cells(self.norms[0](cells).mT).mT
        cells = cells + self.along_channels(self.norms[1](cells))
        return cells.mT.reshape(found.shape)


def parameters_of(network: nn.Module) -> int:
    """How many numbers are learnt."""
    return sum(weight.numel() for weight in network.parameters())
