"""What tells the time and place of a run rather than what its workspace holds, and so is never the same."""

import re

from agent.jsontypes import JsonValue, is_object

_FIELDS = (
    r"(?:(?:created|updated?|modified|start|started|end|ended|stopped)_?(?:time|at)|(?:duration|elapsed)\w*)"
)
_FIELD = re.compile(rf"(?i)^{_FIELDS}$")
# The same in a text that holds JSON, or the beginning of some.
_IN_TEXT = re.compile(rf'(?i)("{_FIELDS}"\s*:\s*)(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)')
_PORT = re.compile(r"\b(127\.0\.0\.1|localhost):\d+")
_MASK = "<volatile>"


def mask_volatile(value: JsonValue) -> JsonValue:
    """Replace what fields hold that tell the time of the run, those in texts included.

    Args:
        value: Of an event.
    """
    if is_object(value):
        return {
            key: _MASK if _FIELD.search(key) and item is not None else mask_volatile(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [mask_volatile(item) for item in value]
    return mask_text(value) if isinstance(value, str) else value


def mask_text(text: str) -> str:
    """The same for one text.

    Args:
        text: As the model reads it.
    """
    masked = _IN_TEXT.sub(rf'\1"{_MASK}"', text) if '"' in text else text
    return _PORT.sub(r"\1:<port>", masked) if ":" in masked else masked
