"""Objects that live in other processes, on this machine or on many: actors of Ray.

For work that keeps something between calls; work that does not is for ``executors``.
"""

import os
from collections.abc import Sequence
from typing import Any

from playout.core import MissingExtra


class Actors:
    """Objects of one class, one process each; a call is made of all at once."""

    def __init__(self, ray: Any, handles: Sequence[Any]) -> None:
        self._ray, self._handles = ray, handles

    def call(self, method: str, *args: Any) -> list[Any]:
        """What ``method(*args)`` gives of each; arrays in it cannot be written to.

        Raises:
            Exception: what the method raised.
        """
        sent = [self._ray.put(one) for one in args]  # once, not once for each
        return self._ray.get([getattr(one, method).remote(*sent) for one in self._handles])

    def each(self, method: str, args: Sequence[tuple[Any, ...]]) -> list[Any]:
        """What ``method`` gives of each with its own arguments."""
        calls = zip(self._handles, args, strict=True)
        return self._ray.get([getattr(one, method).remote(*own) for one, own in calls])


def actors(of: type, given: Sequence[tuple[Any, ...]], *, cores: float = 1) -> Actors:
    """An object of the class ``of`` for each tuple of arguments, each where ``cores`` are free.

    Ray is started on this machine unless it runs, or ``RAY_ADDRESS`` names a cluster.

    Raises:
        MissingExtra: Ray is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray  # type: ignore[reportMissingImports]
    except ModuleNotFoundError as error:
        raise MissingExtra("ray", "ray") from error
    if not ray.is_initialized():
        local = None if "RAY_ADDRESS" in os.environ else max(len(given), os.cpu_count() or 1)
        ray.init(num_cpus=local, include_dashboard=False, log_to_driver=False, configure_logging=False)
    made = ray.remote(num_cpus=cores)(of)
    return Actors(ray, [made.remote(*one) for one in given])
