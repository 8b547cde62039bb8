"""Where household games come from: the generator, or published games on disk."""

from collections.abc import Iterable
from typing import Literal, Protocol

from playout.simulators import bank
from playout.simulators.household.library import open_games
from playout.simulators.household.tables import Game, Wording

Split = Literal["train", "seen", "unseen"]

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
        self.games = open_games(
            path, split=PUBLISHED_SPLITS.get(split, split), task_types=task_types, wording=wording
        )

    def game(self, episode_key: int) -> Game:
        """The game of the episode with this key."""
        return self.games[bank.index(episode_key, len(self.games))]


def source_of(
    source: str | GameSource, *, split: str, task_types: Iterable[str] | None, wording: Wording
) -> GameSource:
    """The source that an environment's arguments name; see ``HouseholdEnv``."""
    if not isinstance(source, str):
        return source
    if source == "generated":
        from playout.simulators.household.generator import GeneratedSource

        return GeneratedSource(split=split, task_types=task_types, wording=wording)
    path = None if source == "alfworld" else source
    return PublishedSource(path, split=split, task_types=task_types, wording=wording)
