"""The arms of the experiment: which policies learn from which feedback, and under how many seeds.

The primary comparisons, named beforehand: under ``immediate`` and under ``partial``, the immediate rating,
the hindsight rating and the utility of each ``main`` arm against its base. Everything else is exploratory.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from playout.core import WrongUse
from playout.experiments.grid import Cell
from playout.simulators.consultancy.catalogue import PUBLISHED, file_of

CELLS = "playout.experiments.rlhs.cells"
KINDS = ("immediate", "partial", "oracle", "horizon:3", "world_model:0.8")
"""The feedback whose curves are drawn."""
STEPS = (0, 1, 2, 3, 4, 5, 6)
"""N of the sweep over horizons."""
ACCURACIES = (0.0, 0.2, 0.4, 0.5, 0.6, 0.8, 1.0)
"""Alpha of the sweep over world models."""
POLICIES = ("table", "text")
CONTRASTS = {
    "oracle above partial": (
        "withheld.withholder.ppo.rating.oracle", "withheld.withholder.ppo.rating.partial", "utility",
    ),
}  # fmt: skip
"""Comparisons between arms: name -> arm, other arm, metric."""
_REINFORCE = {"batch": 1024, "iterations": 400}
_TEXT: dict[str, dict[str, Any]] = {
    "ppo": {"iterations": 12, "batch": 256, "epochs": 1, "minibatches": 4, "pairs": 1500},
    "dpo": {"pairs": 1500, "dpo_epochs": 1},
}
"""By algorithm, chosen on validation under one seed."""


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One way of learning, under several seeds; or none, for a base."""

    name: str
    role: str
    """``base``, ``main``, ``control``, ``withheld``, ``horizon``, ``world_model`` or ``transfer``."""
    base: str = "noisy-honest"
    feedback: str = ""
    """Empty for a base."""
    algorithm: str = "ppo"
    reward: str = "rating"
    domains: tuple[str, ...] = ()
    """Learnt in; empty: all."""
    tested: tuple[str, ...] = ("",)
    """Tested in; the empty name is all that it learnt in."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of ``RLHSSettings``, where they are not the defaults."""
    seeds: int = 5

    def cell(self, policy: str, catalogue: str | None, bases: Mapping[str, str]) -> Cell:
        """The cell of the arm; that of a text policy comes after its writer's.

        A seed does not take much longer than a process takes to start, so all share one.
        """
        kwargs = {
            "policy": policy,
            "catalogue": catalogue,
            "base": self.base,
            "domains": list(self.domains),
            "tested": list(self.tested),
        }
        after = (bases[self.base],) if self.base in bases else ()
        if self.feedback:
            kwargs |= {
                "feedback": self.feedback,
                "algorithm": self.algorithm,
                "reward": self.reward,
                "settings": dict(self.settings),
            }
        function = "learnt" if self.feedback else "untrained"
        return Cell(self.name, f"{CELLS}:{function}", {**kwargs, "seeds": list(range(self.seeds))}, after)


def arms_of(policy: str, domains: tuple[str, ...], seeds: int | None = None) -> list[Arm]:
    """The arms for a kind of policy; bases first.

    Args:
        policy: ``table`` or ``text``.
        domains: of the catalogue.
        seeds: of every arm; None for each its own.

    Raises:
        WrongUse: no such kind.
    """
    if policy not in POLICIES:
        raise WrongUse(f"experiment rlhs: policy: expected one of {', '.join(POLICIES)}, got {policy!r}")
    found = list(_table_arms(domains) if policy == "table" else _text_arms(domains))
    return found if seeds is None else [Arm(**{**vars(arm), "seeds": seeds}) for arm in found]


def _table_arms(domains: tuple[str, ...]) -> Iterator[Arm]:
    for base in ("noisy-honest", "hedger", "withholder", "uniform"):
        yield Arm(name=f"base.{base}", role="base", base=base, tested=("", *domains))
    for kind in KINDS:
        yield _arm("main", kind, tested=("", *domains))
    for algorithm, settings in (("reinforce", _REINFORCE), ("dpo", {})):
        for kind in ("immediate", "partial", "oracle"):
            yield _arm("main", kind, algorithm=algorithm, settings=settings)
    for algorithm in ("ppo", "dpo"):
        for kind in ("immediate", "partial"):
            yield _arm("main", kind, algorithm=algorithm, reward="reward-model")
    for kind in ("immediate", "partial"):
        yield _arm("main", kind, base="hedger")
    for kind in ("partial", "oracle"):
        yield _arm("withheld", kind, base="withholder")
    yield _arm("control", "immediate", settings={"shuffle": True})
    for steps in STEPS:
        yield _arm("horizon", f"horizon:{steps}", algorithm="reinforce", settings=_REINFORCE, seeds=3)
    for accuracy in ACCURACIES:
        yield _arm(
            "world_model", f"world_model:{accuracy:g}", algorithm="reinforce", settings=_REINFORCE, seeds=3
        )
    yield from _transfer(domains)


def _text_arms(domains: tuple[str, ...]) -> Iterator[Arm]:
    """In one domain, as in the paper: of the words of three, a decoder of this size learns little."""
    here = domains[:1]
    yield Arm(name="base.noisy-honest", role="base", domains=here, seeds=3)
    for algorithm in ("ppo", "dpo"):
        for reward in ("rating", "reward-model"):
            for kind in ("immediate", "partial"):
                yield _arm(
                    "main", kind, algorithm=algorithm, reward=reward, domains=here, seeds=3,
                    settings=_TEXT[algorithm],
                )  # fmt: skip
    for kind in ("immediate", "partial"):
        yield _arm("control", kind, domains=here, seeds=1, settings={**_TEXT["ppo"], "shuffle": True})


def _transfer(domains: tuple[str, ...], seeds: int = 3) -> Iterator[Arm]:
    for domain in domains:
        others = tuple(other for other in domains if other != domain)
        for kind in ("immediate", "partial"):
            yield _arm("transfer", kind, algorithm="reinforce", domains=(domain,), tested=others, seeds=seeds)


def _arm(role: str, feedback: str, **options: Any) -> Arm:
    arm = Arm(name="?", role=role, feedback=feedback, **options)
    parts = [role, arm.base, arm.algorithm, arm.reward, feedback.replace(":", "-")]
    parts += arm.domains if role == "transfer" else ()
    return Arm(**{**vars(arm), "name": ".".join(parts)})


def cells_of(policy: str, arms: list[Arm], catalogue: str | None) -> list[Cell]:
    """The cells of all arms, in the order in which they may be run."""
    bases: dict[str, str] = {}
    if policy == "text":
        # Decoders that write as a base says: made once, and begun from by every arm.
        bases = {arm.base: f"writer.{arm.base}" for arm in arms}
    domains = {arm.base: list(arm.domains) for arm in arms if arm.role == "base"}
    writers = [
        Cell(name, f"{CELLS}:writer", {"base": base, "domains": domains[base], "catalogue": catalogue})
        for base, name in bases.items()
    ]
    # A file of the user's may be edited between two runs; the others are what they are called.
    files = () if catalogue in (None, PUBLISHED) else (str(file_of(catalogue)),)
    cells = [*writers, *(arm.cell(policy, catalogue, bases) for arm in arms)]
    return [replace(cell, files=files) for cell in cells]
