"""Where TextWorld games come from: made by its own generators and kept in the cache, or files on disk.

A game is a ``.z8`` (what the interpreter runs) with a ``.json`` of the same name beside it (what is known
about it, legal actions among that). Making one compiles it and takes a second or two, so games are made
when first played. Other formats (``.ulx``, plain Z-machine games) are not played.
"""

import argparse
import json
import os
import tempfile
import warnings
from collections.abc import Mapping
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, Protocol

from playout.core.cache import cache_folder
from playout.core.errors import MissingExtra, WrongUse

Split = Literal["train", "unseen"]
SPLITS = ("train", "unseen")

# The generators of `tw-make`, with what they ask for and what is given where the user says nothing.
FAMILIES: dict[str, dict[str, Any]] = {
    "coin_collector": {"level": 5},
    "treasure_hunter": {"level": 5},
    "simple": {"rewards": "dense", "goal": "detailed"},
    "cooking": {"recipe": 1, "take": 1, "open": True},
}
_UNSEEN_SEEDS = 1_000_000  # games of "unseen" have seeds from here on
_ENDING = ".z8"


class Games(Protocol):
    """Numbered games."""

    def __len__(self) -> int: ...

    def path(self, number: int) -> Path:
        """The ``.z8`` of a game."""
        ...


class FoundGames:
    """The games of a file or folder, in the order of their paths."""

    def __init__(self, source: str | Path) -> None:
        """Look for them.

        Raises:
            WrongUse: there are none, or one lacks its ``.json``.
        """
        path = Path(source).expanduser()
        single = path.suffix == _ENDING and path.is_file()
        self._paths = [path] if single else sorted(path.rglob(f"*{_ENDING}"))
        if not self._paths:
            raise WrongUse(f"{path}: expected a {_ENDING} file or a folder with some; make one with tw-make")
        for game in self._paths:
            if not game.with_suffix(".json").is_file():
                raise WrongUse(f"{game}: expected {game.stem}.json beside it, as tw-make writes it")

    def __len__(self) -> int:
        return len(self._paths)

    def path(self, number: int) -> Path:
        """The ``.z8`` of a game."""
        return self._paths[number]


class MadeGames:
    """Games of one of TextWorld's families."""

    def __init__(self, family: str, options: Mapping[str, Any] | None, *, split: Split, size: int) -> None:
        """Choose the games; nothing is made yet.

        Args:
            family: one of ``FAMILIES``.
            options: what the family's ``tw-make`` command takes, such as ``level``.
            split: ``train`` or ``unseen``: other seeds.
            size: how many.

        Raises:
            WrongUse: an argument is not known.
        """
        if family not in FAMILIES:
            raise WrongUse(f"family: expected one of {', '.join(FAMILIES)}, got {family!r}")
        if split not in SPLITS:
            raise WrongUse(f"split: expected one of {', '.join(SPLITS)}, got {split!r}")
        if size < 1:
            raise WrongUse(f"games: expected at least 1, got {size}")
        self._family, self._options = family, {**FAMILIES[family], **(options or {})}
        self._first = 1 if split == "train" else _UNSEEN_SEEDS
        self._size = size

    def __len__(self) -> int:
        return self._size

    def path(self, number: int) -> Path:
        """The ``.z8`` of a game, made now if it never was."""
        version = library().version.__version__
        named = json.dumps([self._family, self._options, version], sort_keys=True)
        folder = cache_folder() / "textworld" / f"{self._family}-{sha256(named.encode()).hexdigest()[:16]}"
        file = folder / f"{self._first + number}{_ENDING}"
        if not file.exists():
            _make(self._family, self._options, self._first + number, file)
        return file


def library() -> Any:
    """The package ``textworld``.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        return import_module("textworld")
    except ImportError:
        raise MissingExtra("textworld", "textworld") from None


def _make(family: str, options: Mapping[str, Any], seed: int, file: Path) -> None:
    """Make a game beside its place and move it there, the ``.z8`` last: whoever sees it sees all of it."""
    textworld = library()
    _, make, add_arguments = import_module("textworld.challenges").CHALLENGES[f"tw-{family}"]
    settings = _settings(family, options, add_arguments)
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        made = textworld.GameOptions()
        made.seeds, made.path = seed, str(Path(folder, file.name))
        with warnings.catch_warnings():
            # The interpreter looks its walkthrough up in a list of published adventures.
            warnings.simplefilter("ignore")
            textworld.generator.compile_game(make(settings, made), made)
        for ending in (".json", _ENDING):
            os.replace(Path(folder, file.name).with_suffix(ending), file.with_suffix(ending))


def _settings(family: str, options: Mapping[str, Any], add_arguments: Any) -> dict[str, Any]:
    """The options as the family's own command line reads them."""
    parser = argparse.ArgumentParser(prog=family, add_help=False, exit_on_error=False)
    add_arguments(parser)
    words = []
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        words += [flag] * value if isinstance(value, bool) else [flag, str(value)]
    known = sorted(action.dest for action in parser._actions)
    try:
        settings, unknown = parser.parse_known_args(words)
    except argparse.ArgumentError as error:
        raise WrongUse(f"options of {family}: {error}") from None
    if unknown:
        raise WrongUse(f"options of {family}: expected some of {', '.join(known)}, got {' '.join(unknown)}")
    return vars(settings)
