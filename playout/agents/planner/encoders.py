"""From what a planner sees to rows of numbers: act ids, hashed words, or a frozen sentence encoder.

All three take the same ``Seen`` and append its features. Encoders are fixed; what is learnt stands behind
them (``network``). Fine-tuning a transformer end to end is left out: on a CPU it takes minutes per epoch,
and a frozen one with a head does what the policy needs.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from playout.core import WrongUse

Rows = NDArray[np.float32]
ACTS, NGRAMS = "acts", "ngrams"
_RECENT_ACTS, _RECENT_TEXTS = 4, 3
_PLACES = 1024  # of hashed words
_TEXTS_KEPT = 65_536
_WORDS = re.compile(r"[a-zà-öø-ÿ']+|\d+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Seen:
    """What N planners see, as arrays: the form in which act-level worlds say it."""

    acts: NDArray[np.int8]
    """int8[N, 16], newest last: 0 nothing, 1 + a of a system act, 1 + A + r of a reply."""
    features: Rows
    """float32[N, F]; what they are is the world's to say."""
    texts: Sequence[tuple[str, ...]] = ()
    """The utterances so far, oldest first, one tuple per row; empty where only acts are known."""

    def __len__(self) -> int:
        return len(self.acts)

    def __getitem__(self, rows: Any) -> "Seen":
        """Some of the rows, by an integer array or a mask."""
        chosen = np.arange(len(self))[rows]
        texts = tuple(self.texts[i] for i in chosen) if self.texts else ()
        return Seen(self.acts[chosen], self.features[chosen], texts)


def joined(parts: Sequence[Seen]) -> Seen:
    """All rows of ``parts``, in order."""
    return Seen(
        np.concatenate([part.acts for part in parts]),
        np.concatenate([part.features for part in parts]),
        tuple(texts for part in parts for texts in part.texts),
    )


class Encoder(Protocol):
    """Pure: equal rows in, equal rows out."""

    name: str
    """As ``encoder`` takes it."""
    size: int

    def __call__(self, seen: Seen) -> Rows:
        """float32[N, size]."""
        ...


class ActEncoder:
    """The last few acts one by one, how often each occurred, and the features."""

    def __init__(self, symbols: int, features: int, *, recent: int) -> None:
        """For ``symbols`` kinds of act, those of both sides and "none" counted together."""
        self.name, self._symbols, self._recent = ACTS, symbols, recent
        self.size = symbols * (recent + 1) + features

    def __call__(self, seen: Seen) -> Rows:
        """float32[N, size]."""
        kinds = np.eye(self._symbols, dtype=np.float32)
        kinds[0] = 0
        acts = kinds[seen.acts.astype(np.int64)]
        n = len(seen)
        recent = acts[:, -self._recent :].reshape(n, -1)
        return np.concatenate([recent, np.minimum(acts.sum(1), 4) / 4, seen.features], 1)


class TextEncoder:
    """The last few utterances, each embedded by itself, and the features."""

    def __init__(
        self,
        name: str,
        embed: Callable[[Sequence[str]], np.ndarray],
        width: int,
        features: int,
        *,
        recent: int,
    ) -> None:
        """Embed with ``embed``, texts -> float[N, width]; equal texts are embedded once."""
        self.name, self._embed, self._width, self._recent = name, embed, width, recent
        self.size = width * recent + features
        self._known: dict[str, np.ndarray] = {"": np.zeros(width, np.float32)}

    def __call__(self, seen: Seen) -> Rows:
        """float32[N, size].

        Raises:
            WrongUse: the world gave no texts.
        """
        if not seen.texts and len(seen):
            raise WrongUse(f"planner: {self.name} reads words, and this world says acts alone; use {ACTS}")
        last = [(("",) * self._recent + texts)[-self._recent :] for texts in seen.texts]
        self._learn({text for texts in last for text in texts})
        rows = [np.concatenate([self._known[text] for text in texts]) for texts in last]
        return np.concatenate([np.array(rows, np.float32).reshape(len(seen), -1), seen.features], 1)

    def _learn(self, texts: set[str]) -> None:
        new = sorted(texts - self._known.keys())
        if not new:
            return
        if len(self._known) > _TEXTS_KEPT:
            self._known = {text: self._known[text] for text in texts & self._known.keys()}
        found = np.asarray(self._embed(new), np.float32)
        self._known |= dict(zip(new, found, strict=True))


def hashed(texts: Sequence[str], *, width: int = _PLACES) -> Rows:
    """Words and pairs of words as signed counts in ``width`` places, of length 1 (Weinberger et al. 2009).

    Numbers count as one word: what they mean is in the features.
    """
    out = np.zeros((len(texts), width), np.float32)
    for row, text in zip(out, texts, strict=True):
        words = ["^", *("#" if word.isdigit() else word for word in _WORDS.findall(text.lower())), "$"]
        for gram in (*words, *map(" ".join, pairwise(words))):
            place, sign = _place(gram)
            row[place % width] += sign
        row /= max(1.0, float(np.linalg.norm(row)))
    return out


@lru_cache(maxsize=1 << 16)
def _place(gram: str) -> tuple[int, int]:
    digest = crc32(gram.encode("utf-8", "replace"))
    return digest >> 1, 1 if digest & 1 else -1


def encoder(name: str, *, symbols: int, features: int, recent: int = 0) -> Encoder:
    """The encoder called ``name``.

    Args:
        name: ``acts``, ``ngrams``, ``minilm`` (all-MiniLM-L6-v2 from the extra ``models``), or
            ``hf:PATH_OR_HUB_ID`` of any encoder of transformers, such as ``hf:FacebookAI/roberta-large``.
        symbols: 1 + acts of the system + kinds of reply.
        features: F of ``Seen.features``.
        recent: how many of the last acts or utterances are looked at one by one; 0 is the encoder's own.

    Raises:
        WrongUse: there is no such encoder.
        MissingExtra: what it needs is not installed.
    """
    if name == ACTS:
        return ActEncoder(symbols, features, recent=recent or _RECENT_ACTS)
    if name == NGRAMS:
        return TextEncoder(name, hashed, _PLACES, features, recent=recent or _RECENT_TEXTS)
    from playout.agents.planner.sentences import load_sentences

    sentences = load_sentences(name)
    return TextEncoder(name, sentences.embed, sentences.width, features, recent=recent or _RECENT_TEXTS)
