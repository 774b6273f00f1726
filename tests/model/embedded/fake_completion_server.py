"""A child process like the embedded model's, with answers from a file instead of weights.

    python fake_completion_server.py ANSWERS --model PATH --states FOLDER --threads N --context N

It speaks the real protocol: the key comes in on standard input, the ready line goes out, completions are
streamed as server-sent events over HTTP, what a prompt shares with the last one counts as cached, prompt
states are saved to files, and the end of standard input ends it. ANSWERS is a JSON object: the last line of
the user's message to the text to answer. A text may also be `HANG` (one piece, then nothing until the client
leaves), `DIE` (the process ends in mid-answer) or `REFUSE`. What was asked is written beside ANSWERS, one
JSON object a line.
"""

import argparse
import json
import os
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

PREFIX_TOKENS = 100


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answers: Path, states: Path, api_key: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.states = states
        self.api_key = api_key
        self.writing = threading.Lock()
        self.evaluated: list[Any] = []

    def cached_tokens(self, messages: list[Any]) -> int:
        """How much of a prompt the last one began with, all messages but the last counting in full."""
        is_cached = self.evaluated[:-1] == messages[:-1]
        self.evaluated = messages
        return PREFIX_TOKENS if is_cached else 0

    def record(self, what: dict[str, Any]) -> None:
        with self.writing, requests_file(self.answers).open("a", encoding="utf-8") as file:
            file.write(json.dumps(what) + "\n")


class Handler(BaseHTTPRequestHandler):
    @property
    def fake(self) -> Server:
        assert isinstance(self.server, Server)
        return self.server

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: standard error is the log of the test."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        url = urlparse(self.path)
        if self.headers.get("Authorization") != f"Bearer {self.fake.api_key}":
            self.answer(401, {"error": {"message": "Invalid API Key"}})
        elif url.path == "/slots/0":
            self.slot(parse_qs(url.query)["action"][0], body["filename"])
        else:
            self.fake.record({"path": url.path, **body})
            self.complete(body)

    def slot(self, action: str, file_name: str) -> None:
        self.fake.record({"path": f"/slots/{action}"})
        file = self.fake.states / file_name
        if action == "save":
            file.write_text("state")
        elif file.read_text() != "state":
            self.answer(400, {"error": {"message": "Unable to restore slot"}})
            return
        self.answer(200, {"filename": file_name})

    def answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def complete(self, body: dict[str, Any]) -> None:
        said = body["messages"][-1]["content"].splitlines()[-1]
        cached = self.fake.cached_tokens(body["messages"])
        text = json.loads(self.fake.answers.read_text(encoding="utf-8")).get(said, "{}")
        if text == "REFUSE":
            self.answer(400, {"error": {"message": "the request exceeds the available context size."}})
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            for chunk in self.chunks(body, text, cached):
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                self.wfile.flush()
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            self.fake.record({"path": "/left"})

    def chunks(self, body: dict[str, Any], text: str, cached: int) -> Iterator[dict[str, Any]]:
        if body.get("return_progress"):
            for done in (PREFIX_TOKENS // 2, PREFIX_TOKENS):
                yield {"choices": [], "prompt_progress": {"total": PREFIX_TOKENS, "processed": done}}
        if text == "DIE":
            yield piece('{"ans')
            os._exit(3)
        while text == "HANG":
            yield piece(" ")
        for start in range(0, len(text), 7):
            yield piece(text[start : start + 7])
        yield {"choices": [{"delta": {}, "finish_reason": "stop"}]}
        usage = {
            "prompt_tokens": 120,
            "completion_tokens": 9,
            "prompt_tokens_details": {"cached_tokens": cached},
        }
        yield {"choices": [], "usage": usage}


def piece(text: str) -> dict[str, Any]:
    return {"choices": [{"delta": {"content": text}, "finish_reason": None}]}


def requests_file(answers: Path) -> Path:
    return answers.with_suffix(".requests")


def leave_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("answers", type=Path)
    for name in ("--model", "--states", "--threads", "--context"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    api_key = json.loads(sys.stdin.readline())["api_key"]
    threading.Thread(target=leave_with_parent, daemon=True).start()
    server = Server(options.answers, Path(options.states), api_key)
    host, port = server.server_address[:2]
    sys.stdout.write(json.dumps({"url": f"http://{host}:{port}", "runtime": "fake 1"}) + "\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
