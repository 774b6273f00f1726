"""The functions of this program that a model may call beside the server's tools, put together."""

from agent.context.kept_results import KeptResults
from agent.conversation import Conversation
from agent.jsontypes import JsonObject
from agent.planning.function import DependencyMapper
from agent.settings.settings import ToolSettings
from agent.tools.catalogue import Catalogue, Selection, answer_find_tools, find_tools_tool
from agent.tools.look_ups import LookUps
from agent.tools.policy import Policy
from agent.tools.read_result import read_result_function
from agent.tools.tool import ToolResult
from agent.tools.toolbelt import LocalFunction, Toolbelt
from agent.tools.toolbox import Toolbox


def make_toolbelt(
    toolbox: Toolbox,
    policy: Policy,
    settings: ToolSettings,
    conversation: Conversation,
    results: KeptResults,
) -> Toolbelt:
    """Put a server's tools and this program's functions together for one conversation.

    Args:
        toolbox: Of the server.
        policy: What may be read without a question.
        settings: Which tools are offered.
        conversation: The conversation so far.
        results: Its results.
    """
    usual = Selection()
    threshold = usual.threshold if settings.threshold is None else settings.threshold
    catalogue = Catalogue(Selection(threshold, settings.core or usual.core), conversation.messages)

    async def find(arguments: JsonObject) -> ToolResult:
        return answer_find_tools(catalogue, arguments)

    read_result = read_result_function(results, lambda: conversation.messages)
    mapper = DependencyMapper(LookUps(toolbox, policy), lambda: conversation.messages)
    return Toolbelt(toolbox, catalogue, [LocalFunction(find_tools_tool, find), read_result, mapper.function])
