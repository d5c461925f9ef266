"""A language model's endpoint over real HTTP, of either protocol, that behaves as a test wants."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

PATHS = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}


class Request(NamedTuple):
    path: str
    headers: dict
    body: dict

    @property
    def message(self) -> str:
        return self.body["messages"][-1]["content"]

    @property
    def turns(self) -> list[dict]:
        return json.loads(self.message)["turns"]


class Answer(NamedTuple):
    """`body`: bytes as they are, or what is sent as JSON."""

    status: int = 200
    body: object = b""
    headers: dict = {}  # noqa: RUF012


class Server:
    """`behave(request, number)` gives an Answer, or writes to the handler's socket by itself."""

    def __init__(self, protocol: str, behave: Callable) -> None:
        self.protocol, self.behave = protocol, behave
        self.requests: list[Request] = []
        self.released = threading.Event()
        self.peak = self.open = 0
        self.lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        # A client that leaves a slow server is what some tests are about, and no news.
        self._http.handle_error = lambda *request: None
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        base = f"http://127.0.0.1:{self._http.server_port}"
        return f"{base}/v1" if self.protocol == "openai" else base

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(self, *failure) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()

    def take(self, request: Request, handler):
        with self.lock:
            self.requests.append(request)
            number = len(self.requests)
            self.open += 1
            self.peak = max(self.peak, self.open)
        try:
            return self.behave(request, number, handler)
        finally:
            with self.lock:
                self.open -= 1


def _handler(server: Server):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            size = int(self.headers["content-length"])
            body = json.loads(self.rfile.read(size))
            answer = server.take(Request(self.path, dict(self.headers), body), self)
            if answer is None:
                self.close_connection = True
                return
            content = answer.body
            if not isinstance(content, bytes):
                content = json.dumps(content).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments):
            pass

    return Handler


def envelope(protocol: str, text: str, **changes) -> dict:
    """A successful reply of the protocol around the model's text; `changes` go to its choice, or
    to the whole message of Anthropic's."""
    if protocol == "openai":
        choice = {"index": 0, "finish_reason": "stop", "message": {"content": text}} | changes
        return {"choices": [choice], "usage": {"prompt_tokens": 100, "completion_tokens": 20}}
    return {
        "content": [{"type": "tool_use", "name": "report_bits", "input": json.loads(text)}],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 100, "output_tokens": 20},
    } | changes


def finding(bit: str, quote: str, confidence: str = "high") -> dict:
    return {"bit": bit, "confidence": confidence, "quote": quote}


def answer(*findings: list[dict], accomplished: tuple = ("unknown", 0, "")) -> str:
    """A model's answer: the findings of turn 1, of turn 2, …"""
    value, turn, quote = accomplished
    return json.dumps(
        {
            "turns": [{"turn": n, "findings": found} for n, found in enumerate(findings, 1)],
            "task_accomplished": {"value": value, "turn": turn, "quote": quote},
        }
    )


def always(protocol: str, text: str) -> Callable:
    return lambda request, number, handler: Answer(body=envelope(protocol, text))
