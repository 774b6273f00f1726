"""The function that maps dependencies, as a model calls it."""

import re
from collections.abc import Callable, Sequence

from agent.conversation import AssistantMessage, Message, UserMessage
from agent.jsontypes import JsonObject, JsonValue
from agent.planning.analysis import analyse
from agent.planning.drawing import draw, encode
from agent.planning.survey import MOST_READS, Sources, Survey, find_sources, survey
from agent.tools.tool import Annotations, Tool, ToolResult
from agent.tools.toolbelt import LocalFunction
from agent.tools.toolbox import Toolbox

MAP_DEPENDENCIES = "map_dependencies"

_TASK_IDS = "taskIds"
_TOPIC = re.compile(
    r"depend|block|bottleneck|critical path|cycl|circular|\bwait(?:s|ing)? (?:for|on)\b", re.IGNORECASE
)
_DESCRIPTION = (
    "Reads the open tasks of a project with what they wait for, and computes cycles, the critical path, "
    "blocked tasks, what holds up most, tasks due before what they wait for, and a map. Use this instead of "
    "listing dependencies task by task. It changes nothing."
)


class DependencyMapper:
    """Maps the dependencies of a project for the model.

    Args:
        toolbox: Of the server.
        messages: The conversation so far.
    """

    def __init__(self, toolbox: Toolbox, messages: Callable[[], Sequence[Message]]) -> None:
        self._toolbox = toolbox
        self._messages = messages
        self._sources: Sources | None = None

    @property
    def function(self) -> LocalFunction:
        """As a function of this program."""
        return LocalFunction(self._describe, self._run, self._is_wanted)

    def _describe(self, tools: Sequence[Tool]) -> Tool | None:
        self._sources = find_sources(tools)
        return None if self._sources is None else map_dependencies_tool(self._sources)

    def _is_wanted(self) -> bool:
        return any(is_about_dependencies(message) for message in self._messages())

    async def _run(self, arguments: JsonObject) -> ToolResult:
        sources = self._sources
        assert sources is not None
        listed = arguments.get(_TASK_IDS)
        wanted = [each for each in listed if isinstance(each, int)] if isinstance(listed, list) else []
        project = sources.project_arguments
        if not wanted and not (project and project.keys() <= arguments.keys()):
            names = " and ".join([*project] or [_TASK_IDS])
            return ToolResult(f"Nothing was read: give {names}.", is_error=True)
        given = {name: value for name, value in arguments.items() if name != _TASK_IDS}
        found = await survey(self._toolbox, sources, given, wanted)
        analysis = analyse(found.tasks, found.links)
        left_out: list[JsonValue] = list(found.left_out)
        structured = encode(analysis)
        structured["read"] = {
            "tasks": len(found.asked),
            "leftOut": left_out,
            "unreadLinks": found.unread,
        }
        return ToolResult("\n\n".join([*_describe_reading(found), draw(analysis)]), structured)


def map_dependencies_tool(sources: Sources) -> Tool:
    """The function as a tool.

    Args:
        sources: The tools of the server that it reads.
    """
    listed: JsonObject = {
        "type": "array",
        "items": {"type": "integer"},
        "maxItems": MOST_READS,
        "description": "Only these tasks, such as those that an earlier call left out",
    }
    return Tool(
        MAP_DEPENDENCIES,
        "Map dependencies",
        _DESCRIPTION,
        {
            "type": "object",
            "properties": {**sources.project_arguments, _TASK_IDS: listed},
            "additionalProperties": False,
        },
        Annotations(read_only=True),
        is_local=True,
    )


def is_about_dependencies(message: Message) -> bool:
    """Whether a message is a reason to offer the function: the user's words, or a call of the model."""
    match message:
        case UserMessage(text=text):
            return _TOPIC.search(text) is not None
        case AssistantMessage(tool_calls=calls):
            return any("dependenc" in call.name for call in calls)
        case _:
            return False


def _describe_reading(found: Survey) -> list[str]:
    lines = [f"The dependencies of {len(found.asked)} tasks were read."]
    if found.left_out:
        listed = ", ".join(map(str, found.left_out))
        lines.append(f"Left out: {listed}. Call this again with them as {_TASK_IDS}, a minute later.")
    lines += [f"Some could not be read: {failure}" for failure in found.failures]
    if found.unread:
        lines.append(f"{found.unread} links could not be understood.")
    if found.is_cut:
        lines.append("The project has more tasks than were listed.")
    return lines
