"""Single keys from a terminal, without waiting for Enter. POSIX terminals only."""

import os
import select
import sys
from types import TracebackType
from typing import Any

_SEQUENCES = {"\x1b[D": "left", "\x1b[C": "right", "\x1b[A": "up", "\x1b[B": "down", "\x1b": "escape"}
_SEQUENCES |= {code.replace("[", "O"): name for code, name in _SEQUENCES.items()}


def interactive() -> bool:
    """Whether a person can both see and press keys here."""
    ends = (sys.stdin, sys.stdout, sys.stderr)  # the full-screen game draws on stderr
    return os.name == "posix" and os.environ.get("TERM") != "dumb" and all(end.isatty() for end in ends)


class Keyboard:
    """Reads keys while it is entered; gives the terminal back as it was."""

    def __enter__(self) -> "Keyboard":
        import termios
        import tty

        self._before: Any = termios.tcgetattr(sys.stdin)
        tty.setcbreak(sys.stdin)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        import termios

        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)

    def read(self, timeout: float | None) -> str:
        """The next key (``left``, ``escape``, ``q`` …), or "" after ``timeout`` seconds without one."""
        ready, _, _ = select.select([sys.stdin], [], [], timeout)
        if not ready:
            return ""
        typed = os.read(sys.stdin.fileno(), 8).decode("utf-8", "replace")
        return _SEQUENCES.get(typed, typed[:1])
