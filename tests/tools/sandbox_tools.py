"""The sandbox's tools, as a client lists them."""

import json
from importlib import resources
from typing import Any

from agent.tools.tool import Annotations, Tool


def sandbox_tools() -> list[Tool]:
    listed: list[dict[str, Any]] = json.loads(
        resources.files("agent.sandbox").joinpath("tools.json").read_text()
    )
    return [
        Tool(
            each["name"],
            each["title"],
            each["description"],
            each["inputSchema"],
            Annotations(
                each["annotations"]["readOnlyHint"],
                each["annotations"]["destructiveHint"],
                each["annotations"]["idempotentHint"],
            ),
        )
        for each in listed
    ]
