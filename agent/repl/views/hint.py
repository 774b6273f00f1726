"""Tells once in a chat that there is more to see than an answer in words."""

from collections.abc import Callable, Sequence

from agent.jsontypes import JsonValue

_FEWEST = 2


class ViewHint:
    """Looks at the results of a turn that has ended, until there is something to tell.

    It reads a result when there is one and no sooner, as nothing of this is needed to open the chat.

    Args:
        results: Tells the structured results of each turn, the newest turn and result first.
    """

    def __init__(self, results: Callable[[], Sequence[Sequence[JsonValue]]]) -> None:
        self._results = results
        self._has_come = False
        self._is_told = False

    def take(self, structured: JsonValue) -> None:
        """Note that a turn has a result."""
        self._has_come = self._has_come or structured is not None

    def tell(self) -> str:
        """The hint, at the end of the first turn that gives one; empty otherwise."""
        if not self._has_come or self._is_told:
            return ""
        self._has_come = False
        line = _describe(self._results()[:1])
        self._is_told = bool(line)
        return line


def _describe(turns: Sequence[Sequence[JsonValue]]) -> str:
    """Which commands draw what of a turn; they choose in the same way."""
    from agent.records.records import count
    from agent.repl.views.sources import newest_list, read_all

    records = read_all(turns[0]) if turns else []
    table = newest_list(turns)
    tasks = next((each for each in records if each.tasks), None)
    entries = next((each for each in records if each.entries), None)
    drawn: dict[str, list[str]] = {}
    for command, each in (("/table", table), ("/board", tasks), ("/timeline", tasks), ("/hours", entries)):
        if each is not None and (number := len(each.tasks) or len(each.entries)) >= _FEWEST:
            drawn.setdefault(count(number, each.noun), []).append(command)
    clauses = [f"{_draw(commands)} these {what}" for what, commands in drawn.items()]
    return "; ".join(clauses) + "." if clauses else ""


def _draw(commands: Sequence[str]) -> str:
    *before, last = commands
    return f"{', '.join(before)} and {last} draw" if before else f"{last} draws"
