"""``playout play``: play a world yourself, full-screen or line by line."""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, UseAppendAction, arg

from playout.agents.human import labels
from playout.cli import console
from playout.cli.eval import agents_of, flat
from playout.cli.game import Game
from playout.cli.keyboard import interactive
from playout.cli.parsing import Flag, pairs
from playout.core import Agent, MissingExtra, PlayoutError, WrongUse
from playout.envs import drawing
from playout.envs.drawing.terminal import safe
from playout.envs.registration import CATALOGUE
from playout.rollouts import lookup
from playout.rollouts.runs import AgentSpec
from playout.rollouts.session import PlaySession
from playout.rollouts.worlds import SEAT

_WORDS = ":undo  :hint  :suggest (asks the agent)  :auto N (it plays N steps)  :new  :save  :quit"


@dataclass(frozen=True, kw_only=True)
class Options:
    """Play a world yourself: arrow keys or a list of actions, undo, hints, an agent that takes over.

    Example: playout play playout/SokobanText-v0
    """

    env: Annotated[Positional[str], arg(metavar="ENV")]
    """An id of Gymnasium or PettingZoo, ours (`playout list`) or another's (module:Ns/Name-v0)."""
    agent: Annotated[UseAppendAction[tuple[str, ...]], arg(metavar="[SEAT=]NAME")] = ()
    """Who plays when you hand over; the world's expert if it has one, else random. SEAT=NAME plays a
    seat that is not yours; in worlds of words that is the world's expert if not given, else random."""
    agent_option: Annotated[UseAppendAction[tuple[tuple[str, ...], ...]], arg(metavar="K=V ...")] = ()
    """Options of the first agent, SEAT.K=V of another one: JSON, else text."""
    model: Annotated[UseAppendAction[tuple[str, ...]], arg(metavar="[SEAT=]MODEL")] = ()
    """Language model of the first agent, or of SEAT's."""
    env_option: Annotated[
        UseAppendAction[tuple[tuple[str, ...], ...]], arg(name="env", metavar="K=V ...")
    ] = ()
    """Arguments of the environment: JSON, else text. Example: --env size=[6,6] boxes=1"""
    seat: Annotated[str | None, arg(name="as", metavar="SEAT", help_behavior_hint="")] = None
    """The seat that is yours, where a world has several, or its role; all of them if not given."""
    seed: int = 0
    """Which level."""
    out: Annotated[Path | None, arg(metavar="RUN", help_behavior_hint="")] = None
    """Where saving puts the episode; runs/play-001 and so on if not given."""
    plain: Flag = False
    """Line by line, for pipes and simple terminals: type an action, or a word with a colon such as :hint."""


def run(options: Options) -> None:
    """Play until the person quits."""
    kwargs = pairs(flat(options.env_option), "--env")
    helper, others = _agents(options, kwargs)
    session = PlaySession(options.env, kwargs, options.seed, others=others)
    game = Game(session, helper, options.out)
    try:
        if options.plain or not interactive():
            play_plain(game, sys.stdin)
        else:
            _play_full_screen(game)
    finally:
        session.close()


def _agents(options: Options, kwargs: dict) -> tuple[AgentSpec | None, dict[str, Agent]]:
    """Who takes over from the person, and who plays the other seats: as named, else who suits the world."""
    specs = _named(options)
    if options.seat is None and not specs:
        return None, {}
    world = lookup.make(options.env, kwargs)
    role = getattr(getattr(world.env, "unwrapped", None), "role", None)
    world.close()
    known = [*world.seats, *([role] if role is not None else [])]
    if options.seat is not None and options.seat not in known:
        raise WrongUse(f"--as {options.seat}: {options.env} has the seats {', '.join(known)}")
    # A role is another name of a world's only seat.
    alone = len(world.seats) == 1
    helper = _helper(options, specs, {SEAT, *known} if alone else {SEAT, options.seat}, known)
    if alone or options.seat is None:
        return helper, {}
    stand_in = AgentSpec(name=_stand_in(options, kwargs))
    return helper, {s: specs.get(s, stand_in).load() for s in world.seats if s != options.seat}


def _named(options: Options) -> dict[str, AgentSpec]:
    """The agents that the command line names, by seat."""
    given = flat(options.agent_option)
    if options.agent:
        return agents_of(options.agent, given, options.model)
    for option, words in (("--model", options.model), ("--agent-option", given)):
        if words:
            raise WrongUse(f"{option} {words[0]}: of which agent? For example --agent language")
    return {}


def _helper(
    options: Options, specs: dict[str, AgentSpec], mine: set[str | None], known: list[str]
) -> AgentSpec | None:
    """The agent of the person's own seat; those of other seats need a seat that is the person's."""
    for seat, spec in specs.items():
        if seat not in (SEAT, *known):
            seats = ", ".join(known)
            raise WrongUse(f"--agent {seat}={spec.name}: no seat {seat!r}; its seats are {seats}")
        if options.seat is None and seat not in mine:
            other = next(name for name in known if name != seat)
            raise WrongUse(
                f"--agent {seat}={spec.name}: all seats are yours; say which one is, for example --as {other}"
            )
    own = [spec for seat, spec in specs.items() if seat in mine]
    if len(own) > 1:
        names = " and ".join(spec.name for spec in own)
        raise WrongUse(f"--agent: expected one that takes over from you, got {names}")
    return next(iter(own), None)


def _stand_in(options: Options, kwargs: dict) -> str:
    """Random, but for worlds of words that have people of their own: random text is no company."""
    entry = CATALOGUE.get(options.env)
    if entry is None or not entry.language:
        return "random"
    world = lookup.make(options.env, kwargs)
    world.begin(options.seed)
    known = "expert_plan" in world.privileged()
    world.close()
    return "expert" if known else "random"


def _play_full_screen(game: Game) -> None:
    if find_spec("textual") is None:
        console.note(f"{MissingExtra('textual', 'play')}; until then, line by line:")
        return play_plain(game, sys.stdin)
    if _builds(game):
        from playout.cli.building_app import BuildingApp

        BuildingApp(game).run()
        return None
    from playout.cli.play_app import PlayApp

    PlayApp(game).run()
    return None


def _builds(game: Game) -> bool:
    """Whether the world is the building game, which has a screen of its own."""
    entry = CATALOGUE.get(game.session.world.id)
    return entry is not None and entry.world == "building" and not entry.language


def play_plain(game: Game, lines: Iterable[str]) -> None:
    """Play line by line: each of ``lines`` is an action or a word with a colon."""
    print(safe(f"{game.session.world.id}  seed {game.session.seed}\n{game.session.instructions}\n{_WORDS}"))
    _look(game)
    for line in lines:
        text = line.rstrip("\r\n")
        if text.strip() in (":quit", ":q"):
            return
        try:
            said = _obey(game, text)
        except PlayoutError as error:
            console.note(f"{error}")
            continue
        if said is None:
            _look(game)
        else:
            print(safe(said), flush=True)


def _obey(game: Game, text: str) -> str | None:
    """Do what a line says; what there is to tell, or None where the world is to be shown."""
    word, _, rest = text.strip().partition(" ")
    if not word.startswith(":"):
        return game.typed(text)
    if word == ":hint":
        return game.hint()
    if word == ":suggest":
        return game.suggestion()
    if word == ":save":
        return f"saved: {game.save()}"
    if word == ":auto":
        return _auto(game, rest.strip())
    doing: dict[str, Callable[[], None]] = {":undo": game.session.undo, ":new": game.new}
    if word not in doing:
        raise WrongUse(f"{word}: expected one of {_WORDS}")
    return doing[word]()


def _auto(game: Game, count: str) -> None:
    if not (count or "1").isdecimal():
        raise WrongUse(f":auto {count}: expected a number of steps")
    for decision in game.hand_over(int(count or 1)):
        print(safe(f"{game.agent}: {decision.action}   {decision.thought}".rstrip()))


def _look(game: Game) -> None:
    """The world, what just happened, and what can be done."""
    session = game.session
    observation = session.observation
    seen = observation if isinstance(observation, str) else drawing.text(session.frames[-1], color=False)
    print(f"\n{safe(seen)}\n{game.status()}")
    verdict = game.verdict()
    if verdict and not safe(seen).startswith(safe(verdict)):
        print(safe(verdict))
    if game.legal:
        print(safe("  ".join(_choices(game))))
    sys.stdout.flush()


def _choices(game: Game) -> Iterator[str]:
    """What may be typed, in brackets, and what it does."""
    for label, action in zip(labels(game.legal), game.legal, strict=True):
        yield f"[{label}] {game.label(action).strip()}"
