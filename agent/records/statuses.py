"""Where work stands: statuses, and the order in which work goes through them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent.drawing.sanitize import strip_line
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.records.fields import fields_of, plain, status_of, text_of

_CATEGORIES = ("statuscategory", "category", "type", "statustype")
_POSITIONS = ("position", "orderindex", "order", "sortorder")
_LISTS = frozenset({"statuses", "taskstatuses", "states", "columns", "workflow"})
# Words of names and categories, by how far the work is.
_STAGES = (
    ("backlog", "icebox", "triage", "unsorted"),
    ("open", "todo", "new", "notstarted", "unstarted", "planned", "pending", "ready", "selected"),
    ("inprogress", "progress", "doing", "started", "active", "working", "indeterminate", "wip"),
    ("review", "test", "qa", "verify", "approval", "waiting", "blocked", "hold", "paused"),
    ("done", "complete", "closed", "resolved", "finished", "shipped", "released"),
    ("cancel", "rejected", "wontdo", "archived", "duplicate"),
)
_UNKNOWN_STAGE = 2
_DEEPEST = 8
_DONE_STAGE = 4


@dataclass(frozen=True, slots=True)
class Status:
    """A status of tasks.

    Args:
        name: The server's word.
        category: What the server counts it as; may be empty.
        is_done: Whether work in it is over.
        position: Its place among the others, as far as the server says.
    """

    name: str
    category: str = ""
    is_done: bool = False
    position: float | None = None

    @property
    def key(self) -> str:
        """The name as far as it tells statuses apart."""
        return plain(self.name) or self.name

    @classmethod
    def read(cls, value: JsonValue) -> "Status | None":
        """Read what stands in a field; `None` where that names no status."""
        name, is_done = status_of(value)
        if not name.strip():
            return None
        fields = fields_of(value) if is_object(value) else {}
        positions = (fields.get(key) for key in _POSITIONS)
        position = next((each for each in positions if isinstance(each, int | float)), None)
        return cls(strip_line(name), text_of(fields, _CATEGORIES), is_done, position)


def read_workflow(value: JsonValue) -> tuple[Status, ...]:
    """The statuses that a result lists as such, in its order, those without tasks included."""
    found: dict[str, Status] = {}
    for each in _listed(value):
        if status := Status.read(each):
            found.setdefault(status.key, status)
    return tuple(found.values())


def in_order(statuses: Iterable[Status], workflow: Iterable[Status] = ()) -> list[Status]:
    """Bring statuses into the order of the work, each name once.

    The server's order comes first: the workflow that it lists, then positions. Else names and categories
    tell how far the work is.

    Args:
        statuses: Those of tasks.
        workflow: Those that the server lists; all of them are kept.
    """
    listed = list(workflow)
    places = {status.key: place for place, status in enumerate(listed)}
    known = {status.key: status for status in (*statuses, *listed)}
    if listed and known.keys() <= places.keys():
        return [known[key] for key in places]
    if all(status.position is not None for status in known.values()):
        return sorted(known.values(), key=lambda status: (status.position or 0, _stage(status)))
    return sorted(known.values(), key=_stage)


def _stage(status: Status) -> float:
    by_category = _find_stage(status.category)
    by_name = _find_stage(status.name)
    stage = by_name if by_category is None else by_category
    if stage is None:
        stage = _UNKNOWN_STAGE
    elif by_name is not None and stage == _UNKNOWN_STAGE:
        # “In review” counts as work in progress, and comes after it.
        stage = max(stage, by_name)
    return max(stage, _DONE_STAGE) if status.is_done else stage


def _find_stage(text: str) -> int | None:
    word = plain(text)
    found = ((stage, len(each)) for stage, words in enumerate(_STAGES) for each in words if each in word)
    # The longest word tells most: “reopened” holds “open”, “not started” holds “started”.
    best = max(found, key=lambda each: each[1], default=None)
    return best[0] if best else None


def _listed(value: JsonValue, deepest: int = _DEEPEST) -> Iterator[JsonValue]:
    if not deepest:
        return
    if isinstance(value, list):
        for item in value:
            yield from _listed(item, deepest - 1)
    elif is_object(value):
        for key, held in value.items():
            if plain(key) in _LISTS and isinstance(held, list):
                yield from held
            elif is_object(held) and key == "status" and _holds_tasks(value):
                yield held
            else:
                yield from _listed(held, deepest - 1)


def _holds_tasks(value: JsonObject) -> bool:
    return any(
        isinstance(held, list) and plain(key) in ("tasks", "items", "cards") for key, held in value.items()
    )
