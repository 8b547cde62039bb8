"""The original, ALFWorld on TextWorld, in a process and an environment of its own (``make bench-peers``)."""

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from playout.core.errors import PlayoutError
from playout.experiments.bench import peers
from playout.simulators.household.games import GameFile
from playout.simulators.household.generator.export import Template, template

PEER = "alfworld"


class Original:
    """Plays what it is given, game by game."""

    def __init__(self, *, memo: bool = False) -> None:
        """Start it.

        Args:
            memo: let it keep what its parsers found: the same words in less than half the time.

        Raises:
            Missing: it is not set up.
        """
        python, scripts = peers.require(PEER)
        self._process = subprocess.Popen(
            [python, scripts / "alfworld_play.py", *["--memo"] * memo],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def play(self, file: GameFile, commands: list[str]) -> dict[str, Any]:
        """Give commands in a game.

        Returns:
            ``steps``: [text, sorted legal commands, won, score] at the start and after each command;
            ``cpu``: seconds of ``load``, ``reset`` and each of the ``steps``. Or ``error``.

        Raises:
            PlayoutError: the process ended.
        """
        assert self._process.stdin and self._process.stdout
        game = {"pddl_domain": file.domain, "grammar": file.grammar, "pddl_problem": file.problem}
        print(json.dumps({"game": game, "commands": commands}), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise PlayoutError(f"the original ended with {self._process.wait()} in the game {file.id}")
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


@cache
def rules() -> Template:
    """Domain and grammar of the alfworld that is installed beside the original.

    Raises:
        Missing: it is not set up.
    """
    python, _ = peers.require(PEER)
    code = "import importlib.util as u; print(u.find_spec('alfworld').submodule_search_locations[0])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return template(Path(done.stdout.strip(), "data"))
