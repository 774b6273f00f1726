"""`astravue eval compare`: two runs, case by case."""

import argparse
import os
import sys

from agent.commands.common import start_logging
from agent.commands.json_lines import write_json
from agent.errors import ExitCode
from agent.system.folders import find_folders
from evals.reports.compared import draw_comparison, encode_comparison
from evals.reports.terminal import find_columns, find_palette
from evals.runs.finding import find_run
from evals.runs.reading import read_run
from evals.statistics.comparing import Comparison, compare


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    folders = find_folders(os.environ)
    start_logging(arguments, folders)
    before, after = (
        read_run(find_run(folders.runs, wanted)) for wanted in (arguments.before, arguments.after)
    )
    found = compare(before, after, only_common=arguments.only_common)
    if arguments.json:
        write_json(encode_comparison(before.manifest, after.manifest, found), indent=1)
    else:
        drawn = draw_comparison(
            before.manifest, after.manifest, found, columns=find_columns(), palette=find_palette()
        )
        sys.stdout.write(drawn)
    return ExitCode.FAILED if _fails(found, arguments.fail_on) else ExitCode.DONE


def _fails(found: Comparison, fail_on: str) -> bool:
    if fail_on == "any" and found.worse:
        return True
    return found.significant and found.difference < 0
