"""Makes a game from a key: room, task, objects; writes, compiles and solves it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from playout.core.errors import WrongUse
from playout.core.random import STREAM_GENERATE
from playout.simulators.household.compiler import compile_game
from playout.simulators.household.games import GameFile
from playout.simulators.household.generator.catalogue import KINDS, catalogue
from playout.simulators.household.generator.draws import Draws, Weighted
from playout.simulators.household.generator.placement import furnish
from playout.simulators.household.generator.rooms import SPLITS, Room, Split, room
from playout.simulators.household.generator.tasks import Task, draw_task, is_seen
from playout.simulators.household.generator.writing import problem
from playout.simulators.household.goals import TASK_TYPES
from playout.simulators.household.planner import plan
from playout.simulators.household.state import start
from playout.simulators.household.tables import Game, Record

VERSION = 2
"""Raise it when the same key no longer gives the same game."""

ROOMS = 64
ENDLESS_ROOMS = 1 << 20
"""As ``GeneratorConfig.rooms``: practically a new room for every game."""

FOLDERS: dict[Split, str] = {"train": "train", "seen": "valid_seen", "unseen": "valid_unseen"}
"""Split -> the name that published games give it."""

MOST_DRAWS = 10_000


@dataclass(frozen=True, kw_only=True)
class GeneratorConfig:
    """Which games to make."""

    split: Split = "train"
    """``train``; ``seen``, its rooms with other tasks; ``unseen``, other rooms."""
    task_types: tuple[str, ...] | None = None
    """Some of ``goals.TASK_TYPES``; None for all, as often as in the published games."""
    rooms: int = ROOMS
    """Rooms of each kind; published are 30 of each."""
    seed: int = 0
    """Of the rooms."""

    def __post_init__(self) -> None:
        if self.split not in SPLITS:
            raise WrongUse(f"split: expected one of {', '.join(SPLITS)}, got {self.split!r}")
        if self.rooms < 1:
            raise WrongUse(f"rooms: expected at least 1, got {self.rooms}")
        unknown = set(self.task_types or TASK_TYPES).difference(TASK_TYPES)
        if unknown or self.task_types == ():
            got = repr(min(unknown)) if unknown else "none"
            raise WrongUse(f"task_types: expected some of {', '.join(TASK_TYPES)}, got {got}")


class Generated(NamedTuple):
    """A game, as it would be published and compiled."""

    file: GameFile
    """Without domain and grammar: see ``export``."""
    record: Record


def generate(key: int, config: GeneratorConfig | None = None) -> Generated:
    """The game with a key.

    It can be won: by how it is made, and since the planner has done it (its plan is the walkthrough). At
    the start its goal does not hold and the agent is at no receptacle.

    Args:
        key: 64 bits.
        config: which games; None for the defaults.

    Raises:
        WrongUse: the rooms are so few that none has a task of the types asked for.
    """
    config = config or GeneratorConfig()
    draws = Draws(key, STREAM_GENERATE)
    kinds = _kinds(config.task_types)
    for _ in range(MOST_DRAWS):
        kind, type = draws.weighted(kinds)
        place = room(kind, draws.below(config.rooms), unseen=config.split == "unseen", seed=config.seed)
        task = draw_task(type, place, draws)
        if task is not None and _belongs(place, task, config.split):
            game = _game(key, config.split, place, task, draws)
            if game is not None:
                return game
    raise WrongUse(f"no game in {MOST_DRAWS} draws for {config}: expected more rooms or other task_types")


@lru_cache
def _kinds(task_types: tuple[str, ...] | None) -> Weighted[tuple[str, str]]:
    """Kinds of rooms with their task types."""
    tasks = {(kind, type): n for kind in KINDS for type, n in catalogue().kinds[kind].tasks.items()}
    return Weighted({pair: n for pair, n in tasks.items() if task_types is None or pair[1] in task_types})


def _belongs(place: Room, task: Task, split: Split) -> bool:
    return split == "unseen" or is_seen(place.code, task.object, task.target, task.type) == (split == "seen")


def _game(key: int, split: Split, place: Room, task: Task, draws: Draws) -> Generated | None:
    things, begin = furnish(place, task, draws)
    trial = f"trial_{key % (1 << 64):016x}"
    id = f"{FOLDERS[split]}/{task.type}-{task.object}-None-{task.target}-{place.kind}{place.number}/{trial}"
    text = problem(trial, place, task, things, begin)
    sentence = task.sentence(draws.below(2))
    record = compile_game(text, id=id, task=sentence, place=id)
    game = Game(record)
    walkthrough = plan(game, start(game))
    if not walkthrough:
        return None
    file = GameFile(id=id, place=id, problem=text, task=sentence, walkthrough=walkthrough)
    return Generated(file, record._replace(walkthrough=walkthrough))
