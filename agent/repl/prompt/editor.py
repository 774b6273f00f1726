"""The draft in an editor of the user's choice."""

import asyncio
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from agent.drawing.sanitize import strip_line
from agent.errors import UsageError

_EDITORS = ("editor", "nano", "vim", "vi", "emacs")
_HINT = "Say which editor to use: set VISUAL or EDITOR."


async def edit(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """Have a text edited; the terminal belongs to the editor until it ends.

    The file it edits can be read by its owner alone and is removed afterwards.

    Args:
        text: The text.
        environ: The process environment, which names the editor.

    Raises:
        UsageError: There is no editor, or it failed.
    """
    command = find_editor(environ)
    try:
        path = _write(text)
    except OSError as error:
        raise UsageError(f"The draft cannot be edited: {error.strerror}; it is as it was.") from None
    try:
        process = await asyncio.create_subprocess_exec(*command, str(path))
        code = await process.wait()
        if code:
            raise UsageError(f"{_shown(command)} ended with code {code}; the draft is as it was.")
        return path.read_bytes().decode(errors="replace").removesuffix("\n")
    except OSError as error:
        raise UsageError(
            f"{_shown(command)} cannot be used ({error.strerror}); the draft is as it was.", _HINT
        ) from None
    finally:
        with suppress(OSError):
            path.unlink()


def find_editor(environ: Mapping[str, str]) -> list[str]:
    """The command that starts the editor.

    Args:
        environ: The process environment.

    Raises:
        UsageError: There is none.
    """
    for name in ("VISUAL", "EDITOR"):
        if chosen := environ.get(name, "").strip():
            try:
                return shlex.split(chosen, posix=sys.platform != "win32")
            except ValueError:
                raise UsageError(
                    f"{name} is no command ({strip_line(chosen)}); the draft is as it was."
                ) from None
    if sys.platform == "win32":
        return ["notepad"]
    found = next((path for name in _EDITORS if (path := shutil.which(name))), None)
    if found is None:
        raise UsageError("There is no editor on this machine; the draft is as it was.", _HINT)
    return [found]


def _write(text: str) -> Path:
    descriptor, name = tempfile.mkstemp(prefix="astravue-", suffix=".md")
    os.close(descriptor)
    path = Path(name)
    path.write_bytes(text.encode(errors="replace"))
    return path


def _shown(command: list[str]) -> str:
    return strip_line(Path(command[0]).name)
