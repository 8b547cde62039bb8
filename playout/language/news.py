"""What an observation says that the one before did not, and back: simulated states in few words."""


def news(before: str, after: str) -> str:
    """The lines of ``after`` that changed, or its last one where none did.

    So a world that repeats what stays is not repeated, and a short text says all that is new. An observation
    with another number of lines is told whole.
    """
    old, new = before.split("\n"), after.split("\n")
    if len(old) != len(new):
        return after.strip()
    changed = [line for line, former in zip(new, old, strict=True) if line != former]
    return "\n".join(changed or new[-1:]).strip()


def applied(before: str, told: str) -> str:
    """The observation after ``before``, of which ``told`` is the :func:`news`.

    Right in worlds that put what changes into their last lines.
    """
    lines, new = before.split("\n"), told.split("\n")
    return told if len(new) >= len(lines) else "\n".join([*lines[: -len(new)], *new])


def without_refusal(observation: str, info: dict) -> str:
    """The observation without the line that says why an action was not taken."""
    why = info.get("invalid")
    return observation.removeprefix(f"{why}\n") if why else observation
