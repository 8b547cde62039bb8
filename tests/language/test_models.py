"""Names of models; what each backend does with the rest of its name is tested beside it."""

import subprocess
import sys

import pytest

from playout.core import WrongUse
from playout.language import load_model


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("opnai:m@http://x/v1", "openai:MODEL@URL"),
        ("smollm", "smollm2"),
        ("script:random", "scripted:NAME"),
    ],
)
def test_close_names_are_suggested(name: str, hint: str) -> None:
    with pytest.raises(WrongUse, match=f"did you mean {hint}"):
        load_model(name)


@pytest.mark.parametrize("name", ["hf", "gguf:", "smollm2:x"])
def test_forms_are_exact(name: str) -> None:
    with pytest.raises(WrongUse, match="expected one of scripted:NAME, hf:PATH_OR_HUB_ID"):
        load_model(name)


def test_importing_the_package_loads_no_backend() -> None:
    code = (
        "import sys, playout.language, playout.language.judging\n"
        "print([m for m in ('torch', 'transformers', 'httpx', 'numba') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
