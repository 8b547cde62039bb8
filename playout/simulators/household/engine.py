"""Plays household games: ``start``, ``step``, ``legal``, the world's first words, and many games at once.

The rules are those of ALFWorld's text games, quirks included, since prompts and trained models depend
on them to the character; ``actions`` and ``texts`` name the quirks where they are made. All that
changes is in a ``State`` (copy it to branch); games are shared. Nobody counts steps or ends episodes
here: a game that is won can be played on, and may be won no more.

    game = Game(record)
    state = start(game)
    print(introduction(game, state))
    while not state.won:
        print(step(game, state, choose(legal(game, state))))
"""

from bisect import bisect
from collections.abc import Sequence

from playout.simulators.household.actions import read
from playout.simulators.household.state import State, start
from playout.simulators.household.tables import MEMO_SIZE, Game
from playout.simulators.household.texts import NOTHING_HAPPENS, contents_of, introduction, members

__all__ = ["NOTHING_HAPPENS", "Game", "State", "introduction", "legal", "start", "step", "step_many"]


def step(game: Game, state: State, command: str) -> str:
    """Give a command: changes ``state`` (its ``won`` too) and returns the world's answer.

    Space around a command is ignored. What is not legal now changes nothing and is answered by
    ``NOTHING_HAPPENS``.
    """
    reading = game.commands.get(command) or read(game, command)
    if reading is None:
        return NOTHING_HAPPENS
    action, first, second = reading
    return action(game, state, first, second) or NOTHING_HAPPENS


def legal(game: Game, state: State) -> tuple[str, ...]:
    """The commands that are not answered by ``NOTHING_HAPPENS`` now, sorted.

    They depend only on what is in hand and on the receptacles here, so they are made once per game for
    each such situation and kept in its memo.
    """
    at, held, contents = state.at, state.held, state.contents
    here = game.receptacles_at[at]
    # Full hands leave of the contents only the lamps; only a knife in hand minds what lies around.
    seen = -1 if held < 0 else game.toggleable
    sliceable = state.around[at] & game.sliceable if held >= 0 and game.knives >> held & 1 else 0
    if len(here) == 1:
        only = here[0]
        key = (at, held, sliceable, state.opened >> only & 1, contents[only] & seen)
    else:
        lids = [state.opened >> r & 1 for r in here]
        key = (at, held, sliceable, *lids, *[contents[r] & seen for r in here])
    found = game.legal_memo.get(key)
    if found is None:
        if len(game.legal_memo) >= MEMO_SIZE:
            game.legal_memo.clear()
        found = game.legal_memo[key] = _legal(game, state)
    return found


def step_many(
    games: Sequence[Game], states: Sequence[State], commands: Sequence[str]
) -> tuple[list[str], list[tuple[str, ...]], list[bool]]:
    """One step of each of N games: answers, legal commands and whether each is won.

    Args:
        games: N games; copies of one game share its tables and memos.
        states: changed in place.
        commands: one each.
    """
    played = list(zip(games, states, commands, strict=True))
    answers = [step(game, state, command) for game, state, command in played]
    return answers, [legal(game, state) for game, state, _ in played], [state.won for state in states]


def _legal(game: Game, state: State) -> tuple[str, ...]:
    commands = ["help", "inventory", "look"]
    for receptacle in game.receptacles_at[state.at]:
        name, bit = game.receptacles[receptacle], 1 << receptacle
        accessible = not game.openable & bit or bool(state.opened & bit)
        commands.append(f"examine {name}")
        if game.openable & bit:
            commands.append(f"close {name}" if accessible else f"open {name}")
        if state.held >= 0:
            commands += _with_object(game, state.held, receptacle, accessible)
        elif accessible:
            commands += contents_of(game, receptacle, state.contents[receptacle]).takes
    commands += _anywhere_here(game, state)
    commands.sort()
    # All of "go to" stand together, and they are the most: kept sorted for each location.
    cut = bisect(commands, "go to ")
    commands[cut:cut] = game.going[state.at]
    return tuple(commands)


def _anywhere_here(game: Game, state: State) -> list[str]:
    """What can be done here whatever receptacle it concerns."""
    inside = 0
    for receptacle in game.receptacles_at[state.at]:
        inside |= state.contents[receptacle]
    commands = [f"use {game.objects[lamp]}" for lamp in members(inside & game.toggleable)]
    if state.held >= 0:
        held = game.objects[state.held]
        commands.append(f"examine {held}")
        if game.knives >> state.held & 1:
            around = members(state.around[state.at] & game.sliceable)
            commands += [f"slice {game.objects[thing]} with {held}" for thing in around]
    return commands


def _with_object(game: Game, thing: int, receptacle: int, accessible: bool) -> list[str]:
    """What can be done with the object in hand and a receptacle here."""
    commands, name, place = [], game.objects[thing], game.receptacles[receptacle]
    if accessible and game.fits[thing] >> receptacle & 1:
        commands.append(f"{game.put_words[0]} {name}{game.put_words[1]}{place}")
    for verb, able, devices in (
        ("clean", game.cleanable, game.cleaners),
        ("heat", game.heatable, game.heaters),
        ("cool", game.coolable, game.coolers),
    ):
        if able >> thing & 1 and devices >> receptacle & 1:
            commands.append(f"{verb} {name} with {place}")
    return commands
