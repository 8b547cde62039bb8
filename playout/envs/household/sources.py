"""Where household games come from: the generator, or published games on disk."""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

from playout.core.errors import WrongUse
from playout.simulators import bank
from playout.simulators.household.games import GameFile
from playout.simulators.household.library import open_games
from playout.simulators.household.tables import Game, Wording

if TYPE_CHECKING:
    from playout.envs.household.textworld_backend import PublishedFiles

Split = Literal["train", "seen", "unseen"]
Order = Literal["drawn", "seed"]

# Our names for ALFWorld's folders; its own names work too.
PUBLISHED_SPLITS = {"train": "train", "seen": "valid_seen", "unseen": "valid_unseen"}


class GameSource(Protocol):
    """What an environment needs to know of its games."""

    def game(self, episode_key: int) -> Game:
        """The game of the episode with this key."""
        ...


class PublishedSource:
    """Published games: ``games[bank.index(key, len(games))]`` is the game of an episode."""

    def __init__(
        self, path: str | None, *, split: str, task_types: Iterable[str] | None, wording: Wording
    ) -> None:
        """Open ``path`` (file, folder or archive), or ``$ALFWORLD_DATA`` where it is None."""
        self._path, self._split = path, PUBLISHED_SPLITS.get(split, split)
        self.games = open_games(path, split=self._split, task_types=task_types, wording=wording)

    def game(self, episode_key: int) -> Game:
        """The game of the episode with this key."""
        return self.games[bank.index(episode_key, len(self.games))]

    def file(self, episode_key: int) -> GameFile:
        """The same game as it was published."""
        return self.files[self.game(episode_key).id]

    @cached_property
    def files(self) -> "PublishedFiles":
        """All of them; read when first asked for."""
        from playout.envs.household.textworld_backend import PublishedFiles

        return PublishedFiles(self._path, split=self._split)


class InOrder:
    """Published games one after the other: what an episode gives as its key is the number of its game."""

    def __init__(self, source: PublishedSource) -> None:
        """Number the games of a source as it has them."""
        self._source = source

    def game(self, episode_key: int) -> Game:
        """The game with this number, modulo how many there are."""
        return self._source.games[episode_key % len(self._source.games)]

    def file(self, episode_key: int) -> GameFile:
        """The same game as it was published."""
        return self._source.files[self.game(episode_key).id]


def source_of(
    source: str | GameSource,
    *,
    split: Split = "train",
    task_types: str | Iterable[str] | None = None,
    wording: Wording = "move",
    order: Order = "drawn",
) -> GameSource:
    """The source that an environment's arguments name; see ``HouseholdEnv``.

    Raises:
        WrongUse: an argument is not known, there are no such games, or they have no order.
    """
    if order not in ("drawn", "seed"):
        raise WrongUse(f"order: expected drawn or seed, got {order!r}")
    found = _named(source, split, task_types, wording) if isinstance(source, str) else source
    if order == "drawn" or isinstance(found, InOrder):
        return found
    if not isinstance(found, PublishedSource):
        raise WrongUse(f"order: only published games have one; the source is {source!r}; leave order out")
    return InOrder(found)


def _named(source: str, split: Split, task_types: str | Iterable[str] | None, wording: Wording) -> GameSource:
    if isinstance(task_types, str):  # as the command line gives it
        task_types = (task_types,)
    if source == "generated":
        from playout.simulators.household.generator import GeneratedSource

        return GeneratedSource(split=split, task_types=task_types, wording=wording)
    path = None if source == "alfworld" else source
    return PublishedSource(path, split=split, task_types=task_types, wording=wording)


def file_of(source: GameSource, episode_key: int) -> GameFile:
    """The game of an episode as it is published, with domain and grammar.

    Raises:
        WrongUse: the source has tables only.
        MissingExtra: the game brings no domain and grammar, and alfworld is not installed.
    """
    find = getattr(source, "file", None)
    if find is None:
        raise WrongUse(f"backend: textworld needs a source with file(key), which {source!r} has not")
    file: GameFile = find(episode_key)
    if file.domain and file.grammar:
        return file
    from playout.simulators.household.generator.export import complete, template

    return complete(file, template())
