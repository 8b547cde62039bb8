"""Where curves go beside ``metrics.jsonl``: TensorBoard, Weights & Biases, trackio.

``with reporting("tensorboard"): sft(config, out="runs/sft")``. Whatever writes rows into a run
(``RunWriter.log``) reports them then; a run's configuration, and what it does, are the same with and without.
"""

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b
from numbers import Real
from pathlib import Path
from typing import Any, Protocol

from playout.core import MissingPackage, WrongUse

PROJECT = "playout"


class Logger(Protocol):
    """One place where curves go."""

    def log(self, numbers: Mapping[str, float], step: int) -> None:
        """Add a point at ``step`` to each curve."""
        ...

    def close(self) -> None:
        """Nothing more comes."""
        ...


class TensorBoard:
    """Event files in ``RUN/tensorboard``; watch them with ``tensorboard --logdir runs``."""

    def __init__(self, folder: Path, name: str, config: Mapping[str, Any]) -> None:
        """Begin, or go on, in the run ``folder``."""
        self._writer = _imported("torch.utils.tensorboard").SummaryWriter(str(folder / "tensorboard"))

    def log(self, numbers: Mapping[str, float], step: int) -> None:
        """See ``Logger``."""
        for name, number in numbers.items():
            self._writer.add_scalar(name, number, step)
        self._writer.flush()

    def close(self) -> None:
        """See ``Logger``."""
        self._writer.close()


class Wandb:
    """A run of the project ``playout``; log in, or set ``WANDB_MODE=offline``."""

    def __init__(self, folder: Path, name: str, config: Mapping[str, Any]) -> None:
        """Begin, or go on with, the run called ``name``."""
        self._run = _imported("wandb").init(
            project=PROJECT, id=name, name=name, config=dict(config), dir=str(folder), resume="allow"
        )

    def log(self, numbers: Mapping[str, float], step: int) -> None:
        """See ``Logger``."""
        self._run.log(dict(numbers), step=step)

    def close(self) -> None:
        """See ``Logger``."""
        self._run.finish()


class Trackio:
    """A run of the project ``playout``; ``trackio show`` draws it."""

    def __init__(self, folder: Path, name: str, config: Mapping[str, Any]) -> None:
        """Begin, or go on with, the run called ``name``."""
        self._run = _imported("trackio").init(
            project=PROJECT, name=name, config=dict(config), resume="allow", embed=False
        )

    def log(self, numbers: Mapping[str, float], step: int) -> None:
        """See ``Logger``."""
        self._run.log(dict(numbers), step=step)

    def close(self) -> None:
        """See ``Logger``."""
        self._run.finish()


LOGGERS = {"tensorboard": TensorBoard, "wandb": Wandb, "trackio": Trackio}

_chosen: ContextVar[tuple[str, ...]] = ContextVar("chosen", default=())


@contextmanager
def reporting(*names: str) -> Iterator[None]:
    """Inside, runs report to the ``LOGGERS`` of these names too.

    Raises:
        WrongUse: there is no such logger.
        MissingPackage: it is not installed.
    """
    if unknown := set(names).difference(LOGGERS):
        raise WrongUse(f"report_to: expected some of {', '.join(LOGGERS)}, got {min(unknown)!r}")
    for name in names:
        _imported(name)
    token = _chosen.set(names)
    try:
        yield
    finally:
        _chosen.reset(token)


class Curves:
    """The loggers of one run, started with its first row."""

    def __init__(self, folder: Path, config: Mapping[str, Any]) -> None:
        """Note which are chosen now for the run ``folder``."""
        self._folder, self._config, self._names = folder, config, _chosen.get()
        self._loggers: list[Logger] | None = None

    def log(self, row: Mapping[str, Any]) -> None:
        """Report the numbers of a row; the first of them says how far the run is."""
        if self._loggers is None:
            path = self._folder.resolve()
            name = f"{path.name}-{blake2b(str(path).encode(), digest_size=4).hexdigest()}"
            self._loggers = [LOGGERS[chosen](path, name, self._config) for chosen in self._names]
        numbers = {name: float(value) for name, value in row.items() if isinstance(value, Real)}
        step = numbers.pop(next(iter(numbers), ""), 0.0)
        for logger in self._loggers:
            logger.log(numbers, int(step))

    def close(self) -> None:
        """End what was started."""
        for logger in self._loggers or ():
            logger.close()


def _imported(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = (error.name or module).partition(".")[0]
        raise MissingPackage(package, f"pip install {package}") from error
