"""Reads ALFWorld games as they are published: ``game.tw-pddl`` files, trees of them, packed archives.

A game is a JSON object of ``pddl_domain``, ``grammar``, ``pddl_problem``, ``solvable``, ``walkthrough``;
only the problem is needed to play it. A packed archive (``games.jsonl.xz``) has one object per line with
``id``, ``task``, ``pddl_problem``, ``walkthrough``, ``solvable``, and the domain and the grammar that all
share in files beside it. Writing games and downloading them are not here; ``library`` compiles many.
"""

import json
import lzma
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playout.core.errors import WrongUse
from playout.simulators.household.compiler import compile_game
from playout.simulators.household.problem import GameError
from playout.simulators.household.tables import Record

SPLITS = ("train", "valid_seen", "valid_unseen", "valid_train")
ARCHIVE = "games.jsonl.xz"
DATA_VARIABLE = "ALFWORLD_DATA"

_ENDING = ".tw-pddl"
_TASK_MARK = "@@TASK@@"
_TASK = re.compile(r'"task"\s*:\s*\[\s*\{\s*"rhs"\s*:\s*("(?:[^"\\]|\\.)*")')
_EXPECTED = "the JSON object of a game with the text 'pddl_problem'"


@dataclass(frozen=True, slots=True, kw_only=True)
class GameFile:
    """A game as it was read."""

    id: str
    """``split/task/trial`` in the published data, else the path."""
    place: str
    """Its file, with the line in an archive; for errors."""
    problem: str
    task: str = ""
    """``Your task is to: ...``; empty where the grammar has none."""
    walkthrough: tuple[str, ...] = ()
    solvable: bool = True
    domain: str = ""
    grammar: str = ""

    @property
    def split(self) -> str:
        """One of SPLITS, or empty."""
        first = self.id.partition("/")[0]
        return first if first in SPLITS else ""

    def compile(self) -> Record:
        """Its tables.

        Raises:
            GameError: the problem cannot be played.
        """
        return compile_game(
            self.problem,
            id=self.id,
            task=self.task,
            walkthrough=self.walkthrough,
            domain=self.domain,
            place=self.place,
        )


def find(source: str | Path | None = None) -> Path:
    """The file or folder to read: ``source``, else ``$ALFWORLD_DATA``, else ``~/.cache/alfworld``.

    A folder that holds an archive stands for the archive.

    Raises:
        WrongUse: there is nothing there.
    """
    given = source or os.environ.get(DATA_VARIABLE)
    path = Path(given).expanduser() if given else Path.home() / ".cache" / "alfworld"
    if not path.exists():
        raise WrongUse(
            f"{path}: no such file or folder; expected a {_ENDING} file, a folder of them or {ARCHIVE}. Give"
            f" a path, or set {DATA_VARIABLE} to where alfworld-download put its data"
        )
    return path / ARCHIVE if (path / ARCHIVE).is_file() else path


def read_games(source: str | Path | None = None, *, split: str | None = None) -> Iterator[GameFile]:
    """All games of a source, in the order of their paths or of the archive.

    Args:
        source: as :func:`find`.
        split: one of SPLITS; None for all. Where no game belongs to any split, all belong to each.

    Raises:
        GameError: a file is damaged or something else; at the first such game.
        WrongUse: there is no such file, split or game.
    """
    if split is not None and split not in SPLITS:
        raise WrongUse(f"split: expected one of {', '.join(SPLITS)}, got {split!r}")
    path = find(source)
    read = _read_archive if path.name.endswith((".jsonl.xz", ".jsonl")) else _read_tree
    found = False
    for game in read(path, split):
        found = True
        yield game
    if found:
        return
    own = _of_no_split(read(path, None)) if split else []
    if not own:
        raise WrongUse(f"{path}: no games{f' of split {split}' if split else ''} in it")
    yield from own


def _of_no_split(games: Iterator[GameFile]) -> list[GameFile]:
    """``games`` if none of them belongs to a split, else nothing."""
    own = list[GameFile]()
    for game in games:
        if game.split:
            return []
        own.append(game)
    return own


def read_game(path: str | Path) -> GameFile:
    """One ``game.tw-pddl``.

    Raises:
        GameError: it is not one.
    """
    path = Path(path)
    values = _object(_decoded(path.read_bytes(), str(path)), str(path))
    grammar = values.get("grammar") or ""
    return _game(
        values, _id(path), str(path), _task(grammar, str(path)), values.get("pddl_domain") or "", grammar
    )


def _read_tree(path: Path, split: str | None) -> Iterator[GameFile]:
    if path.is_file():
        files = [path]
    else:
        # Folders that ALFWorld itself leaves out.
        found = (file for file in path.rglob(f"*{_ENDING}") if "movable" not in str(file.parent))
        files = sorted(file for file in found if "Sliced" not in str(file.parent))
    for file in files:
        if split is None or _id(file).startswith(f"{split}/"):
            yield read_game(file)


def _read_archive(path: Path, split: str | None) -> Iterator[GameFile]:
    domain, grammar = _beside(path, "domain.pddl"), _beside(path, "grammar.template.twl2")
    opener = lzma.open if path.suffix == ".xz" else open
    start = f'{{"id": "{split or ""}'.encode()
    number = 0
    try:
        with opener(path, "rb") as lines:
            for number, line in enumerate(lines, 1):
                # Most of the time goes into JSON: lines of other splits are not worth it.
                if line.startswith(b'{"id": "') and not line.startswith(start):
                    continue
                place = f"{path}:{number}"
                values = _object(_decoded(line, place), place)
                id, task = str(values.get("id") or place), str(values.get("task") or "")
                game = _game(values, id, place, task, domain, grammar.replace(_TASK_MARK, task))
                if split is None or game.split == split:
                    yield game
    except (lzma.LZMAError, EOFError) as error:
        raise GameError(f"{path}:{number + 1}", f"damaged xz data ({error})", "an archive of games") from None


def _game(values: dict[str, Any], id: str, place: str, task: str, domain: str, grammar: str) -> GameFile:
    return GameFile(
        id=id,
        place=place,
        problem=values["pddl_problem"],
        task=task,
        walkthrough=tuple(values.get("walkthrough") or ()),
        solvable=bool(values.get("solvable", True)),
        domain=domain,
        grammar=grammar,
    )


def _object(text: str, place: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise GameError(place, f"no JSON ({error.msg}, {where})", _EXPECTED) from None
    except RecursionError:
        raise GameError(place, "JSON nested too deep", _EXPECTED) from None
    if not isinstance(values, dict) or not isinstance(values.get("pddl_problem"), str):
        raise GameError(place, "other JSON", _EXPECTED)
    for name in ("pddl_domain", "grammar"):
        if not isinstance(values.get(name, ""), str | None):
            raise GameError(place, f"{name!r} that is no text", _EXPECTED)
    commands = values.get("walkthrough") or []
    if not isinstance(commands, list) or not all(isinstance(command, str) for command in commands):
        raise GameError(place, "a walkthrough that is no list of texts", _EXPECTED)
    return values


def _task(grammar: str, place: str) -> str:
    """The sentence in the grammar's rule "task"; empty where it has none."""
    found = _TASK.search(grammar)
    try:
        return json.loads(found[1], strict=False) if found else ""
    except json.JSONDecodeError:
        raise GameError(f"{place}, grammar", f"the task {found and found[1]}", "a JSON text") from None


def _decoded(data: bytes, place: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GameError(place, f"byte 0x{data[error.start]:02x}", "text in UTF-8") from None


def _beside(path: Path, name: str) -> str:
    file = path.with_name(name)
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _id(path: Path) -> str:
    """From the split on where there is one, without the file's common name."""
    parts = path.parts[:-1] if path.name == f"game{_ENDING}" else path.parts
    start = max((i for i, part in enumerate(parts) if part in SPLITS), default=0)
    return "/".join(parts[start:]) if start else str(path)
