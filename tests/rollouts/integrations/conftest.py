"""What is not installed, in its place."""

import importlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def adapter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Imports an adapter anew, with its trainer's modules replaced by what is given (None: missing)."""
    fresh: list[str] = []

    def load(name: str, modules: dict[str, dict[str, Any] | None]) -> Any:
        for path, contents in modules.items():
            parts = path.split(".")
            for end in range(1, len(parts)):
                monkeypatch.setitem(sys.modules, ".".join(parts[:end]), ModuleType(parts[0]))
            stand_in: Any = ModuleType(path)
            vars(stand_in).update(contents or {})
            monkeypatch.setitem(sys.modules, path, None if contents is None else stand_in)
        full = f"playout.rollouts.integrations.{name}"
        monkeypatch.delitem(sys.modules, full, raising=False)
        fresh.append(full)
        return importlib.import_module(full)

    yield load
    for full in fresh:
        sys.modules.pop(full, None)
