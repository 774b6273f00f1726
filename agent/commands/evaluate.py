"""`astravue eval`: cases, their trials, and what came of them."""

import argparse
import importlib

_ACTIONS = {
    "record": "agent.commands.eval_record",
    "check": "agent.commands.eval_check",
    "run": "agent.commands.eval_run",
    "replay": "agent.commands.eval_replay",
    "rescore": "agent.commands.eval_rescore",
    "compare": "agent.commands.eval_compare",
    "report": "agent.commands.eval_report",
}


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    module = importlib.import_module(_ACTIONS[arguments.action])
    return int(module.run(arguments))
