"""Catalogues: domains of categories, each with eight features in three phrases and three price tiers.

One of our own ships; any other of the same form loads by its path, also the published one of RLHS (Liang
et al., arXiv 2501.08617v3). What is drawn from a catalogue is in ``scenarios``.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from playout.core.errors import WrongUse
from playout.simulators.consultancy.claims import OPTIONS
from playout.simulators.consultancy.scenarios import FEATURES

OWN = Path(__file__).with_name("catalogue.json")
PUBLISHED = "published"
"""The name under which ``catalogue=`` finds the RLHS catalogue in the data folder."""
_KEYS = (("has", "lacks", "unspecified"), ("P", "N", "U"))
_SPEAKERS = {"marketplace": "a shop", "restaurant": "a restaurant guide", "course": "a school"}


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of thing to choose among three of."""

    name: str
    phrases: tuple[tuple[str, str, str], ...]
    """Of each feature: what an option has, what it has instead, and that this is not specified."""
    tiers: tuple[tuple[int, int], ...]
    """Lowest and highest price: high, middle, low."""


@dataclass(frozen=True, slots=True)
class Domain:
    """A trade."""

    name: str
    speaker: str
    """For whom the assistant speaks: ``a shop``."""
    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that can be advised on."""

    domains: tuple[Domain, ...]

    def tiers(self) -> np.ndarray:
        """int64[D, K, 3, 2]: lowest and highest price by domain, category and tier."""
        return np.array([[c.tiers for c in d.categories] for d in self.domains], np.int64)

    def numbers(self, domains: str | tuple[str, ...] | list[str] | None = None) -> list[int]:
        """The numbers of the named domains; of all for None.

        Raises:
            WrongUse: no such domain.
        """
        names = [domain.name for domain in self.domains]
        wanted = names if domains is None else [domains] if isinstance(domains, str) else list(domains)
        unknown = [name for name in wanted if name not in names]
        if unknown or not wanted:
            raise WrongUse(f"domain: expected some of {', '.join(names)}, got {unknown or wanted!r}")
        return [names.index(name) for name in wanted]


def open_catalogue(source: str | Path | Catalogue | None = None) -> Catalogue:
    """A catalogue.

    Args:
        source: None for our own; ``"published"`` for ``rlhs/catalogue.json`` in ``$PLAYOUT_DATA``; the path
            of a JSON file or of a folder that holds ``catalogue.json``; or a catalogue.

    Raises:
        WrongUse: no such file, or it is not a catalogue; says where and what was expected.
    """
    if isinstance(source, Catalogue):
        return source
    return _read(file_of(source).absolute())


def file_of(source: str | Path | None = None) -> Path:
    """The file of a catalogue; arguments and errors as of :func:`open_catalogue`."""
    path = OWN if source is None else Path(source)
    if source == PUBLISHED:
        folder = os.environ.get("PLAYOUT_DATA")
        if not folder:
            raise WrongUse("catalogue 'published': set PLAYOUT_DATA to a folder with rlhs/catalogue.json")
        path = Path(folder) / "rlhs"
    return path / "catalogue.json" if path.is_dir() else path


@lru_cache(maxsize=8)
def _read(path: Path) -> Catalogue:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WrongUse(
            f"catalogue: there is no {path}; give a path, or set PLAYOUT_DATA to a folder with"
            " rlhs/catalogue.json and say 'published'"
        ) from None
    except (OSError, ValueError) as error:
        raise WrongUse(f"catalogue: {path} is not readable JSON: {error}") from None
    return parse(found, str(path))


def parse(found: Any, place: str = "catalogue") -> Catalogue:
    """A catalogue from its JSON; ``place`` begins the messages.

    Domains (name to ``categories``, and ``speaker`` where given) of equally many categories (name to
    ``features`` and ``price_tiers``). A feature is ``{"has", "lacks", "unspecified"}`` or ``{"P", "N",
    "U"}``, a tier ``[lowest, highest]``; they stand from dear to cheap.

    Raises:
        WrongUse: another form.
    """
    domains = tuple(_domain(name, value, place) for name, value in _mapping(found, place).items())
    sizes = {len(domain.categories) for domain in domains}
    if len(sizes) != 1 or 0 in sizes:
        raise WrongUse(f"{place}: expected domains of equally many categories, got {sorted(sizes)}")
    return Catalogue(domains)


def _domain(name: str, found: Any, place: str) -> Domain:
    place = f"{place}, {name}"
    given = _mapping(found, place)
    categories = _mapping(given.get("categories"), f"{place}, categories")
    speaker = given.get("speaker", _SPEAKERS.get(name, "a provider"))
    return Domain(name, str(speaker), tuple(_category(n, c, place) for n, c in categories.items()))


def _category(name: str, found: Any, place: str) -> Category:
    place = f"{place}, {name}"
    given = _mapping(found, place)
    features, tiers = given.get("features"), given.get("price_tiers")
    if not isinstance(features, list) or len(features) != FEATURES:
        raise WrongUse(f"{place}: expected a list of {FEATURES} features")
    phrases = tuple(_phrases(feature, f"{place}, feature {i}") for i, feature in enumerate(features))
    said = [phrase.casefold() for feature in phrases for phrase in feature]
    if len(set(said)) != len(said):
        raise WrongUse(f"{place}: expected {len(said)} different phrases, got some twice")
    return Category(name, phrases, _tiers(tiers, place))


def _phrases(found: Any, place: str) -> tuple[str, str, str]:
    given = _mapping(found, place)
    for keys in _KEYS:
        texts = [given.get(key) for key in keys]
        if all(isinstance(text, str) and text.strip() for text in texts):
            has, lacks, unspecified = map(str, texts)
            return has, lacks, unspecified
    raise WrongUse(f"{place}: expected texts for has, lacks and unspecified (or P, N and U)")


def _tiers(found: Any, place: str) -> tuple[tuple[int, int], ...]:
    try:
        tiers = tuple((int(low), int(high)) for low, high in found)
    except (TypeError, ValueError):
        tiers = ()
    falling = all(dear[0] >= cheap[1] for dear, cheap in pairwise(tiers))
    if len(tiers) != OPTIONS or not falling or not all(0 < low <= high for low, high in tiers):
        raise WrongUse(
            f"{place}: expected three price_tiers [lowest, highest] from dear to cheap, got {found!r}"
        )
    return tiers


def _mapping(found: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(found, Mapping) or not found:
        raise WrongUse(f"{place}: expected names with what they stand for, got {type(found).__name__}")
    return found
