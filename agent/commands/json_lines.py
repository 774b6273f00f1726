"""JSON on standard output."""

import json
import re
import sys

from agent.jsontypes import JsonValue

# What a terminal would obey, and what many readers of lines take for the end of one.
_CONTROLS = re.compile("[\x7f-\x9f\u2028\u2029]")


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
    # These stand in strings only, where an escape says the same.
    text = _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _takes_all() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
