"""A run as a log of `inspect-ai`, which its viewer and its data frames read.

Source: https://inspect.aisi.org.uk/eval-logs.html
"""

import importlib.util
from pathlib import Path
from typing import Literal

from agent.errors import AgentError, UsageError
from evals.runs.run import Run

_FORMATS: dict[str, Literal["eval", "json"]] = {".eval": "eval", ".json": "json"}


def check_inspect(path: Path) -> None:
    """Make sure that a log can be written.

    Args:
        path: The file that is to be written.

    Raises:
        UsageError: What it is called is no form of a log.
        AgentError: The extra is not installed.
    """
    if path.suffix not in _FORMATS:
        raise UsageError(
            f"A log of inspect-ai cannot be called {path.name}.", "End its name with .eval or with .json."
        )
    if importlib.util.find_spec("inspect_ai") is None:
        raise AgentError(
            "A log of inspect-ai needs the extra `inspect`, which is not installed.",
            "Install it: pip install 'astravue-agent[inspect]'",
        )


def write_inspect_log(run: Run, path: Path) -> None:
    """Write a log; all of it is in memory meanwhile, as the library wants it.

    Args:
        run: The run; its trials with their events.
        path: The file; what it is called says whether it is an `.eval` archive or JSON.

    Raises:
        AgentError: A log cannot be written, or a trial cannot be read.
        OSError: The file cannot be written.
    """
    check_inspect(path)
    from inspect_ai.log import write_eval_log

    from evals.reports.inspect_samples import make_log

    write_eval_log(make_log(run), path, format=_FORMATS[path.suffix])
