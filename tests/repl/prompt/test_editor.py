"""The draft in an editor."""

import asyncio
import os
import stat
import sys
from pathlib import Path

import pytest

from agent.errors import UsageError
from agent.repl.prompt.editor import edit, find_editor
from tests.repl.conftest import OpenWindow

CTRL_D, CTRL_J, CTRL_U, EDIT, ENTER = "\x04", "\n", "\x15", "\x18\x05", "\r"


def write_editor(folder: Path, code: str) -> str:
    """An editor that runs some Python with `path` and `text`; return the command that starts it."""
    script = folder / "my editor.py"
    notes = f"import pathlib, sys\nnotes = pathlib.Path({str(folder)!r})\n"
    script.write_text(f"{notes}path = pathlib.Path(sys.argv[-1])\ntext = path.read_text()\n{code}\n")
    return f"{sys.executable} '{script}'"


@pytest.mark.anyio
async def test_what_the_editor_leaves_comes_back_without_the_last_line_end(tmp_path: Path) -> None:
    command = write_editor(tmp_path, "path.write_text(text.upper() + '\\nmore\\n')")
    assert await edit("one\ntwo", {"EDITOR": command}) == "ONE\nTWO\nmore"


def test_the_file_is_the_owners_alone_and_gone_afterwards(tmp_path: Path) -> None:
    code = "(notes / 'seen').write_text(str(path)); (notes / 'mode').write_text(str(path.stat().st_mode))"
    asyncio.run(edit("secret", {"VISUAL": write_editor(tmp_path, code)}))
    assert not Path((tmp_path / "seen").read_text()).exists()
    assert stat.S_IMODE(int((tmp_path / "mode").read_text())) == 0o600


@pytest.mark.anyio
async def test_a_file_that_the_editor_replaced_is_read_too(tmp_path: Path) -> None:
    code = "other = path.with_suffix('.new'); other.write_text('new'); other.replace(path)"
    assert await edit("old", {"EDITOR": write_editor(tmp_path, code)}) == "new"


@pytest.mark.anyio
async def test_an_editor_that_fails_leaves_the_draft(tmp_path: Path) -> None:
    command = write_editor(tmp_path, "path.write_text('half'); sys.exit(3)")
    with pytest.raises(UsageError, match="ended with code 3; the draft is as it was"):
        await edit("draft", {"EDITOR": command})


@pytest.mark.anyio
async def test_an_editor_that_is_not_there_is_told_of() -> None:
    with pytest.raises(UsageError, match="no-such-editor cannot be used") as error:
        await edit("draft", {"EDITOR": "/nowhere/no-such-editor"})
    assert "EDITOR" in error.value.hint


def test_visual_goes_before_editor_and_may_have_arguments() -> None:
    assert find_editor({"VISUAL": "code --wait", "EDITOR": "vi"}) == ["code", "--wait"]
    assert find_editor({"VISUAL": " ", "EDITOR": "vi"}) == ["vi"]


def test_a_command_that_is_none_is_told_of() -> None:
    with pytest.raises(UsageError, match="VISUAL is no command"):
        find_editor({"VISUAL": "vi 'x"})


def test_ctrl_x_ctrl_e_edits_the_draft_and_sends_nothing(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(EDITOR=write_editor(tmp_path, "path.write_text('edited: ' + text + '\\nsecond\\n')"))
    window.wait_for("scripted-model")
    window.press("my draft" + EDIT)
    window.wait_for("❯ edited: my draft\n  second\n")
    window.press(ENTER)
    window.wait_for("You said")
    window.press(CTRL_D)
    window.wait_end()
    assert window.log[0] == "turn 'edited: my draft\\nsecond'"


def test_what_arrives_meanwhile_is_written_after_the_editor(open_window: OpenWindow, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "go")
    code = "print('EDITING', flush=True); (notes / 'go').read_text()"
    window = open_window(80, 24, "loads", EDITOR=write_editor(tmp_path, code))
    window.wait_for("loading model")
    window.press("overdue" + ENTER)
    window.wait_for("Waiting for the model")
    window.press("next" + EDIT)
    window.wait_for("EDITING")
    window.finish_loading()
    (tmp_path / "go").write_text("")
    window.wait_for("Shall I move them?")
    window.wait_for("❯ next\n")
    assert window.text.index("EDITING") < window.text.index("Six tasks")


def test_the_chat_goes_on_without_an_editor(open_window: OpenWindow) -> None:
    window = open_window(EDITOR="/nowhere/no-such-editor")
    window.wait_for("scripted-model")
    window.press("my draft" + EDIT)
    window.wait_for("✗ no-such-editor cannot be used")
    window.wait_for("❯ my draft\n")
