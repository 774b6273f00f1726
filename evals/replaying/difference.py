"""Differences as a person reads them: unified diffs of lines that are not too long."""

import difflib
import json
import re
from collections.abc import Iterator, Sequence

from agent.jsontypes import JsonValue

_CONTEXT_LINES = 2
_MOST_LINES = 60
_LONG = 100
_WIDEST = 240
# Where a long line is broken depends on what stands there alone, so that what did not change stays the same.
_BREAKS = re.compile(r"(?<=[.;:!?])[ \t]+(?=\S)|(?<=[,{}\[\]])(?![,\]}])")


def diff_lines(recorded: Sequence[str], replayed: Sequence[str]) -> str:
    """A unified diff, the recording first.

    Args:
        recorded: What there was.
        replayed: What there is.
    """
    old, new = [*_broken(recorded)], [*_broken(replayed)]
    lines = [*difflib.unified_diff(old, new, "recorded", "replayed", lineterm="", n=_CONTEXT_LINES)]
    shown = [line if len(line) <= _WIDEST else f"{line[:_WIDEST]}…" for line in lines[:_MOST_LINES]]
    if left := len(lines) - len(shown):
        shown.append(f"… {left} more lines")
    return "\n".join(shown)


def json_lines(value: JsonValue) -> list[str]:
    """The lines of a JSON value, one for each member.

    Args:
        value: The value.
    """
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True).splitlines()


def _broken(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield from _BREAKS.split(line) if len(line) > _LONG else [line]
