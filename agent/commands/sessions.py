"""`astravue sessions`: saved conversations. None of this asks a server or a model."""

import argparse
import importlib


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    module = importlib.import_module(f"agent.commands.sessions_{arguments.action or 'list'}")
    return int(module.run(arguments))
