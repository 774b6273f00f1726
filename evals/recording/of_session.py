"""Makes a case of a saved conversation: turns, transcript and workspace, without what is private."""

import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise, takewhile
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from agent.errors import AgentError, UsageError
from agent.jsontypes import JsonObject
from agent.transcripts.header import Header
from agent.transcripts.lines import TURN_STARTED, encode_line
from agent.transcripts.transcript import Transcript
from evals.definitions.case import Category
from evals.definitions.recorded_server import RecordedServer
from evals.recording.answers import leave_out_repeats, lost_turns, read_answers
from evals.recording.golden import make_case
from evals.recording.invented import invented_by
from evals.recording.listing import rebuild_tools
from evals.recording.masking import Masking
from evals.recording.tables import mask_snapshot, seed_of, texts_of
from evals.recording.yaml_text import write_yaml
from evals.replaying.turns import RecordedTurn, read_turns

_SANDBOX = "http://127.0.0.1:8631/mcp"
_OTHER_SERVER = "https://server.example/mcp"
_LONGEST_NAME = 100
_LONGEST_TITLE = 48
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CONTINENTS = ("Europe", "America", "Asia", "Australia", "Africa", "Pacific", "Atlantic", "Indian")
_ZONE = re.compile(r"\((?P<name>[^,()]*), UTC(?P<sign>[+-])(?P<hours>\d\d):(?P<minutes>\d\d)\)")


class Beginning(StrEnum):
    """What the workspace of a recorded case is made of."""

    SEED = "seed"
    SNAPSHOT = "snapshot"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class SessionCase:
    """A case that was made of a conversation, before it is written.

    Args:
        name: What it is called.
        case: The case.
        transcript: Its lines.
        server: The answers of its server; `None` where a sandbox is built again.
        snapshot: The database that the sandbox is built of; empty where it is built of a seed.
        masked: How many things of each kind were masked.
        notes: What whoever recorded it should know, a sentence each.
    """

    name: str
    case: JsonObject
    transcript: Sequence[JsonObject]
    server: RecordedServer | None
    snapshot: bytes
    masked: Mapping[str, int]
    notes: tuple[str, ...]

    def write(self, root: Path) -> tuple[Path, ...]:
        """Write its files, the case last; none that is there is replaced.

        Args:
            root: The folder of cases.

        Raises:
            AgentError: One of them is there, or cannot be written.
        """
        folder = root / Category.RECORDED
        files = {folder / f"{self.name}.jsonl": b"".join(map(encode_line, self.transcript))}
        if self.server is not None:
            text = json.dumps(self.server.to_json(), indent=1, ensure_ascii=False)
            files[folder / f"{self.name}.server.json"] = f"{text}\n".encode()
        if self.snapshot:
            files[folder / f"{self.name}.db"] = self.snapshot
        files[folder / f"{self.name}.yaml"] = write_yaml(self.case).encode()
        for path in files:
            if path.exists():
                raise UsageError(f"{path} is there already.", "Give the case another name: --name NAME")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write_all(files)
        except OSError as error:
            raise AgentError(
                f"The case cannot be written to {folder}: {error.strerror}. Nothing of it is there."
            ) from error
        return tuple(files)


def _write_all(files: Mapping[Path, bytes]) -> None:
    """Write files under other names first, so that all of them are there or none is."""
    parts = {path: path.with_name(f".{path.name}.{secrets.token_hex(4)}.new") for path in files}
    done: list[Path] = []
    try:
        for path, data in files.items():
            parts[path].write_bytes(data)
        for path, part in parts.items():
            part.rename(path)
            done.append(path)
    except BaseException:
        for path in (*parts.values(), *done):
            path.unlink(missing_ok=True)
        raise


def beginnings_of(transcript: Transcript, snapshot: bytes) -> tuple[Beginning, ...]:
    """What the workspace of a conversation may be made of, the best first.

    One with a demo company that was resumed went on in another company, which its header does not know.

    Args:
        transcript: The conversation.
        snapshot: The database of its sandbox, if that can be had.
    """
    workspace = transcript.header.workspace
    prefixes = [event for event in transcript.events if event.get("type") == "request_prefix"]
    is_resumed = any(
        all(before.get(name) == after.get(name) for name in ("model", "system", "functions"))
        for before, after in pairwise(prefixes)
    )
    is_known = "seed" in workspace and "start_time" in workspace and not is_resumed
    first = (Beginning.SEED,) if is_known else ()
    second = (Beginning.SNAPSHOT,) if snapshot and not is_known else ()
    return (*first, *second, Beginning.ANSWERS)


def check_name(name: str) -> None:
    """Refuse what no case can be called.

    Args:
        name: What somebody wants to call it.

    Raises:
        UsageError: It cannot.
    """
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        shown = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
        raise UsageError(
            f"A case cannot be called “{shown}”; 1 to {_LONGEST_NAME} small letters, digits and dashes are "
            "allowed."
        )


def make_session_case(
    transcript: Transcript,
    name: str,
    own_secrets: Iterable[str | None],
    tools: Sequence[JsonObject] | None,
    beginning: Beginning,
    snapshot: bytes = b"",
) -> SessionCase:
    """Make a case of a conversation.

    Args:
        transcript: The conversation.
        name: What to call the case; its title is taken where this is empty.
        own_secrets: Keys and tokens of this program.
        tools: What its server lists; `None` where it could not be asked.
        beginning: What its workspace is made of.
        snapshot: The database for that.

    Raises:
        UsageError: It has no turn that was answered.
    """
    header, notes = transcript.header, list[str]()
    events = _until_broken(transcript.events, notes)
    is_sandbox = "seed" in header.workspace or beginning is Beginning.SNAPSHOT
    masking = _masking([header.to_json(), *events], own_secrets, header, beginning, snapshot)
    masked = [masking.mask(event) for event in events]
    turns = read_turns(masked)
    # A title is cut, and of half an address nobody knows what it is.
    title = replace(transcript, events=tuple(masked)).title
    name = name or _name_of(title)
    server = _server(masked, tools, notes) if beginning is Beginning.ANSWERS else None
    if server is not None and tools is None and not is_sandbox:
        notes.append("Its server could not be asked for its tools; they are put together from those offered.")
    zone = _timezone_of(turns, header)
    case, lost = make_case(title, _workspace(header, name, beginning), zone, turns)
    if lost:
        listed = ", ".join(map(str, lost))
        notes.append(
            f"What you changed by hand in turn {listed} cannot be done again by a case, so it can only be "
            "replayed."
        )
    return SessionCase(
        name,
        case,
        [_header(header, name, beginning), *masked],
        server,
        mask_snapshot(snapshot, masking.mask_text) if beginning is Beginning.SNAPSHOT else b"",
        masking.counts,
        tuple(notes),
    )


def _masking(
    lines: Sequence[JsonObject],
    own_secrets: Iterable[str | None],
    header: Header,
    beginning: Beginning,
    snapshot: bytes,
) -> Masking:
    """What is masked in all files of a case; the invented people of a sandbox's seed are spared."""
    if beginning is Beginning.SNAPSHOT:
        return Masking(lines, own_secrets, invented_by(seed_of(snapshot)), texts_of(snapshot))
    return Masking(lines, own_secrets, invented_by(str(header.workspace.get("seed", ""))))


def _workspace(header: Header, name: str, beginning: Beginning) -> JsonObject:
    if beginning is Beginning.SEED:
        return {**header.workspace}
    start = datetime.fromtimestamp(header.created, UTC).isoformat(timespec="seconds")
    if beginning is Beginning.SNAPSHOT:
        return {"start_time": start, "snapshot": f"{name}.db"}
    return {"start_time": start, "recorded": f"{name}.server.json"}


def _until_broken(events: Sequence[JsonObject], notes: list[str]) -> Sequence[JsonObject]:
    """What there is until the last turn that golden calls can lead to."""
    turns = read_turns(events)
    kept = [*takewhile(lambda turn: not turn.interrupted, turns)]
    if len(kept) < len(turns):
        number = len(kept) + 1
        notes.append(f"Turn {number} was interrupted, which cannot be done again; the case ends before it.")
    while said := [turn for turn in kept if not turn.is_by_hand]:
        if not said[-1].failed:
            break
        kept = kept[: said[-1].number - 1]
        notes.append(
            f"Turn {said[-1].number} ended with an error, to which no right answer leads; the case ends "
            "before it."
        )
    if not said:
        raise UsageError("No turn of this conversation was answered, so there is nothing to record.")
    starts = [index for index, event in enumerate(events) if event.get("type") == TURN_STARTED]
    return events[: starts[len(kept)]] if len(kept) < len(turns) else events


def _server(
    events: Sequence[JsonObject], tools: Sequence[JsonObject] | None, notes: list[str]
) -> RecordedServer:
    if lost := sorted(set(lost_turns(events))):
        listed = ", ".join(map(str, lost))
        notes.append(f"The server failed in turn {listed}, which its answers alone cannot bring about again.")
    if any(event.get("name") == "map_dependencies" for event in events):
        notes.append("What map_dependencies read by itself was not recorded, so its result will differ.")
    return RecordedServer(
        rebuild_tools(events) if tools is None else tools, leave_out_repeats([*read_answers(events)])
    )


def _header(header: Header, name: str, beginning: Beginning) -> JsonObject:
    # Neither the profile nor the address is anybody's business.
    kept = replace(header, id=f"{Category.RECORDED}/{name}", profile="", forked_from=None)
    if beginning is Beginning.SEED:
        return replace(kept, server=_SANDBOX).to_json()
    server = _SANDBOX if beginning is Beginning.SNAPSHOT else _OTHER_SERVER
    return replace(kept, server=server, workspace={}).to_json()


def _name_of(title: str) -> str:
    words = re.findall(r"[a-z0-9]+", title.casefold())
    name = ""
    for word in words:
        if len(name) + len(word) >= _LONGEST_TITLE:
            break
        name = f"{name}-{word}".strip("-")
    return name or "conversation"


def _timezone_of(turns: Sequence[RecordedTurn], header: Header) -> str:
    """A time zone in which the moment is told as it was; which of them it was, nobody needs to know."""
    found = next(filter(None, (_ZONE.search(turn.context) for turn in turns)), None)
    if found is None:
        return "UTC"
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    offset = -offset if found["sign"] == "-" else offset
    if not offset:
        return "UTC"
    moment = datetime.fromtimestamp(header.created, UTC)
    fitting = [
        zone
        for zone in sorted(available_timezones(), key=_by_continent)
        if moment.astimezone(ZoneInfo(zone)).utcoffset() == offset
    ]
    named = [zone for zone in fitting if moment.astimezone(ZoneInfo(zone)).tzname() == found["name"]]
    return next(iter([*named, *fitting]), "UTC")


def _by_continent(zone: str) -> tuple[int, str]:
    continent = zone.partition("/")[0]
    return _CONTINENTS.index(continent) if continent in _CONTINENTS else len(_CONTINENTS), zone
