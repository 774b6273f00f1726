"""JSON on standard output."""

import json
import sys

from agent.jsontypes import JsonValue


def write_json(value: JsonValue, *, indent: int | None = None) -> None:
    """Write a value and a line end, at once.

    Text goes out as it is where standard output takes all of Unicode, else with escapes, so that what is
    written is always JSON.

    Args:
        value: The value.
        indent: Spread it over several lines, with so many spaces for each level.

    Source: RFC 8259, section 8.1: what leaves a closed system is UTF-8, of which ASCII is a part.
    """
    text = json.dumps(value, ensure_ascii=not _takes_all(), indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair cannot be encoded; as `\uXXXX` it is JSON again.
        text = json.dumps(value, indent=indent)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _takes_all() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
