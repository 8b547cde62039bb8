"""ALFWorld's own text environment behind the engine's interface: ``backend="textworld"``.

``TextWorldBackend`` plays published games in the PDDL environment of TextWorld, with the names that
alfworld gives to things. It needs the extra ``textworld`` and is slow (ten steps a CPU second; a second or
two to start a game); what it says is what the engine says, and it is here for those who want the
original's word. It runs in this process, one game at a time, and not in several threads at once: the
translator of Fast Downward redirects standard output while it works.

TextWorld is changed in one place: the expressions of a game's grammar, which it runs as Python, are read
as names, attributes, texts, ``+`` and ``or``. So a game file cannot run code, and Python 3.13 works, where
TextWorld 1.7.0 fails for writing to ``locals()`` (PEP 667).
"""

# pyright: reportMissingImports=false
import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zlib import compress, decompress

from playout.core.errors import MissingExtra, PlayoutError, WrongUse
from playout.simulators.household.engine import NOTHING_HAPPENS
from playout.simulators.household.games import GameFile, read_games


class TextWorldBackend:
    """One game at a time, played by the original.

    A snapshot is the tuple of commands given since the start, and a restore plays them again: what follows
    is the same, since the world draws nothing, but a restore takes as long as the commands did.
    """

    def __init__(self) -> None:
        """Load TextWorld.

        Raises:
            MissingExtra: it is not installed.
        """
        self._env = _make()
        self._file: GameFile | None = None
        self._state: Any = None
        self._given: list[str] = []

    def start(self, file: GameFile) -> str:
        """Start a game and return the world's first words.

        Raises:
            WrongUse: the game came without its domain or grammar.
            PlayoutError: TextWorld cannot play it.
        """
        with _arguments_kept(), _named(file):
            if self._file != file:
                self._file = None
                self._env.load(_mapping(file))
                self._file = file
            self._state = self._env.reset()
        self._given = []
        return self._state.feedback

    def step(self, command: str) -> tuple[str, bool]:
        """Give a command; returns the answer and whether the game is won now."""
        with _named(self._file):
            self._state, *_ = self._env.step(command)
        if self._state.feedback != NOTHING_HAPPENS:
            self._given.append(command)
        return self._state.feedback, bool(self._state["won"])

    def legal(self) -> tuple[str, ...]:
        """The commands that are not answered "Nothing happens." now, sorted."""
        return tuple(self._state["admissible_commands"])

    def snapshot(self) -> tuple[str, ...]:
        """The commands that did something since the start."""
        return tuple(self._given)

    def restore(self, file: GameFile, commands: Sequence[str]) -> None:
        """Go back to a snapshot that was taken in the game ``file``."""
        self.start(file)
        for command in commands:
            self.step(command)

    def close(self) -> None:
        """Let the game go."""
        self._env.close()


class PublishedFiles:
    """The files of published games by id, for what the engine's tables leave out; kept compressed."""

    def __init__(self, source: str | Path | None = None, *, split: str | None = None) -> None:
        """Read all games of a source; see ``simulators.household.games.read_games``."""
        self._packed: dict[str, tuple[str, str, bytes]] = {}
        self._domains: dict[str, str] = {}
        for file in read_games(source, split=split):
            domain = self._domains.setdefault(file.domain, file.domain)
            texts = compress(f"{file.problem}\0{file.grammar}".encode(), 1)
            self._packed[file.id] = (file.place, domain, texts)

    def __len__(self) -> int:
        return len(self._packed)

    def __getitem__(self, id: str) -> GameFile:
        place, domain, texts = self._packed[id]
        problem, grammar = decompress(texts).decode().split("\0")
        return GameFile(id=id, place=place, problem=problem, domain=domain, grammar=grammar)


def rules() -> tuple[str, str]:
    """Domain and grammar of the installed alfworld, for games that bring none.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import alfworld
    except ImportError:
        raise MissingExtra("alfworld", "textworld") from None
    data = Path(alfworld.__path__[0]) / "data"
    return (data / "alfred.pddl").read_text("utf-8"), (data / "alfred.twl2").read_text("utf-8")


def _make() -> Any:
    try:
        from alfworld.agents.environment.alfred_tw_env import AlfredDemangler
        from textworld import EnvInfos  # pyright: ignore[reportAttributeAccessIssue]
        from textworld.envs.pddl import PddlEnv, textgen
    except ImportError as error:
        raise MissingExtra(error.name or "textworld", "textworld") from None
    textgen.EvalSymbol.derive = _derive
    with _missing_planner():
        return AlfredDemangler(PddlEnv(EnvInfos(won=True, admissible_commands=True)))


def _derive(symbol: Any, context: Any = None) -> list[Any]:
    """``EvalSymbol.derive`` of TextWorld without ``eval``."""
    from textworld.envs.pddl import textgen

    variables = (context or symbol.context)["variables"]
    return [textgen.TerminalSymbol(value_of(symbol.expression, variables))]


def value_of(expression: str, variables: Mapping[str, Any]) -> Any:
    """The value of an expression of a grammar, such as ``r.name or r.id``.

    Raises:
        PlayoutError: it is made of something else than names, public attributes, texts, ``+`` and ``or``.
    """
    return _value(ast.parse(expression.strip(), mode="eval").body, expression, variables)


def _value(node: ast.expr, expression: str, variables: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name) if name in variables:
            return variables[name]
        case ast.Attribute(value=ast.Name(id=name), attr=field) if name in variables and field[0] != "_":
            return getattr(variables[name], field)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _value(left, expression, variables) + _value(right, expression, variables)
        case ast.BoolOp(op=ast.Or(), values=[*parts]):
            values = (_value(part, expression, variables) for part in parts)
            return next((value for value in values if value), None)
    expected = "names of the rule, their attributes, texts, + and or"
    raise PlayoutError(f"the grammar's expression {expression!r}: expected {expected}")


def _mapping(file: GameFile) -> dict[str, str]:
    for name in ("domain", "grammar"):
        if not getattr(file, name):
            raise WrongUse(f"{file.place}: the game has no {name}, which the backend 'textworld' needs")
    return {"pddl_domain": file.domain, "grammar": file.grammar, "pddl_problem": file.problem}


@contextmanager
def _named(file: GameFile | None) -> Iterator[None]:
    """Whatever the parsers of the original raise, and they raise anything, names the game."""
    try:
        yield
    except WrongUse:
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        place = file.place if file else "no game"
        raise PlayoutError(f"{place}: TextWorld cannot play it ({said[:300]})") from error


@contextmanager
def _missing_planner() -> Iterator[None]:
    """Fast Downward is a package of its own, noticed as missing only when an environment is made."""
    try:
        yield
    except ImportError:
        raise MissingExtra("fast-downward-textworld", "textworld") from None


@contextmanager
def _arguments_kept() -> Iterator[None]:
    """Fast Downward's translator overwrites ``sys.argv``."""
    kept = list(sys.argv)
    try:
        yield
    finally:
        sys.argv = kept
