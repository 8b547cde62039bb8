"""``playout/TextWorld-v0``: games made with TextWorld (Côté et al. 2018), run by its interpreter.

Needs the extra ``textworld``. ALFWorld's games are another world: ``playout/Household-v0``.
"""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from playout.core import Frame, Snapshot
from playout.core.errors import WrongUse
from playout.envs.language_world import LanguageWorld
from playout.envs.textworld.games import FoundGames, Games, MadeGames, Split, library
from playout.simulators import bank

INSTRUCTIONS = (
    "You are playing a text adventure. At first you are told the quest and where you are. Each turn you give"
    " one command, one of the legal actions, and are told what happens. Give the command in"
    " <action></action>, for example <action>look</action>."
)
MAX_LENGTH = 16384
_BANNER = "$$"  # TextWorld's name in large letters is drawn with these
_SEED = 1  # of the interpreter's dice, which TextWorld's games do not throw

Rewards = Literal["score", "sparse"]


class TextWorldEnv(LanguageWorld):
    """A text adventure.

    Observation: what the game said last, without TextWorld's banner.

    Actions: the legal ones, as TextWorld lists them; no other text reaches the interpreter, whose own
    commands would write files.

    Rewards: ``score`` (the share of the points won in this step) or ``sparse`` (1 when the quest is done).

    Info: ``legal_actions`` (sorted); at the end ``is_success`` and ``metrics``: ``score`` (share of the
    points).

    A snapshot is the game and the commands given in it. A restore gives them again, about 4 ms each; it is
    exact, since nothing in these games is left to chance.

    Version history: v0 first release.
    """

    def __init__(
        self,
        *,
        source: str | Path | None = None,
        family: str = "coin_collector",
        options: Mapping[str, Any] | None = None,
        split: Split = "train",
        games: int = 16,
        rewards: Rewards = "score",
        max_steps: int = 50,
        render_mode: str | None = None,
    ) -> None:
        """Make the environment.

        Args:
            source: a ``.z8`` with its ``.json`` beside it, or a folder of them; None for games made here.
            family: of games made here: ``coin_collector``, ``treasure_hunter``, ``simple`` or ``cooking``.
            options: of the family's ``tw-make`` command: ``{"level": 10}``.
            split: ``train`` or ``unseen`` games of the family.
            games: how many games are made and drawn from; each takes a second or two once.
            rewards: ``score`` or ``sparse``.
            max_steps: steps after which an episode is truncated.
            render_mode: ``ansi``, ``rgb_array``, ``human`` or None.

        Raises:
            MissingExtra: TextWorld is not installed.
            WrongUse: an argument is not known, or there are no games.
        """
        super().__init__(max_steps=max_steps, max_length=MAX_LENGTH, render_mode=render_mode)
        if rewards not in ("score", "sparse"):
            raise WrongUse(f"rewards: expected score or sparse, got {rewards!r}")
        self._textworld = library()
        self.games: Games = (
            FoundGames(source) if source else MadeGames(family, options, split=split, size=games)
        )
        self.instructions = INSTRUCTIONS
        self._sparse = rewards == "sparse"
        self._number, self._game = -1, None
        self._commands: list[str] = []

    def begin(self, key: int) -> None:
        """Start the game of the episode with this key."""
        self._open(bank.index(key, len(self.games)))

    def observe(self) -> str:
        """What the game said last."""
        return self._said

    def legal_actions(self) -> tuple[str, ...]:
        """The commands that work now, sorted."""
        return tuple(self._now["admissible_commands"])

    def act(self, action: str) -> tuple[float, bool]:
        """Give a command."""
        before = self._now["score"]
        self._give(action)
        won = bool(self._now["won"])
        reward = float(won) if self._sparse else (self._now["score"] - before) / self._now["max_score"]
        return reward, won or bool(self._now["lost"])

    def outcome(self) -> tuple[bool, Mapping[str, float]]:
        """Whether the quest is done, and the share of the points."""
        return bool(self._now["won"]), {"score": self._now["score"] / self._now["max_score"]}

    def privileged(self) -> dict[str, Any]:
        """``expert_plan``: commands that end the quest from here, as TextWorld finds them, or None."""
        game = self._start(self._number, policy_commands=True)
        state = game.reset()
        for command in self._commands:
            state, *_ = game.step(command)
        game.close()
        return {"expert_plan": tuple(state["policy_commands"]) or None}

    def frame(self) -> Frame:
        """What was said last, with the score."""
        facts = {"score": f"{self._now['score']} of {self._now['max_score']}", "moves": len(self._commands)}
        said = {"speaker": "game", "text": self._said, "note": ""}
        given = [{"speaker": "player", "text": self._commands[-1], "note": ""}] if self._commands else []
        return Frame("chat", {"messages": [*given, said], "facts": facts})

    def snapshot(self) -> Snapshot:
        """The game's number, the commands given in it, the episode's keys and step count."""
        state = {
            "number": self._number,
            "commands": list(self._commands),
            "t": self._t,
            "ended": self._ended,
            "keys": self._keys.save(),
        }
        return Snapshot("textworld", state)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot`` by giving its commands again."""
        saved = snapshot.of("textworld")
        self._open(saved["number"])
        for command in saved["commands"]:
            self._give(command)
        self._t, self._ended = saved["t"], saved["ended"]
        self._keys.load(saved["keys"])

    def close(self) -> None:
        """Stop the interpreter."""
        if self._game is not None:
            self._game.close()
            self._game, self._number = None, -1

    def _open(self, number: int) -> None:
        if self._game is None or number != self._number:
            self.close()
            self._game, self._number = self._start(number), number
        self._commands = []
        self._told(self._game.reset())

    def _start(self, number: int, *, policy_commands: bool = False) -> Any:
        """The interpreter with a game in it."""
        wanted = self._textworld.EnvInfos(
            admissible_commands=True, won=True, lost=True, score=True, max_score=True,
            policy_commands=policy_commands,
        )  # fmt: skip
        with warnings.catch_warnings():
            # The interpreter knows a list of published adventures; these are never on it.
            warnings.simplefilter("ignore")
            game = self._textworld.start(str(self.games.path(number)), wanted)
        game.seed(_SEED)
        return game

    def _give(self, command: str) -> None:
        assert self._game is not None
        self._commands.append(command)
        self._told(self._game.step(command)[0])

    def _told(self, state: Any) -> None:
        self._now = state
        *_, said = state.feedback.rpartition(_BANNER)
        self._said = said.strip()[:MAX_LENGTH]
