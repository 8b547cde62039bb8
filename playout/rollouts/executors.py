"""Where work is done: in this process or in several, behind one interface.

``submit`` hands over a function that yields results one by one; ``gather`` returns them as they come,
with a last word on how the function ended. Nothing here knows what the work is. Functions, arguments
and results cross a process boundary: importable functions and plain data only.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple, Protocol

from playout.core import PlayoutError, WrongUse

Work = Callable[..., Iterable[Any]]


class Piece(NamedTuple):
    """Something that happened to submitted work."""

    handle: int
    """Which one: what ``submit`` returned."""
    value: Any = None
    """What the function yielded."""
    ended: bool = False
    """Whether this is the last piece of this handle; it has no value."""
    lost: str | None = None
    """Of a last piece: how the process died before the function was done."""


class Executor(Protocol):
    """Does submitted work somewhere."""

    def submit(self, function: Work, *args: Any) -> int:
        """Queue ``function(*args)``; work may be submitted while it is gathered."""
        ...

    def gather(self) -> Iterator[Piece]:
        """All pieces of all work, in the order in which they come.

        Raises:
            WrongUse: the work said that it was asked for wrongly.
            PlayoutError: the work raised.
        """
        ...


class _Queue:
    """Work that waits, with numbers for handles."""

    def __init__(self) -> None:
        self._queue: deque[tuple[int, Work, tuple[Any, ...]]] = deque()
        self._submitted = 0

    def submit(self, function: Work, *args: Any) -> int:
        """Queue ``function(*args)``."""
        self._queue.append((self._submitted, function, args))
        self._submitted += 1
        return self._submitted - 1


class InProcess(_Queue):
    """Does the work here, one after the other."""

    def gather(self) -> Iterator[Piece]:
        """Do the work; exceptions are the function's own."""
        while self._queue:
            handle, function, args = self._queue.popleft()
            for value in function(*args):
                yield Piece(handle, value)
            yield Piece(handle, ended=True)


class Processes(_Queue):
    """A fresh process per submitted work, at most ``workers`` at a time.

    Processes are spawned, so that they inherit neither locks nor threads; a script that uses them
    needs ``if __name__ == "__main__":``. Leaving ``gather`` early ends them.
    """

    def __init__(self, workers: int) -> None:
        """Use up to ``workers`` processes.

        Raises:
            WrongUse: ``workers`` is below 1.
        """
        if workers < 1:
            raise WrongUse(f"workers: expected at least 1, got {workers}")
        super().__init__()
        self.workers = workers
        self._running: dict[Connection, tuple[int, BaseProcess]] = {}

    def gather(self) -> Iterator[Piece]:
        """Start processes and pass on what they say; one that dies ends its work with ``lost``."""
        try:
            while self._queue or self._running:
                while self._queue and len(self._running) < self.workers:
                    self._start(*self._queue.popleft())
                for connection in wait(list(self._running)):
                    assert isinstance(connection, Connection)
                    yield self._receive(connection)
        finally:
            for connection, (_, process) in self._running.items():
                process.kill()
                process.join()
                connection.close()
            self._running.clear()

    def _start(self, handle: int, function: Work, args: tuple[Any, ...]) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        threads = max(1, (os.cpu_count() or 1) // self.workers)
        process = context.Process(target=_work, args=(theirs, threads, function, args), daemon=True)
        process.start()
        theirs.close()
        self._running[ours] = (handle, process)

    def _receive(self, connection: Connection) -> Piece:
        handle, process = self._running[connection]
        try:
            kind, value = connection.recv()
        except EOFError:
            self._forget(connection)
            return Piece(handle, ended=True, lost=_death(process))
        if kind == "value":
            return Piece(handle, value)
        self._forget(connection)
        if kind == "wrong use":
            raise WrongUse(value)
        if kind == "error":
            raise PlayoutError(f"in a worker process: {value}")
        return Piece(handle, ended=True)

    def _forget(self, connection: Connection) -> None:
        _, process = self._running.pop(connection)
        process.join()
        connection.close()


def _work(connection: Connection, threads: int, function: Work, args: tuple[Any, ...]) -> None:
    """The life of a worker process."""
    for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):  # so that workers do not fight over the cores
        os.environ.setdefault(name, str(threads))
    try:
        for value in function(*args):
            connection.send(("value", value))
        connection.send(("done", None))
    except (BrokenPipeError, KeyboardInterrupt):  # the parent has gone, or is going and says so itself
        return
    except WrongUse as error:
        connection.send(("wrong use", str(error)))
    except Exception as error:
        said = str(error) if isinstance(error, PlayoutError) else f"{type(error).__name__}: {error}"
        connection.send(("error", said))


def _death(process: BaseProcess) -> str:
    code = process.exitcode
    if code is not None and code < 0:
        return f"a worker process was ended by signal {-code}{' (out of memory?)' if code == -9 else ''}"
    return f"a worker process ended with exit code {code}"
