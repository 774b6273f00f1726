"""What a server does of its own accord: change its lists, log, and ask the user for something.

Source: MCP 2025-11-25 and 2026-07-28, "Logging", "Elicitation" and "Listing"; under the newer
revision a question arrives as the result `input_required` of a request, which the SDK answers
through the same callback.
"""

import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import mcp_types
from mcp.client import ClientRequestContext, IncomingMessage
from pydantic import ValidationError

from agent.events import (
    ElicitationAction,
    ElicitationRequested,
    ListChanged,
    ListKind,
    LogLevel,
    Notice,
    OutsideEvent,
    Question,
    ServerLog,
)
from agent.forms.form import parse_form
from agent.jsontypes import dump, is_object
from agent.system.logs import redact
from agent.workspace.failure import one_line

LEAST_LEVEL = LogLevel.INFO
"""From where on a server is asked to log; the file takes all of it, the screen what is serious."""
_SHOWN = tuple(LogLevel)[tuple(LogLevel).index(LogLevel.WARNING) :]
_LONGEST_LOGGED = 2_000
_LONGEST_SHOWN = 300
_LONGEST_QUESTION = 4_000
_SHOWN_AT_ONCE = 10
_SPAN = 60.0
_LEVELS = {
    LogLevel.DEBUG: logging.DEBUG,
    LogLevel.INFO: logging.INFO,
    LogLevel.NOTICE: logging.INFO,
    LogLevel.WARNING: logging.WARNING,
    LogLevel.ERROR: logging.ERROR,
}
_log = logging.getLogger(__name__)
_server_log = logging.getLogger("agent.workspace.server")
# What a server says goes to the log file whatever else does.
_server_log.setLevel(logging.DEBUG)


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """Whoever is to hear of what the server does.

    Args:
        tell: Takes an event that wants no answer.
        ask: Returns once a question is answered, or will not be.
    """

    tell: Callable[[OutsideEvent], None]
    ask: Callable[[Question], Awaitable[None]]


class Incoming:
    """Turns the messages of one server into events.

    Args:
        server: Its address, fit to be shown.
        front_end: Who hears of them.
        clock: Monotonic seconds.
        on_tools_changed: Is told that the tools have to be listed again.
    """

    def __init__(
        self,
        server: str,
        front_end: FrontEnd,
        clock: Callable[[], float],
        on_tools_changed: Callable[[], None],
    ) -> None:
        self._server = server
        self._front_end = front_end
        self._clock = clock
        self._on_tools_changed = on_tools_changed
        self._shown: deque[float] = deque(maxlen=_SHOWN_AT_ONCE)

    async def take(self, message: IncomingMessage) -> None:
        """Take any notification of the server; those that are handled elsewhere are let pass."""
        match message:
            case mcp_types.ToolListChangedNotification():
                self._on_tools_changed()
                self._front_end.tell(ListChanged(ListKind.TOOLS))
            case mcp_types.PromptListChangedNotification():
                self._front_end.tell(ListChanged(ListKind.PROMPTS))
            case mcp_types.ResourceListChangedNotification():
                self._front_end.tell(ListChanged(ListKind.RESOURCES))
            case _:
                pass

    async def log(self, params: mcp_types.LoggingMessageNotificationParams) -> None:
        """Write what the server logs to the log file, and show it if it is serious."""
        level, logger = LogLevel(params.level), one_line(params.logger or "", 60)
        data: object = params.data
        text = _fit(data if isinstance(data, str) else dump(data), _LONGEST_LOGGED)
        _server_log.log(_LEVELS.get(level, logging.CRITICAL), "%s: %s", logger or self._server, text)
        if level not in _SHOWN:
            return
        now = self._clock()
        if len(self._shown) == _SHOWN_AT_ONCE and now - self._shown[0] < _SPAN:
            self._front_end.tell(Notice("The server logs more than is shown; the log file has all of it."))
            return
        self._shown.append(now)
        self._front_end.tell(ServerLog(level, logger, _fit(_words_in(data) or text, _LONGEST_SHOWN)))

    async def elicit(
        self, context: ClientRequestContext, params: mcp_types.ElicitRequestParams
    ) -> mcp_types.ElicitResult:
        """Ask the user for what the server wants to know, or to open a page."""
        _log.info("the server asks the user for something (%s, %s)", params.mode, context.request_id)
        if isinstance(params, mcp_types.ElicitRequestURLParams):
            action = await self._ask_to_open(params)
            return mcp_types.ElicitResult(action=action.value)
        try:
            form = parse_form(params.requested_schema)
        except ValueError as error:
            reason = one_line(str(error))
            self._front_end.tell(Notice(f"A form of the server cannot be shown and was declined: {reason}."))
            return mcp_types.ElicitResult(action="decline")
        question = ElicitationRequested(self._server, _shorten(params.message), form)
        await self._front_end.ask(question)
        if question.action is not ElicitationAction.ACCEPTED:
            return mcp_types.ElicitResult(action=question.action.value)
        return mcp_types.ElicitResult(action="accept", content={**question.content})

    async def ask_to_open_all(self, data: object) -> bool:
        """Ask the user to open the pages without which the server refuses a call.

        Args:
            data: What the error -32042 holds.

        Returns:
            Whether the user opened all of them.

        Source: MCP 2025-11-25, Elicitation, "URL Elicitation Required Error".
        """
        try:
            needed = mcp_types.ElicitationRequiredErrorData.model_validate(data)
        except ValidationError:
            return False
        for params in needed.elicitations:
            if await self._ask_to_open(params) is not ElicitationAction.ACCEPTED:
                return False
        return True

    async def _ask_to_open(self, params: mcp_types.ElicitRequestURLParams) -> ElicitationAction:
        question = ElicitationRequested(self._server, _shorten(params.message), url=params.url)
        if _is_web_address(params.url):
            await self._front_end.ask(question)
            return question.action
        self._front_end.tell(Notice("The server wanted to have opened what is no web page; it was declined."))
        return ElicitationAction.DECLINED


def _fit(text: str, limit: int) -> str:
    return one_line(redact(one_line(text, _LONGEST_LOGGED)), limit)


def _words_in(data: object) -> str:
    """The text of a message that a framework put into an object, beside what else it knows of it."""
    words = (data.get("msg") or data.get("message")) if is_object(data) else ""
    return words if isinstance(words, str) else ""


def _shorten(message: str) -> str:
    return message if len(message) <= _LONGEST_QUESTION else f"{message[:_LONGEST_QUESTION]}…"


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
