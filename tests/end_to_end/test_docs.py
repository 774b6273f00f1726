"""Every command that the documentation shows runs as it stands there."""

import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.program import Program, sign_in
from tests.end_to_end.scripted_endpoint import Script, ScriptedEndpoint
from tests.terminal_window import TerminalWindow

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
# What cannot be tried here, and why.
OUTSIDE = {
    r"(git|cd) ": "there is no repository beside the commands",
    r"pip install|uv ": "it would change what is installed",
    r"astravue model fetch": "it fetches a gigabyte",
    r"\./run test\b|(\w+=1 )?\.venv/bin/(ruff|pyright|python -m pytest)\b": "these tests are part of it",
    r"\.venv/bin/python -m tests\.packaging": "it writes files of the checkout anew",
    r"ASTRAVUE_HOME=\S+ \.venv/bin/python -m tests\.pictures": "it needs the weights of the embedded model",
    r"astravue eval record --cases": "it writes all recordings anew, in minutes",
    r"locks/update\b": "it would change what is locked",
}
# What a person types at what is on the screen.
TYPED = {"The API key for": "sk-typed\r", "Ctrl-C stops it": "\x03", "❯": "/quit\r"}


def shown() -> dict[str, str]:
    """The commands, each with the page that shows it first: one that several show is tried once."""
    found: dict[str, str] = {}
    for page in PAGES:
        for block in re.findall(r"^ *```sh\n(.*?)^ *```", page.read_text(), re.MULTILINE | re.DOTALL):
            for line in block.splitlines():
                if command := line.partition("  #")[0].strip():
                    found.setdefault(command, page.name)
    return found


def reason_outside(command: str) -> str:
    """Why a command cannot be tried here; empty if it can."""
    return next((why for form, why in OUTSIDE.items() if re.match(form, command)), "")


def commands() -> Iterator[Any]:
    for command, page in shown().items():
        if not reason_outside(command):
            yield pytest.param(command, id=f"{page}: {command}")


def write_program(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize("command", list(commands()))
def test_the_command_works(
    command: str, program: Program, server: dict[str, Any], signed_in_state: Path
) -> None:
    user = server["users"][0]
    programs = program.home / "bin"
    write_program(programs / "astravue", f'#!/bin/sh\nexec {sys.executable} -P -m agent "$@"\n')
    # The person in the browser, as BROWSER names it.
    write_program(
        programs / "browse",
        f"#!{sys.executable}\nimport sys, anyio\nfrom agent.demo.consent import approve_as\n"
        f"from agent.demo.sandbox_process import DemoUser\n"
        f"anyio.run(approve_as, DemoUser({user['email']!r}, '', {user['password']!r}), sys.argv[1])\n",
    )
    if "--server" not in command and "sandbox" not in command:
        program.environ["ASTRAVUE_SERVER"] = server["url"]
    if re.search(r"logout|auth refresh", command):
        sign_in(program, user)
    else:
        shutil.copytree(signed_in_state, program.state)
    script: Script = [[("show_project", {"project": "Blue"})]] if "model test" in command else []
    if "eval record" in command:
        # A case needs something that only the workspace can tell.
        script = [[("astravue_list_overdue_tasks", {})], "Sign the lease for the new office is overdue."]
    with ScriptedEndpoint(script, otherwise="Done.") as endpoint:
        if re.search(r"\blast\b|sessions", command):
            program.run("ask", "Remember 42.", OPENAI_BASE_URL=endpoint.base_url)
        environ = {
            **program.environ,
            "OPENAI_BASE_URL": endpoint.base_url,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "BROWSER": f"{programs / 'browse'} %s",
            "LANG": "C.UTF-8",
        }
        environ.pop("TERM", None)
        line = command.replace("./run", "astravue")
        # The shell makes way for the program, so that Ctrl-C and the exit code are the program's.
        shell = ["/bin/sh", "-c", f"exec {line}" if line.startswith("astravue") else line]
        # What a command writes lies beside it, and the checkout stays as it is.
        folder = program.home / "checkout"
        folder.mkdir()
        (folder / "evals").symlink_to(ROOT / "evals")
        window = TerminalWindow(shell, environ, folder, columns=100, rows=40)
        try:
            window.wait_until(lambda: window.ended or any(prompt in window.text for prompt in TYPED))
            if not window.ended:
                window.press(next(keys for prompt, keys in TYPED.items() if prompt in window.text))
            code = window.wait_end()
        finally:
            window.child.close(force=True)
    assert code == 0, window.text


def test_what_is_not_tried_is_shown() -> None:
    assert len(list(commands())) >= 60
    outside = [why for command in shown() if (why := reason_outside(command))]
    assert set(outside) == set(OUTSIDE.values())
