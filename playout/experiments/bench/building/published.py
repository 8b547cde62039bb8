"""B1: the rules beside those of the released code of Laidlaw et al. 2025, in what was recorded of it.

The record is the user's (``$PLAYOUT_DATA/mbag``): people who built houses, with and without an assistant;
states with the legal actions of the released code; joint steps half of which cannot be done. Compared as
it behaves, with ``own_cell``; every difference must have one of the reasons counted here.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from playout.experiments.bench.building.sight import depends_on_an_edge
from playout.experiments.bench.suite import Bar, Context, Missing
from playout.simulators.building import rules
from playout.simulators.building.actions import BREAK, MOVE, PLACE, Numbering, Planes
from playout.simulators.building.blocks import BLOCKS, FIRST_PLACEABLE, PRESETS
from playout.simulators.building.rays import RAYS
from playout.simulators.building.recordings import Recording, read_recordings

SIZE = PRESETS["paper"]
NUMBERING = Numbering(SIZE)
KINDS = ("place", "break", "move")
# What the released code carries out of what people did, and how many next states it gets right.
ACCEPTED = {
    "alone": {"place": 1139, "break": 269, "move": 3229},
    "with_assistant": {"place": 1549, "break": 419, "move": 8633},
}
TRANSITIONS = {"alone": 4621, "with_assistant": 10_470}
_MASK_COUNTS: tuple[str, ...] = (
    "pairs", "accepted", "at_edges", "far", "own_cell", "both_high", "unexplained",
)  # fmt: skip
WITHIN_ACCEPTED, WITHIN_TRANSITIONS = 3, 5
_PARTS = ("dev/episode_*.npz", "reference/masks.npz", "reference/steps.npz")
LEAST_EQUAL = 100_000  # joint steps in which the torch rules do what the compiled ones do


@dataclass(slots=True)
class Count:
    """What a replay of people came to."""

    requested: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    accepted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    transitions: int = 0
    equal: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    """Why actions of people were refused -> how many."""
    inside: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    """Accepted ones of people whom the record shows inside one another, which no game of ours reaches and
    whom the released code lets see nothing: where we differ from it."""


def published_rules(context: Context) -> Bar:
    """B1: people's actions, next states, legal actions and joint steps; differences without a reason."""
    folder = data()
    figures: dict[str, Any] = {"people": {}}
    value: dict[str, Any] = {}
    met, unexplained = True, 0
    recordings = read_recordings(folder / "dev")
    for kind, expected in ACCEPTED.items():
        found = replayed([episode for episode in recordings if episode.kind == kind])
        figures["people"][kind] = {
            "requested": found.requested, "accepted": found.accepted, "refused": found.refused,
            "inside_another": found.inside, "transitions": found.transitions, "equal": found.equal,
        }  # fmt: skip
        value[kind] = {**found.accepted, "transitions": found.equal}
        met &= all(abs(found.accepted[name] - least) <= WITHIN_ACCEPTED for name, least in expected.items())
        met &= abs(found.equal - TRANSITIONS[kind]) <= WITHIN_TRANSITIONS
        theirs = {name: found.accepted[name] - found.inside[name] for name in KINDS}
        unexplained += sum(abs(theirs[name] - expected[name]) for name in KINDS)
    figures["masks"], figures["steps"] = compared_masks(folder), compared_steps(folder)
    value["unexplained"] = unexplained + figures["masks"]["unexplained"] + figures["steps"]["unexplained"]
    value["rays"] = [len(RAYS.cells) + 1, RAYS.lines, _distinct_lines()]
    bar = {
        **{kind: {**named, "transitions": TRANSITIONS[kind]} for kind, named in ACCEPTED.items()},
        "unexplained": 0,
        "rays": [570, 20_386, 7_490],
    }
    try:
        figures["batch"] = _batch()
        value["batch_equal"], bar["batch_equal"] = sum(figures["batch"].values()), LEAST_EQUAL
        met &= value["batch_equal"] >= LEAST_EQUAL
    except ImportError:
        met, figures["batch"] = None, "torch is not installed: pip install 'playout[torch]'"
    met = met and value["unexplained"] == 0 and value["rays"] == bar["rays"]
    note = (
        f"within {WITHIN_ACCEPTED} and {WITHIN_TRANSITIONS}; {figures['masks']['pairs']} masks and"
        f" {figures['steps']['steps']} joint steps: {figures['masks']['at_edges']} actions and"
        f" {figures['steps']['at_edges']} steps differ by a line that meets an edge exactly"
    )
    return Bar(value=value, bar=bar, met=met, note=note, figures=figures)


def _batch() -> dict[str, int]:
    from playout.experiments.bench.building.same import batch_is_the_rules

    return batch_is_the_rules()


def data() -> Path:
    """The folder of the record.

    Raises:
        Missing: the user does not have it, or not all of it.
    """
    folder = Path(os.environ.get("PLAYOUT_DATA", "missing"), "mbag")
    if not folder.is_dir():
        raise Missing("set PLAYOUT_DATA to a folder with mbag/, the record of the released code")
    for part in _PARTS:
        if not any(folder.glob(part)):
            raise Missing(f"{folder}: no {part} of the record of the released code")
    return folder


def scene_of(blocks: np.ndarray, players: np.ndarray, field_: rules.Field) -> rules.Scene:
    """A scene that nobody has touched."""
    flat = np.ascontiguousarray(blocks, np.uint8).reshape(-1).copy()
    people = np.array(players, np.int16)
    last, owned = np.full(flat.shape, -1, np.int8), np.zeros((len(people), BLOCKS), np.int16)
    scene = rules.Scene(flat, np.zeros_like(flat), last, people, owned)
    rules.find_surface(field_, scene)
    return scene


def mask_of(field_: rules.Field, scene: rules.Scene, who: int) -> np.ndarray:
    """The legal actions, bool[A]."""
    planes = [np.empty(n, np.uint8) for n in (SIZE.cells, SIZE.cells, 6, SIZE.cells)]
    rules.legal(field_, scene, who, *planes)
    placeable = (np.arange(BLOCKS) >= FIRST_PLACEABLE).astype(np.uint8)
    return NUMBERING.mask(Planes(*planes, blocks=placeable, owned=np.zeros(BLOCKS, np.uint8))).astype(bool)


def replayed(recordings: list[Recording]) -> Count:
    """Every recorded joint step from the recorded state before it."""
    count, field_ = Count(), rules.field_of(SIZE, own_cell=True)
    for episode in recordings:
        joint = NUMBERING.decode(episode.actions)
        changes = np.zeros((len(episode.roles), 3), np.int64)
        for k, actions in enumerate(joint):
            scene = scene_of(episode.blocks[k], episode.players[k], field_)
            scene.last[:] = episode.last[k].reshape(-1)
            before = rules.Scene(*(array.copy() for array in scene))
            rules.step(field_, scene, actions, changes)
            _note(count, before, actions, changes, field_)
            if k + 1 < len(joint):
                count.transitions += 1
                count.equal += bool(
                    (scene.blocks == episode.blocks[k + 1].reshape(-1)).all()
                    and (scene.players == episode.players[k + 1]).all()
                    and (scene.last == episode.last[k + 1].reshape(-1)).all()
                )
    return count


def _note(
    count: Count, before: rules.Scene, actions: np.ndarray, changes: np.ndarray, field_: rules.Field
) -> None:
    for who, (kind, cell, _) in enumerate(actions):
        if not kind:
            continue
        name = KINDS[min(kind, MOVE) - 1]
        count.requested[name] += 1
        count.accepted[name] += int(changes[who, 0])
        if changes[who, 0]:
            count.inside[name] += int(kind < MOVE and _inside_another(before, who))
        else:
            reason = _reason(before, who, int(kind), int(cell), field_)
            count.refused[reason] = count.refused.get(reason, 0) + 1


def _inside_another(scene: rules.Scene, who: int) -> bool:
    x, y, z = scene.players[who]
    return any(
        other != who and px == x and pz == z and abs(py - y) <= 1
        for other, (px, py, pz) in enumerate(scene.players)
    )


def _reason(before: rules.Scene, who: int, kind: int, cell: int, field_: rules.Field) -> str:
    """Why an action of recorded people is refused; some blocks were recorded before the act on them."""
    if kind >= MOVE:
        return "move: another player is there" if len(before.players) > 1 else "move: blocked"
    if kind == PLACE and before.blocks[cell]:
        return "place: the block is there already (recorded late)"
    if kind == BREAK and before.blocks[cell] < FIRST_PLACEABLE:
        return "break: the block is gone already (recorded late)"
    for other, (x, y, z) in enumerate(before.players):
        here = [cell_of(x, y + up, z) for up in range(2)]
        if other != who and cell in here:
            return f"{KINDS[kind - 1]}: another player is in the cell"
    return f"{KINDS[kind - 1]}: out of reach or sight"


def cell_of(x: int, y: int, z: int) -> int:
    """The number of a cell; of one above the world, none that there is."""
    inside = 0 <= y < SIZE.height
    return (int(x) * SIZE.height + int(y)) * SIZE.depth + int(z) if inside else -1


def compared_masks(folder: Path) -> dict[str, int]:
    """Our legal actions beside what the released code carries out, and beside its own mask.

    Returns:
        ``pairs`` of state and player; ``accepted``: actions that the released code carries out, and
        ``at_edges``: those on which we differ, since a line meets an edge exactly. Of its own mask, what its
        step contradicts: ``far`` (within reach, but the cell is more than 4.5 from the cell of the
        head), ``own_cell`` and ``both_high`` (a head above the world hides). ``unexplained``: the rest.
    """
    recorded = np.load(folder / "reference" / "masks.npz")
    unpacked = {
        name: np.unpackbits(recorded[name], axis=-1)[..., : NUMBERING.count].astype(bool)
        for name in ("env_accepts", "mask_los")
    }
    field_, ours_field = rules.field_of(SIZE, own_cell=True), rules.field_of(SIZE)
    count = dict.fromkeys(_MASK_COUNTS, 0)
    for state, (blocks, players) in enumerate(zip(recorded["blocks"], recorded["positions"], strict=True)):
        scene = scene_of(blocks, players, field_)
        for who in range(2):
            accepted, masked = unpacked["env_accepts"][state, who], unpacked["mask_los"][state, who]
            same_rules = mask_of(field_, scene, who)
            count["pairs"] += 1
            count["accepted"] += int(accepted.sum())
            for flat in np.flatnonzero(same_rules != accepted):
                edge = depends_on_an_edge(field_, scene, who, NUMBERING.decode(np.array([flat]))[0])
                count["at_edges" if edge else "unexplained"] += 1
            for reason in _mask_reasons(scene, who, accepted, masked):
                count[reason] += 1
            own = _into_own_cell(scene, who)
            in_ours = mask_of(ours_field, scene, who)
            count["unexplained"] += int((in_ours != (same_rules & ~own)).sum())
    return count


def _into_own_cell(scene: rules.Scene, who: int) -> np.ndarray:
    """Actions that place a block where the player stands, bool[A]."""
    x, y, z = scene.players[who]
    own = np.zeros(NUMBERING.count, bool)
    for cell in (cell_of(x, y, z), cell_of(x, y + 1, z)):
        if cell >= 0:
            own[1 + SIZE.cells * np.arange(BLOCKS) + cell] = True
    return own


def _mask_reasons(scene: rules.Scene, who: int, accepted: np.ndarray, masked: np.ndarray) -> Iterator[str]:
    """Why the released code's mask is not what its step carries out, one reason for each action."""
    own, players = _into_own_cell(scene, who), scene.players
    head = players[who] + np.array([0, 1, 0])
    both_high = bool((players[:, 1] == SIZE.height - 1).all())
    for flat in np.flatnonzero(accepted != masked):
        cell = np.array(np.unravel_index(NUMBERING.decode(np.array([flat]))[0, 1], SIZE))
        if accepted[flat]:
            far = np.sqrt(((cell - head) ** 2).sum()) > 4.5
            yield "own_cell" if own[flat] else "far" if far else "unexplained"
        else:
            yield "both_high" if both_high else "unexplained"


def compared_steps(folder: Path) -> dict[str, int]:
    """Effects of recorded joint steps: how many, how many differ at an edge, and for no known reason."""
    recorded = dict(np.load(folder / "reference" / "steps.npz"))
    field_, joint = rules.field_of(SIZE, own_cell=True), NUMBERING.decode(recorded["actions"])
    changes = np.zeros((2, 3), np.int64)
    count = {"steps": len(joint), "at_edges": 0, "unexplained": 0}
    starts = zip(recorded["start_blocks"], recorded["start_positions"], strict=True)
    for segment, (blocks, players) in enumerate(starts):
        scene = scene_of(blocks, players, field_)
        for row in np.flatnonzero(recorded["segment"] == segment).tolist():
            before = rules.Scene(*(array.copy() for array in scene))
            rules.step(field_, scene, joint[row], changes)
            if not _same(scene, changes, recorded, row):
                edge = _differs_by_an_edge(field_, before, joint[row], changes, recorded, row)
                count["at_edges" if edge else "unexplained"] += 1
                _follow(field_, scene, before, recorded, row)
        same = (scene.blocks == recorded["end_blocks"][segment].reshape(-1)).all()
        same &= (scene.last == recorded["end_last"][segment].reshape(-1)).all()
        count["unexplained"] += int(not same)
    return count


def _same(scene: rules.Scene, changes: np.ndarray, recorded: dict[str, Any], row: int) -> bool:
    return bool(
        (changes[:, 0] == recorded["effective"][row]).all()
        and (changes[:, 1] == recorded["changed_cell"][row]).all()
        and (scene.players == recorded["positions"][row]).all()
    )


def _differs_by_an_edge(
    field_: rules.Field,
    before: rules.Scene,
    actions: np.ndarray,
    changes: np.ndarray,
    recorded: dict[str, Any],
    row: int,
) -> bool:
    """Whether the first player whose effect differs looked along an edge."""
    scene = rules.Scene(*(array.copy() for array in before))
    for who in range(2):
        if changes[who, 0] != recorded["effective"][row, who]:
            return depends_on_an_edge(field_, scene, who, actions[who])
        alone = np.zeros_like(actions)
        alone[who] = actions[who]
        rules.step(field_, scene, alone, np.zeros_like(changes))
    return False


def _follow(
    field_: rules.Field, scene: rules.Scene, before: rules.Scene, recorded: dict[str, Any], row: int
) -> None:
    """Take the scene to where the record goes on."""
    scene.blocks[:], scene.last[:] = before.blocks, before.last
    for who in range(2):
        if (cell := recorded["changed_cell"][row, who]) >= 0:
            scene.blocks[cell], scene.last[cell] = recorded["changed_block"][row, who], who
    scene.players[:] = recorded["positions"][row]
    rules.find_surface(field_, scene)


def _distinct_lines() -> int:
    """Ways through cells, told apart by the face they end at."""
    ends = sum(bin(int(faces)).count("1") for faces in RAYS.faces)
    return ends + bin(RAYS.head_faces).count("1")
