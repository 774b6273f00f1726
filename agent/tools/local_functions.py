"""The functions of this program that a model may call beside the server's tools, put together."""

from agent.conversation import Conversation
from agent.jsontypes import JsonObject
from agent.settings import ToolSettings
from agent.tools.catalogue import Catalogue, Selection, answer_find_tools, find_tools_tool
from agent.tools.runner import Toolbox
from agent.tools.tool import ToolResult
from agent.tools.toolbelt import LocalFunction, Toolbelt


def make_toolbelt(toolbox: Toolbox, settings: ToolSettings, conversation: Conversation) -> Toolbelt:
    """Put a server's tools and this program's functions together for one conversation.

    Args:
        toolbox: Of the server.
        settings: Which tools are offered.
        conversation: The conversation so far.
    """
    usual = Selection()
    threshold = usual.threshold if settings.threshold is None else settings.threshold
    catalogue = Catalogue(Selection(threshold, settings.core or usual.core), conversation.messages)

    async def find(arguments: JsonObject) -> ToolResult:
        return answer_find_tools(catalogue, arguments)

    return Toolbelt(toolbox, catalogue, [LocalFunction(find_tools_tool, find)])
