"""What a case begins with, as its file writes it: the workspace, who is signed in, and where they are."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

from agent.errors import AgentError
from evals.definitions.calls import read_outside_call
from evals.definitions.case import Case, OutsideCall, SimulatedUser, WorkspaceDefinition
from evals.definitions.documents import Node
from evals.definitions.fields import Fields
from evals.definitions.problems import Problems, choices
from evals.definitions.recorded_server import read_recorded_server
from evals.definitions.tools import KnownTools, shipped_tools

WORKSPACE_FIELDS = ("seed", "start_time", "snapshot", "recorded", "setup", "rate_limit")
SETUP_FIELDS = ("tool", "arguments", "user")
SIMULATED_FIELDS = ("persona", "goal", "turns")
USUAL_SEED = "demo"
USUAL_START = datetime(2026, 11, 23, 9, tzinfo=UTC)
MOST_TURNS = 100
_MOST_REQUESTS = 1_000_000


def read_workspace(
    node: Node | None, path: Path, problems: Problems
) -> tuple[WorkspaceDefinition, KnownTools]:
    """Read what workspace there is.

    Args:
        node: What stands in the file; nothing for the usual one.
        path: The file.
        problems: Takes what is wrong.

    Returns:
        The workspace, and the tools that the case may name, as a recorded server may have some of its own.
    """
    tools = shipped_tools()
    if node is None:
        return WorkspaceDefinition(USUAL_SEED, USUAL_START), tools
    fields = Fields(node, WORKSPACE_FIELDS, "a workspace", problems)
    seed = fields.text("seed", USUAL_SEED)
    if seed not in _seeds():
        fields.fault("seed", f"cannot be {seed}; {choices(_seeds(), seed)}")
    snapshot = _read_file("snapshot", fields, path)
    if snapshot is not None:
        _check_snapshot(snapshot, fields)
    recorded = _read_file("recorded", fields, path)
    if recorded is not None:
        tools = _read_tools(recorded, fields)
    workspace = WorkspaceDefinition(
        seed,
        _read_start_time(fields),
        fields.text("snapshot"),
        fields.text("recorded"),
        tuple(
            read_outside_call(Fields(each, SETUP_FIELDS, "a call of the setup", problems), tools, problems)
            for each in fields.listing("setup")
        ),
        fields.whole("rate_limit", 0, _MOST_REQUESTS),
    )
    return workspace, tools


def read_simulated(node: Node | None, problems: Problems) -> SimulatedUser | None:
    """Read who plays the user, if somebody can.

    Args:
        node: What stands in the file.
        problems: Takes what is wrong.
    """
    if node is None:
        return None
    fields = Fields(node, SIMULATED_FIELDS, "a simulated user", problems)
    return SimulatedUser(
        fields.text("persona", required=True),
        fields.text("goal", required=True),
        fields.whole("turns", 1, MOST_TURNS, SimulatedUser("", "").turns),
    )


def read_timezone(fields: Fields) -> str:
    """Read where the user is.

    Args:
        fields: Of the case.
    """
    zone = fields.text("timezone", "UTC")
    if zone not in _zones():
        fields.fault("timezone", f"{zone} is not in the IANA database; {choices(sorted(_zones()), zone)}")
    return zone


def check_people(case: Case, line: int, problems: Problems) -> None:
    """Refuse people who are not in the workspace.

    Args:
        case: The case.
        line: Where its user stands.
        problems: Takes what is wrong.
    """
    if case.workspace.seed not in _seeds():
        return
    emails = _emails(case.workspace.seed)
    others = [each.call for turn in case.turns for each in turn.disturbances]
    calls: list[OutsideCall] = [*case.workspace.setup, *(call for call in others if call is not None)]
    for user, at in [(case.user, line), *((call.user, call.line) for call in calls)]:
        if user and user not in emails:
            problems.add(
                at, f"nobody in {case.workspace.seed} has the address {user}; {choices(emails, user)}"
            )


def _read_start_time(fields: Fields) -> datetime:
    text = fields.text("start_time")
    if not text:
        return USUAL_START
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        fields.fault("start_time", f"has to be a time such as {USUAL_START.isoformat()}, not {text}")
        return USUAL_START
    if found.tzinfo is None:
        fields.fault(
            "start_time", f"{text} says no time zone; end it with Z, or with an offset such as +01:00"
        )
        return USUAL_START
    return found


def _read_file(name: str, fields: Fields, path: Path) -> Path | None:
    given = fields.text(name)
    if not given:
        return None
    file = path.with_name(given) if Path(given).name == given else None
    if file is None:
        fields.fault(name, f"has to be the name of a file beside the case, not {given}")
    elif not file.is_file():
        fields.fault(name, f"{given} is not there; it has to lie beside the case")
    else:
        return file
    return None


def _check_snapshot(file: Path, fields: Fields) -> None:
    from agent.sandbox.database import open_snapshot
    from agent.sandbox.errors import SnapshotRefused

    try:
        open_snapshot(file.read_bytes()).close()
    except OSError as error:
        fields.fault("snapshot", f"{file.name} cannot be read: {error.strerror}")
    except SnapshotRefused as error:
        fields.fault("snapshot", f"{file.name} does not fit: {str(error).removesuffix('.')}")


def _read_tools(file: Path, fields: Fields) -> KnownTools:
    try:
        return shipped_tools().with_recorded(read_recorded_server(file))
    except AgentError as error:
        fields.fault("recorded", f"{file.name} does not fit: {error.message.removesuffix('.')}")
        return shipped_tools()


@cache
def _seeds() -> tuple[str, ...]:
    from agent.sandbox.seeds.reader import SEED_NAMES

    return SEED_NAMES


@cache
def _emails(seed: str) -> tuple[str, ...]:
    from agent.sandbox.seeds.reader import read_seed

    return tuple(user.email for user in read_seed(seed).users)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
