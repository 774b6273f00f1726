"""What the conversation has talked about so far, read from its messages alone."""

import itertools
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agent.conversation import AssistantMessage, Message, ToolCall, ToolMessage, UserMessage
from agent.jsontypes import JsonObject, JsonValue, is_object, parse_object
from agent.mentions.mention import read_mentions, without_ids
from agent.model.embedded.entities import KINDS, Entity, find_entities, is_of_kind, main_entities
from agent.tools.fence import unfence

ITEM_TYPE = "embedded_plan"
"""Marks the item among a message's provider items that holds the plan of a turn."""


@dataclass(frozen=True, slots=True)
class Result:
    """A call of the conversation with what came of it."""

    name: str
    arguments: JsonObject
    text: str
    is_error: bool
    structured: JsonValue = field(repr=False)

    @property
    def deletes(self) -> bool:
        """What the call names is gone."""
        return "delete_" in self.name and not self.is_error

    @property
    def deleted(self) -> tuple[str, int | str] | None:
        """What is gone: the key of its id, and the id. The comment, say, and not the task that had it."""
        for kind in KINDS if self.deletes else ():
            number = self.arguments.get(kind.id_key)
            if isinstance(number, int | str) and not isinstance(number, bool):
                return kind.id_key, number
        return None

    @property
    def makes(self) -> bool:
        """The call's result is something new."""
        return bool(re.search(r"(^|_)(create|duplicate|add)_", self.name)) and not self.is_error


@dataclass(frozen=True, slots=True)
class Focus:
    """What "it" and "the second one" stand for.

    Args:
        task: The task that was talked about last.
        project: The project that was talked about last.
        listed: The tasks that were listed last.
    """

    task: Entity | None = None
    project: Entity | None = None
    listed: tuple[Entity, ...] = ()

    def after(self, result: Result, known: Sequence[Entity]) -> "Focus":
        """What it is after a call."""
        if result.is_error:
            return self
        main = main_entities(result.structured)
        tasks = [entity for entity in main if is_of_kind(entity, "task")]
        numbers = (result.arguments.get(key) for key in ("subtaskId", "taskId", "parentTaskId"))
        named = next((number for number in numbers if number), None)
        if result.deleted is not None and result.deleted[0] in ("taskId", "subtaskId"):
            return replace(self, task=None)
        if result.deleted is not None and result.deleted[0] in ("projectId", "spaceId"):
            is_gone = self.project is not None and self.project.parent(result.deleted[0]) == result.deleted[1]
            return replace(self, project=None) if is_gone else self
        focus = self
        task = tasks[0] if len(tasks) == 1 and (result.makes or named is None) else None
        if task is None and named is not None:
            task = next((e for e in [*tasks, *known] if is_of_kind(e, "task") and e.id == named), None)
        if task is not None:
            focus = replace(focus, task=task, project=task.project or focus.project)
        elif len(tasks) > 1:
            focus = replace(focus, listed=tuple(tasks))
        project = self._project(result, main, known)
        return replace(focus, project=project) if project is not None and task is None else focus

    @staticmethod
    def _project(result: Result, main: Sequence[Entity], known: Sequence[Entity]) -> Entity | None:
        projects = [entity for entity in main if entity.kind == "project"]
        if len(projects) == 1:
            return projects[0]
        number = result.arguments.get("projectId")
        return next((e for e in known if e.kind == "project" and e.id == number), None)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The conversation as the planner needs it.

    Args:
        request: The user's last message.
        now: The moment of that message in the user's time zone.
        earlier: Results of earlier turns, oldest first.
        calls: The calls of this turn in order, each with its result where there is one.
        focus: What was talked about before this turn.
        plan_items: The plan of this turn, as an earlier answer of it left it.
        pending: The question that the last turn ended with, if it did.
        mentioned: The kinds and ids of what the user picked by name in the last message.
    """

    request: str
    now: datetime
    earlier: tuple[Result, ...] = ()
    calls: tuple[tuple[ToolCall, Result | None], ...] = ()
    focus: Focus = field(default_factory=Focus)
    plan_items: JsonObject | None = None
    pending: JsonObject | None = None
    mentioned: frozenset[tuple[str, str]] = frozenset()

    @staticmethod
    def read(messages: Sequence[Message], clock: Callable[[], float]) -> "Dialogue":
        """Read a conversation whose last user message is to be answered.

        Args:
            messages: The whole history.
            clock: Seconds since the epoch, for what the user's message does not say of the moment.
        """
        positions = [i for i, message in enumerate(messages) if isinstance(message, UserMessage)]
        last = positions[-1] if positions else 0
        asked = messages[last] if positions else UserMessage("")
        assert isinstance(asked, UserMessage)
        focus = Focus()
        earlier: list[Result] = []
        pending: JsonObject | None = None
        for begin, end in itertools.pairwise(positions):
            turn = messages[begin:end]
            plan = _plan_item(turn, first=True)
            told = _told_tools(plan)
            for _, result in _calls_of(turn):
                if result is None:
                    continue
                earlier.append(result)
                if told is None or any(result.name.endswith(tool) for tool in told):
                    focus = focus.after(result, _known(earlier))
            latest = _plan_item(turn, first=False)
            question = latest.get("pending") if latest is not None else None
            pending = question if is_object(question) else None
        rest = messages[last + 1 :]
        return Dialogue(
            request=without_ids(asked.text),
            now=read_moment(asked.context, clock),
            earlier=tuple(earlier),
            calls=tuple(_calls_of(rest)),
            focus=focus,
            plan_items=_plan_item(rest, first=True),
            pending=pending,
            mentioned=frozenset((each.kind, each.id) for each in read_mentions(asked.text)),
        )

    def mentions(self, entity: Entity) -> bool:
        """Say whether the user picked this one by its name."""
        kind = {"person": "user", "subtask": "task"}.get(entity.kind, entity.kind)
        return (kind, str(entity.id)) in self.mentioned

    @property
    def has_context(self) -> bool:
        """Something was talked about that "it" may mean."""
        return bool(self.earlier) or self.focus != Focus()

    def known(self) -> list[Entity]:
        """Everything that results of earlier turns told of, the latest first."""
        return _known(self.earlier)


def _known(results: Sequence[Result]) -> list[Entity]:
    found: dict[tuple[str, int | str], Entity] = {}
    gone: set[JsonValue] = set()
    for result in reversed(results):
        if result.deleted is not None:
            gone.add(result.deleted[1])
        if result.is_error:
            continue
        for entity in find_entities(result.structured):
            if entity.id not in gone:
                found.setdefault((entity.kind, entity.id), entity)
    return list(found.values())


def known_after(dialogue: Dialogue, results: Sequence[Result]) -> list[Entity]:
    """Everything known once further results are there, the latest first."""
    return _known([*dialogue.earlier, *results])


def _calls_of(messages: Sequence[Message]) -> list[tuple[ToolCall, Result | None]]:
    answers = {message.call_id: message for message in messages if isinstance(message, ToolMessage)}
    calls = [
        call for message in messages if isinstance(message, AssistantMessage) for call in message.tool_calls
    ]
    return [(call, _read_result(call, answers.get(call.id))) for call in calls]


def _read_result(call: ToolCall, message: ToolMessage | None) -> Result | None:
    if message is None:
        return None
    try:
        arguments = parse_object(call.arguments)
    except ValueError:
        arguments = {}
    structured, text = message.structured, unfence(message.text)
    if structured is None:
        try:
            structured = json.loads(text)
        except ValueError:
            structured = None
    return Result(message.name, arguments, text, message.is_error, structured)


def _plan_item(messages: Sequence[Message], *, first: bool) -> JsonObject | None:
    answers = [message for message in messages if isinstance(message, AssistantMessage)]
    for message in answers if first else reversed(answers):
        for item in message.provider_items:
            if is_object(item) and item.get("type") == ITEM_TYPE:
                return item
    return None


def _told_tools(plan: JsonObject | None) -> set[str] | None:
    """The tools whose results the user was told of; `None` when another model made the turn."""
    calls = plan.get("calls") if plan is not None else None
    if not isinstance(calls, list):
        return None
    return {str(call.get("tool")) for call in calls if is_object(call)}


def read_moment(context: str, clock: Callable[[], float]) -> datetime:
    """The moment of a message, in the user's time zone.

    Args:
        context: Text with an ISO date and a time zone, such as "Today is Monday, 2026-11-23 (Europe/Berlin,
            UTC+01:00)."
        clock: Seconds since the epoch; gives the time of day, and the day where the context has none.
    """
    now = datetime.fromtimestamp(clock(), _read_zone(context))
    day = re.search(r"\b(\d{4})-(\d{2})-(\d{2})\b", context)
    if day is None:
        return now
    try:
        return now.replace(year=int(day[1]), month=int(day[2]), day=int(day[3]))
    except ValueError:
        return now


def _read_zone(context: str) -> tzinfo:
    name = re.search(r"\b[A-Z][A-Za-z]+(?:/[A-Za-z_+-]+)+\b", context)
    if name is not None:
        try:
            return ZoneInfo(name[0])
        except (ZoneInfoNotFoundError, ValueError):
            pass
    offset = re.search(r"\bUTC([+-])(\d{1,2}):?(\d{2})?", context)
    if offset is None:
        return UTC
    minutes = int(offset[2]) * 60 + int(offset[3] or 0)
    return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
