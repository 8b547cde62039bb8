"""What every backend does alike with a request: check it, clean its texts, choose an answer, report failure.

Nothing here knows how a model computes.
"""

import math
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate

from playout.core import Chat, Completion, Sampling, WrongUse
from playout.core.random import STREAM_POLICY, Stream

_MOST_SHOWN = 200


def check(chats: Sequence[Chat], sampling: Sampling) -> None:
    """Refuse what cannot be meant, before any work is done.

    Raises:
        WrongUse: seeds that are not one per chat, or constraints that exclude each other.
    """
    if sampling.seeds is not None and len(sampling.seeds) != len(chats):
        raise WrongUse(f"Sampling.seeds: expected one per chat, {len(chats)}, got {len(sampling.seeds)}")
    if sampling.choices is not None and not sampling.choices:
        raise WrongUse("Sampling.choices: expected at least one answer to choose from, got none")
    constraints = {
        "choices": sampling.choices is not None,
        "json_schema": sampling.json_schema is not None,
        "prefill": bool(sampling.prefill),
    }
    given = [name for name, is_given in constraints.items() if is_given]
    if len(given) > 1:
        allowed, got = ", ".join(constraints), " and ".join(given)
        raise WrongUse(f"Sampling: expected at most one of {allowed}, got {got}")


def seed_of(sampling: Sampling, row: int) -> int:
    """The seed of chat ``row``; its number where the sampling names no seeds."""
    return row if sampling.seeds is None else sampling.seeds[row]


def clean(text: str) -> str:
    """``text`` without lone surrogates, which neither tokenizers nor UTF-8 can take."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def cut(text: str, stops: Sequence[str]) -> tuple[str, bool]:
    """``text`` up to the first of ``stops``, and whether there was one."""
    places = [place for stop in stops if stop and (place := text.find(stop)) >= 0]
    return (text[: min(places)], True) if places else (text, False)


def choose(values: Sequence[float], temperature: float, seed: int) -> int:
    """An index of ``values``, log-probabilities: by softmax(values / temperature), at 0 the largest."""
    best = max(values)
    if not temperature:
        return values.index(best)
    sums = list(accumulate(math.exp((value - best) / temperature) for value in values))
    return min(bisect(sums, Stream(seed, STREAM_POLICY).uniform(0, sums[-1])), len(values) - 1)


def failed(reason: str, prompt_token_ids: tuple[int, ...] = ()) -> Completion:
    """The completion of a chat that could not be answered."""
    return Completion(text="", finish="error", error=reason, prompt_token_ids=prompt_token_ids)


def not_a_choice(text: str, choices: Sequence[str]) -> Completion:
    """The failure of a model that answered something else."""
    return failed(f"the model answered {short(text)}; expected one of {short(', '.join(choices))}")


def short(text: str) -> str:
    """The beginning of ``text`` as a printable literal."""
    shown = repr(text[:_MOST_SHOWN])
    return shown if len(shown) <= _MOST_SHOWN else shown[: _MOST_SHOWN - 4] + "...'"
