"""Records how gym-sokoban 0.0.6 plays rooms of ours: the traces that the rules are tested against.

Needs ``make bench-peers``; then ``python benchmarks/record_sokoban_traces.py`` writes
tests/simulators/sokoban/data/gym_sokoban_traces.json anew (the same bytes every time). Rooms have walls
all round, since gym-sokoban refuses to move onto a cell on the edge of an open one.
"""

import json
import subprocess
from pathlib import Path

import numpy as np

from playout.core.random import Stream
from playout.simulators.sokoban import rules
from playout.simulators.sokoban.generator import generate
from playout.simulators.sokoban.solver import solve

ROOT = Path(__file__).parent.parent
PYTHON = ROOT / ".peers/sokoban/bin/python"
SCRIPT = ROOT / "benchmarks/peers/sokoban/gym_sokoban_traces.py"
OUT = ROOT / "tests/simulators/sokoban/data/gym_sokoban_traces.json"

SIZES = ((5, 6, 1), (6, 6, 1), (7, 7, 2), (8, 8, 2), (7, 9, 3), (10, 10, 4))  # height, width, boxes
EPISODES_PER_SIZE = 30
MAX_STEPS = 120


def actions(room: np.ndarray, draws: Stream) -> str:
    """Half legal, a quarter an expert's (push or move at will), a quarter any of the nine."""
    tiles, counters, mask = room.copy(), np.zeros(rules.COUNTERS, np.int32), np.zeros(rules.ACTIONS, np.int8)
    rules.count(tiles, counters)
    chosen, plan = [], list(solve(tiles).moves)
    expert = draws.below(3) == 0  # a third of the episodes follow the plan to its end
    while len(chosen) < MAX_STEPS:
        rules.legal(tiles, counters, mask)
        kind = draws.below(4)
        if plan and (expert or kind == 0):
            move = plan.pop(0)
            action = move + 5 if mask[move + 5] and draws.below(2) else move + 1
        elif kind == 1 or not mask.any():
            action = draws.below(rules.ACTIONS)
        else:
            action = int(draws.choice(np.flatnonzero(mask)))
        chosen.append(action)
        if rules.step(tiles, counters, action) & rules.SOLVED:
            break
    return "".join(map(str, chosen))


def episode(height: int, width: int, boxes: int, key: int) -> dict:
    """What the peer is given."""
    room = generate(height, width, boxes, key)
    rows = ["".join(map(str, row)) for row in room.tolist()]
    return {"room": rows, "max_steps": MAX_STEPS, "actions": actions(room, Stream(key))}


def main() -> None:
    """Write the traces."""
    episodes = [episode(*size, key) for size in SIZES for key in range(EPISODES_PER_SIZE)]
    played = subprocess.run(
        [PYTHON, SCRIPT], input=json.dumps(episodes), capture_output=True, text=True, check=True
    )
    traces = json.loads(played.stdout)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text("[\n" + ",\n".join(json.dumps(trace, separators=(",", ":")) for trace in traces) + "\n]\n")
    print(f"{OUT}: {sum(len(trace['actions']) for trace in traces)} steps of {len(traces)} episodes")


if __name__ == "__main__":
    main()
