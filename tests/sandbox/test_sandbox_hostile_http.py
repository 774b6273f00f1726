"""Requests that no well-behaved client sends to the MCP endpoint: each is answered, and the server lives."""

import json

import pytest

from tests.sandbox.sandbox_http import RunningSandbox

FACTS = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "a-test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
HOSTILE = {
    "a number that is none": "NaN",
    "a number without end": "1e999",
    "a very long number": "9" * 4000,
    "half a surrogate pair": r'"\ud800"',
    "a null character": r'"\u0000"',
    "deep nesting": "[" * 500 + "]" * 500,
    "an object": '{"a":{"b":[]}}',
    "a long text": json.dumps("x" * 1_000_000),
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_value_is_refused_in_a_sentence_and_the_server_lives(
    sandbox: RunningSandbox, value: str
) -> None:
    token = sandbox.sign_in().access
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": "astravue_get_task",
    }
    params = f'{{"name":"astravue_get_task","arguments":{{"taskId":{value}}},"_meta":{json.dumps(FACTS)}}}'
    body = f'{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}'
    answer = sandbox.http.post(sandbox.url, content=body.encode(), headers=headers)
    assert answer.status_code in (200, 400)
    assert "Traceback" not in answer.text
    if answer.status_code == 200:
        result = answer.json()["result"]
        assert result["isError"] is True
        assert result["structuredContent"]["error"]["field"] == "taskId"
    assert sandbox.accepts(token)
