"""Playout: worlds in which language agents act and learn from simulated futures.

Importing this package registers every ``playout/…`` id with Gymnasium and PettingZoo and imports
nothing heavy: rules compile, and models load, when first used.
"""

from playout.core.snapshots import exact_restore, privileged, restore, snapshot
from playout.envs import register_all
from playout.envs.registration import WorldId, register

__version__ = "0.1.0"
__all__ = ["WorldId", "__version__", "exact_restore", "privileged", "register", "restore", "snapshot"]

register_all()
