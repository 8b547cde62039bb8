"""Pictures of conversations, places and curves: panels of one fixed size, whatever they hold.

A video needs every picture to have the same shape, so a panel shows what fits: the last lines of a
conversation, the places from the agent's on. The report's page shows everything.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playout.envs.drawing import canvas, font

Line = tuple[str, canvas.Colour]
MARGIN = 8


def _scale(width: int) -> int:
    return max(1, width // 320)


def _columns(width: int, scale: int) -> int:
    return max((width - 4 * MARGIN) // (font.WIDTH * scale), 1)


def _pitch(scale: int) -> int:
    return (font.HEIGHT + 2) * scale


def speaker_colours(messages: Sequence[Mapping[str, Any]]) -> dict[str, canvas.Colour]:
    """One colour per speaker, in order of appearance."""
    names = dict.fromkeys(str(message["speaker"]) for message in messages)
    return {name: canvas.SERIES[i % len(canvas.SERIES)] for i, name in enumerate(names)}


def _chat_lines(messages: Sequence[Mapping[str, Any]], columns: int) -> list[tuple[Line, canvas.Colour]]:
    """Every line with its ink and the colour of its speaker's bar."""
    colours, lines = speaker_colours(messages), []
    for message in messages:
        bar = colours[str(message["speaker"])]
        lines.append(((canvas.fit(str(message["speaker"]), columns), bar), bar))
        lines += [((line, canvas.INK), bar) for line in canvas.wrap(str(message["text"]), columns)]
        if message.get("note"):
            lines += [((line, canvas.MUTED), bar) for line in canvas.wrap(str(message["note"]), columns)]
        lines.append((("", canvas.INK), canvas.PAPER))
    return lines


def chat(data: Mapping[str, Any], width: int) -> np.ndarray:
    """A ``chat`` frame: uint8[width * 3 // 4, width, 3], facts above, the last messages below."""
    height, scale = width * 3 // 4, _scale(width)
    image, columns, pitch = canvas.blank(height, width), _columns(width, scale), _pitch(scale)
    facts = "   ".join(f"{name}: {value}" for name, value in data.get("facts", {}).items())
    header = canvas.wrap(facts, columns)[:3] if facts else []
    for i, line in enumerate(header):
        canvas.write(image, MARGIN, MARGIN + i * pitch, line, canvas.MUTED, scale)
    top = MARGIN + len(header) * pitch + (2 * MARGIN if header else 0)
    if header:
        canvas.fill(image, 0, top - MARGIN - scale, width, top - MARGIN, canvas.EDGE)
    lines = _chat_lines(data["messages"], columns)[:-1]
    for i, ((line, ink), bar) in enumerate(lines[-max((height - top - MARGIN) // pitch, 1) :]):
        y = top + i * pitch
        canvas.fill(image, MARGIN, y - scale, MARGIN + 2 * scale, y - scale + pitch, bar)
        canvas.write(image, 2 * MARGIN + scale, y, line, ink, scale)
    return image


def rooms(data: Mapping[str, Any], width: int) -> np.ndarray:
    """A ``rooms`` frame: uint8[width * 3 // 4, width, 3], a card per place, the agent's outlined."""
    height, scale = width * 3 // 4, _scale(width)
    image, pitch, across = canvas.blank(height, width), _pitch(scale), 3
    card_width = (width - MARGIN) // across - MARGIN
    card_height = 4 * pitch + MARGIN
    footer = height - MARGIN - pitch
    rows = max((footer - MARGIN) // (card_height + MARGIN), 1)
    names = [place["name"] for place in data["places"]]
    here = names.index(data["agent"]) // across if data["agent"] in names else 0
    first = min(max(here - rows // 2, 0), max(-(-len(names) // across) - rows, 0)) * across
    for i, place in enumerate(data["places"][first : first + across * rows]):
        left = MARGIN + i % across * (card_width + MARGIN)
        top = MARGIN + i // across * (card_height + MARGIN)
        card = image[top : top + card_height, left : left + card_width]
        _card(card, place, place["name"] == data["agent"], scale)
    held = ", ".join(map(str, data.get("holding", ()))) or "nothing"
    text = canvas.fit(f"holding {held}", _columns(width, scale))
    canvas.write(image, MARGIN, footer, text, canvas.MUTED, scale)
    return image


def _card(card: np.ndarray, place: Mapping[str, Any], here: bool, scale: int) -> None:
    height, width = card.shape[:2]
    columns, pitch = max((width - 2 * MARGIN) // (font.WIDTH * scale), 1), _pitch(scale)
    canvas.frame(
        card, 0, 0, width, height, canvas.ACCENT if here else canvas.EDGE, 2 * scale if here else scale
    )
    state = str(place.get("state") or "")
    name = f"{place['name']} ({state})" if state else str(place["name"])
    things = canvas.wrap(", ".join(map(str, place["things"])), columns)
    lines = [(canvas.fit(name, columns), canvas.ACCENT if here else canvas.INK)]
    lines += [(line, canvas.MUTED) for line in things[:3]]
    for i, (line, ink) in enumerate(lines):
        canvas.write(card, MARGIN, MARGIN + i * pitch, line, ink, scale)


def series(data: Mapping[str, Any], width: int) -> np.ndarray:
    """A ``series`` frame: uint8[width * 3 // 4, width, 3], one curve per line over its index."""
    height, scale = width * 3 // 4, _scale(width)
    image, pitch = canvas.blank(height, width), _pitch(scale)
    curves = [np.asarray(line["values"], np.float64) for line in data["lines"]]
    known = np.concatenate([curve[np.isfinite(curve)] for curve in curves] or [np.zeros(0)])
    low, high = (known.min(), known.max()) if known.size else (0.0, 1.0)
    low, high = (low - 0.5, high + 0.5) if low == high else (low, high)
    left, right = MARGIN + 8 * font.WIDTH * scale, width - 2 * MARGIN
    top, bottom = MARGIN + 2 * pitch, height - MARGIN - 2 * pitch
    for share in (0.0, 0.5, 1.0):
        y = round(bottom + (top - bottom) * share)
        canvas.fill(image, left, y, right, y + 1, canvas.EDGE)
        label = f"{low + (high - low) * share:.4g}"
        canvas.write(
            image, left - MARGIN - len(label) * font.WIDTH * scale, y - 3 * scale, label, canvas.MUTED, scale
        )
    plot, longest = image[top : bottom + 1, left:right], max(map(len, curves), default=0)
    for i, curve in enumerate(curves):
        _curve(plot, curve, (low, high), longest, canvas.SERIES[i % len(canvas.SERIES)], scale)
    x, columns = left, _columns(width, scale)
    for i, line in enumerate(data["lines"]):
        canvas.write(image, x, MARGIN, str(line["name"]), canvas.SERIES[i % len(canvas.SERIES)], scale)
        x += (len(font.plain(str(line["name"]))) + 2) * font.WIDTH * scale
    axes = f"{data.get('y', '')} over {data.get('x', '')}" if data.get("y") else str(data.get("x", ""))
    canvas.write(image, left, bottom + pitch // 2 + scale, canvas.fit(axes, columns), canvas.MUTED, scale)
    return image


def _curve(
    plot: np.ndarray,
    values: np.ndarray,
    bounds: tuple[float, float],
    longest: int,
    colour: canvas.Colour,
    scale: int,
) -> None:
    """A polyline: each column of pixels is filled from this value to the next; gaps at NaN."""
    if not len(values):
        return
    height, width = plot.shape[:2]
    low, high = bounds
    at = np.linspace(0, max(longest - 1, 1), width)
    heights = np.interp(at, np.arange(len(values)), values, right=np.nan)
    rows = (high - heights) / (high - low) * (height - 1 - scale)
    for column in np.flatnonzero(np.isfinite(rows)).tolist():
        here = rows[column]
        before = rows[column - 1] if column and np.isfinite(rows[column - 1]) else here
        start, end = sorted((round(before), round(here)))
        canvas.fill(plot, column, start, column + scale, end + scale + 1, colour)
