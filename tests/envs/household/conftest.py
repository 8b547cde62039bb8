"""A source of small rooms: those of the recorded traces, in the order that the keys ask for."""

import json
from pathlib import Path

import pytest

from playout.simulators import bank
from playout.simulators.household.games import GameFile
from playout.simulators.household.tables import Game

GOLDEN = Path(__file__).parents[2] / "simulators/household/data/golden.json"
SOLVABLE = (
    "kitchen: clean lettuce", "kitchen: heat apple", "kitchen: cool mug", "study: look at a pen",
    "study: two cloths", "study: put a box",
)  # fmt: skip


class Rooms:
    """One room of each task type, or some of them by name."""

    def __init__(self, *names: str, wording="move") -> None:
        found = {trace["id"]: trace for trace in json.loads(GOLDEN.read_text(encoding="utf-8"))}
        self.files = [
            GameFile(id=name, place=name, problem=found[name]["problem"], task=found[name]["task"])
            for name in names or SOLVABLE
        ]
        self.games = [Game(file.compile(), wording=wording) for file in self.files]

    def game(self, episode_key: int) -> Game:
        return self.games[bank.index(episode_key, len(self.games))]


@pytest.fixture(scope="session")
def rooms():
    return Rooms


@pytest.fixture
def write(tmp_path):
    """Writes a room as ``FOLDER/split/task/trial/game.tw-pddl`` and gives the folder."""

    def written(name: str, split: str = "train", trial: str = "trial_1") -> Path:
        (file,) = Rooms(name).files
        task = name.partition(": ")[2].replace(" ", "-")
        path = tmp_path / "games" / split / task / trial / "game.tw-pddl"
        path.parent.mkdir(parents=True, exist_ok=True)
        grammar = f'grammar :: """ {{"task": [{{"rhs": {json.dumps(file.task)}}}]}} """;'
        game = {"pddl_domain": "", "grammar": grammar, "pddl_problem": file.problem, "solvable": True}
        path.write_text(json.dumps(game))
        return tmp_path / "games"

    return written
