"""A toolbox that does what each test tells it to, and remembers in which order it was asked."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from agent.conversation import (
    AssistantMessage,
    Conversation,
    Message,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from agent.jsontypes import JsonObject, JsonValue, dump
from agent.tools.tool import Annotations, Tool, ToolResult
from agent.tools.toolbox import Progress

Handler = Callable[[JsonObject], Awaitable[ToolResult]]


def make_tool(
    name: str,
    *,
    title: str = "",
    properties: JsonObject | None = None,
    required: Sequence[str] = (),
    annotations: Annotations | None = None,
    hidden: bool = False,
) -> Tool:
    """A tool with a small schema; its name decides what it does unless annotations say so."""
    schema: JsonObject = {"type": "object", "properties": properties or {}, "required": list(required)}
    return Tool(name, title or name, f"Does {name}.", schema, annotations or Annotations(), hidden)


LIST_TASKS = make_tool(
    "list_tasks",
    title="List tasks",
    properties={"projectId": {"type": "integer"}},
    annotations=Annotations(read_only=True),
)
GET_TASK = make_tool(
    "get_task",
    title="Get task",
    properties={"taskId": {"type": "integer"}},
    required=["taskId"],
    annotations=Annotations(read_only=True),
)
UPDATE_TASK = make_tool(
    "update_task",
    title="Update task",
    properties={"taskId": {"type": "integer"}, "status": {"type": "string"}},
    required=["taskId"],
    annotations=Annotations(read_only=False, destructive=False),
)
DELETE_TASK = make_tool(
    "delete_task",
    title="Delete task",
    properties={"taskId": {"type": "integer"}},
    required=["taskId"],
    annotations=Annotations(read_only=False, destructive=True),
)
TOOLS = (LIST_TASKS, GET_TASK, UPDATE_TASK, DELETE_TASK)


class FakeToolbox:
    """Serves tools.

    Args:
        tools: What it lists.
        handlers: What a tool does, by its name; the others answer `{"done": name}`.
    """

    def __init__(self, tools: Sequence[Tool] = TOOLS, /, **handlers: Handler) -> None:
        self.listed = tuple(tools)
        self.handlers = handlers
        self.calls: list[tuple[str, JsonObject]] = []
        self.progress: dict[str, Sequence[tuple[float, float | None, str]]] = {}

    @property
    def called(self) -> list[str]:
        """The names of the tools in the order in which their calls began."""
        return [name for name, _ in self.calls]

    async def tools(self) -> Sequence[Tool]:
        """List the tools."""
        return self.listed

    async def call_tool(
        self, name: str, arguments: JsonObject, on_progress: Progress | None = None
    ) -> ToolResult:
        """Do what the test said; the progress of a call is what `progress` holds under its tool's name."""
        self.calls.append((name, arguments))
        for done, total, message in self.progress.get(name, ()):
            if on_progress is not None:
                on_progress(done, total, message)
                await asyncio.sleep(0)
        handler = self.handlers.get(name)
        if handler is not None:
            return await handler(arguments)
        return answering({"done": name})


def answering(structured: JsonValue, *, is_error: bool = False) -> ToolResult:
    """A result that holds JSON."""
    return ToolResult(dump(structured), structured, is_error)


def returns(result: ToolResult) -> Handler:
    """A tool that answers at once."""

    async def handle(_: JsonObject) -> ToolResult:
        return result

    return handle


def raises(error: Exception) -> Handler:
    """A tool whose call fails."""

    async def handle(_: JsonObject) -> ToolResult:
        raise error

    return handle


def call(id_: str, name: str, **arguments: JsonValue) -> ToolCall:
    """A call as a model would write it."""
    return ToolCall(id_, name, dump(arguments))


def assert_sound(messages: Sequence[Message]) -> None:
    """Check what endpoints ask of a history: each call answered once, in order, before anything else."""
    pending: list[str] = []
    for message in messages:
        match message:
            case ToolMessage(call_id=call_id):
                assert pending, f"{call_id} answers no call"
                assert call_id == pending.pop(0)
            case AssistantMessage(text=text, tool_calls=calls):
                assert not pending, f"{pending} have no result"
                assert text or calls, "an empty message"
                pending = [each.id for each in calls]
            case UserMessage():
                assert not pending, f"{pending} have no result"
    assert not pending, f"{pending} have no result"


def results(conversation: Conversation) -> list[ToolMessage]:
    """The results in a conversation, oldest first."""
    return [message for message in conversation.messages if isinstance(message, ToolMessage)]
