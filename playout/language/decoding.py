"""The two computations of a local model on batches of token ids: write on, and score given continuations.

Everything is padded on the left, so that the last column is everybody's present. Rows share arithmetic but
no randomness: each draws from a generator of its own. Chats, templates and memory limits are elsewhere.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache

from playout.core import Sampling
from playout.core.records import Finish
from playout.language.prefixes import Prefixes
from playout.language.steps import forward, steps_of

_AHEAD = 4096  # numbers that are drawn at once


@dataclass
class Row:
    """One chat that is being answered."""

    prompt: list[int]
    room: int
    """Most tokens to write."""
    seed: int
    ids: list[int] = field(default_factory=list)
    """What was written so far, the prefill first, the end token or the tokens of a stop text last."""
    logprobs: list[float] = field(default_factory=list)
    """Of ``ids`` under the model itself, before temperature and cuts."""
    finish: Finish = "length"


@torch.inference_mode()
def write(
    model: Any,
    rows: Sequence[Row],
    prefill: Sequence[int],
    sampling: Sampling,
    is_over: Callable[[Row], bool],
    known: Prefixes | None = None,
) -> None:
    """Write the ids of all rows, which leave the batch as they finish.

    Args:
        model: a causal language model of transformers.
        rows: what to answer; filled in place.
        prefill: ids that every answer begins with.
        sampling: temperature, top_k and top_p are read.
        is_over: whether a row's last token ends it.
        known: what was read before; a prompt that goes on from there is read from there.
    """
    device = model.device
    cache, mask, logits = _encode(model, [(*row.prompt, *prefill) for row in rows], len(prefill) + 1, known)
    _take_prefill(rows, prefill, logits[:, :-1])
    steps, noises = steps_of(model, cache, mask), [Noise(row.seed, device) for row in rows]
    live, last = list(range(len(rows))), logits[:, -1]
    while live:
        tokens, logprobs = pick(last, sampling, [noises[number] for number in live])
        staying = []
        for place, (number, token, logprob) in enumerate(zip(live, tokens.tolist(), logprobs, strict=True)):
            row = rows[number]
            row.ids.append(token)
            row.logprobs.append(logprob)
            if is_over(row):
                row.finish = "stop"
            elif len(row.ids) < len(prefill) + row.room:
                staying.append(place)
        if not staying:
            return
        if len(staying) < len(live):
            kept = torch.tensor(staying, device=device)
            steps.keep(kept)
            tokens = tokens[kept]
            live = [live[place] for place in staying]
        last = steps(tokens)


class Noise:
    """What decides the draws of one row: exponential numbers, drawn for some tokens ahead."""

    def __init__(self, seed: int, device: torch.device) -> None:
        """Draw nothing yet; ``seed`` alone decides what comes."""
        self._generator = torch.Generator(device).manual_seed(seed % 2**63)
        self._ahead: Iterator[Tensor] = iter(())

    def next(self, logits: Tensor) -> Tensor:
        """Those of one token, like ``logits``: float32[V]."""
        drawn = next(self._ahead, None)
        if drawn is None:
            several = logits.new_empty(max(1, _AHEAD // len(logits)), len(logits))
            self._ahead = iter(several.exponential_(generator=self._generator))
            drawn = next(self._ahead)
        return drawn


def pick(logits: Tensor, sampling: Sampling, noises: Sequence[Noise]) -> tuple[Tensor, list[float]]:
    """One token per row of ``logits`` (float32[N, V]), and its log-probability under them as they are.

    Gumbel-max: the largest of logit / temperature + Gumbel noise is a sample of the softmax (Maddison et
    al., "A* Sampling", NeurIPS 2014, section 2), and minus the logarithm of an exponential is such noise.
    """
    if sampling.temperature == 0:
        tokens = logits.argmax(-1)
    else:
        kept = _kept(logits / sampling.temperature, sampling)
        noise = [one.next(row) for one, row in zip(noises, kept, strict=True)]
        tokens = (kept - torch.stack(noise).clamp_min_(torch.finfo(torch.float32).tiny).log_()).argmax(-1)
    logprobs = logits.gather(1, tokens[:, None])[:, 0] - logits.logsumexp(-1)
    return tokens, logprobs.tolist()


@torch.inference_mode()
def score(
    model: Any, prompts: Sequence[Sequence[int]], answers: Sequence[Sequence[Sequence[int]]], most_cells: int
) -> list[list[list[float]]]:
    """The log-probability of each token of each answer; a prompt is encoded once for all its answers.

    Args:
        model: a causal language model of transformers.
        prompts: ids, none empty; a beginning that all share is read once.
        answers: for each prompt its answers as ids; an empty one has no log-probabilities.
        most_cells: most (rows x columns) of the second pass, in which the answers are read.
    """
    cache, mask, logits = _encode(model, prompts, 1)
    first = logits[:, -1].log_softmax(-1)
    found = [
        [[first[row, answer[0]].item()] if answer else [] for answer in given]
        for row, given in enumerate(answers)
    ]
    rest = [
        (row, place, answer)
        for row, given in enumerate(answers)
        for place, answer in enumerate(given)
        if len(answer) > 1
    ]
    # The logits of a part are bounded like its cells, with 64 numbers of the vocabulary for a cell's worth.
    longest = max((len(answer) for _, _, answer in rest), default=0)
    width = mask.shape[1] + longest + longest * first.shape[1] // 64
    size = max(1, most_cells // max(1, width))
    for start in range(0, len(rest), size):
        part = rest[start : start + size]
        branch = cache if start + size >= len(rest) else deepcopy(cache)
        kept = torch.tensor([row for row, _, _ in part], device=mask.device)
        branch.batch_select_indices(kept)
        read = _read_on(model, [answer for _, _, answer in part], mask[kept], branch)
        for (row, place, _), logprobs in zip(part, read, strict=True):
            found[row][place] += logprobs
    return found


def _read_on(
    model: Any, answers: Sequence[Sequence[int]], mask: Tensor, cache: DynamicCache
) -> list[list[float]]:
    """The log-probabilities of all tokens of ``answers`` but the first; here padding is on the right."""
    width = max(map(len, answers)) - 1
    filled = [[*answer, *[0] * (width + 1 - len(answer))] for answer in answers]
    ids = torch.tensor(filled, device=mask.device)
    known = torch.tensor([[column < len(answer) - 1 for column in range(width)] for answer in answers])
    mask = torch.cat([mask, known.to(mask)], 1)
    logits = forward(model, ids[:, :-1], mask, cache, width)
    logprobs = logits.gather(2, ids[:, 1:, None])[:, :, 0] - logits.logsumexp(-1)
    return [row[: len(answer) - 1] for row, answer in zip(logprobs.tolist(), answers, strict=True)]


def _take_prefill(rows: Sequence[Row], prefill: Sequence[int], logits: Tensor) -> None:
    """Begin the rows with ``prefill``; ``logits`` are those before each of its tokens, [N, P, V]."""
    columns = torch.tensor(list(prefill), dtype=torch.long, device=logits.device)[None, :, None]
    logprobs = logits.log_softmax(-1).gather(2, columns.expand(len(rows), -1, 1))[:, :, 0].tolist()
    for row, values in zip(rows, logprobs, strict=True):
        row.ids[:], row.logprobs[:] = prefill, values


def _kept(logits: Tensor, sampling: Sampling) -> Tensor:
    """``logits`` with -inf where top_k and top_p cut."""
    if sampling.top_k is not None and sampling.top_k < logits.shape[-1]:
        least = logits.topk(sampling.top_k).values[:, -1:]
        logits = logits.masked_fill(logits < least, -torch.inf)
    if sampling.top_p < 1:
        ordered, order = logits.sort(descending=True, stable=True)
        probabilities = ordered.softmax(-1)
        outside = probabilities.cumsum(-1) - probabilities >= sampling.top_p
        logits = logits.masked_fill(outside.scatter(1, order, outside), -torch.inf)
    return logits


def _encode(
    model: Any, prompts: Sequence[Sequence[int]], keep: int, known: Prefixes | None = None
) -> tuple[DynamicCache, Tensor, Tensor]:
    """Read the prompts: cache, mask int64[N, L], logits of the last ``keep`` columns float32[N, keep, V].

    Equal prompts are read once, and so is what ``known`` has of them or, without it, the beginning that
    all have in common.
    """
    places: dict[tuple[int, ...], int] = {}
    rows = [places.setdefault(tuple(prompt), len(places)) for prompt in prompts]
    distinct, device = list(places), model.device
    cache = DynamicCache(config=model.config)
    if known is not None:
        begun, mask = known.begin(cache, distinct, keep, device)
    else:
        shared = _common(distinct, min(map(len, distinct)) - keep) if len(distinct) > 1 else 0
        begun, mask = [shared] * len(distinct), torch.ones(len(distinct), shared, dtype=torch.long).to(device)
        if shared:
            forward(model, torch.tensor([distinct[0][:shared]], device=device), mask[:1], cache, 1)
            cache.batch_repeat_interleave(len(distinct))
    ids, own = _padded([prompt[start:] for prompt, start in zip(distinct, begun, strict=True)], device)
    mask = torch.cat([mask, own], 1)
    logits = forward(model, ids, mask, cache, keep)
    if known is not None:
        known.keep(cache, distinct, mask)
    if len(distinct) < len(rows):
        spread = torch.tensor(rows, device=device)
        cache.batch_select_indices(spread)
        mask, logits = mask[spread], logits[spread]
    return cache, mask, logits


def _common(rows: Sequence[tuple[int, ...]], most: int) -> int:
    """How many ids all rows begin with, at most ``most``."""
    # Every row lies between the least and the greatest, in the order of their first ids too.
    least, greatest = min(rows), max(rows)
    return next((place for place in range(most) if least[place] != greatest[place]), most)


def _padded(rows: Sequence[Sequence[int]], device: torch.device) -> tuple[Tensor, Tensor]:
    """Ids and mask, int64[N, L], padded on the left; what the pads are does not matter."""
    length = max(map(len, rows))
    ids = [[0] * (length - len(row)) + list(row) for row in rows]
    mask = [[0] * (length - len(row)) + [1] * len(row) for row in rows]
    return torch.tensor(ids, device=device), torch.tensor(mask, device=device)
