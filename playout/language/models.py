"""Models by name: one string everywhere, from a test's script to an endpoint."""

from difflib import get_close_matches

from playout.core import ChatModel, WrongUse

FORMS = {
    "scripted": "scripted:NAME",
    "hf": "hf:PATH_OR_HUB_ID",
    "gguf": "gguf:FILE",
    "openai": "openai:MODEL@URL",
    "smollm2": "smollm2",
}


def load_model(spec: str, *, device: str = "cpu", concurrency: int = 8) -> ChatModel:
    """The model that ``spec`` names, loaded.

    Args:
        spec: ``hf:PATH_OR_HUB_ID``, ``gguf:FILE``, ``openai:MODEL@URL``, ``scripted:NAME`` or ``smollm2``.
        device: where local models run.
        concurrency: most requests under way at once, for endpoints.

    Raises:
        WrongUse: nothing is called that.
        MissingExtra: what it needs is not installed; the message is the line to type.
    """
    scheme, _, rest = spec.partition(":")
    if scheme not in FORMS or (not rest and scheme != "smollm2"):
        close = get_close_matches(scheme, FORMS, 1)
        hint = f"; did you mean {FORMS[close[0]]}?" if close else ""
        raise WrongUse(f"model {spec!r}: expected one of {', '.join(FORMS.values())}{hint}")
    if scheme == "scripted":
        from playout.language.scripted import scripted

        return scripted(rest)
    if scheme == "openai":
        from playout.language.openai_backend import OpenAIModel

        return OpenAIModel.named(rest, concurrency=concurrency)
    from playout.language.transformers_backend import TransformersModel

    if scheme == "hf":
        return TransformersModel.from_pretrained(rest, device=device)
    if scheme == "gguf":
        return TransformersModel.from_gguf(rest, device=device)
    return TransformersModel.smollm2(device=device)
