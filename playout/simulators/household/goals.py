"""Goals: the six shapes that ALFWorld's tasks have, read from PDDL, checked and measured on a state.

A goal asks for objects of a type in (or under) something of a type. Other formulas are refused: the
games hold no others, and a planner that knows the shapes needs no search over formulas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from playout.simulators.household.problem import GameError

if TYPE_CHECKING:
    from playout.simulators.household.engine import State
    from playout.simulators.household.tables import Game

PLACE = "pick_and_place_simple"
TWO = "pick_two_obj_and_place"
LOOK = "look_at_obj_in_light"
CLEAN = "pick_clean_then_place_in_recep"
HEAT = "pick_heat_then_place_in_recep"
COOL = "pick_cool_then_place_in_recep"
TASK_TYPES = (PLACE, LOOK, CLEAN, HEAT, COOL, TWO)
"""ALFRED's names, in ALFWorld's order."""


class Goal(NamedTuple):
    """A goal in words of types, lower-case and without their ending ``type``."""

    task_type: str
    object: str
    """The type to pick up."""
    target: str
    """The type of receptacle to put it in; for LOOK the type of lamp to look under."""


_PLACED = {
    ("objecttype", "object"),
    ("receptacletype", "receptacle"),
    ("inreceptacle", "object", "receptacle"),
}
# The literals of each shape, variables replaced by what they range over (lamps are toggleable objects).
_SHAPES = {
    frozenset(_PLACED): PLACE,
    frozenset(_PLACED | {("=", "object", "object")}): TWO,
    frozenset(_PLACED | {("cleanable", "object"), ("isclean", "object")}): CLEAN,
    frozenset(_PLACED | {("heatable", "object"), ("ishot", "object")}): HEAT,
    frozenset(_PLACED | {("coolable", "object"), ("iscool", "object")}): COOL,
    frozenset(
        {
            ("objecttype", "lamp"), ("toggleable", "lamp"), ("istoggled", "lamp"),
            ("inreceptacle", "lamp", "receptacle"), ("receptacleatlocation", "receptacle", "location"),
            ("atlocation", "agent", "location"), ("objecttype", "object"), ("holds", "agent", "object"),
        }
    ): LOOK,
}  # fmt: skip

_TOKEN = re.compile(r"[()]|[^\s()]+")
Tree = list["str | Tree"]

_LONGEST = 500
"""Most tokens of a formula, five times those of the longest shape; so nesting cannot be deep."""


def parse_goal(text: str, place: str = "problem") -> Goal:
    """Read ``(:goal ...)`` as ``problem.scan`` gives it: lower-case, whatever follows it ignored.

    Args:
        text: the formula; order and nesting of its parts do not matter.
        place: named in errors.

    Raises:
        GameError: the formula is not one of the six shapes.
    """
    goal = _parse(text)
    if isinstance(goal, str):
        raise GameError(f"{place}, :goal", goal, f"one of the shapes of {', '.join(TASK_TYPES)}")
    return goal


def holds(game: Game, state: State) -> bool:
    """Whether the goal holds now."""
    if game.goal.task_type == LOOK:
        return _holds_sought(game, state) and _under_light(game, state)
    return _placed(game, state) >= game.wanted


def conditions(game: Game, state: State) -> tuple[int, int]:
    """Goal conditions met, and how many there are: the counts of ALFRED's goal-condition success.

    One for PLACE; one per object for TWO; holding the object and being at a lamp that is on for LOOK; for
    the others an object of the type in the target, one treated, and one both treated and in the target.
    """
    task = game.goal.task_type
    if task == LOOK:
        return _holds_sought(game, state) + _under_light(game, state), 2
    if task in (PLACE, TWO):
        return min(_placed(game, state), game.wanted), game.wanted
    inside = any(state.contents[target] & game.sought for target in game.targets)
    return inside + bool(treated(game, state) & game.sought) + (_placed(game, state) > 0), 3


def progress(game: Game, state: State) -> float:
    """Share of the goal conditions met, in [0, 1]; 1 where the goal holds."""
    met, total = conditions(game, state)
    return met / total


def treated(game: Game, state: State) -> int:
    """The objects that are as the goal wants them (bits): clean, hot, cool, or all where it does not say."""
    task = game.goal.task_type
    if task == CLEAN:
        return state.clean & game.cleanable
    if task == HEAT:
        return state.hot & game.heatable
    return state.cool & game.coolable if task == COOL else -1


def _placed(game: Game, state: State) -> int:
    """Most sought and treated objects in one target; counting stops at what the goal wants."""
    good = treated(game, state) & game.sought
    contents = state.contents
    best = 0
    if good:
        for target in game.targets:
            inside = contents[target] & good
            if inside:
                best = max(best, inside.bit_count())
                if best >= game.wanted:
                    break
    return best


def _holds_sought(game: Game, state: State) -> bool:
    return state.held >= 0 and bool(game.sought >> state.held & 1)


def _under_light(game: Game, state: State) -> bool:
    shining = state.toggled & game.lamps
    return bool(shining) and any(state.contents[near] & shining for near in game.receptacles_at[state.at])


@lru_cache(maxsize=4096)
def _parse(text: str) -> Goal | str:
    """The goal, or what was found instead."""
    tree = _tree(islice((match[0] for match in _TOKEN.finditer(text)), _LONGEST))
    if tree is None or len(tree) != 2 or tree[0] != ":goal":
        return f"a formula that does not end within {_LONGEST} words"
    sorts: dict[str, str] = {}
    literals: list[tuple[str, ...]] = []
    if not _flatten(tree[1], {}, sorts, literals):
        return "a formula with something else than and, exists and facts"
    lamps = {terms[0] for predicate, *terms in literals if predicate == "toggleable"}
    label = {name: "lamp" if name in lamps else sort for name, sort in sorts.items()}
    shape = frozenset((predicate, *(label[t] for t in terms if t in label)) for predicate, *terms in literals)
    task = _SHAPES.get(shape)
    kinds = {"object": set[str](), "receptacle": set[str](), "lamp": set[str]()}
    for predicate, *terms in literals:
        if predicate in ("objecttype", "receptacletype"):
            kinds[label[terms[0]]].add(terms[1].removesuffix("type"))
    target = kinds["lamp" if task == LOOK else "receptacle"]
    if task is None or len(kinds["object"]) != 1 or len(target) != 1:
        return "another formula"
    return Goal(task, kinds["object"].pop(), target.pop())


def _tree(tokens: Iterable[str]) -> Tree | None:
    """The first parenthesised expression; None if it does not end."""
    stack: list[Tree] = [[]]
    for token in tokens:
        if token == "(":
            stack.append([])
        elif token == ")":
            done = stack.pop()
            if not stack:
                return None
            stack[-1].append(done)
            if len(stack) == 1:
                return done
        else:
            stack[-1].append(token)
    return None


def _flatten(
    tree: str | Tree, names: dict[str, str], sorts: dict[str, str], literals: list[tuple[str, ...]]
) -> bool:
    """Collect the literals of a formula of and, exists and not-equal, with variables renamed apart."""
    if isinstance(tree, str) or not tree:
        return False
    head, *rest = tree
    if head == "and":
        return all(_flatten(part, names, sorts, literals) for part in rest)
    if head == "exists" and len(rest) == 2 and isinstance(rest[0], list):
        names = dict(names)
        words = [word for word in rest[0] if isinstance(word, str)]
        for name, sort in zip(words[::3], words[2::3], strict=False):
            names[name] = f"{name}/{len(sorts)}"
            sorts[names[name]] = sort
        return _flatten(rest[1], names, sorts, literals)
    if head == "not" and len(rest) == 1 and isinstance(rest[0], list) and rest[0][:1] == ["="]:
        head, *rest = rest[0]
    elif head == "=":
        return False
    if isinstance(head, str) and all(isinstance(term, str) for term in rest):
        literals.append((head, *(names.get(str(term), str(term)) for term in rest)))
        return True
    return False
