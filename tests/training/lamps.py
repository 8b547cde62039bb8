"""A language world of three steps: put out the lamp that burns, whose name is told."""

import gymnasium as gym

from playout.core.random import bits
from playout.envs.language_world import LanguageWorld

WORLD = "lamps:test/Lamps-v0"
NAMES = ("red", "green", "blue", "white")


class Lamps(LanguageWorld):
    """One lamp burns; putting it out wins, anything else passes a step."""

    instructions = "Put out the lamp that burns."

    def __init__(self, max_steps: int = 3, broken: int = -1) -> None:
        super().__init__(max_steps=max_steps)
        self.broken = broken

    def begin(self, key: int) -> None:
        self.state = {"lamp": bits(key, 0) % len(NAMES), "seen": bits(key, 1) % 2, "out": False}

    def observe(self) -> str:
        others = "It is dark." if self.state["seen"] else "It is bright."
        return f"{others} The {NAMES[self.state['lamp']]} lamp burns."

    def legal_actions(self) -> tuple[str, ...]:
        return (*(f"touch {name}" for name in NAMES), "wait")

    def act(self, action: str) -> tuple[float, bool]:
        if self.state["lamp"] == self.broken:
            raise RuntimeError("the fuse blew")
        self.state["out"] = action == f"touch {NAMES[self.state['lamp']]}"
        return (1.0, True) if self.state["out"] else (-0.1, False)

    def outcome(self) -> tuple[bool, dict[str, float]]:
        return self.state["out"], {}

    def privileged(self) -> dict[str, object]:
        return {"expert_plan": (f"touch {NAMES[self.state['lamp']]}",)}


gym.register("test/Lamps-v0", entry_point=Lamps)
