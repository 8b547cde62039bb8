"""The games that the suite's measurements play, and random walks through them."""

from collections.abc import Sequence
from functools import cache

from playout.core.random import Stream, bits, key_of_seed
from playout.experiments.bench.household.sameness import published
from playout.experiments.bench.suite import Context
from playout.simulators.household.engine import legal, start, step
from playout.simulators.household.generator import ENDLESS_ROOMS, SPLITS, Generated, GeneratorConfig, generate
from playout.simulators.household.library import Library, of_records, open_games
from playout.simulators.household.tables import Game

WALK = 50  # commands: an episode
GENERATED = 600


@cache
def shared(context: Context) -> Library | None:
    """All published games, where the user has them; tables are kept for this run only."""
    folder = published()
    return None if folder is None else open_games(folder, cache=False)


@cache
def generated(context: Context) -> Library:
    """Generated games of all splits."""
    return of_records(game.record for game in made(GENERATED))


def made(count: int, seed: int = 0) -> list[Generated]:
    """``count`` generated games, of all splits in turn and of practically as many rooms."""
    configs = [GeneratorConfig(split=split, rooms=ENDLESS_ROOMS) for split in SPLITS]
    key = key_of_seed(seed)
    return [generate(bits(key, number), configs[number % len(configs)]) for number in range(count)]


def libraries(context: Context) -> dict[str, Library]:
    """The libraries that there are, by name."""
    found = shared(context)
    return {**({} if found is None else {"shared": found}), "generated": generated(context)}


def some(games: Library, count: int) -> list[Game]:
    """``count`` games spread over a library, as new: nothing is in their memos."""
    return [Game(games.record(i * len(games) // count)) for i in range(count)]


def walk(game: Game, seed: int, commands: int = WALK) -> list[str]:
    """Legal commands at random."""
    draws, state, given = Stream(seed), start(game), []
    for _ in range(commands):
        given.append(draws.choice(legal(game, state)))
        step(game, state, given[-1])
    return given


def walks(games: Sequence[Game], each: int) -> list[tuple[Game, list[str]]]:
    """Every game ``each`` times, with another walk each time; walked on copies."""
    copies = [Game(game.record) for game in games]
    return [
        (game, walk(copy, number * each + turn))
        for turn in range(each)
        for number, (game, copy) in enumerate(zip(games, copies, strict=True))
    ]
