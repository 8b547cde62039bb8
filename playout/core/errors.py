"""Errors of the suite that a caller may want to tell apart."""


class PlayoutError(Exception):
    """Base of the errors below: one readable line for a user."""


class Unsupported(PlayoutError):
    """Asked of something that cannot do it; the message names the way out."""


class MissingPackage(PlayoutError, ImportError):
    """A package is not installed."""

    def __init__(self, package: str, remedy: str) -> None:
        """Name the line to type."""
        super().__init__(f"{package} is not installed: {remedy}")


class MissingExtra(MissingPackage):
    """A package of an extra is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        """Name the extra."""
        super().__init__(package, f"pip install 'playout[{extra}]'")


class WrongUse(PlayoutError, ValueError):
    """A name, option or value that cannot be right; says what was expected."""
