"""What can be chosen after a command's name, by what the command completes.

A source answers at once with what is known, for it is asked at each key. What has to be fetched is
fetched in the background and offered when it is there; see `agent.repl.fetched`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from agent.drawing.themes import THEMES
from agent.repl.command_context import CommandContext
from agent.repl.commands import Completes
from agent.repl.fetched import Fetched
from agent.tools.effects import effect_of
from agent.tools.tool import Effect


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be completed.

    Args:
        text: What is inserted.
        summary: What is shown beside it, and searched too.
    """

    text: str
    summary: str = ""


Source: TypeAlias = Callable[[], Sequence[Choice]]
"""Tells what is known; asked at each key, so it waits for nothing."""


def make_sources(context: CommandContext) -> dict[Completes, Source]:
    """The sources of a chat, by what is completed.

    Args:
        context: What commands work with.
    """

    def tools() -> Sequence[Choice]:
        return [Choice(tool.name, tool.title) for tool in context.tools if not tool.hidden]

    def approvals() -> Sequence[Choice]:
        asking = [tool for tool in context.tools if effect_of(tool) is not Effect.READ and not tool.hidden]
        forget = Choice("forget", "take back what was allowed for this session")
        return [forget, *(Choice(tool.name, tool.title) for tool in asking)]

    def themes() -> Sequence[Choice]:
        return [Choice(theme.name, theme.summary) for theme in THEMES]

    def models() -> Sequence[Choice]:
        return [Choice(name) for name in context.models.names] if context.models else ()

    def resources() -> Sequence[Choice]:
        return [Choice(each.uri, each.title) for each in context.server_lists.resources()]

    def projects() -> Sequence[Choice]:
        known = (each for each in context.host.mentions.offer("") if each.kind == "project")
        return [Choice(each.name, each.where) for each in known]

    async def conversations() -> Sequence[Choice]:
        saved, _ = await context.host.conversations.saved()
        open_now = context.host.conversations.id
        return [Choice(each.id, each.title) for each in saved if each.id != open_now]

    return {
        Completes.TOOL: tools,
        Completes.APPROVAL: approvals,
        Completes.CONVERSATION: Fetched(conversations, context.screen.offer_again),
        Completes.THEME: themes,
        Completes.MODEL: models,
        Completes.RESOURCE: resources,
        Completes.PROJECT: projects,
    }
