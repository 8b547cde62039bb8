"""A network as what a search asks: tensors in and out, and what is remembered of each node."""

import numpy as np
import torch
from torch import Tensor

from playout.agents.building.choices import flat_logits
from playout.agents.building.model import Said
from playout.agents.building.network import Network, Prediction
from playout.agents.search.planning import SearchSettings
from playout.simulators.building.actions import Numbering


class NetworkOracle:
    """Evaluates the nodes of N searches; a recurrent network remembers along the edges."""

    def __init__(
        self, network: Network, n: int, numbering: Numbering, settings: SearchSettings | None = None
    ) -> None:
        """Make room for what is remembered.

        Args:
            network: in evaluation mode while it is asked.
            n: searches.
            numbering: of the actions.
            settings: of them; None where only the present is asked about.
        """
        self.network, self._n, self._numbering = network, n, numbering
        config = network.config
        self._nodes = 1 if settings is None else settings.simulations + 1
        parts = 2 * len(config.recurrent) if network.is_recurrent else 0
        shape = (n, config.width, network.size.cells)
        device = next(network.parameters()).device
        self._memory = [torch.zeros(shape, device=device) for _ in range(parts)]
        half = torch.float16
        self._of_nodes = [
            torch.zeros((self._nodes, *shape), dtype=half, device=device) for _ in range(parts)
        ]  # fmt: skip

    @torch.inference_mode()
    def __call__(
        self, observation: dict[str, np.ndarray], node: np.ndarray | None, into: np.ndarray | None
    ) -> Said:
        """See ``model.Oracle``."""
        was_training = self.network.training
        self.network.eval()
        found = self.predict(observation, self._remembered(node))
        self.network.train(was_training)
        if self._memory:
            rows = torch.arange(self._n)
            at = torch.zeros(self._n, dtype=torch.int64) if into is None else torch.from_numpy(into)
            for kept, new in zip(self._of_nodes, found.memory, strict=True):
                kept[at, rows] = new.to(kept.dtype)
        return Said(
            policy=_array(flat_logits(found.policy, self._numbering)),
            human=_array(flat_logits(found.human, self._numbering)),
            goal=_array(found.goal.softmax(1)),
            value=_array(found.value),
        )

    def predict(self, observation: dict[str, np.ndarray], memory: tuple[Tensor, ...]) -> Prediction:
        """The network's words on observations as the game gives them."""
        device = next(self.network.parameters()).device
        return self.network(
            *(torch.from_numpy(observation[name]).to(device) for name in ("world", "inventory", "timestep")),
            memory,
        )

    def go_on(self, ended: np.ndarray) -> None:
        """The games have gone on from their roots; those that ``ended`` (bool[N]) are forgotten."""
        alive = torch.from_numpy(~ended).to(torch.float32)[:, None, None]
        for memory, kept in zip(self._memory, self._of_nodes, strict=True):
            memory.copy_(kept[0].to(memory.dtype) * alive.to(memory.device))

    def state(self) -> list[Tensor]:
        """What is remembered of the games, for a checkpoint."""
        return [memory.clone() for memory in self._memory]

    def load(self, state: list[Tensor]) -> None:
        """Take back what :meth:`state` gave."""
        for mine, saved in zip(self._memory, state, strict=True):
            mine.copy_(saved)

    def _remembered(self, node: np.ndarray | None) -> tuple[Tensor, ...]:
        if node is None:
            return tuple(self._memory)
        rows, at = torch.arange(self._n), torch.from_numpy(node)
        return tuple(kept[at, rows].float() for kept in self._of_nodes)


def _array(tensor: Tensor) -> np.ndarray:
    return np.ascontiguousarray(tensor.float().cpu().numpy())
