"""Saved conversations on the real program: listed, searched, gone on with, forked, exported, deleted."""

import json
import os
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.end_to_end.chatting import chat
from tests.end_to_end.program import ASTRAVUE, Program, sandbox, sign_in
from tests.end_to_end.scripted_endpoint import Body, Script, ScriptedEndpoint, last_result
from tests.terminal_window import TerminalWindow
from tests.workspace.mcp_servers import Gate, running, scripted

DAY = 24 * 60 * 60
WEEKS = 5 * 7 * DAY
Ask = Callable[..., str]


@dataclass(frozen=True)
class Elsewhere:
    """A server that wants no sign-in and remembers what it was asked.

    Args:
        url: Its address.
        gate: Remembers.
    """

    url: str
    gate: Gate


@pytest.fixture(scope="module")
def other() -> Generator[Elsewhere]:
    gate = scripted({"tools/list": {"tools": []}})
    with running(gate) as server:
        yield Elsewhere(server.url, gate)


@pytest.fixture
def ask(signed_in: Program) -> Ask:
    """Ask once, get an answer and return the conversation's id."""

    def run(text: str, answer: str = "Noted.", *options: str) -> str:
        with ScriptedEndpoint([answer]) as endpoint:
            asked = signed_in.run("ask", text, "--json", *options, OPENAI_BASE_URL=endpoint.base_url)
        assert asked.returncode == 0, asked.stderr
        return json.loads(asked.stdout)["session"]

    return run


def sessions_folder(program: Program) -> Path:
    return program.state / "data" / "sessions"


def count_tasks(body: Body) -> str:
    return f"{len(last_result(body)['tasks'])} now."


def spoken(body: Body) -> list[str]:
    """What was said in a request, without the date before each message."""
    return [str(message["content"]).rpartition("\n\n")[2].strip() for message in body["messages"][1:]]


class TestOnTheCommandLine:
    """What scripts rely on."""

    def test_they_are_listed_by_topic_with_what_one_needs_to_choose(
        self, signed_in: Program, ask: Ask
    ) -> None:
        first = ask("Hi! Could you tell me who is on holiday?")
        ask("And next week?", "Nobody.", "--session", first)
        second = ask("Plan the launch")
        lines = signed_in.run("sessions").stdout.splitlines()
        assert [line.split("  ")[0] for line in lines] == [second, first]
        assert "just now  2 turns  Tell me who is on holiday?" in lines[1]
        assert "scripted" in lines[1]
        listed = json.loads(signed_in.run("sessions", "list", "--json", "--last", "1").stdout)
        assert [each["id"] for each in listed] == [second]
        assert listed[0].keys() == {
            *("id", "title", "turns", "created", "used", "server", "profile", "model", "forked_from", "path")
        }

    def test_words_are_found_with_the_line_they_stand_in(self, signed_in: Program, ask: Ask) -> None:
        first = ask("Where do we meet?", "In the Café Zebra at noon.")
        ask("Plan the launch")
        found = signed_in.run("sessions", "--search", "zebra CAFE").stdout
        assert found.splitlines()[1] == "  In the Café Zebra at noon."
        listed = json.loads(signed_in.run("sessions", "--search", "zebra", "--json").stdout)
        assert [(each["id"], each["excerpt"]) for each in listed] == [(first, "In the Café Zebra at noon.")]
        nothing = signed_in.run("sessions", "--search", "hippopotamus")
        assert (nothing.returncode, nothing.stdout) == (0, "")
        assert "No saved conversation holds" in nothing.stderr

    def test_a_fork_goes_its_own_way(self, signed_in: Program, ask: Ask) -> None:
        first = ask("Remember 42.")
        ask("Remember 43.", "Noted too.", "--session", first)
        before = (sessions_folder(signed_in) / f"{first}.jsonl").read_bytes()
        forked = signed_in.run("sessions", "fork", first, "--turn", "1")
        other = forked.stdout.strip()
        assert f"astravue --resume {other}" in forked.stderr
        with ScriptedEndpoint(["Only 42."]) as endpoint:
            signed_in.run("ask", "Which?", "--session", other, OPENAI_BASE_URL=endpoint.base_url)
        assert spoken(endpoint.requests[0]) == ["Remember 42.", "Noted.", "Which?"]
        assert (sessions_folder(signed_in) / f"{first}.jsonl").read_bytes() == before
        [listed] = [
            each for each in json.loads(signed_in.run("sessions", "--json").stdout) if each["id"] == other
        ]
        assert listed["forked_from"] == {"id": first, "turn": 1}
        refused = signed_in.run("sessions", "fork", first, "--turn", "9")
        assert (refused.returncode, "its turns are 1 to 2" in refused.stderr) == (2, True)

    @pytest.mark.parametrize(("form", "begin"), [("md", "# Remember 42"), ("html", "<!doctype html>")])
    def test_an_export_is_private_and_replaces_nothing_unasked(
        self, signed_in: Program, ask: Ask, form: str, begin: str
    ) -> None:
        ask("Remember 42. My key is sk-test-not-a-real-key.")
        printed = signed_in.run("sessions", "export", "last", "--format", form)
        assert printed.stdout.startswith(begin)
        assert "sk-test" not in printed.stdout
        path = signed_in.home / f"out.{form}"
        command = ("sessions", "export", "last", "--format", form, "--output", str(path))
        assert signed_in.run(*command).returncode == 0
        assert path.read_text() == printed.stdout
        assert path.stat().st_mode & 0o777 == 0o600
        path.write_text("mine")
        refused = signed_in.run(*command)
        assert (refused.returncode, path.read_text()) == (2, "mine")
        assert "--force" in refused.stderr
        assert signed_in.run(*command, "--force").returncode == 0
        assert path.read_text() == printed.stdout

    def test_the_tokens_of_the_sign_in_are_not_exported(self, signed_in: Program, ask: Ask) -> None:
        from agent.auth.vault import Vault
        from agent.system.folders import find_folders

        [login] = Vault(find_folders(signed_in.environ), signed_in.environ).logins()
        ask("What is this?", f"It reads {login.access_token} here.")
        assert login.access_token not in signed_in.run("sessions", "export", "last").stdout

    def test_nothing_is_deleted_without_a_yes(self, signed_in: Program, ask: Ask) -> None:
        ids = [ask(f"Remember {number}.") for number in range(3)]
        refused = signed_in.run("sessions", "delete", ids[0])
        assert refused.returncode == 4
        assert "--yes" in refused.stderr
        assert signed_in.run("sessions", "delete", "--yes").returncode == 2
        assert signed_in.run("sessions", "delete", ids[0], "--all", "--yes").returncode == 2
        assert signed_in.run("sessions", "delete", "--older-than", "soon", "--yes").returncode == 2
        assert len(list(sessions_folder(signed_in).iterdir())) == 3
        old = sessions_folder(signed_in) / f"{ids[1]}.jsonl"
        os.utime(old, (1_000_000_000, 1_000_000_000))
        deleted = signed_in.run("sessions", "delete", "--older-than", "30d", "--yes")
        assert deleted.stdout == f"Deleted {ids[1]}.\n"
        assert signed_in.run("sessions", "delete", ids[0], ids[2], "--yes").returncode == 0
        assert list(sessions_folder(signed_in).iterdir()) == []
        assert signed_in.run("sessions", "delete", "--all", "--yes").returncode == 0

    @pytest.mark.parametrize(("answer", "code", "left"), [("n", 4, 1), ("", 4, 1), ("y", 0, 0)])
    def test_on_a_terminal_a_yes_is_asked_for(
        self, signed_in: Program, ask: Ask, answer: str, code: int, left: int
    ) -> None:
        ask("Remember the launch.")
        command = [*ASTRAVUE, "sessions", "delete", "last"]
        environ = {**signed_in.environ, "LANG": "C.UTF-8"}
        environ.pop("TERM", None)
        window = TerminalWindow(command, environ, signed_in.home)
        try:
            window.wait_for("Delete this conversation for good? [y/N]")
            assert "Remember the launch" in window.text
            window.press(f"{answer}\r")
            assert window.wait_end() == code
        finally:
            window.child.close(force=True)
        assert len(list(sessions_folder(signed_in).glob("*.jsonl"))) == left


class TestInTheChat:
    """What people do with them without leaving the window."""

    def test_one_is_chosen_and_gone_on_with(self, signed_in: Program, ask: Ask) -> None:
        first = ask("Remember the number 42.", "It is **kept**.")
        ask("Plan the launch", "In May.")
        with chat(signed_in, "--resume", "last", script=["Forty-two.", "Just you."]) as (window, endpoint):
            # Where it was left is on the screen at once.
            window.wait_for("In May.")
            window.wait_ready()
            window.say("/resume")
            window.wait_for("Go on with")
            window.press("number")
            window.wait_for("1 of 1")
            window.press("\r")
            window.wait_for("Going on with “Remember the number 42”.")
            window.wait_for("It is kept.")
            window.say("Which number?")
            window.wait_for("Forty-two.")
            # Nobody else may write into it meanwhile.
            refused = signed_in.run("ask", "Me too?", "--session", first)
            assert refused.returncode == 1
            assert "open in another window; nothing was changed. Go on there" in refused.stderr
            assert f"astravue sessions fork {first}" in refused.stderr
            window.say("/new")
            window.wait_for(f"/resume {first}")
            window.say("Who is there?")
            window.wait_for("Just you.")
            assert window.leave() == 0
        assert [spoken(body) for body in endpoint.requests] == [
            ["Remember the number 42.", "It is **kept**.", "Which number?"],
            ["Who is there?"],
        ]
        assert signed_in.run("sessions", "show", first).stdout.count(" > ") == 2

    def test_a_copy_is_forked_and_exported(self, signed_in: Program, ask: Ask) -> None:
        first = ask("Remember the number 42.")
        ask("Remember 43 as well.", "Noted.", "--session", first)
        with chat(signed_in, "--resume", first, script=["Only 42."]) as (window, endpoint):
            window.wait_ready()
            window.say("/fork 1")
            window.wait_for(f"The original stays as it is: /resume {first}")
            window.say("Which numbers?")
            window.wait_for("Only 42.")
            window.say("/export html out.html")
            window.wait_until(lambda: "without secrets" in " ".join(window.text.split()))
            window.say("/export out.html")
            window.wait_for("Replace it?")
            window.press("n")
            window.wait_for("Nothing was exported.")
            assert window.leave() == 0
        assert spoken(endpoint.requests[0]) == ["Remember the number 42.", "Noted.", "Which numbers?"]
        assert "Only 42." in (signed_in.home / "out.html").read_text()
        assert (signed_in.home / "out.html").stat().st_mode & 0o777 == 0o600

    def test_another_servers_conversation_is_refused_with_the_command_that_opens_it(
        self, signed_in: Program, ask: Ask, other: Elsewhere
    ) -> None:
        elsewhere = ask("Hello over there", "Hello.", "--server", other.url)
        ask("Hello here", "Hello.")
        with chat(signed_in, "--resume", "last", script=[]) as (window, _):
            window.wait_ready()
            window.say(f"/resume {elsewhere[:-2]}")
            window.wait_for(f"astravue --resume {elsewhere}")
            assert window.leave() == 0
        with ScriptedEndpoint(["Still here."]) as endpoint:
            again = signed_in.run("ask", "Still?", "--session", elsewhere, OPENAI_BASE_URL=endpoint.base_url)
        # It goes to its own server, whatever the settings say.
        assert again.returncode == 0, again.stderr
        header = json.loads((sessions_folder(signed_in) / f"{elsewhere}.jsonl").read_text().splitlines()[0])
        assert header["server"] == other.url

    def test_the_settings_say_what_is_tidied_away_once_the_prompt_is_there(
        self, signed_in: Program, ask: Ask
    ) -> None:
        old, new = ask("An old one"), ask("A new one")
        settings = signed_in.state / "settings.toml"
        settings.write_text("[sessions]\nkeep_days = 30\n")
        os.utime(sessions_folder(signed_in) / f"{old}.jsonl", (1_000_000_000, 1_000_000_000))
        with chat(signed_in, script=[]) as (window, _):
            window.wait_ready()
            assert window.leave() == 0
        assert [path.stem for path in sessions_folder(signed_in).glob("*.jsonl")] == [new]
        assert (
            f"{old} was deleted, as the settings say"
            in (signed_in.state / "logs" / "astravue.log").read_text()
        )


class TestNothingLeaves:
    """Titles and contents stay on this machine."""

    def test_no_command_sends_anything(self, signed_in: Program, ask: Ask, other: Elsewhere) -> None:
        ask("Remember the word rhinoceros.")
        heard = len(other.gate.seen)
        with ScriptedEndpoint([]) as endpoint:
            signed_in.environ |= {"OPENAI_BASE_URL": endpoint.base_url, "ASTRAVUE_SERVER": other.url}
            for command in (
                ("list",),
                ("list", "--search", "rhinoceros"),
                ("show", "last"),
                ("export", "last"),
                ("export", "last", "--format", "html"),
                ("fork", "last"),
                ("delete", "--all", "--yes"),
            ):
                assert signed_in.run("sessions", *command).returncode == 0, command
        assert endpoint.received == []
        assert len(other.gate.seen) == heard

    def test_going_on_sends_nothing_before_the_next_message(self, program: Program, other: Elsewhere) -> None:
        program.environ["ASTRAVUE_SERVER"] = other.url
        with ScriptedEndpoint(["Noted."]) as endpoint:
            program.run("ask", "Remember the word rhinoceros.", OPENAI_BASE_URL=endpoint.base_url)
        with chat(program, "--model", "scripted", script=["Rhinoceros."]) as (window, endpoint):
            window.wait_ready()
            begun, heard = len(endpoint.received), len(other.gate.seen)
            window.say("/resume rhinoceros")
            window.wait_for("Noted.")
            window.say("/fork")
            window.wait_for("You are in a copy now")
            window.say("/export md")
            window.wait_until(lambda: "without secrets" in " ".join(window.text.split()))
            assert endpoint.requests == []
            assert not any("rhinoceros" in text for text in endpoint.received)
            assert len(endpoint.received) == begun
            assert not any("rhinoceros" in str(each.message) for each in other.gate.seen[heard:])
            window.say("Which word?")
            window.wait_for("Rhinoceros.")
            assert window.leave() == 0
        assert spoken(endpoint.requests[0])[0] == "Remember the word rhinoceros."


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A sandbox whose clock can be moved."""
    lifetimes = ("--access-ttl", "900", "--refresh-ttl", str(2 * WEEKS))
    with sandbox(
        tmp_path_factory.mktemp("slow"), "--rate-limit", "0", "--control-port", "0", *lifetimes
    ) as ready:
        yield ready


class TestAfterWeeks:
    """A conversation outlives its tokens."""

    @pytest.fixture
    def left(self, program: Program, slow: dict[str, Any]) -> tuple[Program, str]:
        """A conversation that somebody left, and its id; it looks as if that were weeks ago."""
        program.environ["ASTRAVUE_SERVER"] = slow["url"]
        sign_in(program, slow["users"][0])
        script: Script = [[("astravue_list_overdue_tasks", {})], "There are some."]
        with ScriptedEndpoint(script) as endpoint:
            asked = program.run("ask", "What is late?", "--json", OPENAI_BASE_URL=endpoint.base_url)
        session = json.loads(asked.stdout)["session"]
        path = sessions_folder(program) / f"{session}.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        lines[1]["context"] = "Today is Monday, 2026-03-02, 09:00 (UTC, UTC+00:00)."
        for line in lines[1:]:
            line["time"] -= WEEKS
        path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
        used = path.stat().st_mtime - WEEKS
        os.utime(path, (used, used))
        return program, session

    def pass_time(self, slow: dict[str, Any], seconds: int) -> None:
        control = slow["control"]
        headers = {"Authorization": f"Bearer {control['token']}"}
        moved = httpx2.post(f"{control['url']}/clock", json={"advance_seconds": seconds}, headers=headers)
        assert moved.status_code == 200

    def test_it_goes_on_without_a_browser_and_knows_what_day_it_is(
        self, slow: dict[str, Any], left: tuple[Program, str]
    ) -> None:
        program, session = left
        self.pass_time(slow, WEEKS)
        assert "1 month ago" in program.run("sessions").stdout
        script: Script = [
            [("astravue_list_overdue_tasks", {})],
            count_tasks,
        ]
        with chat(program, "--resume", session, script=script, BROWSER="false") as (window, endpoint):
            window.wait_for("There are some.")
            window.say("And now?")
            window.wait_for(" now.")
            assert window.leave() == 0
        said = [str(message["content"]) for message in endpoint.requests[0]["messages"]]
        assert "2026-03-02" in said[1]
        assert said[1].endswith("What is late?")
        assert "overdue" in said[3] or "tasks" in said[3]
        assert said[4].strip() == "There are some."
        assert "2026-03-02" not in said[5]
        assert said[5].startswith("Today is ")
        operations = [line["operation"] for line in program.audit() if line["outcome"] == "done"]
        assert operations.count("sign-in") == 1
        assert "refresh" in operations

    def test_if_the_sign_in_died_too_it_is_asked_for_and_the_conversation_kept(
        self, slow: dict[str, Any], left: tuple[Program, str]
    ) -> None:
        program, session = left
        before = (sessions_folder(program) / f"{session}.jsonl").read_bytes()
        self.pass_time(slow, 5 * WEEKS)
        with ScriptedEndpoint([]) as endpoint:
            asked = program.run("ask", "And now?", "--session", session, OPENAI_BASE_URL=endpoint.base_url)
        assert asked.returncode == 3
        assert "astravue login" in asked.stderr
        assert (sessions_folder(program) / f"{session}.jsonl").read_bytes() == before
        sign_in(program, slow["users"][0])
        with ScriptedEndpoint(["None are."]) as endpoint:
            asked = program.run("ask", "And now?", "--session", session, OPENAI_BASE_URL=endpoint.base_url)
        assert (asked.returncode, asked.stdout.strip()) == (0, "None are.")
        assert spoken(endpoint.requests[0])[0] == "What is late?"
