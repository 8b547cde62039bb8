"""Against a real HTTP server on loopback, which answers as told."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from playout.core import ChatModel, Completion, Message, Sampling, Scorer, Unsupported, WrongUse
from playout.language import load_model

pytest.importorskip("httpx")
from playout.language import openai_backend
from playout.language.openai_backend import OpenAIModel

CHAT = (Message("system", "rules"), Message("user", "hi \ud800"))
SAMPLING = Sampling(max_tokens=5)

Reply = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes | dict, **headers: str) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(data)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(data)


def completion(text: str | None, **choice: Any) -> dict[str, Any]:
    return {
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop", **choice}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "details": None},
    }


def ok(text: str | None = "fine", **choice: Any) -> Reply:
    return lambda handler, body: send(handler, 200, completion(text, **choice))


def status(code: int, body: bytes = b"go away", **headers: str) -> Reply:
    return lambda handler, _: send(handler, code, body, **headers)


def raw(body: bytes) -> Reply:
    return lambda handler, _: send(handler, 200, body)


def cut(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    handler.close_connection = True


def slam(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


class Server:
    """Answers its requests with ``replies`` in order, the last one for ever."""

    def __init__(self) -> None:
        self.replies: list[Reply] = [ok()]
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.over = threading.Event()
        self.under_way, self.most_under_way, self.lock = 0, 0, threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer.lock:
                    outer.bodies.append(body)
                    outer.headers.append(dict(self.headers))
                    reply = outer.replies.pop(0) if len(outer.replies) > 1 else outer.replies[0]
                    outer.under_way += 1
                    outer.most_under_way = max(outer.most_under_way, outer.under_way)
                try:
                    reply(self, body)
                except OSError:
                    self.close_connection = True
                finally:
                    with outer.lock:
                        outer.under_way -= 1

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def hang(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        self.over.wait(30)
        handler.close_connection = True


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    server = Server()
    yield server
    server.over.set()
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waits: list[float] = []
    monkeypatch.setattr(openai_backend.time, "sleep", waits.append)
    return waits


def ask(server: Server, sampling: Sampling = SAMPLING, **options: Any) -> Completion:
    (answer,) = OpenAIModel("m", server.url, **options).generate([CHAT], sampling)
    return answer


def test_by_name_with_a_key(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    model = load_model(f"openai:org/model@v1@{server.url}/")
    assert isinstance(model, ChatModel) and isinstance(model, Scorer)
    assert model.is_endpoint is True  # type: ignore[attr-defined]
    sampling = Sampling(max_tokens=7, temperature=0.5, top_p=0.9, stop=("x",), seeds=(11,))
    (answer,) = model.generate([CHAT], sampling)
    assert answer == Completion(text="fine", usage={"prompt_tokens": 3, "completion_tokens": 2})
    assert server.headers[0]["Authorization"] == "Bearer secret"
    assert server.bodies[0] == {
        "model": "org/model@v1", "temperature": 0.5, "top_p": 0.9, "stop": ["x"], "seed": 11, "max_tokens": 7,
        "messages": [{"role": "system", "content": "rules"}, {"role": "user", "content": "hi \ufffd"}],
    }  # fmt: skip


@pytest.mark.parametrize("key", ["secret\n", "secret\r\n", " secret "])
def test_white_space_around_a_key_is_no_part_of_it(server: Server, key: str) -> None:
    assert ask(server, api_key=key, delays=()).text == "fine"
    assert server.headers[0]["Authorization"] == "Bearer secret"


@pytest.mark.parametrize("key", ["sec\nret", "sécret"])
def test_a_key_that_no_header_carries_is_refused_unshown(key: str) -> None:
    with pytest.raises(WrongUse, match="printable ASCII") as refused:
        OpenAIModel("m", "http://127.0.0.1:1/v1", api_key=key)
    assert key not in str(refused.value)


@pytest.mark.parametrize(
    "fault",
    [
        status(429), status(500), status(503, b""), cut, slam, raw(b"<html>"), raw(b"{}"), raw(b"[]"),
        raw(b"7"), raw(b'{"choices": []}'), raw(b'{"choices": [{"message": null}]}'), raw(b"\xff\xfe"),
        raw(b""), raw(b'{"choices": [{"message": {"content": 7}}]}'), raw(b"[" * 100_000),
    ],
)  # fmt: skip
def test_faults_are_retried_on_a_fixed_schedule(server: Server, slept: list[float], fault: Reply) -> None:
    server.replies = [fault, fault, ok()]
    assert ask(server).text == "fine"
    assert slept == [1.0, 2.0]


def test_a_server_that_stays_broken_is_given_up(server: Server, slept: list[float]) -> None:
    server.replies = [status(500, b"out of cheese \xff")]
    answer = ask(server)
    assert answer.finish == "error" and answer.text == ""
    assert "HTTP 500" in (answer.error or "") and "cheese" in (answer.error or "")
    assert "6 attempts" in (answer.error or "")
    assert slept == [1.0, 2.0, 4.0, 8.0, 16.0]


def test_silence_is_a_fault(server: Server, slept: list[float]) -> None:
    server.replies = [server.hang]
    answer = ask(server, timeout=0.1, delays=(0.0,))
    assert answer.finish == "error" and "ReadTimeout" in (answer.error or "")
    assert len(server.bodies) == 2


def test_nobody_listening(server: Server, slept: list[float]) -> None:
    server.http.shutdown()
    server.http.server_close()
    answer = ask(server)
    assert answer.finish == "error" and "ConnectError" in (answer.error or "")


@pytest.mark.parametrize(("header", "wait"), [("3", 3.0), ("0.5", 1.0), ("9999", 60.0), ("tomorrow", 1.0)])
def test_retry_after_is_honoured(server: Server, slept: list[float], header: str, wait: float) -> None:
    server.replies = [status(429, Retry_After=header), ok()]
    assert ask(server).text == "fine"
    assert slept == [wait]


@pytest.mark.parametrize("code", [400, 401, 404])
def test_what_cannot_get_better_is_not_retried(server: Server, slept: list[float], code: int) -> None:
    server.replies = [status(code, b"no such model")]
    answer = ask(server)
    assert answer.finish == "error" and "no such model" in (answer.error or "")
    assert slept == [] and len(server.bodies) == 1


def test_one_failed_chat_does_not_spoil_the_others(server: Server, slept: list[float]) -> None:
    def moody(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        text = body["messages"][0]["content"]
        send(handler, 500 if text == "2" else 200, completion(f"{text}, {body['seed']}"))

    server.replies = [moody]
    chats = [(Message("user", str(number)),) for number in range(6)]
    answers = OpenAIModel("m", server.url).generate(chats, Sampling(max_tokens=5, seeds=tuple(range(10, 16))))
    assert [a.finish for a in answers] == ["stop", "stop", "error", "stop", "stop", "stop"]
    assert answers[5].text == "5, 15"


def test_concurrency_is_bounded_over_all_threads(server: Server) -> None:
    pause = threading.Event()

    def slow(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        pause.wait(0.02)
        send(handler, 200, completion("fine"))

    server.replies = [slow]
    model = OpenAIModel("m", server.url, concurrency=3)
    threads = [threading.Thread(target=model.generate, args=([CHAT] * 4, SAMPLING)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.bodies) == 12
    assert 1 < server.most_under_way <= 3


def test_choices_are_asked_for_as_json_and_checked(server: Server) -> None:
    choices = Sampling(max_tokens=1, choices=("yes", "no"))
    server.replies = [ok('{"answer": "no"}'), ok(" yes\n"), ok('{"answer": ["no"]}'), ok("maybe yes")]
    assert [ask(server, choices).text for _ in range(2)] == ["no", "yes"]
    for _ in range(2):
        answer = ask(server, choices)
        assert answer.finish == "error" and "expected one of 'yes, no'" in (answer.error or "")
    schema = server.bodies[0]["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["answer"]["enum"] == ["yes", "no"]
    assert server.bodies[0]["max_tokens"] > 20


def test_a_server_that_refuses_formats_is_asked_without(server: Server) -> None:
    def plain(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        send(handler, *((400, b"response_format?") if "response_format" in body else (200, completion("no"))))

    server.replies = [plain]
    model = OpenAIModel("m", server.url)
    for expected_requests in (2, 3):
        (answer,) = model.generate([CHAT], Sampling(max_tokens=1, choices=("yes", "no")))
        assert answer.text == "no" and len(server.bodies) == expected_requests


def test_a_schema_is_asked_for_and_its_answer_is_json(server: Server) -> None:
    sampling = Sampling(max_tokens=9, json_schema={"type": "object"})
    server.replies = [ok('{"a": 1}'), ok("{a")]
    assert ask(server, sampling).text == '{"a": 1}'
    assert ask(server, sampling).finish == "error"
    assert server.bodies[0]["response_format"]["json_schema"]["schema"] == {"type": "object"}


@pytest.mark.parametrize("text", ["<action>up", "up"])
def test_the_answer_begins_with_the_prefill(server: Server, text: str) -> None:
    server.replies = [ok(text)]
    assert ask(server, Sampling(max_tokens=5, prefill="<action>")).text == "<action>up"
    assert server.bodies[0]["messages"][-1] == {"role": "assistant", "content": "<action>"}
    assert server.bodies[0]["continue_final_message"] is True


def test_token_ids_and_logprobs_where_the_server_reports_them(server: Server) -> None:
    content = [{"id": 4, "token": "a", "logprob": -0.5}, {"id": 5, "token": "b", "logprob": -1}]
    server.replies = [ok("ab", logprobs={"content": content})]
    answer = ask(server, Sampling(max_tokens=5, logprobs=True))
    assert (answer.token_ids, answer.logprobs) == ((4, 5), (-0.5, -1.0))
    server.replies = [ok("ab", logprobs={"content": [{"token": "a", "logprob": -0.5}]}, token_ids=[7])]
    assert ask(server, Sampling(max_tokens=5, logprobs=True)).token_ids == (7,)


def test_endings_and_thoughts(server: Server) -> None:
    server.replies = [ok("a", finish_reason="length"), ok("", finish_reason="content_filter"), ok(None)]
    assert [ask(server).finish for _ in range(3)] == ["length", "error", "stop"]
    for name in ("reasoning", "reasoning_content"):
        server.replies = [ok(message={"content": "<action>up</action>", name: "hm"})]
        assert ask(server).text == "<think>hm</think><action>up</action>"


def test_an_endpoint_cannot_score(server: Server) -> None:
    with pytest.raises(Unsupported, match=r"Sampling\.choices"):
        OpenAIModel("m", server.url).score([CHAT], [["a"]])


@pytest.mark.parametrize("name", ["m", "m@", "@http://x", "m@ftp://x", "m@http://", "m@http://[::1"])
def test_names_of_another_form(name: str) -> None:
    with pytest.raises(WrongUse, match="http://127"):
        load_model(f"openai:{name}")


def test_no_chats(server: Server) -> None:
    assert OpenAIModel("m", server.url).generate([], SAMPLING) == []
    assert server.bodies == []
