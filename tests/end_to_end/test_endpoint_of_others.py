"""The real program with an endpoint that others made, by both of its protocols."""

from pathlib import Path

import pytest

from agent.jsontypes import JsonObject
from tests.end_to_end.program import Program
from tests.model.aimock import aimock

ASKED = "Which of my tasks are overdue?"
ANSWERS: list[JsonObject] = [
    {
        "match": {"userMessage": ASKED, "hasToolResult": False},
        "response": {"toolCalls": [{"name": "astravue_list_overdue_tasks", "arguments": {}}]},
    },
    {"match": {"userMessage": ASKED, "hasToolResult": True}, "response": {"content": "These are overdue."}},
]


@pytest.mark.parametrize(("api", "path"), [("chat", "/v1/chat/completions"), ("responses", "/v1/responses")])
def test_a_question_is_answered_by_way_of_a_tool(
    signed_in: Program, tmp_path: Path, api: str, path: str
) -> None:
    (signed_in.state / "settings.toml").write_text(f'api = "{api}"\n')
    with aimock(tmp_path, ANSWERS) as endpoint:
        asked = signed_in.run("ask", ASKED, "--model", "gpt-5-mini", OPENAI_BASE_URL=endpoint.base_url)
        used = endpoint.paths()
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.strip() == "These are overdue."
    assert "overdue" in asked.stderr.lower()
    assert used == [path, path]
