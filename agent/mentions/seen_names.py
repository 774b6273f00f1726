"""Names of what servers offer, kept so that a shell can complete them without asking anybody."""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Literal, TypeAlias

from agent.jsontypes import JsonObject, is_object, parse_object
from agent.system.private_files import replace_file
from agent.wording.addresses import hide_user

_MOST_SERVERS = 20
# What a server calls its things ends up on a command line.
_FIT = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]{1,200}")


Offered: TypeAlias = Literal["tools", "prompts", "resources"]
"""What the names are of."""


class SeenNames:
    """The names that servers listed last.

    Args:
        path: The file; what is not there or cannot be read knows no names.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, server: str, kind: Offered) -> tuple[str, ...]:
        """The names that a server listed; empty if it is not known."""
        return _names(self._read().get(hide_user(server)), kind)

    def keep(self, server: str, kind: Offered, names: Iterable[str]) -> None:
        """Keep what a server lists now. A disk that cannot be written to is no reason to complain."""
        server, known = hide_user(server), self._read()
        entry = known.pop(server, {})
        fit = tuple(name for name in names if _FIT.fullmatch(name))
        if _names(entry, kind) == fit:
            return
        others: JsonObject = entry if is_object(entry) else {}
        newest: JsonObject = {server: {**others, kind: list(fit)}, **known}
        with suppress(OSError):
            # The order says which servers were used last, so it is kept.
            data = json.dumps(dict(islice(newest.items(), _MOST_SERVERS))).encode()
            # They are learnt again at the next listing, so nobody waits for the disk.
            replace_file(self._path, data, lasting=False)

    def _read(self) -> JsonObject:
        try:
            return parse_object(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}


def _names(entry: object, kind: Offered) -> tuple[str, ...]:
    listed = entry.get(kind) if is_object(entry) else None
    return tuple(map(str, listed)) if isinstance(listed, list) else ()
