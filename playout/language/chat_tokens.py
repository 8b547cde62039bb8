"""From a chat to the token ids that a local model reads, and from the ids that it wrote to text.

Roles become tokens through the tokenizer's own chat template, or through a plain one of ours where it has
none. Texts are data: special tokens spelled out in them are broken up, so that no text can close its
message or open another.
"""

import re
from collections.abc import Sequence
from typing import Any

from playout.core import Chat, Message
from playout.language.requests import clean

PLAIN_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ message.role | capitalize + ':\n' + message.content }}"
    "{{ eos_token if message.role == 'assistant' }}{{ '\n\n' }}{% endfor %}"
    "{{ 'Assistant:\n' if add_generation_prompt }}"
)
"""For models that were never taught to chat."""


class ChatTokens:
    """A tokenizer of transformers with a chat template."""

    def __init__(self, tokenizer: Any) -> None:
        """Wrap ``tokenizer``, a ``PreTrainedTokenizerBase``."""
        self.tokenizer = tokenizer
        self.template = tokenizer.chat_template or PLAIN_TEMPLATE
        special = {str(token) for token in tokenizer.added_tokens_decoder.values() if token.special}
        spelled = sorted(special | set(tokenizer.all_special_tokens), key=len, reverse=True)
        self._special = re.compile("|".join(map(re.escape, spelled)) or r"(?!)")

    def prompt(self, chat: Chat, end_ids: Sequence[int]) -> list[int]:
        """The ids of the chat up to where the assistant's next message begins.

        A message with ``token_ids`` enters with just these, whatever the template would do to its text
        (such as dropping earlier thoughts), so that the ids of a conversation continue those of the turn
        before. Only an end token that the template writes as well is left to it.
        A template that does not write the message's text exactly once, as it is, gets the text.
        """
        marks = {
            f"\ufdd0{number}\ufdd1": message.token_ids
            for number, message in enumerate(chat)
            if message.token_ids is not None
        }
        texts = [
            f"\ufdd0{number}\ufdd1" if message.token_ids is not None else self._harmless(message.content)
            for number, message in enumerate(chat)
        ]
        rendered = self._render(chat, texts)
        if any(rendered.count(mark) != 1 for mark in marks):
            return self.ids(self._render(chat, [self._harmless(message.content) for message in chat]))
        found: list[int] = []
        for piece in re.split("(\ufdd0[0-9]+\ufdd1)", rendered):
            if piece in marks:
                found += marks[piece]
                continue
            ids = self.ids(piece)
            if found and ids and found[-1] == ids[0] and ids[0] in end_ids:
                found.pop()
            found += ids
        return found

    def ids(self, text: str) -> list[int]:
        """The ids of ``text`` alone, special tokens in it included."""
        return self.tokenizer.encode(text, add_special_tokens=False) if text else []

    def answer(self, text: str) -> list[int]:
        """The ids of an answer that begins a message of the assistant."""
        return self.ids(self._harmless(text))

    def text(self, ids: Sequence[int], after: Sequence[int] = ()) -> str:
        """What ``ids`` say behind the ids ``after``, special tokens left out."""
        return self._decode([*after, *ids])[len(self._decode(after)) :]

    def _decode(self, ids: Sequence[int]) -> str:
        return self.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)

    def _harmless(self, text: str) -> str:
        return self._special.sub(lambda found: f"{found[0][0]} {found[0][1:]}", clean(text))

    def _render(self, chat: Chat, texts: Sequence[str]) -> str:
        messages = [_entry(message, text) for message, text in zip(chat, texts, strict=True)]
        return self.tokenizer.apply_chat_template(
            messages, chat_template=self.template, tokenize=False, add_generation_prompt=True
        )


def _entry(message: Message, text: str) -> dict[str, str]:
    named = {"name": clean(message.name)} if message.name else {}
    return {"role": message.role, "content": text, **named}
