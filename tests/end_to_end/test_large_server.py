"""A server that sends far too much: the turn goes on, and no request is longer than the model can read."""

import json
import re
from collections.abc import Generator
from pathlib import Path

import pytest
from end_to_end.program import Program
from end_to_end.scripted_endpoint import Body, Script, ScriptedEndpoint

from agent.jsontypes import JsonObject, JsonValue
from agent.usage.tokens import load_encoding
from tests.workspace.mcp_servers import Running, running, scripted

MEGABYTE = 1_000_000
TASKS = 100_000
TOOLS = 1_000


def read_tool(name: str, description: str, schema: JsonObject | None = None) -> JsonObject:
    return {
        "name": name,
        "description": description,
        "inputSchema": schema or {"type": "object"},
        "annotations": {"readOnlyHint": True},
    }


@pytest.fixture(scope="module")
def huge() -> Generator[Running]:
    """A thousand tools, two of them described in a megabyte each; every one answers with 50 MB."""
    structure: JsonObject = {
        "tasks": [
            {"taskId": number, "taskTitle": f"Task {number} {'words ' * 35}"} for number in range(TASKS)
        ]
    }
    text = json.dumps(structure)
    assert len(text) > 25 * MEGABYTE
    wordy: JsonObject = {
        "type": "object",
        "properties": {
            f"argument_{number}": {"type": "string", "description": "in many words " * 700}
            for number in range(100)
        },
    }
    tools: list[JsonValue] = [
        read_tool("list_all", "Lists all tasks. " * (MEGABYTE // 17)),
        read_tool("list_by", "Lists some tasks.", wordy),
        *(read_tool(f"count_{number}", f"Counts things of kind {number}.") for number in range(TOOLS - 2)),
    ]
    called: JsonObject = {"content": [{"type": "text", "text": text}], "structuredContent": structure}
    with running(scripted({"tools/list": {"tools": tools}, "tools/call": called})) as server:
        yield server


def tokens_of(body: Body) -> int:
    """The tokens of a request, as OpenAI's encoding counts its texts and functions."""
    encoding = load_encoding()
    texts = [json.dumps(body.get("tools", []), ensure_ascii=False)]
    for message in body["messages"]:
        texts.append(str(message["content"] or ""))
        texts += [
            call["function"]["name"] + call["function"]["arguments"] for call in message.get("tool_calls", ())
        ]
    return sum(len(encoding.encode_ordinary(text)) for text in texts) + 4 * len(body["messages"])


def functions_of(body: Body) -> list[str]:
    return [tool["function"]["name"] for tool in body.get("tools", [])]


def results_in(body: Body) -> list[str]:
    return [message["content"] for message in body["messages"] if message["role"] == "tool"]


SCRIPT: Script = [
    [("find_tools", {"words": "list all tasks by argument", "most": 8})],
    [("list_all", {}), ("list_by", {})],
    [("read_result", {"result": "r2", "from": 99_990, "fields": ["taskId"]})],
    [("list_all", {})] * 3,
    [("read_result", {"result": "r2", "where": {"field": "taskId", "equals": 54_321}})],
    "There are 100,000 tasks.",
]


@pytest.mark.parametrize("context", [8_192, 128_000])
def test_a_turn_goes_on_within_its_budget_whatever_the_server_sends(
    huge: Running, tmp_path: Path, context: int
) -> None:
    with ScriptedEndpoint(SCRIPT) as endpoint:
        program = Program(tmp_path, endpoint.base_url)
        program.state.mkdir()
        (program.state / "settings.toml").write_text(f"[limits]\ncontext = {context}\n")
        done = program.run("ask", "How many tasks are there?", "--server", huge.url, "--model", "scripted")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "There are 100,000 tasks."
    assert len(endpoint.requests) == len(SCRIPT)
    assert max(map(tokens_of, endpoint.requests)) <= context - min(8_192, context // 4)
    # What was cut can be read on.
    assert "read_result" not in functions_of(endpoint.requests[0])
    assert "read_result" in functions_of(endpoint.requests[2])
    assert "the first " in results_in(endpoint.requests[2])[1]
    assert 'read_result(result="r2", path="tasks", from=' in results_in(endpoint.requests[2])[1]
    assert '{"taskId":99999}' in results_in(endpoint.requests[3])[3]
    assert "Task 54321 " in results_in(endpoint.requests[5])[-1]
    assert "54321" in results_in(endpoint.requests[5])[-1]
    # All of it is on disk, for its owner alone, and goes with the conversation.
    [folder] = (program.state / "data" / "results").iterdir()
    kept = sorted(folder.iterdir())
    assert [path.name for path in kept] == sorted(f"{number}.json" for number in (2, 3, *range(5, 8)))
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert re.search("Deleted", program.run("sessions", "delete", "last", "--yes").stdout)
    assert not folder.exists()


def test_a_model_that_reads_less_than_was_thought_is_asked_again_with_less(
    huge: Running, tmp_path: Path
) -> None:
    from starlette.responses import JSONResponse

    def refuse_long(body: Body) -> JSONResponse | str:
        if tokens_of(body) <= 4_096:
            return "Done."
        said = "This model's maximum context length is 4096 tokens. However, you requested more."
        return JSONResponse({"error": {"message": said, "code": "context_length_exceeded"}}, 400)

    with ScriptedEndpoint(
        [[("list_all", {})] * 3, refuse_long, refuse_long, refuse_long, refuse_long]
    ) as endpoint:
        program = Program(tmp_path, endpoint.base_url)
        done = program.run("ask", "How many?", "--server", huge.url, "--model", "scripted")
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == "Done."
        asked = len(endpoint.requests)
        assert asked == 3
        # It is remembered.
        again = program.run("ask", "How many?", "--server", huge.url, "--model", "scripted")
    assert again.stdout.strip() == "Done."
    assert len(endpoint.requests) == asked + 1
