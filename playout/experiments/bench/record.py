"""The output of a suite kept in a file, where keys that are measured again replace what they had before."""

import json
from pathlib import Path
from typing import Any

from playout.core.errors import WrongUse

PARTS = ("machine", "figures", "bars")


def keep(found: dict[str, Any], file: Path) -> dict[str, Any]:
    """Write the output of ``bench.run`` to a file, with the keys that the file has and ``found`` has not.

    What was measured stays where it now could not be, or not in full (``met`` is None).
    ``machine`` stays that of the first run as long as a key of it is left; ``later`` holds, by key, the
    machine of each key that was measured after it.

    Args:
        found: what ``bench.run`` gave; JSON can hold it.
        file: is made where there is none.

    Returns:
        What the file holds now.

    Raises:
        WrongUse: the file holds something else.
    """
    before = read(file)
    found = _measured(found, before.get("bars", {}))
    if before and not found["bars"]:
        return before
    later = {key: at for key, at in before.get("later", {}).items() if key not in found["bars"]}
    left = before.get("bars", {}).keys() - found["bars"].keys() - later.keys()
    if left:
        merged = {"machine": before["machine"]}
        later |= dict.fromkeys(found["bars"], found["machine"])
    else:
        merged = {"machine": found["machine"]}
    for part in PARTS[1:]:
        merged[part] = dict(sorted({**before.get(part, {}), **found[part]}.items(), key=_order))
    if later:
        merged["later"] = dict(sorted(later.items(), key=_order))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(merged, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return merged


def read(file: Path) -> dict[str, Any]:
    """What :func:`keep` has left in a file; nothing where there is none.

    Raises:
        WrongUse: the file holds something else.
    """
    if not file.exists():
        return {}
    try:
        before = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise WrongUse(f"{file}: expected the output of a bench suite, got no JSON: {error}") from error
    if not isinstance(before, dict) or not all(isinstance(before.get(part), dict) for part in PARTS):
        raise WrongUse(f"{file}: expected the output of a bench suite, with {', '.join(PARTS)}")
    return before


def _measured(found: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """``found`` without keys that are not measured and have been ``before``."""
    lost = {
        key
        for key, bar in found["bars"].items()
        if bar["met"] is None and before.get(key, bar)["met"] is not None
    }
    left = {part: {key: had for key, had in found[part].items() if key not in lost} for part in PARTS[1:]}
    return {**found, **left}


def _order(item: tuple[str, Any]) -> tuple[int, str]:
    return len(item[0]), item[0]
