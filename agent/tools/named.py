"""What the user has named: the answer to texts from outside that ask for changes.

“Always for this session” is meant for what the user is busy with. Once a text from outside was read, a
write that only this rule would allow asks again when it touches something that the user never named:

- an id, unless the user wrote it, or wrote the name that results gave it, or approved a call about it, or
  it was made in this conversation, or it is where such a thing lies (a task's project and space);
- any other text or number, a title, a recipient, an address, a comment, a status, unless the user wrote it
  or it is the name of such a thing.

What is left is a call that holds nothing but things the user named, such as a timer on the task in question.
Only the user's own messages count as the user's words, fenced parts of them do not. A thing that was picked
as a mention is named by its id; its name says nothing else, for others wrote it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from agent.conversation import Message, ToolMessage, UserMessage
from agent.jsontypes import JsonObject, JsonValue
from agent.mentions.mention import read_mentions, without_mentions
from agent.tools.effects import words_of
from agent.tools.fence import holds_fenced, is_fenced, without_fenced
from agent.tools.names import NameIndex, Thing, kind_of, one_line, things_in
from agent.tools.tool import Tool

_LONGEST_SHOWN = 60


class Named:
    """Knows what the user named in one conversation.

    Args:
        names: What results told of things.
    """

    def __init__(self, names: NameIndex) -> None:
        self._names = names
        self._approved: set[Thing] = set()

    def approve(self, arguments: JsonObject) -> None:
        """Count the things of a call that the user approved as named."""
        self._approved.update(_all_things(arguments))

    def made(self, result: JsonValue) -> None:
        """Count the thing that an allowed call made or changed as named."""
        if isinstance(result, dict):
            inner = result.get("data", result)
            self._approved.update(things_in(inner)[:1] if isinstance(inner, dict) else ())

    def unnamed(self, tool: Tool, arguments: JsonObject, messages: Sequence[Message]) -> tuple[str, ...]:
        """What a call touches that the user never named, as people read it; nothing while no text from
        outside was read.
        """
        if not any(_came_from_outside(message) for message in messages):
            return ()
        said = [without_fenced(message.text) for message in messages if isinstance(message, UserMessage)]
        words = _Words(map(without_mentions, said))
        mentioned = {(each.kind, each.id) for text in said for each in read_mentions(text)}
        things = dict.fromkeys(_all_things(arguments))
        named = {thing for thing in things if thing in mentioned or self._is_named(thing, tool, words)}
        places = {place for thing in named for place in self._names.places(thing)}
        strange = [self._show(thing) for thing in things if thing not in named | places]
        known = {name for thing in named if (name := self._names.name_of(thing))}
        strange += [
            f"“{_short(text)}”"
            for text in _values(arguments)
            if text.strip() and not words.hold(text) and one_line(text) not in known
        ]
        return tuple(dict.fromkeys(strange))

    def _is_named(self, thing: Thing, tool: Tool, words: "_Words") -> bool:
        if thing in self._approved or words.hold(thing[1]):
            return True
        name = self._names.name_of(thing)
        # Who calls a task “Task” must not be meant whenever somebody speaks of one.
        of_the_tool = set(words_of(f"{tool.name} {tool.title}").split("_"))
        return name is not None and not of_the_tool.issuperset(words_of(name).split("_")) and words.hold(name)

    def _show(self, thing: Thing) -> str:
        name = self._names.name_of(thing)
        return f"“{name}” ({thing[1]})" if name else f"{thing[0]} {thing[1]}"


class _Words:
    """What the user wrote, to be searched for whole words."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._text = _plain("\n".join(texts))

    def hold(self, phrase: str) -> bool:
        wanted = _plain(phrase)
        return bool(wanted) and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", self._text) is not None


def _came_from_outside(message: Message) -> bool:
    match message:
        case ToolMessage(text=text):
            return is_fenced(text)
        case UserMessage(text=text):
            return holds_fenced(text)
        case _:
            return False


def _plain(text: str) -> str:
    return one_line(text).casefold().replace("’", "'")


def _all_things(value: JsonValue) -> Iterator[Thing]:
    if isinstance(value, dict):
        yield from things_in(value)
        for child in value.values():
            yield from _all_things(child)
    elif isinstance(value, list):
        for item in value:
            yield from _all_things(item)


def _values(value: JsonValue, key: str = "") -> Iterator[str]:
    """The texts and numbers among some arguments that are no ids."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _values(child, name)
    elif isinstance(value, list):
        for item in value:
            yield from _values(item, key)
    elif isinstance(value, str | int | float) and not isinstance(value, bool) and kind_of(key) is None:
        yield str(value)


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}…"
