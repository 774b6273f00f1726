"""The workspace: everything that a conversation asks of one MCP server.

Built from four seams: the HTTP seam answers every request (`http`), the MCP seam repairs results
(`streams`, `repair`), each connection lives in a task of its own (`connection`), and the supervisor
replaces one that is lost (`supervisor`). Here a request is repeated where that is safe, and what
went wrong becomes an error of this project.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self, TypeAlias, TypeVar

import httpx2
import mcp_types
from mcp import MCPError
from mcp.shared.dispatcher import ProgressFnT
from pydantic import ValidationError

from agent.errors import AgentError, ServerError, UsageError
from agent.events import Notice, OutsideEvent, Question
from agent.jsontypes import JsonObject
from agent.server_features import Prompt, PromptText, Resource, ResourceContents, ServerInfo
from agent.tools.effects import may_repeat
from agent.tools.tool import Tool, ToolResult
from agent.wording.addresses import shown_address
from agent.workspace.connection import Connection, Endpoint, OpeningError
from agent.workspace.failure import Failure, FailureKind, failure_in, one_line, to_error
from agent.workspace.http import Patience, Sleep
from agent.workspace.incoming import FrontEnd
from agent.workspace.results import (
    to_contents,
    to_prompt,
    to_prompt_text,
    to_resource,
    to_template,
    to_tool,
    to_tool_result,
)
from agent.workspace.sign_in_gate import SignInGate, wants_sign_in
from agent.workspace.supervisor import Supervisor

_MAX_PAGES = 200
_RESULT = TypeVar("_RESULT")
# After these the next call opens a new connection, which finds out what the server has become.
_RETIRING = (FailureKind.SESSION_LOST, FailureKind.LOST, FailureKind.UNREACHABLE, FailureKind.STATUS)


class _Page(Protocol):
    @property
    def next_cursor(self) -> str | None: ...


_PAGE = TypeVar("_PAGE", bound=_Page)


@dataclass(slots=True)
class _Sent:
    """Names the tool whose call went out, if that call may not be repeated unseen."""

    write: str = ""


_Operation: TypeAlias = Callable[[Connection, _Sent], Awaitable[_RESULT]]


def _say_nothing(_: OutsideEvent) -> None:
    """Drop an event."""


async def _answer_nothing(_: Question) -> None:
    """Leave a question unanswered."""


Progress = Callable[[float, float | None, str], None]


class Workspace:
    """One MCP server, over Streamable HTTP, connected as long as the context is open.

    Entering begins to connect and does not wait for it. Every method may be called from any task,
    several at once, and may be cancelled: the server is told, and the connection stays usable.

    Args:
        server: The address of the MCP endpoint.
        auth: Adds the access token to each request.
        on_event: Takes what the server does of its own accord, waits, and tools that were left out.
        ask: Returns once a question of the server or for a sign-in is answered, or will not be.
        clock: Monotonic seconds.
        sleep: Waits.
        read_timeout: Seconds that the server may be silent while it works on a request.
        handshake_timeout: Seconds for each request of the handshake.
        rate_limit_wait: Seconds to wait in all, for one request, when the server answers 429.
        trusted: The user trusts the server to say what its tools do.
    """

    def __init__(
        self,
        server: str,
        *,
        auth: httpx2.Auth | None = None,
        on_event: Callable[[OutsideEvent], None] = _say_nothing,
        ask: Callable[[Question], Awaitable[None]] = _answer_nothing,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        read_timeout: float = 300.0,
        handshake_timeout: float = 5.0,
        rate_limit_wait: float = 90.0,
        trusted: bool = False,
    ) -> None:
        self._server = shown_address(server)
        self._auth = auth
        self._trusted = trusted
        self._tell = on_event
        self._gate = SignInGate(ask)
        patience = Patience(handshake_timeout, rate_limit_wait, sleep, on_event)
        front_end = FrontEnd(on_event, ask)
        self._supervisor = Supervisor(Endpoint(server, auth, read_timeout, patience, front_end, clock), clock)
        self._info: ServerInfo | None = None
        self._skipped: tuple[str, ...] = ()
        self._told: set[str] = set()

    async def __aenter__(self) -> Self:
        self._supervisor.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self._gate.aclose()
        await self._supervisor.stop()

    @property
    def info(self) -> ServerInfo | None:
        """Who answered last; `None` before the first connection."""
        return self._info

    @property
    def skipped_tools(self) -> tuple[str, ...]:
        """The tools that the last listing left out, each with the reason."""
        return self._skipped

    async def connect(self) -> ServerInfo:
        """Wait until the server has answered once.

        Raises:
            SignInError: The server wants a sign-in.
            ServerError: It cannot be reached, or is not an MCP server.
            LimitError: It limits the rate of requests.
        """

        async def look(connection: Connection, _: _Sent) -> ServerInfo:
            return connection.info

        return await self._request(look)

    async def tools(self) -> tuple[Tool, ...]:
        """List the tools as the server orders them; kept until the server says that they changed.

        Raises: As `connect`.
        """
        return await self._request(self._list_tools)

    async def call_tool(
        self, name: str, arguments: JsonObject, on_progress: Progress | None = None
    ) -> ToolResult:
        """Call a tool.

        A call whose answer is lost is made once more if its tool only reads or is idempotent.

        Args:
            name: The tool.
            arguments: What it is given.
            on_progress: Is told how much is done, of how much if that is known, and what is being done.

        Raises:
            UsageError: The server has no such tool.
            OutcomeUnknownError: The call may have been executed, and its answer was lost.
            SignInError, ServerError, LimitError: As `connect`.
        """

        async def call(connection: Connection, sent: _Sent) -> ToolResult:
            # Listed on this very connection: the SDK lists after a call what it does not know yet,
            # and would lose the result if that failed.
            tools = await self._list_tools(connection, sent)
            tool = next((tool for tool in tools if tool.name == name), None)
            if tool is None:
                raise UsageError(
                    f"{self._server} has no tool named {one_line(name)}.", "`astravue tools` lists them."
                )
            sent.write = "" if may_repeat(tool) else name
            try:
                result = await connection.client.call_tool(
                    name, arguments, progress_callback=_telling(on_progress)
                )
            except MCPError as error:
                if _failure_of(error) is not None:
                    raise
                return await _refused(error, connection)
            return to_tool_result(name, result, connection.findings.output_schemas.get(name))

        return await self._request(call)

    async def prompts(self) -> tuple[Prompt, ...]:
        """List the prompts; empty if the server offers none.

        Raises: As `connect`.
        """

        async def listing(connection: Connection, _: _Sent) -> tuple[Prompt, ...]:
            if connection.client.server_capabilities.prompts is None:
                return ()
            pages = await _pages(lambda cursor: connection.client.list_prompts(cursor=cursor))
            return tuple(to_prompt(prompt) for page in pages for prompt in page.prompts)

        return await self._request(listing)

    async def get_prompt(self, name: str, arguments: dict[str, str]) -> PromptText:
        """Fill in a prompt.

        Raises: As `connect`.
        """

        async def get(connection: Connection, _: _Sent) -> PromptText:
            return to_prompt_text(await connection.client.get_prompt(name, arguments))

        return await self._request(get)

    async def suggest(self, prompt: str, argument: str, given: dict[str, str]) -> tuple[str, ...]:
        """Ask which values an argument of a prompt may take; empty where the server suggests none.

        Args:
            prompt: The prompt.
            argument: The argument.
            given: The values of its other arguments, as far as they are known.

        Raises: As `connect`.
        """

        async def complete(connection: Connection, _: _Sent) -> tuple[str, ...]:
            client = connection.client
            if client.server_capabilities.completions is None:
                return ()
            reference = mcp_types.PromptReference(name=prompt)
            result = await client.complete(reference, {"name": argument, "value": ""}, given)
            return tuple(result.completion.values)

        return await self._request(complete)

    async def resources(self) -> tuple[Resource, ...]:
        """List the resources, then the templates of resources; empty if the server offers none.

        Raises: As `connect`.
        """

        async def listing(connection: Connection, _: _Sent) -> tuple[Resource, ...]:
            client = connection.client
            if client.server_capabilities.resources is None:
                return ()
            pages = await _pages(lambda cursor: client.list_resources(cursor=cursor))
            resources = [to_resource(resource) for page in pages for resource in page.resources]
            try:
                templates = await _pages(lambda cursor: client.list_resource_templates(cursor=cursor))
            except MCPError as error:
                if error.code != mcp_types.METHOD_NOT_FOUND:
                    raise
                return tuple(resources)
            return (
                *resources,
                *(to_template(template) for page in templates for template in page.resource_templates),
            )

        return await self._request(listing)

    async def read_resource(self, uri: str) -> tuple[ResourceContents, ...]:
        """Read a resource; it may consist of several parts.

        Raises: As `connect`.
        """

        async def read(connection: Connection, _: _Sent) -> tuple[ResourceContents, ...]:
            result = await connection.client.read_resource(uri)
            return tuple(to_contents(contents) for contents in result.contents)

        return await self._request(read)

    async def _list_tools(self, connection: Connection, _: _Sent) -> tuple[Tool, ...]:
        async with connection.listing:
            if connection.tools is not None:
                return connection.tools
            version = connection.tools_version
            findings = connection.findings
            findings.start_listing()
            pages = await _pages(lambda cursor: connection.client.list_tools(cursor=cursor))
            tools = tuple(to_tool(tool, trusted=self._trusted) for page in pages for tool in page.tools)
            findings.compare([tool.name for tool in tools])
            if version == connection.tools_version:
                connection.tools = tools
            self._skipped = tuple(f"{name}: {reason}" for name, reason in findings.skipped.items())
            self._tell_once(f"A tool was left out: {text}." for text in self._skipped)
            self._tell_once(
                f"The definition of {name} was malformed and was mended: {fields}."
                for name, fields in findings.repaired.items()
            )
        return tools

    def _tell_once(self, notices: Iterable[str]) -> None:
        for notice in notices:
            if notice not in self._told:
                self._told.add(notice)
                self._tell(Notice(notice))

    async def _request(self, operation: _Operation[_RESULT]) -> _RESULT:
        """Run an operation on the current connection, and again where that is safe.

        Once more on a new connection after one was lost, and once more after a sign-in: a request that
        was refused for want of one was not executed.
        """
        may_repeat = may_sign_in = True
        while True:
            asked = self._gate.asked
            try:
                return await self._attempt(operation)
            except _RequestError as refusal:
                error = self._explain(refusal)
                if may_sign_in and wants_sign_in(error) and await self._gate.pass_through(error, asked):
                    may_sign_in = False
                elif may_repeat and refusal.may_repeat:
                    may_repeat = False
                else:
                    raise error from None

    async def _attempt(self, operation: _Operation[_RESULT]) -> _RESULT:
        sent = _Sent()
        try:
            async with self._supervisor.connection() as connection:
                self._info = connection.info
                try:
                    return await operation(connection, sent)
                except (MCPError, ValidationError, RuntimeError) as error:
                    failure = _failure_of(error)
                    if failure is None:
                        words = one_line(str(error)).rstrip(".")
                        raise ServerError(f"{self._server} refused the request: {words}.") from None
                    if failure.kind in _RETIRING:
                        self._supervisor.retire(connection)
                    raise _RequestError(failure, sent.write) from error
        except OpeningError as error:
            raise _RequestError(error.failure, "", opened=False) from None

    def _explain(self, error: "_RequestError") -> AgentError:
        return to_error(error.failure, self._server, write=error.write, auth=self._auth)


class _RequestError(Exception):
    """A request got no answer."""

    def __init__(self, failure: Failure, write: str, *, opened: bool = True) -> None:
        super().__init__(failure.detail)
        self.failure = failure
        self.write = write
        self.opened = opened

    @property
    def may_repeat(self) -> bool:
        """Whether sending it again can neither do something twice nor wait as long again in vain."""
        if not self.opened:
            return False
        if self.failure.kind in (FailureKind.SESSION_LOST, FailureKind.UNREACHABLE):
            return True
        return self.failure.passing and self.failure.kind is not FailureKind.TIMEOUT and not self.write


def _failure_of(error: Exception) -> Failure | None:
    if isinstance(error, MCPError):
        if error.code == mcp_types.UNSUPPORTED_PROTOCOL_VERSION:
            # Another version of the server has taken its place; it refused the request unread.
            return Failure(FailureKind.SESSION_LOST, one_line(error.message))
        return failure_in(error)
    return Failure(FailureKind.UNUSABLE, "its result does not fit the protocol")


def _telling(on_progress: Progress | None) -> ProgressFnT | None:
    if on_progress is None:
        return None

    async def tell(progress: float, total: float | None, message: str | None) -> None:
        on_progress(progress, total, one_line(message or ""))

    return tell


async def _refused(error: MCPError, connection: Connection) -> ToolResult:
    """Give the server's refusal of a call as its result, which the model can do something about."""
    if error.code != mcp_types.URL_ELICITATION_REQUIRED:
        return ToolResult(f"The server refused the call: {error.message}", is_error=True)
    opened = await connection.incoming.ask_to_open_all(error.data)
    text = (
        "The user has just opened the page that the server wants to be opened before this call. Ask the user "
        "to say when everything there is done, and then make the call again."
        if opened
        else "The server wants the user to open a page before this call, and the user did not want to."
    )
    return ToolResult(text, is_error=True)


async def _pages(fetch: Callable[[str | None], Awaitable[_PAGE]]) -> list[_PAGE]:
    """Walk all pages of a listing; a server that goes round in circles is stopped."""
    pages: list[_PAGE] = []
    seen: set[str] = set()
    cursor: str | None = None
    while len(pages) < _MAX_PAGES:
        page = await fetch(cursor)
        pages.append(page)
        cursor = page.next_cursor
        if cursor is None or cursor in seen:
            break
        seen.add(cursor)
    return pages
