"""Prompts and resources on the command line: listed, shown, filled in and read."""

import base64
import json
import subprocess
from collections.abc import Generator
from contextlib import AbstractContextManager

import pytest

from agent.jsontypes import JsonObject
from tests.end_to_end.program import ASTRAVUE, Program
from tests.terminal_window import TerminalWindow
from tests.workspace.mcp_servers import Running, running, scripted

PICTURE = b"\x89PNG\r\n\x1a\n\x00\xff"
REVIEW: JsonObject = {
    "name": "review",
    "title": "Review",
    "description": "Reviews\x1b[31m a text.",
    "arguments": [
        {"name": "text", "description": "What to review.", "required": True},
        {"name": "tone", "description": "How."},
    ],
}
PLAIN: JsonObject = {"name": "a_much_longer_name", "description": "Takes nothing."}
NOTES: JsonObject = {
    "uri": "demo://notes",
    "name": "notes",
    "description": "Notes.",
    "mimeType": "text/plain",
}
TEMPLATE: JsonObject = {"uriTemplate": "demo://notes/{day}", "name": "day", "description": "Of one day."}


def message(role: str, text: str) -> JsonObject:
    return {"role": role, "content": {"type": "text", "text": text}}


def serve(messages: list[JsonObject], contents: JsonObject) -> AbstractContextManager[Running]:
    return running(
        scripted(
            {
                "tools/list": {"tools": []},
                "prompts/list": {"prompts": [REVIEW, PLAIN]},
                "prompts/get": {"description": "A review.", "messages": [*messages]},
                "resources/list": {"resources": [NOTES]},
                "resources/templates/list": {"resourceTemplates": [TEMPLATE]},
                "resources/read": {"contents": [contents]},
            }
        )
    )


@pytest.fixture(scope="module")
def texts() -> Generator[Running]:
    with serve(
        [message("user", "Review this.")],
        {"uri": "demo://notes", "mimeType": "text/plain", "text": "One\x1b[31m\nTwo\n"},
    ) as server:
        yield server


@pytest.fixture(scope="module")
def others() -> Generator[Running]:
    with serve(
        [message("user", "Review this."), message("assistant", "Which?")],
        {"uri": "demo://notes", "mimeType": "image/png", "blob": base64.b64encode(PICTURE).decode()},
    ) as server:
        yield server


@pytest.fixture
def at_texts(program: Program, texts: Running) -> Program:
    program.environ["ASTRAVUE_SERVER"] = texts.url
    return program


@pytest.fixture
def at_others(program: Program, others: Running) -> Program:
    program.environ["ASTRAVUE_SERVER"] = others.url
    return program


def refused(program: Program, *arguments: str) -> str:
    """What is said about a command line that cannot be used."""
    ended = program.run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) == 1
    return ended.stderr


class TestPrompts:
    def test_are_listed_in_columns_without_what_a_terminal_would_obey(self, at_texts: Program) -> None:
        listed = at_texts.run("prompts")
        assert listed.returncode == 0
        assert listed.stdout == ("review              Reviews a text.\na_much_longer_name  Takes nothing.\n")

    def test_are_listed_as_json(self, at_texts: Program) -> None:
        first, second = json.loads(at_texts.run("prompts", "--json").stdout)
        assert first["arguments"] == [
            {"name": "text", "description": "What to review.", "required": True},
            {"name": "tone", "description": "How.", "required": False},
        ]
        assert second == {
            "name": "a_much_longer_name",
            "title": "a_much_longer_name",
            "description": "Takes nothing.",
            "arguments": [],
        }

    def test_one_is_shown_with_its_arguments(self, at_texts: Program) -> None:
        shown = at_texts.run("prompts", "review").stdout
        assert shown.splitlines()[0] == "review: Review"
        assert "  text (needed)  What to review." in shown
        assert "  tone (optional)  How." in shown
        assert json.loads(at_texts.run("prompts", "review", "--json").stdout)["name"] == "review"
        assert "takes no arguments" in at_texts.run("prompts", "a_much_longer_name").stdout

    def test_one_is_filled_in_and_its_only_message_is_bare(self, at_texts: Program) -> None:
        filled = at_texts.run("prompts", "review", "--args", '{"text": "x"}')
        assert (filled.returncode, filled.stdout) == (0, "Review this.\n")

    def test_several_messages_are_told_apart(self, at_others: Program) -> None:
        filled = at_others.run("prompts", "review", "--args", '{"text": "x"}')
        assert filled.stdout == "user:\nReview this.\n\nassistant:\nWhich?\n"
        told = json.loads(at_others.run("prompts", "review", "--args", '{"text": "x"}', "--json").stdout)
        assert told == {
            "description": "A review.",
            "messages": [
                {"role": "user", "text": "Review this."},
                {"role": "assistant", "text": "Which?"},
            ],
        }

    def test_what_does_not_fit_is_refused_before_the_server_is_asked(self, at_texts: Program) -> None:
        assert "no prompt named nope" in refused(at_texts, "prompts", "nope")
        assert "no prompt named nope" in refused(at_texts, "prompts", "nope", "--args", "{}")
        assert "needs text" in refused(at_texts, "prompts", "review", "--args", "{}")
        wrong = '{"text": "x", "other": "y"}'
        assert "takes no “other”" in refused(at_texts, "prompts", "review", "--args", wrong)
        assert "“text” is none" in refused(at_texts, "prompts", "review", "--args", '{"text": 7}')
        assert "no JSON object" in refused(at_texts, "prompts", "review", "--args", "[]")
        assert "none is named" in refused(at_texts, "prompts", "--args", "{}")


class TestResources:
    def test_are_listed_with_templates_behind_them(self, at_texts: Program) -> None:
        assert at_texts.run("resources").stdout == (
            "demo://notes        Notes.\ndemo://notes/{day}  Of one day.\n"
        )
        first, second = json.loads(at_texts.run("resources", "--json").stdout)
        assert (first["uri"], first["mime_type"], first["is_template"]) == (
            "demo://notes",
            "text/plain",
            False,
        )
        assert (second["uri"], second["mime_type"], second["is_template"]) == (
            "demo://notes/{day}",
            None,
            True,
        )

    def test_a_template_wants_values_first(self, at_texts: Program) -> None:
        assert "braces" in refused(at_texts, "resources", "demo://notes/{day}")

    def test_text_goes_into_a_file_as_it_is(self, at_texts: Program) -> None:
        assert at_texts.run("resources", "demo://notes").stdout == "One\x1b[31m\nTwo\n"

    def test_what_is_no_text_goes_into_a_file_to_the_byte(self, at_others: Program) -> None:
        done = subprocess.run(
            [*ASTRAVUE, "resources", "demo://notes"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=at_others.environ,
            check=True,
        )
        assert done.stdout == PICTURE

    def test_contents_are_told_as_json(self, at_texts: Program) -> None:
        told = json.loads(at_texts.run("resources", "demo://notes", "--json").stdout)
        assert told == [
            {"uri": "demo://notes", "mime_type": "text/plain", "text": "One\x1b[31m\nTwo\n", "data": None}
        ]

    def test_data_is_told_in_base64(self, at_others: Program) -> None:
        (part,) = json.loads(at_others.run("resources", "demo://notes", "--json").stdout)
        assert part["text"] is None
        assert base64.b64decode(part["data"]) == PICTURE

    def on_a_terminal(self, program: Program) -> tuple[int, str, bytes]:
        window = TerminalWindow(
            [*ASTRAVUE, "resources", "demo://notes"], program.environ, program.home, columns=100
        )
        try:
            return window.wait_end(), window.text, window.raw
        finally:
            window.child.close(force=True)

    def test_a_terminal_is_shown_text_without_what_it_would_obey(self, at_texts: Program) -> None:
        code, text, raw = self.on_a_terminal(at_texts)
        assert code == 0
        assert text.split() == ["One", "Two"]
        assert b"[31m" not in raw

    def test_a_terminal_is_told_that_it_is_no_text(self, at_others: Program) -> None:
        code, text, raw = self.on_a_terminal(at_others)
        assert code == 2
        assert "no text: 10 bytes, image/png" in text
        assert "> FILE" in text
        assert b"PNG" not in raw
