"""A small decoder from scratch, with a vocabulary of the words of one world.

Saved as transformers saves any model, so whatever takes ``hf:FOLDER`` takes it. Leaves out training.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from playout.core import MissingExtra, WrongUse

PAD, UNKNOWN, ACT, END = SPECIAL = ("<|pad|>", "<|unknown|>", "<|act|>", "<|end|>")
CLOSE = "</action>"
"""Ends an answer: with it all has been said, and no further token has to be written."""

# Tags, words and signs carry the space before them, so that texts come back exactly as they were.
_PIECES = r"</?\w+>| ?\w+| ?[^\w\s]|\s"
_NUMBERED = r" ?[a-z]+ \d+(?!\w)"
_TEMPLATE = (
    "{% for message in messages %}{% if message.role == 'assistant' %}" + ACT + "{{ message.content }}"
    "{% if not message.content.endswith('" + CLOSE + "') %}" + CLOSE + "{% endif %}"
    "{% else %}{{ message.content }}{% if message.role == 'system' %}\n{% endif %}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}" + ACT + "{% endif %}"
)


@dataclass(frozen=True, kw_only=True)
class DecoderConfig:
    """The shape of a decoder."""

    width: int
    """Of the residual stream."""
    layers: int
    """Blocks."""
    heads: int
    """Per block."""
    context: int = 1024
    """Most tokens that are read at once."""
    style: Literal["gpt2", "llama"] = "gpt2"
    """gpt2: learned positions, layer norm. llama: rotary positions, gated blocks. Both with ReLU, which
    costs a fifth of GELU on CPUs."""


PRESETS = {
    "tiny": DecoderConfig(width=32, layers=2, heads=2),
    "small": DecoderConfig(width=64, layers=4, heads=4),
    "medium": DecoderConfig(width=128, layers=4, heads=4),
    "large": DecoderConfig(width=256, layers=6, heads=8),
}
"""By name, as in ``new:small``: 30 thousand to 5 million parameters, and what the vocabulary adds."""
_LLAMA = "-llama"


def preset(name: str) -> DecoderConfig:
    """The shape called ``name``; with ``-llama`` behind it in that style and for longer texts.

    Raises:
        WrongUse: there is none.
    """
    size = name.removesuffix(_LLAMA)
    if size not in PRESETS:
        known = ", ".join(f"new:{size}" for size in PRESETS)
        raise WrongUse(f"new:{name}: expected one of {known}, or one of them with {_LLAMA} behind it")
    return PRESETS[size] if size == name else replace(PRESETS[size], style="llama", context=4096)


def word_tokenizer(texts: Iterable[str], *, least: int = 1, numbered: bool = False, pieces: str = "") -> Any:
    """A ``PreTrainedTokenizerFast`` of the words in ``texts``, with a chat template of its own.

    Text made of these words is read and written back exactly; other words become one unknown token.

    Args:
        texts: whatever will be read or written.
        least: how often a word must occur to get a token.
        numbered: whether a name and its number, such as ``desk 1``, are one word.
        pieces: a regular expression of what else is one word.
    """
    try:
        from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
        from transformers import PreTrainedTokenizerFast
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "transformers", "train") from error
    pieces = "|".join([*filter(None, [pieces]), *([_NUMBERED] if numbered else []), _PIECES])
    counts = Counter(piece for text in texts for piece in re.findall(pieces, text))
    common = sorted(word for word, count in counts.items() if count >= least or word == CLOSE)
    words = dict.fromkeys([*SPECIAL, CLOSE, *common])
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(pieces), behavior="isolated")  # type: ignore
    tokenizer.decoder = decoders.Fuse()  # type: ignore[reportAttributeAccessIssue]
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        unk_token=UNKNOWN,
        eos_token=END,
        extra_special_tokens=[ACT],
        padding_side="left",
    )
    fast.chat_template = _TEMPLATE
    return fast


def new_decoder(config: DecoderConfig, tokenizer: Any, *, seed: int = 0) -> Any:
    """A causal language model of transformers with fresh weights that ``seed`` decides."""
    import torch
    from transformers import AutoModelForCausalLM, GenerationConfig

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = AutoModelForCausalLM.from_config(_architecture(config, len(tokenizer)))
        _initialise(model)
    ends = [tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids(CLOSE)]
    for settings in (model.config, model.generation_config):
        settings.bos_token_id, settings.eos_token_id = None, tokenizer.eos_token_id
        settings.pad_token_id = tokenizer.pad_token_id
    model.generation_config = GenerationConfig(eos_token_id=ends, pad_token_id=tokenizer.pad_token_id)
    return model


def _architecture(config: DecoderConfig, vocabulary: int) -> Any:
    from transformers import GPT2Config, LlamaConfig

    ids: dict[str, Any] = {"bos_token_id": None, "eos_token_id": None}
    if config.style == "gpt2":
        return GPT2Config(
            vocab_size=vocabulary, n_positions=config.context, n_embd=config.width, n_layer=config.layers,
            n_head=config.heads, n_inner=4 * config.width, activation_function="relu", resid_pdrop=0.0,
            embd_pdrop=0.0, attn_pdrop=0.0, tie_word_embeddings=False, **ids,
        )  # fmt: skip
    return LlamaConfig(
        vocab_size=vocabulary, max_position_embeddings=config.context, hidden_size=config.width,
        num_hidden_layers=config.layers, num_attention_heads=config.heads, tie_word_embeddings=False,
        intermediate_size=8 * config.width // 3, hidden_act="relu", **ids,
    )  # fmt: skip


def _initialise(model: Any) -> None:
    """Embeddings large against what the blocks add at first: small decoders learn faster so."""
    import torch

    for name, weight in model.named_parameters():
        if "wte" in name or "wpe" in name or "embed_tokens" in name:
            torch.nn.init.normal_(weight, 0.0, 0.5)
        elif "norm" in name or "ln_" in name or weight.ndim < 2:
            continue
        elif "c_proj" in name or "o_proj" in name or "down_proj" in name:
            torch.nn.init.normal_(weight, 0.0, 0.02)
        else:
            # GPT-2 keeps [inputs, outputs], the others [outputs, inputs].
            inputs = weight.shape[0] if "c_" in name else weight.shape[1]
            torch.nn.init.normal_(weight, 0.0, inputs**-0.5)
