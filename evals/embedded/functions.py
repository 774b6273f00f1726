"""The functions that the model chooses from."""

import json
from importlib.resources import files

from agent.model.protocol import FunctionDefinition


def load_functions() -> tuple[FunctionDefinition, ...]:
    """The sandbox's tools as functions, in the order in which every conversation lists them."""
    text = (files("agent.sandbox") / "tools.json").read_text(encoding="utf-8")
    functions = [
        FunctionDefinition(tool["name"], tool["description"], tool["inputSchema"])
        for tool in json.loads(text)
    ]
    return tuple(sorted(functions, key=lambda function: function.name))
