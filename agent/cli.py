"""The process of the command line: its version, its streams, its exit code.

Next to nothing is imported here, for `--version` is asked by scripts, and by people who wonder whether the
program is there at all. What runs a command is `agent.commands.running`.
"""

import sys

from agent import PROGRAM_VERSION
from agent.system.standard_streams import output_problem, prepare_streams

# As in `typing`, which takes longer to import than all else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: "Sequence[str] | None" = None) -> int:
    """Run the program.

    Args:
        argv: The arguments without the program's name; `None` takes the process's own.

    Returns:
        The exit code; see `agent.errors.ExitCode`.
    """
    prepare_streams()
    code = 0
    try:
        code = _run(sys.argv[1:] if argv is None else [*argv])
        sys.stdout.flush()
    except OSError:
        # Everything else that may fail is met where it happens.
        if output_problem() is None:
            raise
    problem = output_problem()
    # Where the reader of our output has left, there is nobody to tell.
    if problem is None or isinstance(problem, BrokenPipeError):
        return code
    from agent.commands.running import complain

    complain(f"The output could not be written ({problem.strerror}).")
    return 1


def _run(words: list[str]) -> int:
    if words == ["--version"]:
        # The parser says the same, wherever else the option stands.
        sys.stdout.write(f"{PROGRAM_VERSION}\n")
        return 0
    from agent.commands.running import run

    return run(words)
