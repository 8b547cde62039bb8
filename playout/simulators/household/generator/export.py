"""Writes games in the published format, so that the original ALFWorld loads, plans and wins them.

A ``game.tw-pddl`` also holds ALFWorld's domain and grammar. They are not shipped here: they are read from
the installed ``alfworld`` package or from a game that the user has.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from playout.core.errors import MissingExtra, WrongUse
from playout.simulators.household.games import GameFile, read_game
from playout.simulators.household.goals import LOOK

_TASK = re.compile(r'("task"\s*:\s*\[\s*\{\s*"rhs"\s*:\s*)"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True)
class Template:
    """What all games of ALFWorld have in common."""

    domain: str
    grammar: str
    """With the task sentence of some game."""


def template(source: str | Path | None = None) -> Template:
    """Domain and grammar.

    Args:
        source: a ``game.tw-pddl``, or a folder with ``alfred.pddl`` and ``alfred.twl2``; None for the
            installed ``alfworld``.

    Raises:
        MissingExtra: alfworld is not installed, and no source is given.
        WrongUse: they are not in the source.
    """
    path = _installed() if source is None else Path(source)
    if path.is_dir():
        domain, grammar = path / "alfred.pddl", path / "alfred.twl2"
        if not (domain.is_file() and grammar.is_file()):
            raise WrongUse(f"{path}: expected alfred.pddl and alfred.twl2 in it, or give a game.tw-pddl")
        found = Template(domain.read_text(encoding="utf-8"), grammar.read_text(encoding="utf-8"))
    else:
        game = read_game(path)
        found = Template(game.domain, game.grammar)
    if not found.domain or not _TASK.search(found.grammar):
        raise WrongUse(f"{path}: expected a domain and a grammar with a rule 'task'")
    return found


def export(files: Iterable[GameFile], folder: str | Path, template: Template) -> list[Path]:
    """Write games as ``folder/<id>/game.tw-pddl``, each with the ``traj_data.json`` that ALFWorld looks for.

    Args:
        files: their ids become folders: ``split/task/trial``.
        folder: as ``$ALFWORLD_DATA/json_2.1.1``; made if it is not there.
        template: of :func:`template`.

    Returns:
        The written ``game.tw-pddl``.
    """
    written = []
    for file in files:
        path = Path(folder, file.id, "game.tw-pddl")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(_published(complete(file, template))), encoding="ascii")
        path.with_name("traj_data.json").write_text(json.dumps(_trajectory(file)), encoding="ascii")
        written.append(path)
    return written


def complete(file: GameFile, template: Template) -> GameFile:
    """A generated game with the domain and the grammar that the original needs."""
    task = json.dumps(file.task)
    grammar = _TASK.sub(lambda found: found[1] + task, template.grammar, count=1)
    return replace(file, domain=template.domain, grammar=grammar)


def _published(file: GameFile) -> dict[str, Any]:
    return {
        "pddl_domain": file.domain,
        "grammar": file.grammar,
        "pddl_problem": file.problem,
        "solvable": file.solvable,
        "walkthrough": list(file.walkthrough),
    }


def _trajectory(file: GameFile) -> dict[str, Any]:
    """ALFRED's record of a demonstration, as far as ALFWorld's text games read it."""
    _, task, trial = file.id.split("/")
    type, thing, _, target, room = task.split("-")
    look = type == LOOK
    sentence = file.task.removeprefix("Your task is to: ")
    return {
        "task_type": type,
        "task_id": trial,
        "pddl_params": {
            "mrecep_target": "",
            "object_sliced": False,
            "object_target": thing,
            "parent_target": "" if look else target,
            "toggle_target": target if look else "",
        },
        "scene": {"floor_plan": room},
        "turk_annotations": {"anns": [{"task_desc": sentence}]},
    }


def _installed() -> Path:
    # Found, not imported: importing alfworld makes folders in the user's home.
    spec = find_spec("alfworld")
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra("alfworld", "textworld")
    return Path(next(iter(spec.submodule_search_locations)), "data")
