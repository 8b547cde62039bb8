"""Local models through transformers, in batches: chats in, completions or scores out.

Getting a model off the disk is in ``loading``, templates in ``chat_tokens``, the arithmetic in ``decoding``.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Self, TypeVar

import torch

from playout.core import Chat, Completion, Sampling, Score, Unsupported, WrongUse
from playout.language import loading
from playout.language.chat_tokens import ChatTokens
from playout.language.decoding import Row, score, write
from playout.language.prefixes import Prefixes
from playout.language.requests import check, choose, cut, failed, seed_of

T = TypeVar("T")
Work = Callable[[Sequence[int], Sequence[list[int]]], list[T]]
"""From the numbers of some chats and their prompts to a result for each."""

_OUT_OF_MEMORY = re.compile("out of memory|allocate memory|not enough memory", re.IGNORECASE)

BATCH_TOKENS = 16384
"""Most tokens of a batch, padding and the room for answers included."""


class TransformersModel:
    """A ``ChatModel`` and ``Scorer`` made of a causal language model and its tokenizer.

    A row depends on its own chat and seed only, up to the rounding that comes with its neighbours' padding.
    Seeded draws are the same wherever the kind of device and the version of torch are.

    ``Completion.token_ids`` holds all that stands behind the prompt: the prefill first, the end token or the
    tokens of the stop text last, which ``text`` leaves out. ``usage`` counts ``prompt_tokens``,
    ``prefill_tokens`` (in ``token_ids``, not the model's choice) and ``completion_tokens`` (its choice).
    Log-probabilities are the model's own, before temperature and cuts.

    ``Sampling.choices`` are scored whole, with the end token behind them so that "1" does not stand for
    "10", and one is drawn by its probability. ``Sampling.json_schema`` is not supported.
    """

    is_endpoint = False

    def __init__(self, model: Any, tokenizer: Any, *, batch_tokens: int = BATCH_TOKENS) -> None:
        """Wrap a ``PreTrainedModel``, which stays where it is, and a ``PreTrainedTokenizerBase``."""
        self.model, self.tokens, self.batch_tokens = model, ChatTokens(tokenizer), batch_tokens
        self.end_ids = _end_ids(model, tokenizer)
        config = model.config.get_text_config()
        self.vocabulary: int = config.vocab_size
        self.context: int = getattr(config, "max_position_embeddings", None) or 2**31
        """Most tokens of a chat with its answer."""
        self.known: Prefixes | None = None
        """What was read of conversations that go on; None reads every chat from its beginning. Whoever
        changes the weights empties it."""

    @classmethod
    def from_pretrained(
        cls, source: str, *, device: str = "cpu", dtype: str | None = None, batch_tokens: int = BATCH_TOKENS
    ) -> Self:
        """A model from a folder or the Hugging Face hub; :func:`loading.pretrained` says more."""
        return cls(*loading.pretrained(source, device=device, dtype=dtype), batch_tokens=batch_tokens)

    def generate(self, chats: Sequence[Chat], sampling: Sampling) -> list[Completion]:
        """One completion per chat; one that does not fit into context or memory has ``finish="error"``.

        Raises:
            WrongUse: seeds that are not one per chat, or constraints that exclude each other.
            Unsupported: ``sampling.json_schema``.
        """
        check(chats, sampling)
        if sampling.json_schema is not None:
            raise Unsupported(
                "Sampling.json_schema: a local model of transformers cannot be held to a schema;"
                " use Sampling.choices, or serve the model and name it openai:MODEL@URL"
            )
        if sampling.choices is not None:
            return self._choose(chats, sampling, sampling.choices)
        prefill = self.tokens.answer(sampling.prefill)

        def work(numbers: Sequence[int], prompts: Sequence[list[int]]) -> list[Completion]:
            rooms = [self.context - len(prompt) - len(prefill) for prompt in prompts]
            rows = [
                Row(prompt, min(sampling.max_tokens, room), seed_of(sampling, number))
                for number, prompt, room in zip(numbers, prompts, rooms, strict=True)
            ]
            over = partial(self._is_over, prefill=prefill, stops=sampling.stop)
            write(self.model, rows, prefill, sampling, over, self.known)
            return [self._written(row, prefill, sampling) for row in rows]

        needed = [len(prefill) + 1] * len(chats)
        return self._in_batches(chats, needed, work, more=sampling.max_tokens - 1)

    def score(self, chats: Sequence[Chat], answers: Sequence[Sequence[str]]) -> list[list[Score]]:
        """The log-likelihood of each of a chat's answers, as the beginning of the assistant's message.

        Each chat is encoded once. An empty answer scores 0 over 0 tokens.

        Raises:
            WrongUse: a chat that its template refuses, or that does not fit into context or memory.
        """
        encoded = [[self.tokens.answer(answer) for answer in row] for row in answers]

        def work(numbers: Sequence[int], prompts: Sequence[list[int]]) -> list[list[Score]]:
            read = score(self.model, prompts, [encoded[number] for number in numbers], self.batch_tokens)
            return [[Score(sum(logprobs), len(logprobs)) for logprobs in row] for row in read]

        needed = [max(map(len, row), default=0) for row in encoded]
        found: list[list[Score]] = []
        for number, row in enumerate(self._in_batches(chats, needed, work)):
            if isinstance(row, Completion):
                raise WrongUse(f"score: chat {number}: {row.error}")
            found.append(row)
        return found

    def _choose(self, chats: Sequence[Chat], sampling: Sampling, choices: Sequence[str]) -> list[Completion]:
        answers = [(*self.tokens.answer(choice), *self.end_ids[:1]) for choice in choices]

        def work(numbers: Sequence[int], prompts: Sequence[list[int]]) -> list[Completion]:
            distinct = list(dict.fromkeys(map(tuple, prompts)))
            read = score(self.model, distinct, [answers] * len(distinct), self.batch_tokens)
            rows, found = dict(zip(distinct, read, strict=True)), []
            for number, prompt in zip(numbers, prompts, strict=True):
                row = rows[tuple(prompt)]
                index = choose(list(map(sum, row)), sampling.temperature, seed_of(sampling, number))
                answer = Row(prompt, 0, 0, list(answers[index]), row[index], "stop")
                found.append(_completion(choices[index], answer, 0, sampling))
            return found

        needed = [max(map(len, answers))] * len(chats)
        return self._in_batches(chats, needed, work)

    def _in_batches(
        self, chats: Sequence[Chat], needed: Sequence[int], work: Work[T], *, more: int = 0
    ) -> list[T | Completion]:
        """The results of ``work``, in order; a failed completion for each chat that it cannot be done for.

        Args:
            chats: to encode.
            needed: tokens that must fit behind each chat.
            work: called with chats of similar length.
            more: tokens that are wanted besides, where the context has room for them.
        """
        done: dict[int, T | Completion] = {}
        prompts: dict[int, list[int]] = {}
        for number, chat in enumerate(chats):
            prompt = self._prompt(chat, needed[number])
            if isinstance(prompt, Completion):
                done[number] = prompt
            else:
                prompts[number] = prompt
        sizes = {n: min(len(prompt) + needed[n] + more, self.context) for n, prompt in prompts.items()}
        with _evaluating(self.model):
            for numbers in _batches(sizes, self.batch_tokens):
                done |= zip(numbers, _attempt(numbers, prompts, work), strict=True)
        return [done[number] for number in range(len(chats))]

    def _prompt(self, chat: Chat, needed: int) -> list[int] | Completion:
        try:
            ids = self.tokens.prompt(chat, self.end_ids)
        # A template may refuse a chat with whatever error it likes.
        except Exception as error:
            return failed(f"the model's chat template refuses this chat: {error}")
        if len(ids) + needed > self.context:
            return failed(
                f"the chat has {len(ids)} tokens and its answer needs {needed}; the model's context holds"
                f" {self.context}: show it less history"
            )
        if not ids or max(ids) >= self.vocabulary:
            return failed(
                f"expected token ids in [0, {self.vocabulary}), got {max(ids, default='none')};"
                " Message.token_ids must come from this model"
            )
        return ids

    def _is_over(self, row: Row, prefill: Sequence[int], stops: Sequence[str]) -> bool:
        if row.ids[-1] in self.end_ids:
            return True
        if not stops:
            return False
        # No token is shorter than a byte, and the first few may be pieces of a character.
        tail = row.ids[len(prefill) :][-8 - max(len(stop.encode()) for stop in stops) :]
        return cut(self.tokens.text(tail), stops)[1]

    def _written(self, row: Row, prefill: Sequence[int], sampling: Sampling) -> Completion:
        text = self.tokens.text(row.ids[len(prefill) :], after=prefill)
        text = sampling.prefill + cut(text, sampling.stop)[0]
        return _completion(text, row, len(prefill), sampling)


def _completion(text: str, row: Row, prefilled: int, sampling: Sampling) -> Completion:
    return Completion(
        text=text,
        token_ids=tuple(row.ids),
        logprobs=tuple(row.logprobs) if sampling.logprobs else None,
        prompt_token_ids=tuple(row.prompt),
        finish=row.finish,
        usage={
            "prompt_tokens": len(row.prompt),
            "prefill_tokens": prefilled,
            "completion_tokens": len(row.ids) - prefilled,
        },
    )


def _attempt(
    numbers: Sequence[int], prompts: Mapping[int, list[int]], work: Work[T]
) -> Sequence[T | Completion]:
    """``work`` on a batch; where memory runs out, on its halves."""
    try:
        return work(numbers, [prompts[number] for number in numbers])
    except (MemoryError, RuntimeError) as error:
        # On the CPU torch has no exception of its own for this.
        if not isinstance(error, MemoryError) and not _OUT_OF_MEMORY.search(str(error)):
            raise
        if len(numbers) == 1:
            tokens = len(prompts[numbers[0]])
            return [failed(f"out of memory on a chat of {tokens} tokens: shorten it or lower batch_tokens")]
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    half = len(numbers) // 2
    return [*_attempt(numbers[:half], prompts, work), *_attempt(numbers[half:], prompts, work)]


def _batches(sizes: Mapping[int, int], most: int) -> Iterator[list[int]]:
    """The keys of ``sizes`` from small to large, in batches of at most ``most`` after padding."""
    batch: list[int] = []
    for number in sorted(sizes, key=sizes.__getitem__):
        if batch and (len(batch) + 1) * sizes[number] > most:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


@contextmanager
def _evaluating(model: Any) -> Iterator[None]:
    """Dropout off, for a model that is being trained."""
    training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(training)


def _end_ids(model: Any, tokenizer: Any) -> tuple[int, ...]:
    """The tokens that end an answer, the tokenizer's own first."""
    generation = getattr(model, "generation_config", None)
    named = getattr(generation, "eos_token_id", None)
    ends = [tokenizer.eos_token_id, *(named if isinstance(named, list) else [named])]
    return tuple(dict.fromkeys(end for end in ends if end is not None))
