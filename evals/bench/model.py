"""How fast a model's stream is put together.

For each kind of stream: how many chunks a second the accumulator takes, and how many the whole way takes
from bytes to items (events, JSON, accumulator), in proportion to plain `json.loads` on the same chunks.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

from agent.jsontypes import JsonObject, parse_object
from agent.model.accumulator import StreamAccumulator
from agent.model.protocol import Finish, StreamItem
from agent.model.server_sent import read_data
from evals.bench.figures import Figure, Target, summarise

_CHUNKS = 20_000
_ROUNDS = 5
_LEAST = 20_000
# What a read of a socket brings.
_READ = 65536


def chunk(delta: JsonObject, reason: str | None = None) -> JsonObject:
    """One chunk as OpenAI writes it."""
    return {
        "id": "chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG",
        "object": "chat.completion.chunk",
        "created": 1741570283,
        "model": "gpt-5-mini-2025-08-07",
        "service_tier": "default",
        "system_fingerprint": "fp_fc9f1d7035",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}],
        "usage": None,
    }


def fragment(arguments: str, **fields: str) -> JsonObject:
    """A chunk with a fragment of a call."""
    function: JsonObject = {"arguments": arguments}
    if fields:
        function["name"] = fields["name"]
        return chunk({"tool_calls": [{"index": 0, "id": fields["id"], "function": function}]})
    return chunk({"tool_calls": [{"index": 0, "function": function}]})


def streams(count: int) -> Mapping[str, Sequence[JsonObject]]:
    """Streams of about so many chunks."""
    repeated = {"id": "call_1", "name": "astravue_create_task"}
    return {
        "stream of a text": [
            *(chunk({"content": f" word{number % 97}"}) for number in range(count)),
            chunk({}, "stop"),
        ],
        "stream of a call": [
            fragment('{"t":"', **repeated),
            *(fragment(f" word{number % 97}") for number in range(count)),
            fragment('"}'),
            chunk({}, "tool_calls"),
        ],
        "stream of a call, name repeated": [
            fragment('{"t":"', **repeated),
            *(fragment(f" word{number % 97}", **repeated) for number in range(count)),
            fragment('"}', **repeated),
            chunk({}, "tool_calls"),
        ],
    }


def accumulate(chunks: Sequence[JsonObject]) -> None:
    """Put a stream together that is parsed already."""
    accumulator = StreamAccumulator()
    for each in chunks:
        for _ in accumulator.feed(each):
            pass
    check_whole(list(accumulator.finish(done=True)))


def check_whole(ending: Sequence[StreamItem]) -> None:
    """Make sure that something was measured."""
    if not isinstance(ending[-1], Finish):
        raise RuntimeError(f"the stream ended with {ending[-1]}")


def read(body: bytes) -> None:
    """Put a stream together from its bytes."""

    async def pieces() -> AsyncGenerator[bytes, None]:
        for at in range(0, len(body), _READ):
            yield body[at : at + _READ]

    async def take() -> None:
        accumulator = StreamAccumulator()
        async for data in read_data(pieces()):
            if data != "[DONE]":
                for _ in accumulator.feed(parse_object(data)):
                    pass
        check_whole(list(accumulator.finish(done=True)))

    asyncio.run(take())


def seconds(work: Callable[[], object]) -> float:
    """How long something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measure_ways(chunks: Sequence[JsonObject]) -> Mapping[str, list[float]]:
    """The chunks a second of each way, taken by turns."""
    texts = [json.dumps(each) for each in chunks]
    body = b"".join(b"data: " + text.encode() + b"\n\n" for text in texts) + b"data: [DONE]\n\n"
    ways: Mapping[str, Callable[[], object]] = {
        "json.loads": lambda: [json.loads(text) for text in texts],
        "accumulator": lambda: accumulate(chunks),
        "from bytes": lambda: read(body),
    }
    samples: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(_ROUNDS + 1):
        for name, work in ways.items():
            taken = seconds(work)
            # The first round warms up.
            if number:
                samples[name].append(len(chunks) / taken)
    return samples


def measure() -> list[Figure]:
    """Measure each kind of stream."""
    figures: list[Figure] = []
    for kind, chunks in streams(_CHUNKS).items():
        taken = measure_ways(chunks)
        base = summarise(f"{kind}, json.loads", "chunks/s", taken["json.loads"])
        target = Target(_LEAST, at_least=True)
        figures += [
            base,
            summarise(f"{kind}, accumulator", "chunks/s", taken["accumulator"], base=base, target=target),
            summarise(f"{kind}, from bytes", "chunks/s", taken["from bytes"], base=base),
        ]
    return figures
