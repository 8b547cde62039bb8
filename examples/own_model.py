"""A language model of your own: anything that turns chats into completions.

``LanguageAgent`` writes the prompts, keeps the history, reads the answers and plays all episodes in one
call per turn; the model only answers. This one has rules instead of weights: it reads the room from the
prompt and walks round the box until it can push it towards the goal.

Run it: python examples/own_model.py
"""

from collections import deque
from collections.abc import Sequence
from functools import partial

from playout import rollouts
from playout.agents import LanguageAgent, LanguageConfig
from playout.core import Chat, Completion, Sampling

WORLD = "playout/SokobanText-6x6-1box-v0"
MOVES = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
Cell = tuple[int, int]


class Pusher:
    """Answers ``<think>why</think><action>move</action>``."""

    def generate(self, chats: Sequence[Chat], sampling: Sampling) -> list[Completion]:
        return [Completion(text=self.answer(chat[-1].content)) for chat in chats]

    def answer(self, prompt: str) -> str:
        room = prompt.rsplit("<observation>", 1)[1].split("</observation>")[0]
        rows = [line.split() for line in room.splitlines() if line.startswith("#")]
        cells = {(y, x): tile for y, row in enumerate(rows) for x, tile in enumerate(row)}
        found = {tile: cell for cell, tile in cells.items()}
        box, player = found["X"], found.get("P") or found["S"]
        goal = found.get("O") or found["S"]
        free = {cell for cell, tile in cells.items() if tile not in "#X"}
        for name, (dy, dx) in MOVES.items():
            behind, ahead = (box[0] - dy, box[1] - dx), (box[0] + dy, box[1] + dx)
            if ahead in free and distance(ahead, goal) < distance(box, goal):
                if player == behind:
                    return f"<think>Push the box {name}.</think><action>{name}</action>"
                if step := first_step(player, behind, free):
                    return f"<think>To push {name} I must get behind it.</think><action>{step}</action>"
        return "I see no way."


def distance(a: Cell, b: Cell) -> int:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def first_step(start: Cell, target: Cell, free: set[Cell]) -> str | None:
    """The first move on a shortest walk from ``start`` to ``target``."""
    queue: deque[tuple[Cell, str | None]] = deque([(start, None)])
    seen = {start}
    while queue:
        (y, x), first = queue.popleft()
        for name, (dy, dx) in MOVES.items():
            cell = y + dy, x + dx
            if cell == target and cell in free:
                return first or name
            if cell in free and cell not in seen:
                seen.add(cell)
                queue.append((cell, first or name))
    return None


if __name__ == "__main__":
    agent = LanguageAgent(Pusher(), LanguageConfig(mode="think"))
    played = list(rollouts.play(partial(rollouts.make, WORLD), {"agent": agent}, range(100)))
    for step in played[0].steps:
        print(f"{step.action:6} {step.thought}")
    print(f"solved {sum(bool(episode.outcome.is_success) for episode in played)} of {len(played)} rooms")
