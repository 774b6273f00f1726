"""`astravue model`: language models, and the keys of their endpoints."""

import argparse
import importlib

_ACTIONS = {
    "list": "agent.commands.model_list",
    "use": "agent.commands.model_use",
    "test": "agent.commands.model_check",
    "fetch": "agent.commands.model_fetch",
    "key": "agent.commands.model_key",
}


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    module = importlib.import_module(_ACTIONS[arguments.action or "list"])
    return int(module.run(arguments))
