"""Which tools of a server list or search people, projects and tasks.

Nothing here knows a server's own names: a tool is chosen by the last word of its name, by having no effect,
and by what it cannot do without.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agent.jsontypes import JsonObject, is_object
from agent.tools.effects import effect_of, words_of
from agent.tools.names import kind_of
from agent.tools.tool import Effect, Tool

NOUNS: Final[Mapping[str, tuple[str, ...]]] = {
    "user": ("user", "member", "person", "people", "teammate", "colleague", "assignee"),
    "project": ("project",),
    "task": ("task", "issue", "ticket", "todo"),
    "space": ("space", "workspace"),
}
"""What can be mentioned, and what servers call it."""

_VERBS = frozenset({"list", "find", "search", "query", "get", "all", "fetch", "read"})
_QUERIES = ("query", "keyword", "keywords", "search", "searchterm", "q", "term", "text", "name", "title")
_LIMITS = ("pagesize", "perpage", "limit", "maxresults", "count")
_PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Source:
    """A tool that tells of things of one kind.

    Args:
        tool: The tool.
        kind: What it lists.
        query: The argument that takes what is searched for; empty if it lists all there are.
        parent: The argument that names what the things lie in; empty if it needs none.
    """

    tool: Tool
    kind: str
    query: str = ""
    parent: str = ""

    @property
    def parent_kind(self) -> str:
        """The kind of what the things lie in; empty if there is none."""
        return (kind_of(self.parent) or "") if self.parent else ""

    def arguments(self, text: str = "", parent: str = "") -> JsonObject:
        """What the tool is called with.

        Args:
            text: What is searched for.
            parent: The id of what the things lie in.
        """
        properties = _properties(self.tool)
        given: JsonObject = {}
        if self.query and text:
            given[self.query] = text
        if self.parent:
            schema = properties.get(self.parent)
            takes_text = is_object(schema) and schema.get("type") == "string"
            given[self.parent] = int(parent) if parent.isdecimal() and not takes_text else parent
        if self._limit:
            given[self._limit] = self.page_size
        return given

    @property
    def page_size(self) -> int:
        """How many things an answer has at most, as far as that can be asked for."""
        schema = _properties(self.tool).get(self._limit)
        most = schema.get("maximum") if is_object(schema) else None
        return min(_PAGE_SIZE, most) if isinstance(most, int) else _PAGE_SIZE

    @property
    def _limit(self) -> str:
        return next((name for name in _properties(self.tool) if _plain(name) in _LIMITS), "")


def find_sources(tools: Sequence[Tool]) -> tuple[Source, ...]:
    """The best tool for each kind: one that searches before one that lists, the plainest name first.

    A tool that wants to know what the things lie in is taken where that can be listed itself.

    Args:
        tools: Those that may be called without asking anybody.
    """
    candidates = [source for tool in tools for source in _read(tool)]
    listed = {source.kind for source in candidates if not source.parent}
    usable = [each for each in candidates if not each.parent or each.parent_kind in listed]
    chosen: dict[str, Source] = {}
    for source in sorted(usable, key=_order):
        chosen.setdefault(source.kind, source)
    return tuple(chosen.values())


def _order(source: Source) -> tuple[bool, bool, int, str]:
    words = words_of(source.tool.name).split("_")
    return (bool(source.parent), not source.query, len(words), source.tool.name)


def _read(tool: Tool) -> Iterator[Source]:
    if tool.hidden or effect_of(tool) is not Effect.READ:
        return
    *before, last = words_of(tool.name).split("_")
    kind = _kind_of_noun(last)
    if kind is None or not _VERBS.intersection(before):
        return
    required = _required(tool)
    queries = [name for name in _properties(tool) if _plain(name) in _QUERIES]
    query = next(iter([name for name in queries if name in required] or queries), "")
    others = [name for name in required if name != query]
    if not others:
        yield Source(tool, kind, query)
    elif len(others) == 1 and kind_of(others[0]) in NOUNS and kind_of(others[0]) != kind:
        yield Source(tool, kind, query, others[0])


def _kind_of_noun(word: str) -> str | None:
    # Only what stands in the plural is a list.
    for kind, nouns in NOUNS.items():
        if word == "people" or word in (f"{noun}s" for noun in nouns):
            return "user" if word == "people" else kind
    return None


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _properties(tool: Tool) -> JsonObject:
    properties = tool.input_schema.get("properties")
    return properties if is_object(properties) else {}


def _required(tool: Tool) -> Iterable[str]:
    required = tool.input_schema.get("required")
    return [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
