"""Server-sent events: how vendors write them, or something else instead."""

import gzip
import json
import zlib
from dataclasses import replace

from agent.jsontypes import JsonObject
from agent.model.protocol import Usage
from tests.model.fake_endpoint import DONE, Reply, event
from tests.model.quirks.shape import Answer, Broken, Quirk, called, sent
from tests.model.stream_chunks import A, delta, end

HI = Answer("Hi")
H, AND_I, STOP = event(delta(content="H")), event(delta(content="i")), event(end("stop"))
PLAIN = b"".join((H, AND_I, STOP, DONE))

COMPLETION: JsonObject = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hi", "tool_calls": None, "function_call": None},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 12, "completion_tokens": 3},
}
CALLING: JsonObject = {
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "get_task", "arguments": A}}
                ],
            },
            "finish_reason": "tool_calls",
        }
    ],
}
NO_REASON: JsonObject = {
    "object": "chat.completion",
    "choices": [{"message": {"role": "assistant", "content": "Hi"}}],
}
COUNTED = Answer("Hi", usage=Usage(12, 3))


def _as_json(value: JsonObject, indent: int | None = None) -> bytes:
    return json.dumps(value, indent=indent).encode()


_LINES = (
    Quirk(
        "comments that keep the connection alive",
        "OpenRouter, llama.cpp",
        sent(b": OPENROUTER PROCESSING\n\n", H, b":\n\n", AND_I, b": ping - 2026-01-01\n\n", STOP, b":\n\n"),
        HI,
    ),
    Quirk(
        "events without data, and data without anything",
        "gateways with pings",
        sent(b"event: ping\n\n", H, b"data:\n\n", b"data: \n\n", AND_I, b"\n\n\n", STOP, b"data\n\n"),
        HI,
    ),
    Quirk(
        "events with names, numbers and waits",
        "LM Studio, gateways after the standard",
        sent(b"retry: 3000\nid: 1\nevent: message\n" + H, b"event: completion\n" + AND_I, b"id: 3\n" + STOP),
        HI,
    ),
    Quirk(
        "lines that end with CR and LF",
        "servers on Windows, sse-starlette",
        Reply([PLAIN.replace(b"\n", b"\r\n")]),
        HI,
    ),
    Quirk("lines that end with CR", "the standard allows it", Reply([PLAIN.replace(b"\n", b"\r")]), HI),
    Quirk(
        "a byte order mark",
        "servers in .NET",
        Reply([b"\xef\xbb\xbf" + PLAIN]),
        HI,
    ),
    Quirk(
        "no blank line at the end",
        "llama.cpp",
        Reply([H, AND_I, STOP, b"data: [DONE]"]),
        HI,
    ),
    Quirk(
        "no blank line between the events",
        "gateways that pass lines on one by one",
        Reply([PLAIN.replace(b"\n\n", b"\n")]),
        HI,
    ),
    Quirk(
        "no blank after the colon",
        "DashScope, Spring",
        Reply([PLAIN.replace(b"data: ", b"data:")]),
        HI,
    ),
    Quirk(
        "data of data",
        "gateways that wrap a stream in another",
        Reply([PLAIN.replace(b"data: ", b"data: data: ")]),
        HI,
    ),
    Quirk(
        "one value over several lines of data",
        "servers that indent, after the standard",
        sent(
            b'data: {"choices": [\ndata:   {"delta":\ndata:     {"content": "Hi"}}\ndata: ]}\n\n',
            STOP,
        ),
        HI,
    ),
    Quirk(
        "no [DONE]",
        "Bedrock's gateways, Anthropic's compatible endpoint",
        sent(H, AND_I, STOP, done=False),
        HI,
    ),
    Quirk("[DONE] and no reason", "older gateways, TGI", sent(H, AND_I), HI),
    Quirk(
        "the reason is the word null until the last",
        "DashScope",
        sent(
            {"choices": [{"delta": {"content": "Hi"}, "finish_reason": "null"}]},
            {"choices": [{"delta": {"content": ""}, "finish_reason": "stop"}]},
        ),
        HI,
    ),
    Quirk(
        "something after [DONE]",
        "gateways that log",
        sent(H, AND_I, STOP, DONE, b"data: {never read\n\n"),
        HI,
    ),
    Quirk("the reason twice", "SGLang, Dynamo", sent(H, AND_I, STOP, STOP), HI),
    Quirk(
        "text after the reason",
        "LiteLLM for agents of Vertex",
        sent(H, STOP, AND_I, STOP),
        HI,
        ends_early=True,
    ),
    Quirk(
        "a packed body",
        "proxies",
        Reply([gzip.compress(PLAIN)], headers={"content-encoding": "gzip"}),
        HI,
    ),
    Quirk(
        "a body that is packed in another way",
        "proxies",
        Reply([zlib.compress(PLAIN)], headers={"content-encoding": "deflate"}),
        HI,
    ),
    Quirk(
        "a stream that says it is JSON",
        "gateways in Go",
        replace(sent(H, AND_I, STOP), content_type="application/json"),
        HI,
    ),
)

_JSON = (
    Quirk(
        "a whole completion instead of a stream",
        "Cloudflare Workers AI, mini-sglang, mocks",
        Reply([_as_json(COMPLETION)], content_type="application/json"),
        COUNTED,
    ),
    Quirk(
        "a whole completion over many lines",
        "servers that indent",
        Reply([_as_json(COMPLETION, 2) + b"\n"], content_type="application/json"),
        COUNTED,
    ),
    Quirk(
        "a whole completion that asks for a call",
        "Cloudflare Workers AI",
        Reply([_as_json(CALLING)], content_type="application/json"),
        called(("get_task", A), ids=["c1"]),
    ),
    Quirk(
        "a whole completion without a reason",
        "gateways of their own make",
        Reply([_as_json(NO_REASON)], content_type="application/json"),
        HI,
    ),
    Quirk(
        "a whole completion as an event",
        "Azure behind API Management, fake streams of gateways",
        sent(COMPLETION),
        COUNTED,
    ),
    Quirk(
        "a whole completion and then [DONE]",
        "9router",
        Reply([_as_json(COMPLETION), b"\n\n", DONE]),
        COUNTED,
    ),
    Quirk(
        "chunks as lines of JSON",
        "gateways that take Ollama's own form",
        Reply([part.removeprefix(b"data: ").replace(b"\n\n", b"\n") for part in (H, AND_I, STOP)]),
        HI,
    ),
)

_NOTHING = "no chat completion stream"

_OTHER = (
    Quirk(
        "a web page",
        "a base URL without /v1, captive portals",
        Reply([b"<!doctype html>\n<html><body>Welcome to nginx!</body></html>\n"], content_type="text/html"),
        Broken([_NOTHING, "Check the base URL"]),
    ),
    Quirk("no body", "proxies", Reply([b""]), Broken([_NOTHING])),
    Quirk(
        "nothing but [DONE]", "gateways that lost the server behind them", Reply([DONE]), Broken([_NOTHING])
    ),
    Quirk(
        "plain text",
        "Envoy",
        Reply([b"upstream connect error or disconnect/reset before headers\n"], content_type="text/plain"),
        Broken([_NOTHING]),
    ),
    Quirk(
        "the stream of another protocol",
        "Anthropic's own endpoint",
        sent(
            b'event: message_start\ndata: {"type":"message_start","message":{"id":"m","content":[]}}\n\n',
            b'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":"Hi"}}\n\n',
            b'event: message_stop\ndata: {"type":"message_stop"}\n\n',
            done=False,
        ),
        Broken([_NOTHING]),
    ),
    Quirk(
        "lines of another protocol",
        "Ollama's own endpoint",
        Reply([b'{"message":{"content":"H"},"done":false}\n', b'{"message":{"content":"i"},"done":true}\n']),
        Broken([_NOTHING]),
    ),
)

FRAMINGS = (*_LINES, *_JSON, *_OTHER)
