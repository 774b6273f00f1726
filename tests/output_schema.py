"""The JSON Schema of what `ask` prints, as the program ships it; nothing is allowed that it does not name."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any, Protocol

from jsonschema import Draft202012Validator

import agent

SCHEMA: dict[str, Any] = json.loads(
    (Path(agent.__file__).parent / "data" / "events.schema.json").read_text(encoding="utf-8")
)
DEFINITIONS: dict[str, Any] = SCHEMA["$defs"]


class Checker(Protocol):
    """Says whether something fits a schema."""

    def validate(self, instance: object) -> None:
        """Raise a `ValidationError` unless it does."""


def _closed() -> dict[str, Any]:
    made = deepcopy(SCHEMA)
    for each in (*made["$defs"].values(), made["$defs"]["answer"]["properties"]["tool_calls"]["items"]):
        if "properties" in each:
            each["additionalProperties"] = False
    return made


def checker(definition: str) -> Checker:
    """What fits one of the definitions."""
    return Draft202012Validator({**_closed(), "oneOf": [{"$ref": f"#/$defs/{definition}"}]})


LINE: Checker = Draft202012Validator(_closed())
"""What fits a line of `--stream-json`."""

ANSWER = checker("answer")
"""What fits the object of `--json`."""
