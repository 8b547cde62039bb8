"""A language world in one file: guess a hidden number from "higher" and "lower".

Run it: python examples/own_world.py
"""

import gymnasium as gym

import playout
from playout.core.random import Stream
from playout.envs.language_world import LanguageWorld


class GuessNumber(LanguageWorld):
    """The agent names numbers until it hits the hidden one."""

    instructions = "Find my number, from 1 to 16. Answer with <action>guess N</action>."

    def __init__(self, *, max_steps: int = 6, render_mode: str | None = None) -> None:
        super().__init__(max_steps=max_steps, render_mode=render_mode)

    def begin(self, key: int) -> None:
        self.state = {"number": 1 + Stream(key).below(16), "reply": "Begin.", "guesses": 0}

    def observe(self) -> str:
        return self.state["reply"]

    def legal_actions(self) -> tuple[str, ...]:
        return tuple(f"guess {n}" for n in range(1, 17))

    def act(self, action: str) -> tuple[float, bool]:
        guess, number = int(action.removeprefix("guess ")), self.state["number"]
        self.state["guesses"] += 1
        self.state["reply"] = "Correct." if guess == number else "Higher." if guess < number else "Lower."
        return float(guess == number), guess == number

    def outcome(self) -> tuple[bool, dict[str, float]]:
        return self.state["reply"] == "Correct.", {"guesses": self.state["guesses"]}

    def privileged(self) -> dict[str, int]:
        return {"number": self.state["number"]}


playout.register(
    [
        playout.WorldId(
            id="example/GuessNumber-v0", world="guess", entry_point="own_world:GuessNumber", language=True
        )
    ]
)

if __name__ == "__main__":
    env = gym.make("example/GuessNumber-v0")
    observation, info = env.reset(seed=7)
    low, high, done = 1, 16, False
    while not done:
        guess = (low + high) // 2
        observation, reward, terminated, truncated, info = env.step(f"guess {guess}")
        print(f"guess {guess}: {observation}")
        low, high = (guess + 1, high) if observation == "Higher." else (low, guess - 1)
        done = terminated or truncated
    print("solved" if info["is_success"] else "not solved", info["metrics"])
