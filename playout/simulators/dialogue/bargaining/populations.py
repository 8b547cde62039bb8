"""Populations: the numbers that ``rules`` bargain by, for both seats; fitted to people, or designed.

``fitted`` is what ``playout fit bargaining`` made of CraigslistBargain; how much people differ from one
another in it is how much their dialogues differ. ``designed`` is ours: there, what moves one person does not
move the next, so that whoever plans has something to find out. Say on every figure which it is.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from playout.core.errors import WrongUse
from playout.simulators.dialogue.bargaining.acts import ACTS, N_ACTS, SEATS
from playout.simulators.dialogue.bargaining.traits import KNOTS, TRAITS

_FITTED = files("playout.simulators.dialogue.bargaining") / "fitted.json"


@dataclass(frozen=True, eq=False)
class Population:
    """See ``rules.Settings`` for what the numbers do; the first axis is (buyer, seller)."""

    name: str
    traits: np.ndarray
    """float64[2, 10, 11], quantile functions."""
    acts: np.ndarray
    """float64[2, 12, 11]: what is said after each act heard, last after nothing; rows sum to 1."""
    says: np.ndarray
    """The same with ``agree`` where people said it: to imitate. The rules decide by price."""
    openings: np.ndarray
    """float64[2, K], quantile function of a first price as SL, at K even shares."""
    leaves: np.ndarray
    """float64[2, T]: chance to drop out at each turn of one's own, the last for all later ones."""
    tones: np.ndarray
    """float64[2]: how loud temperament is in the tone, and plainness."""
    bends: float
    """How much temperament bends the acts."""

    def __post_init__(self) -> None:
        shapes = {
            "traits": (2, len(TRAITS), KNOTS), "acts": (2, N_ACTS + 1, N_ACTS),
            "says": (2, N_ACTS + 1, N_ACTS), "openings": (2, None),
            "leaves": (2, None), "tones": (2,), "bends": (),
        }  # fmt: skip
        for name, shape in shapes.items():
            _check(self.name, name, np.asarray(getattr(self, name)), shape)
        for name, table in (
            ("acts", self.acts),
            ("says", self.says),
            ("leaves", self.leaves),
            ("tones", self.tones),
        ):
            if table.min() < 0:
                raise WrongUse(
                    f"population {self.name}, {name}: expected no number below 0, got {table.min()}"
                )
        for name, knots in (("traits", self.traits), ("openings", self.openings)):
            if (np.diff(knots) < 0).any():
                raise WrongUse(f"population {self.name}, {name}: expected quantiles that do not fall")
        for name, table in (("acts", self.acts), ("says", self.says)):
            if not np.allclose(table.sum(axis=2), 1.0, atol=1e-3):
                raise WrongUse(f"population {self.name}, {name}: expected rows that sum to 1")

    def to_json(self) -> dict[str, Any]:
        """As it is written to a file: seats, traits and acts by name."""
        seats: dict[str, Any] = {}
        for seat, name in enumerate(SEATS):
            seats[name] = {
                "traits": dict(zip(TRAITS, self.traits[seat].tolist(), strict=True)),
                "acts": dict(zip((*ACTS, "nothing"), self.acts[seat].tolist(), strict=True)),
                "says": dict(zip((*ACTS, "nothing"), self.says[seat].tolist(), strict=True)),
                "openings": self.openings[seat].tolist(),
                "leaves": self.leaves[seat].tolist(),
            }
        return {"name": self.name, **seats, "tones": self.tones.tolist(), "bends": self.bends}

    def to_text(self) -> str:
        """:meth:`to_json` with every row of numbers in a line of its own."""
        text = json.dumps(self.to_json(), indent=1)
        return re.sub(r"\[[^\[\]{}]*\]", lambda row: " ".join(row[0].split()), text) + "\n"


def population_of(spec: str | Population) -> Population:
    """The population that ``spec`` names: ``fitted``, ``designed``, or a file that the command wrote.

    Raises:
        WrongUse: there is none, or it is no population.
    """
    if isinstance(spec, Population):
        return spec
    if spec == "designed":
        from playout.simulators.dialogue.bargaining.designed import DESIGNED

        return DESIGNED
    if spec == "fitted":
        return _fitted()
    if not Path(spec).is_file():
        raise WrongUse(f"population {spec!r}: expected fitted, designed or a file of playout fit bargaining")
    return from_json(Path(spec).read_text(encoding="utf-8"), spec)


def from_json(text: str, place: str) -> Population:
    """The population that :meth:`Population.to_json` wrote.

    Raises:
        WrongUse: a field is missing or wrong; names it and ``place``.
    """
    try:
        value = json.loads(text)
        rows = [value[seat] for seat in SEATS]
        return Population(
            name=str(value["name"]),
            traits=np.array([[row["traits"][trait] for trait in TRAITS] for row in rows], np.float64),
            acts=np.array([[row["acts"][act] for act in (*ACTS, "nothing")] for row in rows], np.float64),
            says=np.array([[row["says"][act] for act in (*ACTS, "nothing")] for row in rows], np.float64),
            openings=np.array([row["openings"] for row in rows], np.float64),
            leaves=np.array([row["leaves"] for row in rows], np.float64),
            tones=np.array(value["tones"], np.float64),
            bends=float(value["bends"]),
        )
    except KeyError as error:
        raise WrongUse(f"{place}: expected the field {error} of a population, found none") from None
    except (TypeError, ValueError) as error:
        raise WrongUse(f"{place}: not a population ({error})") from None


@cache
def _fitted() -> Population:
    return from_json(_FITTED.read_text(encoding="utf-8"), "fitted.json")


def _check(population: str, name: str, array: np.ndarray, shape: tuple[int | None, ...]) -> None:
    fits = array.ndim == len(shape) and all(
        want in (None, have) for want, have in zip(shape, array.shape, strict=True)
    )
    if not fits or not np.isfinite(array).all():
        raise WrongUse(
            f"population {population}, {name}: expected finite numbers of shape {shape}, got {array.shape}"
        )
