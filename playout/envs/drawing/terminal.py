"""Frames as text for terminals: ANSI colours on request, plain characters otherwise.

Text in frames may come from models: control characters and lone surrogates are shown as marks, so
that nothing in a frame can move the cursor or break the output's encoding.
"""

import re
import textwrap
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from playout.envs.drawing import canvas
from playout.envs.drawing.panels import speaker_colours

BARS = "▁▂▃▄▅▆▇█"
# Control characters but the line break, marks that reverse the reading direction, lone surrogates.
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

Paint = Callable[..., str]


def safe(text: str) -> str:
    """``text`` with every character that a terminal would obey replaced by a visible one."""
    return _UNSAFE.sub(lambda m: chr(0x2400 + ord(m[0])) if ord(m[0]) < 32 else "\ufffd", text)


def ansi(text: str, ink: canvas.Colour | None = None, ground: canvas.Colour | None = None) -> str:
    """``text`` between escape sequences for 24-bit colours."""
    start = "".join(
        f"\x1b[{layer};2;{c[0]};{c[1]};{c[2]}m" for layer, c in ((38, ink), (48, ground)) if c is not None
    )
    return f"{start}{text}\x1b[0m" if start else text


def uncoloured(text: str, ink: canvas.Colour | None = None, ground: canvas.Colour | None = None) -> str:
    """``text``: what :func:`ansi` is where colours are off."""
    return text


def _one_line(text: object) -> str:
    return " ".join(safe(str(text)).split())


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    lines = []
    for line in safe(text).split("\n"):
        lines += textwrap.wrap(line, max(width - len(indent), 10), drop_whitespace=False) or [""]
    return [indent + line for line in lines]


def grid(data: Mapping[str, Any], paint: Paint, width: int) -> str:
    """A glyph per cell; with colours two columns wide, on the ground of its first layer."""
    if paint is uncoloured:
        glyphs = [safe(entry["glyph"])[:1] or " " for entry in data["legend"]]
    else:
        glyphs = [_tile(entry, paint) for entry in data["legend"]]
    return "\n".join("".join(glyphs[cell] for cell in row) for row in data["cells"])


def _tile(entry: Mapping[str, Any], paint: Paint) -> str:
    layers = entry["layers"]
    ground = canvas.rgb(layers[0][1]) if layers and layers[0][0] in ("square", "tile") else canvas.PAPER
    over = layers[-1] if layers else ("square", "#ffffff")
    if over[0] in ("square", "tile"):
        return paint("  ", None, ground)
    return paint(f"{safe(entry['glyph'])[:1]} ", canvas.rgb(over[1]), ground)


def voxels(data: Mapping[str, Any], paint: Paint, width: int) -> str:
    """The world from above: the first letter of each column's highest block, people by ``@``."""
    across, _, deep = data["size"]
    legend, rows = data["legend"], [[(" .", canvas.MUTED)] * across for _ in range(deep)]
    for x, _, z, kind in sorted(data["blocks"], key=lambda block: block[1]):
        rows[z][x] = (f" {_one_line(legend[kind]['name'])[:1] or '?'}", canvas.rgb(legend[kind]["colour"]))
    for mark in data.get("marks", ()):
        x, _, z = (int(part) for part in mark["at"])
        if 0 <= x < across and 0 <= z < deep:
            rows[z][x] = (" @", canvas.rgb(mark["colour"]))
    counts = Counter(_one_line(legend[block[3]]["name"]) for block in data["blocks"])
    listed = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    drawn = ["".join(paint(text, colour) for text, colour in row) for row in rows]
    return "\n".join([*drawn, *_wrapped(listed, width, "")])


def chat(data: Mapping[str, Any], paint: Paint, width: int) -> str:
    """Facts, then each speaker's words, indented under the name."""
    colours = speaker_colours(data["messages"])
    facts = "  ".join(
        f"{_one_line(name)}: {_one_line(value)}" for name, value in data.get("facts", {}).items()
    )
    lines = [paint(facts, canvas.MUTED)] if facts else []
    for message in data["messages"]:
        lines.append(paint(_one_line(message["speaker"]), colours[str(message["speaker"])]))
        lines += _wrapped(str(message["text"]), width, "  ")
        if message.get("note"):
            lines += [paint(line, canvas.MUTED) for line in _wrapped(str(message["note"]), width, "  ")]
    return "\n".join(lines)


def rooms(data: Mapping[str, Any], paint: Paint, width: int) -> str:
    """One place per line with its state and things; ``>`` marks the agent's."""
    lines = []
    for place in data["places"]:
        here = place["name"] == data["agent"]
        state = f" ({_one_line(place['state'])})" if place.get("state") else ""
        name = f"{'>' if here else ' '} {_one_line(place['name'])}{state}"
        things = ", ".join(map(_one_line, place["things"]))
        lines.append(paint(name, canvas.ACCENT if here else None) + (f": {things}" if things else ""))
    held = ", ".join(map(_one_line, data.get("holding", ()))) or "nothing"
    return "\n".join([*lines, paint(f"  holding {held}", canvas.MUTED)])


def series(data: Mapping[str, Any], paint: Paint, width: int) -> str:
    """One line of bars per curve, squeezed to the width, with its last value."""
    names = [_one_line(line["name"]) for line in data["lines"]]
    indent = max(map(len, names), default=0)
    lines = []
    for i, line in enumerate(data["lines"]):
        values = [value for value in line["values"] if value is not None and abs(value) < float("inf")]
        bars = _bars(values, max(width - indent - 14, 8))
        last = f"{values[-1]:.4g}" if values else "no values"
        lines.append(f"{names[i]:<{indent}} {paint(bars, canvas.SERIES[i % len(canvas.SERIES)])} {last}")
    axes = " over ".join(_one_line(data[axis]) for axis in ("y", "x") if data.get(axis))
    return "\n".join([*lines, paint(axes, canvas.MUTED)] if axes else lines)


def _bars(values: Sequence[float], columns: int) -> str:
    if not values:
        return ""
    shown = [values[i * len(values) // columns] for i in range(columns)] if len(values) > columns else values
    low, high = min(shown), max(shown)
    steps = len(BARS) - 1
    return "".join(BARS[round((v - low) / (high - low) * steps) if high > low else 0] for v in shown)
