"""Case files: read, checked, and put into the order of their ids."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agent.errors import UsageError
from evals.definitions.beginnings import (
    MOST_TURNS,
    check_people,
    read_simulated,
    read_timezone,
    read_workspace,
)
from evals.definitions.case import VERSION, Case, Category, Turn
from evals.definitions.digests import digest_of
from evals.definitions.documents import DocumentError, Node, Table, read_document
from evals.definitions.expectations import check_that_it_checks, read_expectation
from evals.definitions.fields import Fields, value_of
from evals.definitions.problems import CaseError, Problem, Problems, choices
from evals.definitions.selection import ALL, SUFFIX, find_files, id_of, in_shard, is_in_suite
from evals.definitions.tools import KnownTools
from evals.definitions.turns import read_turn

CASE_FIELDS = (
    *("version", "title", "category", "suites", "workspace", "user", "timezone"),
    *("turns", "simulated", "expect"),
)
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def read_cases(
    root: Path, patterns: Sequence[str] = (), suite: str = ALL, shard: tuple[int, int] = (1, 1)
) -> tuple[list[Case], list[Problem]]:
    """Read the cases that are wanted, in the order of their ids.

    Args:
        root: The folder of cases.
        patterns: Ids, globs of ids, categories, or paths of files or folders; none for all.
        suite: Only the cases of this suite.
        shard: Only this part of how many.

    Returns:
        The cases that can be used, and what is wrong with the others.

    Raises:
        UsageError: There is no such folder, or nothing fits a pattern or the suite.
    """
    cases: dict[str, Case] = {}
    problems: list[Problem] = []
    for path in find_files(root, patterns):
        if not in_shard(id_of(path), *shard):
            continue
        try:
            case = read_case(path, root if path.is_relative_to(root) else path.parent.parent)
        except CaseError as error:
            problems += error.problems
            continue
        if (other := cases.setdefault(case.id, case)) is not case:
            problems.append(Problem(path, 1, f"{case.id} is the id of {other.path} already"))
    wanted = [case for case in cases.values() if is_in_suite(case.suites, suite)]
    if not wanted and not problems and shard[1] == 1:
        known = sorted({name for case in cases.values() for name in case.suites})
        raise UsageError(f"No case belongs to the suite {suite}; {choices([ALL, *known], suite)}.")
    return wanted, problems


def read_case(path: Path, root: Path) -> Case:
    """Read one case.

    Args:
        path: Its file.
        root: The folder of cases, whose folders are the categories.

    Raises:
        CaseError: It cannot be read, or something is wrong with it.
    """
    problems = Problems(path)
    if path.suffix != SUFFIX:
        renamed = path.with_suffix(SUFFIX).name
        raise CaseError(
            [Problem(path, 1, f"the name of a case ends in {SUFFIX}; rename the file to {renamed}")]
        )
    try:
        node = read_document(path.read_bytes())
        case = _read(node, path, problems)
        _check_place(path, root, problems)
        problems.raise_any()
        return replace(case, digest=digest_of(case))
    except OSError as error:
        problem = Problem(path, 1, f"it cannot be read: {error.strerror}")
    except DocumentError as error:
        problem = Problem(path, error.line, error.text)
    raise CaseError([problem])


def _read(node: Node, path: Path, problems: Problems) -> Case:
    fields = Fields(node, CASE_FIELDS, "a case", problems)
    if not isinstance(node, Table):
        problems.raise_any()
    if _is_newer(fields):
        # Whatever else looks wrong may be right in that version.
        problems = Problems(path)
        problems.add(
            fields.line_of("version"),
            f"version {value_of(fields.node('version'))} is newer than {VERSION}, which this program reads; "
            "update astravue-agent",
        )
        problems.raise_any()
    fields.whole("version", 1, VERSION, required=True)
    title = fields.text("title", required=True)
    if "\n" in title.strip():
        fields.fault("title", "has to be one line")
    category = fields.choice("category", Category, required=True)
    if category is not None and category != path.parent.name:
        fields.fault("category", f"is {category}, but the file lies in the folder {path.parent.name}")
    workspace, tools = read_workspace(fields.node("workspace"), path, problems)
    if workspace.recorded:
        # Without them every call would be of a tool that there is not.
        problems.raise_any()
    turns = _read_turns(fields, tools, problems)
    expect = read_expectation(fields.node("expect"), len(turns), tools, problems)
    check_that_it_checks(turns, expect, fields.line_of("expect"), tools, problems)
    case = Case(
        id_of(path),
        path,
        title,
        category or Category.RECORDED,
        workspace,
        turns,
        expect,
        _read_suites(fields),
        fields.text("user"),
        read_timezone(fields),
        read_simulated(fields.node("simulated"), problems),
    )
    check_people(case, fields.line_of("user"), problems)
    return case


def _is_newer(fields: Fields) -> bool:
    version = value_of(fields.node("version"))
    return isinstance(version, int | float) and version > VERSION


def _read_turns(fields: Fields, tools: KnownTools, problems: Problems) -> tuple[Turn, ...]:
    names: dict[str, int] = {}
    nodes = fields.listing("turns", required=True)
    if len(nodes) > MOST_TURNS:
        fields.fault("turns", f"are {len(nodes)}; {MOST_TURNS} are allowed")
    return tuple(read_turn(each, names, tools, problems) for each in nodes)


def _read_suites(fields: Fields) -> tuple[str, ...]:
    suites = fields.texts("suites")
    for name in suites:
        if not _NAME.fullmatch(name) or name == ALL:
            fields.fault("suites", f"cannot name {name}; small letters, digits and dashes, other than {ALL}")
    return suites


def _check_place(path: Path, root: Path, problems: Problems) -> None:
    if not _NAME.fullmatch(path.stem):
        problems.add(1, f"the file is called {path.stem}; small letters, digits and dashes are allowed")
    if path.parent.resolve().parent != root.resolve():
        problems.add(1, f"the file has to lie in the folder of its category, right below {root}")
