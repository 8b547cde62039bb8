"""The report's page as text: template, style and scripts from this folder, data as inert blocks.

Texts in a run may come from models. They reach the page only inside JSON in which ``<`` is escaped, or
compressed in base64; the scripts set them as text; and the page's policy lets nothing run but those
scripts and nothing be fetched at all.
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from playout.rollouts.episodes import encode

STYLE = "report.css"
SCRIPTS = ("frames.js", "overview.js", "list.js", "viewer.js")


@cache
def _asset(*names: str) -> str:
    folder = files("playout.evaluation.report")
    return "\n".join(folder.joinpath(name).read_text("utf-8") for name in names)


def page(episodes: Iterable[tuple[str, Any]], data: Callable[[], Any]) -> Iterator[str]:
    """The page in pieces, so that a long run need not fit in memory.

    Args:
        episodes: id of the block and its content, each taken once.
        data: what the scripts read first; called after all ``episodes`` have been taken.
    """
    style, script = _asset(STYLE), f'"use strict";\n{_asset(*SCRIPTS)}'
    policy = (
        f"default-src 'none'; script-src {_digest(script)}; style-src {_digest(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    before, rest = _asset("report.html").split("{{episodes}}")
    between, after = rest.split("{{data}}")
    yield before.replace("{{policy}}", policy).replace("{{css}}", style)
    for name, content in episodes:
        yield f'<script type="text/plain" id="{name}">{packed(content)}</script>\n'
    yield between
    yield embedded(data())
    yield after.replace("{{js}}", script)


def embedded(data: Any) -> str:
    """ASCII JSON that cannot end or open an element."""
    return encode(data).replace("<", "\\u003c")


def packed(data: Any) -> str:
    """JSON, compressed (zlib) and in base64."""
    return base64.b64encode(zlib.compress(encode(data).encode("ascii"))).decode("ascii")


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
