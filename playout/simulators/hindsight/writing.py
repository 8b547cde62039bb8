"""A language model as a model of the world: it reads facts and a decision, and tells the outcome."""

from collections.abc import Callable, Mapping
from typing import Any

from playout.core import Branchable, ChatModel, Message, Sampling
from playout.core.random import STREAM_WORLD, bits
from playout.language.judging import JudgeConfig, quote, votes
from playout.simulators.hindsight.future import Event, Future

Describe = Callable[[Branchable, Any], str]
"""The facts and the decision, as text. What anybody said about the facts stays out: hindsight does not
depend on it (Liang et al. 2025, definition 4)."""

_ASK = "Here is how things are, and what somebody decided."
_WRITE = "Write one sentence that tells what happens."


class Written:
    """A model that picks one of several outcomes, or writes one in its own words."""

    def __init__(
        self,
        model: ChatModel,
        describe: Describe,
        outcomes: Mapping[str, Future] | None = None,
        config: JudgeConfig = JudgeConfig(samples=1),  # noqa: B008 (frozen)
        max_tokens: int = 64,
    ) -> None:
        """Ask ``model`` about ``describe(world, decision)``.

        Args:
            model: whoever writes.
            describe: what it reads, quoted.
            outcomes: name -> future; the answer can be nothing but one of the names. None: the answer is
                a sentence, and the one event of its future has it as observation and no known reward.
            config: how often and how it is asked for a name.
            max_tokens: of a sentence.
        """
        self.model, self.describe, self.outcomes = model, describe, outcomes
        self.config, self.max_tokens = config, max_tokens

    def imagine(self, world: Branchable, decision: Any, steps: int | None, key: int) -> Future:
        """The outcome that the model tells; the empty future where it tells none or cannot decide."""
        facts = f"{_ASK}\n{quote(self.describe(world, decision))}"
        future = self._sentence(facts, key) if self.outcomes is None else self._named(facts, self.outcomes)
        return future if steps is None else future.first(steps)

    def _named(self, facts: str, outcomes: Mapping[str, Future]) -> Future:
        (found,) = votes(self.model, [f"{facts}\nWhat happens?"], list(outcomes), self.config)
        return Future() if found.winner is None else outcomes[found.winner]

    def _sentence(self, facts: str, key: int) -> Future:
        seed = bits(key, 0, STREAM_WORLD) >> 33
        sampling = Sampling(max_tokens=self.max_tokens, stop=("\n",), seeds=(seed,))
        chat = (Message("user", f"{facts}\n{_WRITE}"),)
        (completion,) = self.model.generate([chat], sampling)
        text = completion.text.strip()
        return Future() if completion.finish == "error" or not text else Future((Event(text),))
