"""Models that are functions: deterministic, instant, for tests, demos and examples.

A script sees the chat and a seed and returns the text. Nothing here is a language model.
"""

import re
from collections.abc import Callable, Sequence
from zlib import crc32

from playout.core import Chat, Completion, Sampling, Score, WrongUse
from playout.core.random import Stream
from playout.language.parsing import LEGAL_PREFIX
from playout.language.requests import check, cut, failed

Script = Callable[[Chat, int], str]
"""From a chat and a seed to the text of the answer."""

_PIECES = re.compile(r"\s*\w+|\s*\W|\s+")


class ScriptedModel:
    """A ``ChatModel`` and ``Scorer`` made of a function."""

    is_endpoint = False

    def __init__(self, script: Script) -> None:
        """Answer with ``script(chat, seed)``; the seed is 0 where the sampling names none."""
        self.script = script

    def generate(self, chats: Sequence[Chat], sampling: Sampling) -> list[Completion]:
        """One completion per chat, cut at stop texts; its tokens are words and signs.

        A script that answers none of ``sampling.choices`` is held to one of them by its seed; one that
        raises gives its chat ``finish="error"``.

        Raises:
            WrongUse: seeds that are not one per chat, or constraints that exclude each other.
        """
        check(chats, sampling)
        seeds = sampling.seeds or (0,) * len(chats)
        return [self._complete(chat, seed, sampling) for chat, seed in zip(chats, seeds, strict=True)]

    def score(self, chats: Sequence[Chat], answers: Sequence[Sequence[str]]) -> list[list[Score]]:
        """Log-probability 0 for what the script would write, -1 for each character that differs from it."""
        written = [self.script(chat, 0) for chat in chats]
        return [[_score(text, answer) for answer in row] for text, row in zip(written, answers, strict=True)]

    def _complete(self, chat: Chat, seed: int, sampling: Sampling) -> Completion:
        try:
            text = self.script(chat, seed)
        except Exception as error:
            return failed(f"the script raised {type(error).__name__}: {error}")
        if sampling.choices is not None:
            text = text if text in sampling.choices else sampling.choices[seed % len(sampling.choices)]
        answer, _ = cut(text.removeprefix(sampling.prefill), sampling.stop)
        pieces = _PIECES.findall(sampling.prefill + answer)
        kept = pieces[: sampling.max_tokens]
        tokens = tuple(crc32(piece.encode("utf-8", "surrogatepass")) for piece in kept)
        return Completion(
            text="".join(kept),
            token_ids=tokens,
            logprobs=(0.0,) * len(tokens) if sampling.logprobs else None,
            finish="stop" if len(kept) == len(pieces) else "length",
        )


def legal_actions(chat: Chat) -> list[str]:
    """The actions that the last prompt lists; empty where it lists none."""
    lines = [line for message in chat if message.role == "user" for line in message.content.splitlines()]
    listed = [line for line in lines if line.startswith(LEGAL_PREFIX)]
    return listed[-1].removeprefix(LEGAL_PREFIX).split(", ") if listed else []


def first_legal(chat: Chat, seed: int) -> str:
    """The first legal action."""
    return _tagged((legal_actions(chat) or [""])[0])


def random_legal(chat: Chat, seed: int) -> str:
    """A legal action by the seed, with a word of thought."""
    chosen = Stream(seed).choice(legal_actions(chat) or [""])
    return f"<think>Let me try {chosen}.</think>{_tagged(chosen)}"


GARBAGE = (
    "", "up", "<action>", "<action>up", "</action>up<action>", "<action></action>", "<action>backup</action>",
    "<ACTION>UP UP</ACTION>", "<think><action>", "I'd rather not.", "\ud800\udfff", "\x00\u2028</script>",
    "<img src=x onerror=alert(1)>", "√" * 300, "<action>" * 40,
)  # fmt: skip


def garbage(chat: Chat, seed: int) -> str:
    """Answers of many kinds that name no action."""
    return Stream(seed).choice(GARBAGE)


SCRIPTS: dict[str, Script] = {"echo-first-legal": first_legal, "random": random_legal, "garbage": garbage}
_FIXED = "fixed="


def scripted(name: str) -> ScriptedModel:
    """The scripted model called ``name``: one of ``SCRIPTS``, or ``fixed=TEXT``.

    Raises:
        WrongUse: there is none of that name.
    """
    if name.startswith(_FIXED):
        text = name.removeprefix(_FIXED)
        return ScriptedModel(lambda chat, seed: text)
    if name not in SCRIPTS:
        raise WrongUse(f"scripted:{name}: expected one of {', '.join(SCRIPTS)} or {_FIXED}TEXT")
    return ScriptedModel(SCRIPTS[name])


def _tagged(action: str) -> str:
    return f"<action>{action}</action>"


def _score(written: str, answer: str) -> Score:
    wrong = sum(a != b for a, b in zip(written, answer, strict=False)) + abs(len(written) - len(answer))
    return Score(-float(wrong), max(1, len(answer)))
