"""Which functions a model is offered: a small core, and what it has found besides.

Eighty tools in every request cost thousands of tokens before anybody has said a word. So a server with
many tools is offered by a core that fits a budget, and by one function that finds others. What was
found stays for the conversation and stands after what was there before, so that the beginning of each
request stays the same and prompt caches hold.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from agent.conversation import Message, ToolMessage
from agent.jsontypes import JsonObject, JsonValue, dump, is_object
from agent.model.protocol import FunctionDefinition
from agent.tools.effects import effect_of
from agent.tools.schema import FunctionTable
from agent.tools.search import ToolSearch
from agent.tools.tool import Annotations, Effect, Tool, ToolResult

FIND_TOOLS = "find_tools"
CORE_CHARACTERS = 8_000
"""How much JSON of definitions the core may be, that of `find_tools` included; about 2,300 tokens."""
WHOLE_CHARACTERS = 100_000
"""How much JSON of definitions a server may have and still be offered whole."""

ASTRAVUE_CORE = tuple(
    f"astravue_{name}"
    for name in (
        *("get_current_user", "find_tasks", "list_overdue_tasks", "list_scheduled_tasks", "list_spaces"),
        *("list_projects", "list_project_tasks", "get_task", "create_task", "update_task", "start_timer"),
        *("stop_timer", "get_active_timers", "get_workspace_members"),
    )
)
_MOST_FOUND = 8
_USUALLY_FOUND = 5
_LONGEST_SUMMARY = 160
_MOST_TOPICS = 24
_NAME_WORD = re.compile(r"[a-z]{3,}")
_VERBS = frozenset(
    _NAME_WORD.findall(
        "add all bulk create delete find get list mark move preview read remove search set start stop update"
    )
)


@dataclass(frozen=True, slots=True)
class Selection:
    """When and how tools are selected.

    Args:
        threshold: A server with no more tools than this is offered whole, unless they are very large.
        core: Names or globs of the tools that are always offered, the most important first.
    """

    threshold: int = 24
    core: tuple[str, ...] = ASTRAVUE_CORE


class Catalogue:
    """The functions of one conversation.

    Args:
        selection: When and how tools are selected.
        messages: The conversation so far, of which what was found before is read.
    """

    def __init__(self, selection: Selection | None = None, messages: Iterable[Message] = ()) -> None:
        self._selection = selection or Selection()
        self._table: FunctionTable = FunctionTable((), {})
        self._core: tuple[str, ...] = ()
        self._is_small = True
        self._search: ToolSearch | None = None
        found = (name for message in messages for name in found_by(message))
        self._found: list[str] = list(dict.fromkeys([FIND_TOOLS, *found]))
        self._wishes: tuple[str, ...] = ()

    def offer(self, table: FunctionTable, local: Sequence[str] = ()) -> tuple[FunctionDefinition, ...]:
        """The functions to offer with the next request.

        Args:
            table: All functions there are, those of the server and those of this program.
            local: Names of this program's own that are worth offering now.
        """
        self._read(table)
        self._grant_wishes()
        by_name = {definition.name: definition for definition in table.definitions}
        if self._is_small:
            of_server = (name for name, tool in table.tools.items() if not tool.is_local)
            names = [*of_server, *(name for name in local if name != FIND_TOOLS)]
        else:
            self.load(local)
            names = [*self._core, *self._found]
        return tuple(by_name[name] for name in dict.fromkeys(names) if name in by_name)

    def _read(self, table: FunctionTable) -> None:
        if table.tools == self._table.tools:
            return
        self._table = table
        # Most conversations never search, so the index waits for the first one that does.
        self._search = None
        self._core = tuple(_choose_core(table, self._selection.core))
        of_server = [each for each in table.definitions if not table.tools[each.name].is_local]
        is_short = sum(map(_size, of_server)) <= WHOLE_CHARACTERS
        self._is_small = len(of_server) <= self._selection.threshold and is_short

    def find(self, words: str, most: int = _USUALLY_FOUND) -> list[FunctionDefinition]:
        """Find functions and offer them from now on.

        Args:
            words: What is looked for.
            most: How many at most.
        """
        if self._search is None:
            self._search = ToolSearch(
                [tool for tool in self._table.tools.values() if tool.name != FIND_TOOLS]
            )
        names = [self._table.function_of(tool.name) for tool in self._search.find(words, most)]
        self.load(names)
        by_name = {definition.name: definition for definition in self._table.definitions}
        return [by_name[name] for name in names]

    def wish_for(self, globs: Sequence[str]) -> None:
        """Offer the functions of tools from the next request on, as far as there are such tools.

        Args:
            globs: What their names are like.
        """
        self._wishes += tuple(globs)

    def _grant_wishes(self) -> None:
        wishes, self._wishes = self._wishes, ()
        tools = self._table.tools.items()
        self.load(name for wish in wishes for name, tool in tools if fnmatchcase(tool.name, wish))

    def load(self, names: Iterable[str]) -> None:
        """Offer functions from now on; those that are offered already keep their place."""
        self._found += [
            name for name in dict.fromkeys(names) if name not in self._core and name not in self._found
        ]


def _choose_core(table: FunctionTable, wanted: Sequence[str]) -> list[str]:
    """The wanted functions, then those that only look, as many as fit."""
    named = [
        name
        for pattern in wanted
        for name, tool in table.tools.items()
        if not tool.is_local and fnmatchcase(tool.name, pattern)
    ]
    by_name = {definition.name: definition for definition in table.definitions}
    if not named:
        # Another server, of which the names say nothing here.
        named = [
            name for name, tool in table.tools.items() if not tool.is_local and effect_of(tool) is Effect.READ
        ]
    room = CORE_CHARACTERS - (_size(by_name[FIND_TOOLS]) if FIND_TOOLS in by_name else 0)
    core: list[str] = []
    for name in dict.fromkeys(named):
        if _size(by_name[name]) <= room:
            room -= _size(by_name[name])
            core.append(name)
    return core


def _size(definition: FunctionDefinition) -> int:
    return len(
        dump(
            {
                "name": definition.name,
                "description": definition.description,
                "parameters": definition.parameters,
            }
        )
    )


def find_tools_tool(tools: Sequence[Tool]) -> Tool:
    """The function that finds others, as a tool.

    Args:
        tools: What can be found.
    """
    schema: JsonObject = {
        "type": "object",
        "properties": {
            "words": {
                "type": "string",
                "description": "What the function is to do, such as “make one task wait for another”.",
            },
            "most": {"type": "integer", "minimum": 1, "maximum": _MOST_FOUND},
        },
        "required": ["words"],
        "additionalProperties": False,
    }
    return Tool(
        FIND_TOOLS,
        "Find tools",
        f"Finds further functions and makes them callable. There are {len(tools)}, and few are shown: look "
        f"here whenever none of those does what is asked. Some are about {topics(tools)}.",
        schema,
        Annotations(read_only=True),
        is_local=True,
        finds=True,
    )


def topics(tools: Sequence[Tool]) -> str:
    """What the names of tools are about, in the words that most of them share and none of all."""
    counts = Counter(word for tool in tools for word in {*_NAME_WORD.findall(tool.name.lower())} - _VERBS)
    # A word of every name is the server's own.
    telling = [word for word, count in counts.items() if count < len(tools) and word[:-1] not in counts]
    common = sorted(telling, key=lambda word: (-counts[word], word))[:_MOST_TOPICS]
    return ", ".join(sorted(common))


def answer_find_tools(catalogue: Catalogue, arguments: JsonObject) -> ToolResult:
    """Find functions and tell of them."""
    words, most = arguments.get("words"), arguments.get("most")
    found = catalogue.find(str(words), most if isinstance(most, int) else _USUALLY_FOUND)
    if not found:
        return ToolResult(
            "Nothing fits these words. Say it in other words, or tell the user that it cannot be done."
        )
    listed: list[JsonValue] = [
        {"name": each.name, "description": each.description[:_LONGEST_SUMMARY]} for each in found
    ]
    return ToolResult(dump({"found": listed, "note": "You can call these now."}), {"found": listed})


def found_by(message: Message) -> list[str]:
    """The functions that a result of `find_tools` names."""
    if (
        not isinstance(message, ToolMessage)
        or message.name != FIND_TOOLS
        or not is_object(message.structured)
    ):
        return []
    listed = message.structured.get("found")
    items = listed if isinstance(listed, list) else []
    return [str(item["name"]) for item in items if is_object(item) and "name" in item]
