"""``playout watch``: the episodes of a run, played back in the terminal.

With a terminal on both sides it is a player with keys; in a pipe it writes the episode out.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text
from tyro.conf import Positional, arg

from playout.cli import console
from playout.cli.keyboard import Keyboard, interactive
from playout.cli.picture import picture
from playout.core import Frame, WrongUse
from playout.envs import drawing
from playout.envs.drawing.terminal import safe
from playout.evaluation.report.replay import Replayer
from playout.evaluation.simulation import marked
from playout.rollouts.store import Run

_KEYS = "space play or pause   ← → one step   n p next or previous episode   q quit"


@dataclass(frozen=True, kw_only=True)
class Options:
    """Replay the episodes of a run: what was seen, thought, done and received.

    Keys: space plays and pauses, ← → go one step, n and p change the episode, q quits.

    Example: playout watch runs/demo --episode 3
    """

    run: Annotated[Positional[Path], arg(metavar="RUN")]
    """Folder that `playout eval --out` made."""
    episode: Annotated[int | None, arg(metavar="INT", help_behavior_hint="")] = None
    """Number of the episode to begin with; the first one if not given."""
    fps: float = 3.0
    """Steps per second while it plays."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What stands on the screen at once: the world after ``step`` steps and how it came there."""

    step: int
    frame: Frame | None
    words: str
    """What the seat read; shown where there is no frame."""
    did: str
    thought: str
    total: float


def run(options: Options) -> None:
    """Play or write out the episodes of the run."""
    if options.fps <= 0:
        raise WrongUse(f"--fps {options.fps:g}: expected more than 0")
    stored = Run(options.run)
    numbers = sorted(stored.done)
    if not numbers:
        raise WrongUse(f"{options.run}: no episodes yet")
    number = numbers[0] if options.episode is None else options.episode
    with Replayer(most=len(numbers) * 1000) as replayer:
        if interactive():
            _Player(stored, numbers, replayer, options.fps).play(number)
        else:
            episode, moments = _load(stored, number, replayer)
            _write(_title(episode), moments)


def _load(stored: Run, number: int, replayer: Replayer) -> tuple[dict[str, Any], list[Moment]]:
    episode = stored.episode(number)
    frames, note = replayer.frames(episode)
    if note:
        console.note(note)
    return episode, _moments(episode["steps"], frames, marked(episode))


def _moments(
    steps: Sequence[Mapping[str, Any]],
    frames: Sequence[Mapping[str, Any]] | None,
    futures: Mapping[int, Sequence[Mapping[str, Any]]],
) -> list[Moment]:
    """One before the first step and one after each; imagined futures stand in the thought's place."""
    shown = [None] * (len(steps) + 1) if frames is None else [_frame(frame) for frame in frames]
    seen = [_words(step["observation"]) for step in steps]
    moments, total = [Moment(0, shown[0], (seen or [""])[0], "", "", 0.0)], 0.0
    for at, step in enumerate(steps, 1):
        total += step["reward"] or 0.0
        words = seen[at] if at < len(seen) else ""
        imagined = _imagined(futures.get(at - 1, step["futures"]))
        moments.append(Moment(at, shown[at], words, _deed(step), imagined or step["thought"] or "", total))
    return moments


def _imagined(futures: Any) -> str:
    """Simulated futures in a line each; nothing for whatever else agents call so."""
    listed = futures if isinstance(futures, list) else []
    return "\n".join(_future(one) for one in listed if isinstance(one, Mapping) and "do" in one)


def _future(future: Mapping[str, Any]) -> str:
    """What would be done, what would be seen and whether it came true, what it is worth."""
    steps = zip_longest(future["do"], future.get("see", ()), fillvalue="")
    told = ", ".join(f"{action} {seen}".replace("\n", " / ").strip() for action, seen in steps)
    return f"imagined: {told}; worth {future.get('value', '')}"


def _frame(data: Mapping[str, Any]) -> Frame:
    return Frame(data["kind"], {name: value for name, value in data.items() if name != "kind"})


def _words(observation: Any) -> str:
    return "" if observation is None else str(observation)


def _deed(step: Mapping[str, Any]) -> str:
    """One line: who did what and got what."""
    info = step["info"]
    end = " · solved" if info.get("is_success") else " · not solved" if "is_success" in info else ""
    invalid = f" · {info['invalid']}" if info.get("invalid") else ""
    return f"{step['seat']}: {step['action']}   reward {step['reward'] or 0.0:+.3g}{end}{invalid}"


def _title(episode: Mapping[str, Any]) -> str:
    names = ", ".join(dict.fromkeys(str(agent["name"]) for agent in episode["agents"].values()))
    outcome = {True: "solved", False: "not solved", None: "no verdict"}[episode["outcome"]["is_success"]]
    ended = f"failed: {episode['error']}" if episode["error"] else outcome
    return f"{episode['env']}  episode {episode['episode']}  seed {episode['seed']}  {names}  {ended}"


def _write(title: str, moments: Sequence[Moment]) -> None:
    """The whole episode as lines."""
    print(safe(title))
    for moment in moments:
        print(f"\nstep {moment.step}  {safe(moment.did)}  return {moment.total:.3g}")
        if moment.thought:
            print(safe(f"thought: {moment.thought}"))
        print(drawing.text(moment.frame, color=False) if moment.frame else safe(moment.words))


class _Player:
    """The replay with keys."""

    def __init__(self, stored: Run, numbers: Sequence[int], replayer: Replayer, fps: float) -> None:
        self._stored, self._numbers, self._replayer, self._pause = stored, numbers, replayer, 1 / fps
        self._console = Console()
        self._title, self._moments = "", []
        self._at, self._playing = 0, True

    def play(self, number: int) -> None:
        """Play from the episode ``number`` until the person quits."""
        self._open(number)
        with Keyboard() as keys, Live(console=self._console, screen=True, auto_refresh=False) as live:
            due = time.monotonic() + self._pause
            while True:
                live.update(self._screen(), refresh=True)
                wait = max(0.0, due - time.monotonic()) if self._playing else None
                key = keys.read(wait)
                if key in ("q", "escape"):
                    return
                if key:
                    self._press(key)
                else:
                    self._step(+1)
                due = time.monotonic() + self._pause

    def _press(self, key: str) -> None:
        if key == " ":
            ended = self._at == len(self._moments) - 1
            self._at, self._playing = (0, True) if ended else (self._at, not self._playing)
        elif key in ("left", "right"):
            self._playing = False
            self._step(-1 if key == "left" else +1)
        elif key in ("n", "p"):
            at = self._numbers.index(self._number) + (1 if key == "n" else -1)
            self._open(self._numbers[at % len(self._numbers)])

    def _open(self, number: int) -> None:
        self._number = number
        episode, self._moments = _load(self._stored, number, self._replayer)
        self._title, self._at, self._playing = _title(episode), 0, True

    def _step(self, by: int) -> None:
        self._at = min(max(self._at + by, 0), len(self._moments) - 1)
        self._playing = self._playing and self._at < len(self._moments) - 1

    def _screen(self) -> Group:
        columns, rows = self._console.size
        moment = self._moments[self._at]
        thought = Text(safe(moment.thought), "italic", overflow="ellipsis")
        thought.truncate(columns * 3, overflow="ellipsis")
        state = "playing" if self._playing else "paused"
        count = f"step {moment.step} of {len(self._moments) - 1}   return {moment.total:.3g}   {state}"
        room = rows - 6 - (len(thought) // columns + 1 if moment.thought else 0)
        shown = picture(moment.frame, columns, room) if moment.frame else Text(safe(moment.words))
        lines = [Text(safe(self._title), "bold", no_wrap=True), Text(count, "dim"), Text(""), shown]
        lines.append(Text(safe(moment.did), "cyan"))
        lines += [thought] if moment.thought else []
        return Group(*lines, Text(_KEYS, "dim", no_wrap=True))
