"""Tells once in a chat that there is more to see than an answer in words."""

from agent.jsontypes import JsonValue

_FEWEST = 2


class ViewHint:
    """Looks at the results of turns until there is something to tell.

    It reads a result when it comes and no sooner, as nothing of this is needed to open the chat.
    """

    def __init__(self) -> None:
        self._line = ""
        self._is_told = False

    def take(self, structured: JsonValue) -> None:
        """Look at a result of a turn."""
        if self._is_told or structured is None:
            return
        from agent.repl.views.records import count, read_records

        records = read_records(structured)
        if records is None:
            return
        if len(records.tasks) >= _FEWEST:
            self._line = f"/table, /board and /timeline draw these {count(len(records.tasks), records.noun)}."
        elif len(records.entries) >= _FEWEST:
            self._line = f"/table and /hours draw these {count(len(records.entries), records.noun)}."

    def tell(self) -> str:
        """The hint, the first time there is one; empty otherwise."""
        if not self._line or self._is_told:
            return ""
        self._is_told = True
        return self._line
