"""`astravue log`: the audit log, one line an OAuth operation or tool call."""

import argparse
import itertools
import sys
from collections import deque
from datetime import datetime

from agent.auth.audit import read_audit_log
from agent.commands.common import prepare
from agent.drawing.sanitize import strip_line
from agent.errors import AgentError, ExitCode
from agent.jsontypes import JsonObject, dump

_COLUMNS = ("time", "operation", "outcome", "seconds")


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    _, folders = prepare(arguments)
    try:
        entries = list(deque(read_audit_log(folders.audit_file), maxlen=arguments.last))
    except OSError as error:
        raise AgentError(
            f"The audit log {folders.audit_file} cannot be read: {error.strerror}.",
            "Check who owns it: ls -l",
        ) from None
    if not entries:
        sys.stderr.write("Nothing has been recorded yet.\n")
    if arguments.json:
        sys.stdout.writelines(f"{dump(entry)}\n" for entry in entries)
        return ExitCode.DONE
    rows = [_row(entry) for entry in entries]
    widths = [max(map(len, column)) for column in itertools.islice(zip(*rows, strict=True), len(_COLUMNS))]
    for row in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)]
        sys.stdout.write("  ".join((*cells, row[-1])).rstrip() + "\n")
    return ExitCode.DONE


def _row(entry: JsonObject) -> tuple[str, ...]:
    seconds = entry.get("seconds")
    rest = {name: value for name, value in entry.items() if name not in _COLUMNS}
    return (
        _local_time(str(entry.get("time", ""))),
        strip_line(str(entry.get("operation", ""))),
        strip_line(str(entry.get("outcome", ""))),
        f"{seconds:.1f} s" if isinstance(seconds, int | float) else "",
        strip_line(" ".join(f"{name}={value}" for name, value in rest.items())),
    )


def _local_time(text: str) -> str:
    try:
        return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return strip_line(text)
