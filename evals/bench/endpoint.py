"""A model endpoint on this machine that calls one tool, then answers; both at once.

It speaks Chat Completions and Responses, streamed or whole, so that any program can ask it. The tool is that
whose name in the request holds the wanted one: programs put the name of the server before it, or a hash
behind. Programs that leave only through a function of their own named “complete” have it called in the end.
"""

import json
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, TypeAlias

TOOL = "list_spaces"
QUESTION = "Which spaces are there?"
ANSWER = "There are four spaces."
MODEL = "scripted"
KEY = "sk-bench-no-real-key"
_LEAVE = "complete"
# How often the server looks whether it should end.
_BETWEEN_LOOKS = 0.02
_RESULTS = ("tool", "function_call_output")

Body: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Offered:
    """A function that a request offers, with the namespace it stands in."""

    name: str
    namespace: str = ""


@dataclass(slots=True)
class Endpoint:
    """What was asked of it.

    Args:
        base_url: Where it is.
        first: The first request that offers functions, since `begin`.
        first_time: When it came, by `time.perf_counter`.
        requests: How many requests came since `begin`.
        results: How many of them brought a tool's result.
    """

    base_url: str = ""
    first: Body = field(default_factory=dict[str, Any])
    first_time: float = 0.0
    requests: int = 0
    results: int = 0

    def begin(self) -> None:
        """Forget what was asked."""
        self.first, self.first_time, self.requests, self.results = {}, 0.0, 0, 0

    def note(self, body: Body, called: bool) -> None:
        """Take a request down."""
        self.requests += 1
        self.results += called
        if not self.first and body.get("tools"):
            self.first, self.first_time = body, time.perf_counter()


@contextmanager
def serving() -> Generator[Endpoint]:
    """Serve on loopback for as long as a context is open."""
    endpoint = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Otherwise each answer waits for the reader's word that its head has come.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._send("application/json", json.dumps({"object": "list", "data": [{"id": MODEL}]}))

        def do_POST(self) -> None:
            body: Body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            said: Sequence[Body] = body.get("messages", body.get("input", ()))
            called = was_called(said)
            endpoint.note(body, called)
            calls, text = decide(body, called)
            if self.path.endswith("/responses"):
                self._send("text/event-stream", responses_stream(calls, text))
            elif body.get("stream"):
                self._send("text/event-stream", chat_stream(calls, text))
            else:
                self._send("application/json", json.dumps(chat_answer(calls, text)))

        def _send(self, kind: str, text: str) -> None:
            answer = text.encode()
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(_BETWEEN_LOOKS,), daemon=True).start()
        endpoint.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        yield endpoint
        server.shutdown()


def was_called(said: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a tool's result stands behind the last words of the user."""
    for message in reversed(said):
        kind = message.get("role", message.get("type"))
        if kind in _RESULTS:
            return True
        if kind == "user":
            return False
    return False


def offered_by(body: Mapping[str, Any]) -> list[Offered]:
    """The functions that a request offers, those in namespaces too."""
    found: list[Offered] = []
    for tool in body.get("tools", ()):
        if tool.get("type") == "namespace":
            found += (Offered(inner["name"], tool["name"]) for inner in tool["tools"])
        else:
            found.append(Offered(tool.get("function", tool).get("name", "")))
    return found


def decide(body: Mapping[str, Any], called: bool) -> tuple[list[Offered], str]:
    """What to call and what to say."""
    offered = offered_by(body)
    if not called:
        wanted = [function for function in offered if TOOL in function.name][:1]
        return wanted, "" if wanted else ANSWER
    return [function for function in offered if function.name == _LEAVE], ANSWER


def _chat_calls(calls: Sequence[Offered]) -> list[Body]:
    return [
        {
            "index": number,
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": call.name, "arguments": "{}"},
        }
        for number, call in enumerate(calls)
    ]


def chat_answer(calls: Sequence[Offered], text: str) -> Body:
    """The whole answer as Chat Completions has it."""
    message: Body = {"role": "assistant", "content": text or None}
    if calls:
        message["tool_calls"] = _chat_calls(calls)
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
    return {**_chat_head("chat.completion"), "choices": [choice], "usage": _CHAT_USAGE}


_CHAT_USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}


def _chat_head(kind: str) -> Body:
    return {"id": "chatcmpl-1", "object": kind, "created": 1, "model": MODEL}


def chat_stream(calls: Sequence[Offered], text: str) -> str:
    """The answer as a stream of Chat Completions."""
    head = _chat_head("chat.completion.chunk")
    delta: Body = {"role": "assistant"}
    if text:
        delta["content"] = text
    if calls:
        delta["tool_calls"] = _chat_calls(calls)
    reason = "tool_calls" if calls else "stop"
    chunks: list[Body] = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
        {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]},
        {**head, "choices": [], "usage": _CHAT_USAGE},
    ]
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"


def responses_stream(calls: Sequence[Offered], text: str) -> str:
    """The answer as a stream of Responses."""
    items: list[Body] = []
    if text:
        content: Body = {"type": "output_text", "text": text, "annotations": []}
        items.append({"type": "message", "id": "msg_1", "role": "assistant", "content": [content]})
    for number, call in enumerate(calls):
        place = {"namespace": call.namespace} if call.namespace else {}
        items.append(
            {
                "type": "function_call",
                "id": f"fc_{number}",
                "call_id": f"call_{number}",
                "name": call.name,
                "arguments": "{}",
                **place,
            }
        )
    head = {"id": "resp_1", "object": "response", "created_at": 1, "model": MODEL}
    usage = {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 10,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 110,
    }
    done = [
        {"type": "response.output_item.done", "output_index": number, "item": {**item, "status": "completed"}}
        for number, item in enumerate(items)
    ]
    events: list[Body] = [
        {"type": "response.created", "response": {**head, "status": "in_progress", "output": []}},
        *done,
        {
            "type": "response.completed",
            "response": {**head, "status": "completed", "output": items, "usage": usage},
        },
    ]
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
