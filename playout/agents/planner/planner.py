"""The plug-in policy planner: a policy over dialogue acts (Deng et al. 2024), its weights and its files.

An ``ActPolicy`` is anything that gives probabilities over acts; a :class:`Planner` is the one that learns.
What an act becomes in words is the speaker's (``speaking``), how it learns is ``training.ppdpp``'s.
"""

import io
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from playout.agents.planner.encoders import ACTS, Encoder, Seen, encoder
from playout.agents.planner.network import Floats, Network
from playout.core import WrongUse

FILE, WEIGHTS = "planner.json", "planner.npz"


class ActPolicy(Protocol):
    """Probabilities over A acts for N dialogues at once; pure."""

    acts: tuple[str, ...]
    """Names, in the order of the world's actions."""

    def log_probabilities(self, seen: Seen) -> Floats:
        """float64[N, A]."""
        ...


@dataclass(frozen=True, kw_only=True)
class PlannerShape:
    """What a planner is made of."""

    acts: tuple[str, ...]
    """Names of what it can do."""
    symbols: int
    """Kinds of entry in ``Seen.acts``: none, these acts, the other side's replies."""
    features: int
    """F of ``Seen.features``."""
    encoder: str = ACTS
    """``acts``, ``ngrams``, ``minilm`` or ``hf:PATH_OR_HUB_ID``."""
    hidden: int = 64
    """Units of the hidden layer; 0 leaves it out."""
    recent: int = 0
    """How many of the last acts or utterances are looked at one by one; 0 is the encoder's own number."""

    def __post_init__(self) -> None:
        if self.hidden < 0 or self.recent < 0:
            raise WrongUse(
                f"planner: hidden and recent cannot be negative, got {self.hidden} and {self.recent}"
            )


class Planner:
    """An encoder and the network behind it."""

    def __init__(self, shape: PlannerShape, network: Network | None = None, *, seed: int = 0) -> None:
        """Use ``network``, or a fresh one from ``seed``."""
        self.shape, self.acts = shape, shape.acts
        self._network, self._seed = network, seed

    @cached_property
    def encoder(self) -> Encoder:
        """Loaded on first use."""
        shape = self.shape
        return encoder(shape.encoder, symbols=shape.symbols, features=shape.features, recent=shape.recent)

    @cached_property
    def network(self) -> Network:
        """What is learnt."""
        if self._network is not None:
            return self._network
        return Network.new(self.encoder.size, len(self.acts), hidden=self.shape.hidden, seed=self._seed)

    def log_probabilities(self, seen: Seen) -> Floats:
        """float64[N, A]."""
        return self.network.log_probabilities(self.encoder(seen))

    def save(self, folder: Path) -> None:
        """Write ``planner.json`` and ``planner.npz`` into ``folder``, each whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        save_arrays(folder / WEIGHTS, self.network.weights)
        text = json.dumps(asdict(self.shape), indent=1) + "\n"
        part = folder / f"{FILE}.part"
        part.write_text(text, "utf-8")
        part.replace(folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> "Planner":
        """Read what :meth:`save` wrote.

        Raises:
            WrongUse: there is no planner, or its files do not belong together.
        """
        file = folder / FILE
        try:
            shape = json.loads(file.read_text("utf-8"))
            planner = cls(PlannerShape(**{**shape, "acts": tuple(shape["acts"])}))
            planner._network = Network(load_arrays(folder / WEIGHTS))
        except FileNotFoundError as error:
            raise WrongUse(f"{folder}: it has no planner yet ({error.filename} is missing)") from None
        except (ValueError, TypeError, KeyError) as error:
            raise WrongUse(f"{file}: not a planner of this version: {error}") from None
        if planner.network.acts != len(planner.acts):
            raise WrongUse(f"{file}: {len(planner.acts)} acts, but the weights have {planner.network.acts}")
        return planner


def greedy(logs: Floats) -> NDArray[np.int64]:
    """The likeliest act of each row, int64[N]; the first of equals."""
    return logs.argmax(1)


def sampled(logs: Floats, uniforms: Floats) -> NDArray[np.int64]:
    """An act of each row by its probabilities, int64[N]; ``uniforms``, float[N] in [0, 1), decide."""
    sums = np.exp(logs).cumsum(1)
    return np.minimum((sums <= uniforms[:, None] * sums[:, -1:]).sum(1), logs.shape[1] - 1)


def save_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write an ``npz`` whole or not at all."""
    held = io.BytesIO()
    np.savez(held, allow_pickle=False, **arrays)  # pyright: ignore[reportArgumentType]
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(held.getvalue())
    part.replace(path)


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read what :func:`save_arrays` wrote."""
    with np.load(path, allow_pickle=False) as file:
        return dict(file)
