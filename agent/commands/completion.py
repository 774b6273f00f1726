"""`astravue completion`: what a shell reads to complete this program's words."""

import argparse
import sys

from agent.commands.completing import shell_script
from agent.errors import ExitCode


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    sys.stdout.write(shell_script(arguments.shell))
    return ExitCode.DONE
