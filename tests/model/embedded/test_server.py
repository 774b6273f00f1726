"""The child with the real runtime and weights that are noise: what it serves, to whom, and what it keeps."""

import json
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import jsonschema
import pytest
from tiny_gguf import write_tiny_model

from agent.jsontypes import JsonObject
from agent.model.embedded.engine import Engine
from agent.model.embedded.process import ChildProcess, start_child
from agent.model.protocol import Usage
from tests.model.embedded.test_process import wait_until_gone

pytestmark = pytest.mark.anyio
PREFIX: list[JsonObject] = [{"role": "system", "content": "You choose functions. " * 20}]
SCHEMA: JsonObject = {
    "type": "object",
    "properties": {"tool": {"enum": ["start_timer", "stop_timer"]}, "fast": {"type": "boolean"}},
    "required": ["tool", "fast"],
    "additionalProperties": False,
}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[ChildProcess]:
    write_tiny_model(tmp_path / "tiny.gguf")
    child = await start_child(tmp_path / "tiny.gguf", tmp_path / "states", tmp_path / "log")
    yield child
    await child.aclose()


async def complete(engine: Engine, request: str) -> tuple[str, Usage]:
    text, usage = "", Usage()
    async for piece in engine.complete([*PREFIX, {"role": "user", "content": request}], SCHEMA, 200):
        if isinstance(piece, Usage):
            usage = piece
        else:
            text += piece
    return text, usage


async def test_it_listens_on_loopback_and_refuses_whoever_has_no_key(served: ChildProcess) -> None:
    body = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}
    async with httpx2.AsyncClient(base_url=served.endpoint.url, trust_env=False) as client:
        assert client.base_url.host == "127.0.0.1"
        for headers in ({}, {"Authorization": "Bearer guessed"}):
            answer = await client.post("/v1/chat/completions", json=body, headers=headers)
            assert answer.status_code == 401
        headers = {"Authorization": f"Bearer {served.endpoint.api_key}"}
        answer = await client.post("/v1/chat/completions", json=body, headers=headers)
        assert answer.status_code == 200


async def test_even_noise_answers_within_the_schema_and_reads_the_prefix_once(
    served: ChildProcess, tmp_path: Path
) -> None:
    engine = Engine(served.endpoint, tmp_path / "states", "digest")
    assert not await engine.prepare(PREFIX, lambda _done: None)
    for request in ("Start it", "Stop it"):
        text, usage = await complete(engine, request)
        jsonschema.validate(json.loads(text), SCHEMA)
        assert usage.cached_tokens > usage.input_tokens / 2
    await engine.aclose()


async def test_a_later_child_restores_the_prefix(served: ChildProcess, tmp_path: Path) -> None:
    engine = Engine(served.endpoint, tmp_path / "states", "digest")
    await engine.prepare(PREFIX, lambda _done: None)
    await engine.aclose()
    later = await start_child(tmp_path / "tiny.gguf", tmp_path / "states", tmp_path / "log")
    engine = Engine(later.endpoint, tmp_path / "states", "digest")
    try:
        assert await engine.prepare(PREFIX, lambda _done: None)
        _, usage = await complete(engine, "Start it")
        assert usage.cached_tokens > usage.input_tokens / 2
    finally:
        await engine.aclose()
        await later.aclose()


def test_it_is_gone_when_its_parent_is_killed_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "tiny.gguf")
    script = textwrap.dedent(f"""
        import asyncio, pathlib
        from agent.model.embedded.engine import Engine
        from agent.model.embedded.process import start_child
        folder = pathlib.Path({str(tmp_path)!r})
        async def main():
            child = await start_child(folder / "tiny.gguf", folder / "states", folder / "log")
            engine = Engine(child.endpoint, folder / "states", "digest")
            schema = {{"type": "string"}}
            async for piece in engine.complete([{{"role": "user", "content": "Hello"}}], schema, 3500):
                print(child.process_id, flush=True)
        asyncio.run(main())
    """)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
        parent.stdout.read()
    wait_until_gone(child)
