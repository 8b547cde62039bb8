"""Models served by any OpenAI-compatible endpoint: one HTTP request per chat, retried with patience.

Uses ``/chat/completions`` only. What not every server takes (response formats, continuing a prefill, token
ids) is asked for and, where the server refuses the request, left out; answers are checked all the same.
Streaming, tools and images are left out.
"""

import json
import os
import re
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Self

import httpx

from playout.core import Chat, Completion, Message, Sampling, Score, Unsupported, WrongUse
from playout.language.requests import check, clean, failed, not_a_choice, seed_of, short

DELAYS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds to wait before each new attempt."""
_LONGEST_WAIT = 60.0  # seconds, whatever the server asks for
_CONNECT = 10.0  # seconds
_RETRIED = frozenset({408, 409, 425, 429})
_REFUSED = frozenset({400, 422})
_WRAPPING = 32  # tokens of the JSON around a choice


class OpenAIModel:
    """A ``ChatModel`` behind HTTP; may be called by several threads at once.

    Tried again after :data:`DELAYS`: answers 408, 409, 425, 429 (after ``Retry-After`` if that is longer)
    and 5xx, silence, cut connections, and bodies that are not a chat completion. After that, and at any
    other answer, the completion has ``finish="error"`` and the reason; other chats go on.

    ``token_ids`` are filled where the server reports them (vLLM, llama.cpp), for ``Sampling.logprobs``.
    Thoughts that a server returns apart from the answer stand before it in ``<think>`` tags.
    """

    is_endpoint = True

    def __init__(
        self,
        model: str,
        url: str,
        *,
        api_key: str | None = None,
        concurrency: int = 16,
        timeout: float = 120.0,
        delays: Sequence[float] = DELAYS,
    ) -> None:
        """Ask ``model`` at ``url``.

        Args:
            model: its name on the server.
            url: of the API, such as ``http://127.0.0.1:8000/v1``.
            api_key: None for the environment's ``OPENAI_API_KEY``, if any.
            concurrency: most requests under way at once, over all threads.
            timeout: seconds that the server may stay silent.
            delays: seconds to wait before each new attempt.

        Raises:
            WrongUse: the key or the URL cannot be one, or ``concurrency`` is below 1.
        """
        if concurrency < 1:
            raise WrongUse(f"openai: expected concurrency >= 1, got {concurrency}")
        self.model, self.concurrency, self.delays = model, concurrency, tuple(delays)
        self.url = f"{url.rstrip('/')}/chat/completions"
        try:
            httpx.URL(self.url)
        except httpx.InvalidURL as error:
            raise WrongUse(f"openai: {url!r}: {error}; expected such as http://127.0.0.1:8000/v1") from error
        key = _key(api_key or os.environ.get("OPENAI_API_KEY") or "")
        authorization = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT), pool=None),
            limits=httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency),
            headers={"Content-Type": "application/json", **authorization},
        )
        self._slots = threading.BoundedSemaphore(concurrency)
        self._extras_refused = False

    @classmethod
    def named(
        cls,
        name: str,
        *,
        concurrency: int = 16,
        timeout: float = 120.0,
        api_key: str | None = None,
    ) -> Self:
        """The model called ``MODEL@URL``.

        Raises:
            WrongUse: ``name`` has another form.
        """
        found = re.fullmatch(r"(.+)@(https?://[^\s/]+\S*)", name)
        if found is None:
            raise WrongUse(
                f"openai:{name}: expected openai:MODEL@URL, such as openai:qwen3@http://127.0.0.1:8000/v1"
            )
        return cls(found[1], found[2], api_key=api_key, concurrency=concurrency, timeout=timeout)

    def generate(self, chats: Sequence[Chat], sampling: Sampling) -> list[Completion]:
        """One completion per chat, asked for side by side.

        Raises:
            WrongUse: seeds that are not one per chat, or constraints that exclude each other.
        """
        check(chats, sampling)
        if len(chats) < 2:
            return [self.generate_one(chat, sampling) for chat in chats]
        with ThreadPoolExecutor(min(self.concurrency, len(chats))) as pool:
            return list(pool.map(self.generate_one, chats, [sampling] * len(chats), range(len(chats))))

    def generate_one(self, chat: Chat, sampling: Sampling, row: int = 0) -> Completion:
        """The completion of ``chat`` with seed number ``row``."""
        body, extras = self._body(chat, sampling, row), _extras(sampling)
        try:
            if not extras or self._extras_refused:
                return self._ask(body, sampling)
            try:
                return self._ask({**body, **extras}, sampling)
            except _Refused:
                completion = self._ask(body, sampling)
                self._extras_refused = True
                return completion
        except _Failed as failure:
            return failed(f"{self.url}: {failure}")

    def score(self, chats: Sequence[Chat], answers: Sequence[Sequence[str]]) -> list[list[Score]]:
        """Not possible.

        Raises:
            Unsupported: always.
        """
        raise Unsupported(
            f"{self.url} cannot score given answers: let it choose with Sampling.choices, or take votes with"
            " playout.language.judging; a local model (hf:, gguf:) can score"
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _body(self, chat: Chat, sampling: Sampling, row: int) -> dict[str, Any]:
        # OpenAI's own newer models take no other name, most other servers no other than max_tokens.
        limit = "max_completion_tokens" if "api.openai.com" in self.url else "max_tokens"
        prefilled = (*chat, Message("assistant", sampling.prefill)) if sampling.prefill else chat
        optional = {
            "top_p": sampling.top_p if sampling.top_p < 1 else None,
            "top_k": sampling.top_k,
            "stop": list(sampling.stop) or None,
            "seed": seed_of(sampling, row),
            "logprobs": sampling.logprobs or None,
        }
        return {
            "model": self.model,
            "messages": [_entry(message) for message in prefilled],
            "temperature": sampling.temperature,
            limit: max(sampling.max_tokens, _longest(sampling.choices)),
            **{name: value for name, value in optional.items() if value is not None},
        }

    def _ask(self, body: Mapping[str, Any], sampling: Sampling) -> Completion:
        """The answer to a request, after as many attempts as it takes."""
        for delay in self.delays:
            try:
                return self._attempt(body, sampling)
            except _Retry as retry:
                time.sleep(max(delay, min(retry.wait, _LONGEST_WAIT)))
        try:
            return self._attempt(body, sampling)
        except _Retry as retry:
            raise _Failed(f"{retry}; gave up after {len(self.delays) + 1} attempts") from retry

    def _attempt(self, body: Mapping[str, Any], sampling: Sampling) -> Completion:
        try:
            with self._slots:
                # json.dumps escapes all but ASCII, so that any text can be sent.
                response = self._client.post(self.url, content=json.dumps(body))
        except httpx.RequestError as error:
            raise _Retry(f"{type(error).__name__}: {error}") from error
        if response.status_code == 200:
            try:
                return _read(response.json(), sampling)
            except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
                raise _Retry(f"expected a chat completion, got {short(response.text)}") from error
        reason = f"HTTP {response.status_code}: {short(response.text)}"
        if response.status_code >= 500 or response.status_code in _RETRIED:
            raise _Retry(reason, _seconds(response.headers.get("Retry-After", "")))
        raise (_Refused if response.status_code in _REFUSED else _Failed)(reason)


class _Failed(Exception):
    """There will be no answer."""


class _Refused(_Failed):
    """The server does not take such a request."""


class _Retry(Exception):
    """The next attempt may fare better."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


def _key(given: str) -> str:
    """The key as a header can carry it; what files and Windows put behind it is not part of it."""
    key = given.strip()
    if not (key.isascii() and key.isprintable()):
        raise WrongUse("openai: expected an API key of printable ASCII in one line; see OPENAI_API_KEY")
    return key


def _extras(sampling: Sampling) -> dict[str, Any]:
    """What is asked for beyond the common ground of all servers."""
    extras: dict[str, Any] = {}
    if sampling.choices is not None:
        extras["response_format"] = _format("choice", _one_of(sampling.choices))
    if sampling.json_schema is not None:
        extras["response_format"] = _format("answer", sampling.json_schema)
    if sampling.prefill:
        extras |= {"continue_final_message": True, "add_generation_prompt": False}
    if sampling.logprobs:
        extras["return_token_ids"] = True
    return extras


def _format(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": dict(schema)}}


def _one_of(choices: Sequence[str]) -> dict[str, Any]:
    """An object, since the root of a schema must be one."""
    answer = {"type": "string", "enum": list(choices)}
    return {
        "type": "object", "properties": {"answer": answer}, "required": ["answer"],
        "additionalProperties": False,
    }  # fmt: skip


def _longest(choices: Sequence[str] | None) -> int:
    """Tokens that every choice fits into, with the JSON around it."""
    return max(len(clean(choice).encode()) for choice in choices) + _WRAPPING if choices else 0


def _entry(message: Message) -> dict[str, str]:
    named = {"name": clean(message.name)} if message.name else {}
    return {"role": message.role, "content": clean(message.content), **named}


def _read(answer: Any, sampling: Sampling) -> Completion:
    """What the server answered; raises what it likes where that is no chat completion."""
    choice = answer["choices"][0]
    if choice.get("finish_reason") == "content_filter":
        return failed("the server withheld the answer (content_filter)")
    text = _text(choice["message"], sampling.prefill)
    if sampling.choices is not None:
        raw, text = text, _unwrapped(text)
        if text not in sampling.choices:
            return not_a_choice(raw, sampling.choices)
    if sampling.json_schema is not None and _json(text) is None and text.strip() != "null":
        return failed(f"the model answered {short(text)}; expected JSON")
    written = (choice.get("logprobs") or {}).get("content") or ()
    # vLLM lists the ids apart, llama.cpp with their log-probabilities, others not at all.
    ids = choice.get("token_ids") or [token["id"] for token in written if "id" in token]
    return Completion(
        text=text,
        token_ids=tuple(map(int, ids)),
        logprobs=tuple(float(token["logprob"]) for token in written) if sampling.logprobs else None,
        prompt_token_ids=tuple(map(int, answer.get("prompt_token_ids") or ())),
        finish="length" if choice.get("finish_reason") == "length" else "stop",
        usage={name: n for name, n in (answer.get("usage") or {}).items() if isinstance(n, int)},
    )


def _text(message: Any, prefill: str) -> str:
    text = message["content"] or ""
    # Of vLLM and Ollama, then of llama.cpp and SGLang.
    thought = message.get("reasoning") or message.get("reasoning_content")
    if not isinstance(text, str):
        raise TypeError
    if prefill:
        return text if text.startswith(prefill) else prefill + text
    return f"<think>{thought}</think>{text}" if thought else text


def _unwrapped(text: str) -> str:
    """The choice, of a server that keeps to the format or of one that does not know it."""
    answer = _json(text)
    return answer["answer"] if isinstance(answer, dict) and "answer" in answer else text.strip()


def _json(text: str) -> Any:
    """The parsed text; None if it is no JSON."""
    with suppress(ValueError, RecursionError):
        return json.loads(text)
    return None


def _seconds(retry_after: str) -> float:
    """The header's value; 0 where it is missing, or a date."""
    return float(retry_after) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", retry_after) else 0.0
