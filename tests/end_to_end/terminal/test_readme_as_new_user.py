"""Somebody new reads README.md and does what stands there, in order, in a checkout of their own.

What is not real: the model is a scripted endpoint, since fetching the embedded one takes minutes and a
gigabyte; the packages are those of the environment that runs the tests, so that `./run` has nothing to
fetch; the user's own workspace is the sandbox. Everything else is the real program, started as `./run`.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.chatting import Terminal
from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import Answer, Body, Calls, Held, ScriptedEndpoint, said
from tests.end_to_end.terminal.people import give_browser
from tests.end_to_end.terminal.town import Town

ROOT = Path(__file__).parents[3]
NOT_PART_OF_A_CHECKOUT = (".git", ".venv", ".hypothesis", ".ruff_cache", "__pycache__", "shared")
# The suite that this test is part of.
OUTSIDE = "./run test"
TITLE = "Check the release notes"
ANSWERED = "That is my answer number"
OVERDUE: Calls = [("astravue_list_overdue_tasks", {})]
QUESTION = "[n] no"
SPINNER = re.compile(r"[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]")
WORKFLOWS = {path.stem for path in (ROOT / "prompts" / "workflows").glob("*.md")}
KEY = re.compile(r"Ctrl-\w|Alt-\w+|Tab|Enter|Esc|\w")
SLASH = re.compile(r"/[a-z][a-z-]*")
COMMAND = re.compile(r"(?:astravue )?[a-z]+(?: [a-z]+)*(?: [A-Z]+)*")
OPTION = re.compile(r"--[a-z-]+")


@dataclass(frozen=True, slots=True)
class Readme:
    """What README.md tells somebody to do.

    Args:
        commands: In the order in which they stand there, without comments.
        messages: What can be said.
        names: Everything else that is set as code.
    """

    commands: tuple[str, ...]
    messages: tuple[str, ...]
    names: tuple[str, ...]


def read_readme() -> Readme:
    text = (ROOT / "README.md").read_text()
    blocks = re.findall(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [
        (kind, line.partition("  #")[0].strip()) for kind, block in blocks for line in block.splitlines()
    ]
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return Readme(
        tuple(line for kind, line in lines if kind == "sh" and line and not line.startswith(OUTSIDE)),
        tuple(line for kind, line in lines if kind == "text" and line),
        tuple(re.findall(r"`([^`\n]+)`", prose)),
    )


class Understanding:
    """Stands in for a model that understands what README.md suggests to say."""

    def __init__(self) -> None:
        self.answers = 0
        self.held = Held("It began to answer")
        self._meanings: dict[str, Callable[[Body], Answer]] = {
            "overdue": lambda _: OVERDUE,
            "due this week": lambda _: OVERDUE,
            "create": lambda _: self.create(),
            "timer": lambda body: [("astravue_start_timer", {"taskId": self.task(body)})],
            "show": lambda body: [("astravue_get_task", {"taskId": self.task(body)})],
            "done": lambda body: [
                ("astravue_update_task", {"taskId": self.task(body), "status": "completed"})
            ],
            "delete": lambda body: [("astravue_delete_task", {"taskId": self.task(body)})],
            "everything": lambda _: self.held,
            # The end of each workflow that README.md shows.
            "what was left as it is, and what failed and why": lambda _: OVERDUE,
        }

    def answer(self, body: Body) -> Answer:
        """Call what a message asks for, and say something about what came of it."""
        if body["messages"][-1]["role"] == "tool":
            self.answers += 1
            return f"{ANSWERED} {self.answers}."
        text = said(body, "user")[-1].lower()
        meant = [call for word, call in self._meanings.items() if word in text.splitlines()[-1]]
        assert meant, f"this test does not know what a model would do with: {text}"
        return meant[-1](body)

    def create(self) -> Calls:
        """The project and the person by the numbers that they have in the demo company."""
        place = {"spaceId": 502, "projectId": 11274, "owners": [104]}
        return [("astravue_create_task", {**place, "taskTitle": TITLE, "priority": "High"})]

    def task(self, body: Body) -> int:
        """The task that was talked about last."""
        for told in reversed(said(body, "tool")):
            if found := re.search(r'"taskId": ?(\d+)', told):
                return int(found[1])
        raise AssertionError("no task was talked about")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The tree without what belongs to a machine, and with what `./run` would have installed."""
    folder = tmp_path / "astravue-agent"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_PART_OF_A_CHECKOUT))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    (packages,) = (folder / ".venv").glob("lib/python*/site-packages")
    installed = [path for path in sys.path if Path(path).name == "site-packages"]
    (packages / "checkout.pth").write_text("".join(f"{path}\n" for path in [str(folder), *installed]))
    (folder / ".venv" / ".installed-test").touch()
    return folder


class NewUser:
    """Somebody at a terminal in a checkout.

    Args:
        checkout: Where they are.
        environ: All that their machine has set.
    """

    def __init__(self, checkout: Path, environ: dict[str, str]) -> None:
        self._checkout = checkout
        self._environ = environ
        self.asked = ""
        """All that the program asked before changes."""

    def open(self, command: str) -> Terminal:
        """Type a command; `./run` stands for `astravue`, as README.md says."""
        line = re.sub(r"^astravue\b", "./run", command)
        return Terminal(["/bin/sh", "-c", f"exec {line}"], self._environ, self._checkout, 100, 45)

    def help(self, *words: str) -> str:
        """What the program tells about a command."""
        command = ["./run", *words, "--help"]
        told = subprocess.run(
            command, cwd=self._checkout, env=self._environ, capture_output=True, text=True, check=False
        )
        assert told.returncode == 0, f"README.md names {' '.join(words)}: {told.stderr}"
        return told.stdout

    def finish(self, terminal: Terminal, until: Callable[[], bool]) -> None:
        """Say yes to each change until something is there."""
        while True:
            terminal.wait_until(lambda: until() or QUESTION in terminal.visible)
            if QUESTION not in terminal.visible:
                return
            self.asked += terminal.visible
            terminal.press("y")
            terminal.wait_until(lambda: QUESTION not in terminal.visible)


def test_everything_that_the_readme_shows_works_as_it_stands_there(
    checkout: Path, newcomer: Program, town: Town
) -> None:
    readme, model = read_readme(), Understanding()
    give_browser(newcomer, town.users[0])
    with ScriptedEndpoint([model.answer] * 100) as endpoint:
        environ = {
            "PATH": newcomer.environ["PATH"],
            "HOME": str(newcomer.home),
            "LANG": "C.UTF-8",
            "BROWSER": newcomer.environ["BROWSER"],
            "OPENAI_BASE_URL": endpoint.base_url,
            "OPENAI_API_KEY": "sk-test-not-a-real-key",
        }
        user = NewUser(checkout, environ)
        seen = ""
        for command in readme.commands:
            if not re.match(r"\./run try\b", command):
                # From here on it is their own workspace.
                environ["ASTRAVUE_SERVER"] = town.url
            terminal = user.open(command)
            try:
                if command == "./run try":
                    seen = try_it(user, terminal, readme, model)
                else:
                    leave(terminal)
                assert terminal.wait_end() == 0, f"{command}:\n{terminal.text}"
            finally:
                terminal.child.close(force=True)
        assert seen, "README.md does not begin with ./run try"
        check_names(user, readme, seen)


def leave(terminal: Terminal) -> None:
    """Wait until the program has done what it was started for, or type /quit where it asks."""
    terminal.wait_until(lambda: terminal.ended or "❯" in terminal.visible)
    if not terminal.ended:
        terminal.say("/quit")


def try_it(user: NewUser, terminal: Terminal, readme: Readme, model: Understanding) -> str:
    """Say what can be said, stop a turn, take a change back; return what was seen, the help included."""
    terminal.wait_ready()
    messages = [each for each in readme.messages if not each.startswith("/")]
    for message in messages:
        answer_to(user, terminal, model, message)
    # “Every change is shown first, with names beside the ids.”
    assert user.asked.count(QUESTION) == 4
    assert f"Delete Task: “{TITLE}”" in user.asked
    assert "“Website relaunch” (11274)" in user.asked
    assert "“Priya Sharma” (104)" in user.asked
    terminal.say("Tell me everything")
    terminal.wait_for("It began to answer")
    terminal.interrupt()
    terminal.wait_for("Stopped; what was said is kept.")
    answer_to(user, terminal, model, messages[1])
    terminal.say("/undo")
    terminal.approve()
    terminal.wait_until(lambda: terminal.text.count("✓ Delete Task") == 2)
    for command in (each for each in readme.messages if each.startswith("/")):
        if command.partition(" ")[0].removeprefix("/") in WORKFLOWS:
            answer_to(user, terminal, model, command)
        else:
            terminal.say(command)
            terminal.wait_until(lambda command=command: bool(shown_after(terminal, command)))
            assert not shown_after(terminal, command).startswith("✗"), terminal.text
    if "/help" not in readme.messages:
        terminal.say("/help")
    terminal.wait_until(lambda: "Ctrl-D" in terminal.visible)
    terminal.say("/quit")
    terminal.wait_until(lambda: terminal.ended)
    return terminal.text


def answer_to(user: NewUser, terminal: Terminal, model: Understanding, message: str) -> None:
    """Say something to the model, approve what it wants to change, and wait for its answer."""
    expected = f"{ANSWERED} {model.answers + 1}."
    terminal.say(message)
    user.finish(terminal, lambda: expected in terminal.text)


def shown_after(terminal: Terminal, command: str) -> str:
    """What a command has drawn, once it is the prompt's turn again."""
    _, echo, after = terminal.text.rpartition(f"❯ {command}\n")
    drawn, prompt, toolbar = after.rpartition("\n❯\n")
    is_done = bool(echo and prompt) and "\n" not in toolbar and not SPINNER.search(drawn)
    return drawn.strip() if is_done else ""


def check_names(user: NewUser, readme: Readme, seen: str) -> None:
    """Hold every command, option and key that README.md names against what the program tells of itself."""
    told = user.help()
    for name in readme.names:
        if SLASH.fullmatch(name):
            assert re.search(rf"^\s*{name}\b", seen, re.MULTILINE), f"/help does not tell of {name}"
        elif KEY.fullmatch(name):
            assert name in seen or f"[{name}]" in user.asked, f"nothing tells of the key {name}"
        elif COMMAND.fullmatch(name):
            told += user.help(*(word for word in name.split() if word.islower() and word != "astravue"))
    for option in {option for name in readme.names for option in OPTION.findall(name)}:
        assert option in told, f"no command takes {option}"
    assert sum(bool(SLASH.fullmatch(name)) for name in readme.names) >= 5
