"""`astravue sandbox`: Astravue on this machine; this process becomes the sandbox."""

import argparse
import os
import runpy
import sys

from agent.errors import ExitCode
from agent.system.folders import find_folders


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    folders = find_folders(os.environ)
    options: list[str] = ["--data", arguments.data or str(folders.sandbox)]
    for name in (
        "host",
        "port",
        "seed",
        "access_ttl",
        "refresh_ttl",
        "rate_limit",
        "start_time",
        "control_port",
    ):
        value = getattr(arguments, name)
        if value is not None:
            options += [f"--{name.replace('_', '-')}", str(value)]
    options += [f"--{name}" for name in ("reset", "users") if getattr(arguments, name)]
    sys.argv = ["astravue sandbox", *options]
    # Run by name rather than imported: the sandbox is a program beside this one, known by its options.
    runpy.run_module("agent.sandbox", run_name="__main__")
    return ExitCode.DONE
