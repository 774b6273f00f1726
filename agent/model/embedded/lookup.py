"""From the user's words to the thing that is meant, by ordinary read calls."""

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from agent.jsontypes import JsonObject, JsonValue
from agent.model.embedded.dialogue import Dialogue, Focus, Result, known_after
from agent.model.embedded.entities import Entity, is_of_kind, main_entities
from agent.model.embedded.matching import choose, content_tokens, is_mentioned, similarity, tokens
from agent.model.embedded.naming import PARENTS, Signature
from agent.model.embedded.pending import ORDINALS
from agent.model.embedded.plan import Ask, Option, PlannedCall, Stop

Lookup: TypeAlias = Generator[tuple[PlannedCall, ...], tuple[Result, ...], Entity]
"""Yields calls, is sent their results, returns what was found."""

LISTS: Final = {
    "space": "list_spaces",
    "person": "get_workspace_members",
    "subtask": "list_subtasks",
    "comment": "get_task_comments",
    "time entry": "get_task_time_entries",
    "checklist item": "get_task_checklists",
    "attachment": "list_attachments",
    "dependency": "list_dependencies",
    "custom field": "get_custom_fields",
    "option": "list_custom_field_options",
    "status": "list_task_statuses",
    "filter": "list_filters",
    "notification": "list_notifications",
}
"""Kind to the function that lists things of it."""

_NUMBER: Final = re.compile(r"#?\d{2,}")
_POINTING: Final = re.compile(
    r"(?:it|this|that|them|these|those|same|the same|here|there"
    r"|(?:the|this|that|my|its|last|current|same|latest|new|the new|the last|the same|the latest)?\s*"
    r"(?:one|task|project|space|ticket|item|subtask|comment|entry|time entry|timer|thing|checklist item"
    r"|attachment|file|field|custom field|option|status|filter|notification))"
)
_MYSELF: Final = frozenset({"me", "myself", "i", "my", "mine", "self", "current user"})
_MOST_OPTIONS: Final = 15
_SURE: Final = 0.85


def points(words: str) -> bool:
    """Say whether words only point at what was talked about: "it", "that task"."""
    return _POINTING.fullmatch(" ".join(tokens(words))) is not None


@dataclass(slots=True)
class Finder:
    """Finds what the words of one request mean.

    Args:
        dialogue: The conversation.
        signatures: The functions on offer.
        request: The user's words; they settle what several things have in common.
        focus: What was talked about last; moves on as calls come back.
        results: Results of this turn so far.
    """

    dialogue: Dialogue
    signatures: Sequence[Signature]
    request: str
    focus: Focus
    results: list[Result]

    def find(self, kind: str, words: str, key: str, parent: Entity | None) -> Lookup:
        """Find a thing of a kind.

        Args:
            kind: What is wanted.
            words: What the user calls it.
            key: Names the parameter in a question.
            parent: What it belongs to, where that is known.

        Raises:
            Ask: None or several come into question.
            Stop: It cannot be looked up.
        """
        known = self.known(kind)
        latest = self.latest(kind)
        # The model knows the title of what was talked about last and may write it for "it".
        if latest is not None and (points(words) or tokens(words) == tokens(latest.label)):
            return latest
        if latest is None and points(words) and kind in ("task", "project"):
            raise Ask(f"Which {kind} do you mean?", key)
        number = re.search(r"#?\b(\d+)\b", words)
        if number is not None and not content_tokens(
            re.sub(r"#?\b\d+\b|\bid\b|\bnumber\b|\bno\b", "", words)
        ):
            wanted = int(number[1])
            if wanted not in range(1, 10) or any(e.id == wanted for e in known):
                return next((e for e in known if e.id == wanted), Entity(kind, wanted, f"#{wanted}"))
        if kind in ("task", "subtask") and (listed := self._in_list(words)) is not None:
            return listed
        if kind == "person" and " ".join(tokens(words)) in _MYSELF:
            return (yield from self._current_user())
        if kind in ("task", "subtask", "project"):
            sure = [entity for entity in known if similarity(words, entity.label) >= _SURE]
            if len(sure) == 1:
                return sure[0]
        if kind == "task":
            candidates = yield from self._search_tasks(words)
        elif kind == "project":
            candidates = yield from self._list_projects(None)
        else:
            candidates = yield from self._list(kind, parent)
        return self._pick(kind, words, key, candidates)

    def known(self, kind: str) -> list[Entity]:
        """What results so far told of a kind, the latest first."""
        return [e for e in known_after(self.dialogue, self.results) if is_of_kind(e, kind)]

    def options(self, kind: str) -> Generator[tuple[PlannedCall, ...], tuple[Result, ...], list[Entity]]:
        """Everything of a kind that a question can offer."""
        if kind == "project":
            return (yield from self._list_projects(None))
        if kind in LISTS and kind not in PARENTS and self._signature(LISTS[kind]) is not None:
            return (yield from self._list(kind, None))
        return []

    def knows(self, kind: str, words: str) -> bool:
        """Say whether words can be settled without listing things of their kind."""
        return bool(_NUMBER.fullmatch(words.strip())) or (points(words) and self.latest(kind) is not None)

    def latest(self, kind: str) -> Entity | None:
        """What was talked about last of a kind."""
        if kind == "project":
            return self.focus.project
        if is_of_kind(Entity(kind, 0, ""), "task"):
            return self.focus.task
        if kind == "space" and self.focus.project is not None:
            project = self.focus.project
            number, name = project.parent("spaceId"), project.data.get("spaceName")
            return Entity("space", number, str(name or f"#{number}")) if number is not None else None
        made = [e for r in self.results for e in main_entities(r.structured) if e.kind == kind]
        told = [e for r in self.dialogue.earlier[-3:] for e in main_entities(r.structured) if e.kind == kind]
        latest = made or told
        return latest[-1] if len({e.id for e in latest}) == 1 else None

    def _in_list(self, words: str) -> Entity | None:
        """The task that "the second one" means in the list shown last."""
        said = tokens(words)
        places = [ORDINALS[word] for word in said if word in ORDINALS]
        rest = [word for word in content_tokens(words) if word not in ORDINALS and word not in _FOLLOWING]
        if len(places) != 1 or rest or not self.focus.listed:
            return None
        return self.focus.listed[places[0]] if places[0] < len(self.focus.listed) else None

    def _current_user(self) -> Lookup:
        signature = self._signature("get_current_user")
        if signature is None:
            raise Stop("I cannot tell who you are here: the server has no function for it.")
        (result,) = yield (PlannedCall(signature.function.name, {}),)
        found = main_entities(_sound(result, "who you are"))
        if not found:
            raise Stop("The server did not say who you are.")
        return found[0]

    def _search_tasks(
        self, words: str
    ) -> Generator[tuple[PlannedCall, ...], tuple[Result, ...], list[Entity]]:
        signature = self._signature("find_tasks")
        if signature is None or not signature.parameters:
            raise Stop(
                f"I cannot look up the task “{words}”: the server has no search. Name it by its number."
            )
        keyword = signature.parameters[0].names[0]

        def search(text: str) -> PlannedCall:
            return PlannedCall(signature.function.name, {keyword: text})

        said = content_tokens(words)[:8]
        (result,) = yield (search(" ".join(said)),)
        found = main_entities(_sound(result, f"the task “{words}”"))
        if found:
            return found
        # No task has all the words: one may be misspelt, or not part of the title.
        single = sorted({word for word in said if len(word) > 2}, key=lambda word: (-len(word), word))[:4]
        parts = single if len(said) > 1 else sorted({word[:4] for word in single if len(word) > 4})
        if not parts:
            return []
        results = yield tuple(search(part) for part in parts)
        merged = {e.id: e for r in results for e in main_entities(_sound(r, f"the task “{words}”"))}
        return list(merged.values())

    def _list_projects(
        self, space: Entity | None
    ) -> Generator[tuple[PlannedCall, ...], tuple[Result, ...], list[Entity]]:
        signature = self._signature("list_projects")
        if signature is None:
            raise Stop("I cannot look up projects: the server has no function for it.")
        wanted = next((p for p in signature.parameters if p.kind == "space" and p.required), None)
        if wanted is None:
            (result,) = yield (PlannedCall(signature.function.name, {}),)
            return main_entities(_sound(result, "the projects"))
        spaces = [space] if space is not None else (yield from self._list("space", None))
        if not spaces:
            return []
        results = yield tuple(
            PlannedCall(signature.function.name, {wanted.names[0]: entity.id}) for entity in spaces
        )
        found: list[Entity] = []
        for entity, result in zip(spaces, results, strict=True):
            for project in main_entities(_sound(result, "the projects")):
                data = {"spaceId": entity.id, "spaceName": entity.label, **project.data}
                found.append(Entity(project.kind, project.id, project.label, data))
        return found

    def _list(
        self, kind: str, parent: Entity | None
    ) -> Generator[tuple[PlannedCall, ...], tuple[Result, ...], list[Entity]]:
        signature = self._signature(LISTS.get(kind, ""))
        if signature is None:
            raise Stop(f"I cannot look up a {kind} by its name here. Name it by its number.")
        arguments: JsonObject = {}
        if parent is None and kind in PARENTS:
            parent = next((e for each in PARENTS[kind] if (e := self.latest(each)) is not None), None)
            if parent is None:
                raise Stop(f"Say which {PARENTS[kind][0]} the {kind} belongs to.")
        if parent is not None:
            for parameter in signature.parameters:
                if parameter.kind == parent.kind or (parameter.kind == "task" and parent.kind == "subtask"):
                    arguments[parameter.names[0]] = parent.id
        (result,) = yield (PlannedCall(signature.function.name, arguments),)
        found = main_entities(_sound(result, f"the {plural(kind)}"))
        return [entity for entity in found if is_of_kind(entity, kind)]

    def _pick(self, kind: str, words: str, key: str, candidates: Sequence[Entity]) -> Entity:
        labels = [entity.label for entity in candidates]
        if kind not in ("task", "project", "space", "person") and points(words) and len(candidates) == 1:
            return candidates[0]
        picked = [
            entity
            for entity in candidates
            if self.dialogue.mentions(entity) and similarity(words, entity.label) >= _SURE
        ]
        if len(picked) == 1:
            return picked[0]
        match = choose(words, labels)
        if match.index is not None:
            return candidates[match.index]
        several = [candidates[i] for i in match.candidates]
        if several and (one := self._named_with_project(several)) is not None:
            return one
        several = several or (list(candidates) if len(candidates) <= _MOST_OPTIONS else [])
        options = tuple(Option(e.id, e.label) for e in several[:_MOST_OPTIONS])
        if match.candidates:
            question = f"“{words}” fits several {plural(kind)}. Which one do you mean?"
        elif options:
            question = f"I found no {kind} called “{words}”. Is it one of these?"
        else:
            question = f"I found no {kind} that fits “{words}”. What is it called?"
        raise Ask(question + list_options(several[:_MOST_OPTIONS]), key, options)

    def _named_with_project(self, several: Sequence[Entity]) -> Entity | None:
        fitting = [
            entity
            for entity in several
            if entity.kind != "project"
            and isinstance(name := entity.data.get("projectName"), str)
            and is_mentioned(name, self.request)
        ]
        return fitting[0] if len(fitting) == 1 else None

    def _signature(self, tool: str) -> Signature | None:
        return next((s for s in self.signatures if tool and s.tool == tool), None)


_FOLLOWING: Final = frozenset({"list", "result", "row", "shown"})


def list_options(entities: Sequence[Entity]) -> str:
    """The things that a question offers, as a numbered Markdown list."""
    lines: list[str] = []
    for place, entity in enumerate(entities, 1):
        project = entity.data.get("projectName") if entity.kind != "project" else entity.data.get("spaceName")
        email = entity.data.get("email") if entity.kind == "person" else None
        where = f", {project}" if isinstance(project, str) else f", {email}" if email else ""
        lines.append(f"{place}. {entity.label} (#{entity.id}{where})")
    return "\n\n" + "\n".join(lines) if lines else ""


def plural(kind: str) -> str:
    """The plural of a kind's name."""
    return {
        "person": "people",
        "time entry": "time entries",
        "dependency": "dependencies",
        "status": "statuses",
    }.get(kind, f"{kind}s")


def _sound(result: Result, what: str) -> JsonValue:
    """A result's content.

    Raises:
        Stop: The call failed.
    """
    if result.is_error:
        raise Stop(f"I could not look up {what}: {result.text.strip()}")
    return result.structured
