"""A conversation as Markdown: what people want to read, and nothing in it that is more than text."""

from datetime import UTC
from pathlib import Path

from export.exported import NOW, hostile, transcript
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from agent.export.markdown import write_markdown
from agent.export.reading import make_document
from agent.export.redaction import make_cleaner
from agent.jsontypes import JsonObject
from agent.transcripts.header import Header
from agent.transcripts.transcript import Transcript

ADDRESS = "http://127.0.0.1:9"


def written(conversation: Transcript) -> str:
    return write_markdown(make_document(conversation, make_cleaner(), UTC))


def said(*events: JsonObject) -> str:
    header = Header("20261123-090000-abcd", NOW, "https://mcp.example.com/mcp", "a-model")
    started: JsonObject = {"type": "turn_started", "text": "Which are late?", "time": NOW}
    return written(Transcript(header, (started, *events), Path("x.jsonl")))


def tokens(markdown: str) -> list[Token]:
    """What a reader that trusts everything would make of it."""
    parsed = MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown)
    return [*parsed, *(child for token in parsed for child in token.children or ())]


def test_it_reads_like_the_conversation() -> None:
    call: JsonObject = {"id": "c1", "name": "list_tasks", "arguments": '{"late": true}'}
    rows: JsonObject = {
        "tasks": [
            {
                "taskId": 7,
                "taskTitle": "Sign | seal",
                "due": "2026-11-13T17:00:00Z",
                "owners": [{"name": "Priya"}],
            }
        ]
    }
    text = said(
        {"type": "step_finished", "text": "", "tool_calls": [call]},
        {
            "type": "tool_call_finished",
            "call": call,
            "title": "List tasks",
            "outcome": "succeeded",
            "text": "one",
            "structured": rows,
        },
        {"type": "step_finished", "text": "**One**: sign."},
        {
            "type": "turn_finished",
            "text": "**One**: sign.",
            "usage": {"input_tokens": 1_200, "output_tokens": 34},
        },
    )
    assert text == (
        "# Which are late?\n\n"
        "- Conversation: 20261123-090000-abcd\n- Begun: 2026-11-18 11:06\n"
        "- Server: https://mcp.example.com/mcp\n- Model: a-model\n\n"
        "## 1. You, 2026-11-18 11:06\n\n> Which are late?\n\n"
        "**List tasks** · done\n\n"
        '```json\n{"late": true}\n```\n\n'
        "| Task id | Task title | Due | Owners |\n| --- | --- | --- | --- |\n"
        "| 7 | Sign \\| seal | 2026-11-13 17:00 | Priya |\n\n"
        "### Answer\n\n**One**: sign.\n\n"
        "*1,200 tokens in, 34 out*\n"
    )


def test_approvals_and_what_was_decided_are_told() -> None:
    call: JsonObject = {"id": "c1", "name": "create_task", "arguments": "{}"}
    text = said(
        {
            "type": "approval_requested",
            "call_id": "c1",
            "summary": "Create task “Paint”",
            "details": ["In Website"],
            "changes": [{"name": "due", "label": "Due", "before": "Monday", "after": "Friday"}],
            "decision": "declined",
        },
        {
            "type": "tool_call_finished",
            "call": call,
            "title": "Create task",
            "outcome": "declined",
            "text": "No.",
            "decision": "declined",
        },
    )
    assert "**Create task** · declined" in text
    assert "- Create task “Paint”\n- In Website\n- Due: Monday → Friday\n- Declined by the user.\n" in text


def test_a_call_that_was_refused_for_a_secret_names_no_rule_of_the_users() -> None:
    text = said(
        {
            "type": "tool_call_finished",
            "call": {"id": "c1", "name": "create_task", "arguments": "{}"},
            "title": "Create task",
            "outcome": "declined",
            "text": "No.",
            "decision": "denied_by_rule",
            "rule": "secret",
        },
    )
    assert "**Create task** · refused\n" in text
    assert "- Refused without asking, as its arguments held a secret of this program.\n" in text


def test_the_prompt_of_the_program_is_not_in_it() -> None:
    assert "Never shown" not in written(transcript("x"))


def test_secrets_are_not_in_it() -> None:
    text = said(
        {
            "type": "step_finished",
            "text": "Your key is sk-live-0123456789abcdef, the password: hunter22, state: open.",
        },
        {"type": "notice", "text": "Bearer abcdef0123456789"},
    )
    assert "0123456789" not in text
    assert "hunter22" not in text
    assert "state: open" in text


def test_no_text_becomes_html_or_a_picture() -> None:
    found = tokens(written(transcript(hostile(ADDRESS))))
    assert [token.content for token in found if token.type in ("html_block", "html_inline", "image")] == []
    links = [str(token.attrs.get("href")) for token in found if token.type == "link_open"]
    assert [link for link in links if not link.startswith(ADDRESS)] == []
    assert "\x1b" not in written(transcript(hostile(ADDRESS)))
    assert "\u202e" not in written(transcript(hostile(ADDRESS)))


MARKS = (
    *("`", "``", "```", "~~~", "<b>", "<img src=x>", "![a](b)", "\n", "\n\n", " ", "   ", "    ", "> "),
    *("- ", "1. ", "\\", "a", "|", "[", "](", "\t", "<!--", "-->", "&lt;", "---", "# "),
)
TEXTS = st.lists(st.sampled_from(MARKS), max_size=14).map("".join)


@given(TEXTS, TEXTS)
def test_no_mixture_of_marks_becomes_html_or_a_picture(one: str, other: str) -> None:
    for first, second in (("step_finished", "step_finished"), ("notice", "tool_call_finished")):
        call: JsonObject = {"name": one, "arguments": other}
        found = tokens(
            said({"type": first, "text": one, "call": call}, {"type": second, "text": other, "call": call})
        )
        risky = [token.content for token in found if token.type in ("html_block", "html_inline", "image")]
        assert risky == []


def test_code_of_an_answer_stays_code() -> None:
    text = said({"type": "step_finished", "text": "Use `a` or\n\n```html\n<b>bold</b>\n```\n\nand a < b."})
    assert "Use `a` or" in text
    assert "```html\n<b>bold</b>\n```" in text
    assert "and a &lt; b." in text


def test_what_was_made_from_what_was_typed_is_shown_as_what_was_sent() -> None:
    text = written(transcript("x"))
    assert "> /report x\n\nWhat was sent:\n\n```\nReport\n\nx\n```" in text


def test_a_value_that_is_no_text_is_shown_too() -> None:
    odd: JsonObject = {
        "type": "tool_call_finished",
        "call": None,
        "outcome": "new",
        "structured": [1, 2],
        "text": "[1,2]",
    }
    assert "[1,2]" in said(odd, {"type": "unheard of"})
