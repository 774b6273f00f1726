"""The tools of a server as a recording lists them, each with the effect that the program took it for."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence

from agent.errors import AgentError
from agent.jsontypes import JsonObject, is_object
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.settings.settings import Settings
from agent.system.folders import Folders
from agent.tools.effects import effect_of
from agent.tools.policy import Policy
from agent.tools.tool import Effect, Tool
from agent.transcripts.lines import text_of
from evals.definitions.tools import sandbox_tools
from evals.replaying.offered import OWN_FUNCTIONS, offered_functions

_PATIENCE = 20.0


async def ask_for_tools(
    settings: Settings, folders: Folders, seconds: float = _PATIENCE
) -> list[JsonObject] | None:
    """Ask a server what it lists; `None` where that cannot be done without anybody signing in.

    Args:
        settings: Name the server and the profile.
        folders: Where the sign-in is kept.
        seconds: How long to wait for the answer.
    """
    session = Session(settings, folders, SessionOptions(policy=Policy(), record=False))
    try:
        async with asyncio.timeout(seconds):
            return list_tools(await session.tools())
    except (AgentError, TimeoutError):
        return None
    finally:
        await session.aclose()


def list_tools(tools: Sequence[Tool]) -> list[JsonObject]:
    """Write down the tools of a server that can be asked.

    Args:
        tools: As it lists them.
    """
    return [
        _listed(tool.name, tool.title, tool.description, tool.input_schema, effect_of(tool))
        for tool in tools
        if not tool.hidden
    ]


def rebuild_tools(events: Sequence[JsonObject]) -> list[JsonObject]:
    """Make the listing from what a recording holds of it.

    A recording holds the functions that were offered. Where these are Astravue's, the rest is known.

    Args:
        events: All lines but the header.
    """
    effects: dict[str, Effect] = {}
    titles: dict[str, str] = {}
    for event in events:
        if event.get("type") == "tool_call_started":
            effects[text_of(event, "name")] = Effect(text_of(event, "effect"))
            titles[text_of(event, "name")] = text_of(event, "title")
    known = _astravue()
    offered = {text_of(each, "name"): each for each in _functions(events)}
    is_astravue = bool(offered) and offered.keys() <= known.keys()
    listed: dict[str, JsonObject] = {**known} if is_astravue else {}
    for name, function in offered.items():
        parameters = function.get("parameters")
        schema: JsonObject = parameters if is_object(parameters) else {"type": "object"}
        description = text_of(function, "description")
        effect = effects.get(name) or effect_of(Tool(name, name, description, schema))
        title = titles.get(name) or text_of(known.get(name, {}), "title") or name
        listed[name] = _listed(name, title, description, schema, effect)
    return [listed[name] for name in sorted(listed)]


def _listed(name: str, title: str, description: str, schema: JsonObject, effect: Effect) -> JsonObject:
    hints: JsonObject = {
        "readOnlyHint": effect is Effect.READ,
        "destructiveHint": effect is Effect.DESTRUCTIVE,
    }
    return {
        "name": name,
        "title": title,
        "description": description,
        "inputSchema": schema,
        "annotations": hints,
    }


def _functions(events: Sequence[JsonObject]) -> Iterator[JsonObject]:
    return (each for each in offered_functions(events) if each.get("name") not in OWN_FUNCTIONS)


def _astravue() -> Mapping[str, JsonObject]:
    return {text_of(tool, "name"): tool for tool in sandbox_tools()}
