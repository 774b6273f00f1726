"""Results too long for a model, kept whole on disk beside the transcript, to be read on page by page."""

import asyncio
import logging
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from agent.context.opaque import describe_size
from agent.context.shown_results import RESULT_CHARACTERS, Shown, is_too_large, show_result
from agent.conversation import Message, ToolMessage
from agent.jsontypes import JsonObject, JsonValue, dump, parse_object
from agent.system.private_files import private_folder
from agent.tools.fence import unfence
from agent.tools.tool import ToolResult

_LOGGER = logging.getLogger(__name__)
_MEGABYTE = 1_000_000
RESULT_BYTES = 64 * _MEGABYTE
"""The largest result that is kept on disk."""
SESSION_BYTES = 512 * _MEGABYTE
"""How much of one conversation's results is kept on disk."""
READ_RESULT = "read_result"
# From so many characters on, the work is done in a thread.
_HEAVY = 200_000


class KeptResults:
    """The results of one conversation, by the number of the call: “r3” is that of the third.

    Args:
        folder: Where long results are kept; nowhere if there is none. Made when needed, readable by the
            user alone.
        limit: The most characters of a result that a model is shown.
        result_bytes: The largest result to keep.
        session_bytes: How much to keep in all.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        limit: int = RESULT_CHARACTERS,
        result_bytes: int = RESULT_BYTES,
        session_bytes: int = SESSION_BYTES,
    ) -> None:
        self._folder = folder
        self.limit = limit
        self._result_bytes = result_bytes
        self._session_bytes = session_bytes

        self._wanted = False

    @property
    def is_wanted(self) -> bool:
        """Whether there is something to read on in: a result was kept, now or before, or left out."""
        if not self._wanted and self._folder is not None:
            self._wanted = next(self._folder.glob("*.json"), None) is not None
        return self._wanted

    def leave_out(self) -> None:
        """Take note that short results are left out of requests as well."""
        self._wanted = True

    def limit_to(self, characters: int) -> None:
        """Show fewer characters of a result from now on, if that many are fewer."""
        self.limit = min(self.limit, characters)

    async def show(self, number: int, name: str, result: ToolResult) -> Shown:
        """Show a result as the model reads it, and keep it whole if that is not all of it.

        Args:
            number: Of the call, counted from 1.
            name: The tool's name.
            result: What it answered.
        """
        if len(result.text) > _HEAVY or is_too_large(result.structured, _HEAVY):
            return await asyncio.to_thread(self._show, number, name, result)
        return self._show(number, name, result)

    def _show(self, number: int, name: str, result: ToolResult) -> Shown:
        def read_on(path: str, count: int) -> str:
            if problem := self._keep(number, name, result):
                return f"the rest is not kept{problem}; ask for less, or for a page"
            within = f', path="{path}"' if path else ""
            return f'all of it is kept: {READ_RESULT}(result="r{number}"{within}, from={count}) reads on'

        return show_result(result, self.limit, read_on)

    def _keep(self, number: int, name: str, result: ToolResult) -> str:
        """Write a result down; if it cannot be, say why, as the end of a sentence."""
        if self._folder is None:
            return " in this run"
        stored: JsonObject = {"name": name}
        if result.structured is None or not _is_json(result.text):
            stored["text"] = result.text
        if result.structured is not None:
            stored["structured"] = result.structured
        data = dump(stored).encode(errors="backslashreplace")
        if len(data) > self._result_bytes:
            most = describe_size(self._result_bytes)
            return f", as it is longer than {most} ({describe_size(len(data))})"
        try:
            if _size(self._folder) + len(data) > self._session_bytes:
                return f", as this conversation's results take {describe_size(self._session_bytes)} already"
            _write(self._folder / f"{number}.json", data)
        except OSError as error:
            _LOGGER.warning("a result cannot be kept: %s", error.strerror)
            return f" ({error.strerror})"
        return ""

    async def load(self, number: int, messages: Sequence[Message]) -> JsonValue:
        """The whole result of a call: a JSON value, or its text.

        Args:
            number: Of the call, counted from 1.
            messages: The conversation, which holds the short ones.

        Raises:
            LookupError: There is no such result, or it is no longer there; the message says which.
        """
        return await asyncio.to_thread(self._load, number, messages)

    def _load(self, number: int, messages: Sequence[Message]) -> JsonValue:
        results = [message for message in messages if isinstance(message, ToolMessage)]
        if not 1 <= number <= len(results):
            there = f"There are r1 to r{len(results)}." if results else "There are none yet."
            raise LookupError(f"There is no result r{number}. {there}")
        if self._folder is not None and (path := self._folder / f"{number}.json").exists():
            try:
                stored = parse_object(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                raise LookupError(
                    f"The result r{number} can no longer be read; call the tool again."
                ) from None
            value = stored.get("structured")
            return stored.get("text") if value is None else value
        message = results[number - 1]
        return unfence(message.text) if message.structured is None else message.structured


def share_results(source: Path, target: Path, count: int) -> None:
    """Let another conversation read the results of a conversation's first calls.

    Args:
        source: Where they are kept.
        target: Where those of the other one are kept.
        count: How many calls they share.

    Raises:
        OSError: They cannot be copied.
    """
    for number in range(1, count + 1):
        path = source / f"{number}.json"
        if path.exists():
            private_folder(target)
            try:
                # A kept result is never written to but replaced, so both may have the same file.
                os.link(path, target / path.name)
            except OSError:
                _write(target / path.name, path.read_bytes())


def delete_results(folder: Path) -> None:
    """Delete the results of a conversation, if there are any.

    Args:
        folder: Where they are kept.

    Raises:
        OSError: They cannot be deleted.
    """
    if folder.is_dir():
        shutil.rmtree(folder)


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in ("", "{", "[")


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.json"))


def _write(path: Path, data: bytes) -> None:
    private_folder(path.parent)
    # A conversation that was resumed at an earlier point may have written another one here.
    unfinished = path.with_suffix(".new")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
