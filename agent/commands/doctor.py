"""`astravue doctor`: what may be wrong, and what to do about it; nothing is written, renewed or paid for."""

import argparse
import asyncio
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from agent.commands.common import prepare, start_logging, warn
from agent.commands.json_lines import write_json
from agent.commands.passphrase import unlock
from agent.doctor.case import Case
from agent.doctor.finding import Finding, Outcome
from agent.doctor.opening import examine
from agent.drawing.palette import Palette, wants_plain
from agent.drawing.widths import wrap
from agent.errors import ExitCode, SettingsError, VaultError
from agent.jsontypes import JsonObject
from agent.repl.findings import draw_finding, summarise
from agent.settings.settings import Settings
from agent.system.folders import find_folders


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    case = _open_case(arguments)
    if arguments.json:
        findings = asyncio.run(_examine(case, lambda _: None))
        write_json(_to_json(findings), indent=1)
    else:
        findings = asyncio.run(_examine(case, _show))
        sys.stdout.writelines(f"{line}\n" for line in wrap(summarise(findings), _columns() or sys.maxsize))
    return ExitCode.FAILED if _has_problem(findings) else ExitCode.DONE


def _open_case(arguments: argparse.Namespace) -> Case:
    try:
        settings, folders = prepare(arguments)
        error = None
    except SettingsError as failure:
        settings, folders, error = Settings(), find_folders(os.environ), failure
        start_logging(arguments, folders)
    try:
        key = unlock(folders)
    except VaultError as failure:
        warn(failure.message)
        key = None
    config: str | None = getattr(arguments, "config", None)
    return Case(settings, folders, os.environ, key, error, settings_file=Path(config) if config else None)


async def _examine(case: Case, show: Callable[[Finding], None]) -> list[Finding]:
    findings: list[Finding] = []
    async with aclosing(examine(case)) as found:
        async for finding in found:
            findings.append(finding)
            show(finding)
    return findings


def _show(finding: Finding) -> None:
    palette = Palette(wants_plain(os.environ, is_terminal=sys.stdout.isatty()))
    sys.stdout.write(draw_finding(finding, _columns(), palette))
    sys.stdout.flush()


def _columns() -> int | None:
    """The width of the terminal; none where there is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _has_problem(findings: list[Finding]) -> bool:
    return any(each.outcome is Outcome.PROBLEM for each in findings)


def _to_json(findings: list[Finding]) -> JsonObject:
    return {"well": not _has_problem(findings), "findings": [each.to_json() for each in findings]}
