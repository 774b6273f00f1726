"""The arguments of one call: from the model's words to what the function's schema wants."""

import re
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeAlias

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.model.embedded.choice import ChosenCall
from agent.model.embedded.criteria import find_criteria
from agent.model.embedded.dates import as_utc, find_duration, find_moment, find_period
from agent.model.embedded.dialogue import Result
from agent.model.embedded.entities import Entity
from agent.model.embedded.field_values import UnfitValue, read_field_value
from agent.model.embedded.lookup import Finder, list_options, plural, points
from agent.model.embedded.matching import is_mentioned, similarity, tokens
from agent.model.embedded.naming import PARENTS, REFERENCES, Parameter, Role, Signature, depth
from agent.model.embedded.plan import Ask, Option, Plan, PlannedCall, Stop
from agent.model.embedded.repairs import complete
from agent.model.embedded.values import settle_value
from agent.tools.effects import words_of

Resolution: TypeAlias = Generator[tuple[PlannedCall, ...], tuple[Result, ...], JsonObject]

_PLACE = re.compile(r" (?:in|into|to|for|under|on|project) ")
_MOST_OPTIONS = 15
_LATEST = ("end", "due", "before", "until")


@dataclass(slots=True)
class ArgumentResolver:
    """Resolves the arguments of one call of a plan.

    Args:
        plan: The plan.
        index: Which of its calls.
        signature: The function.
        finder: Looks things up.
        now: The user's moment.
        made: Titles of what earlier calls of the plan made.
    """

    plan: Plan
    index: int
    signature: Signature
    finder: Finder
    now: datetime
    made: tuple[str, ...] = ()
    _found: dict[str, Entity] = field(default_factory=dict[str, Entity])

    def resolve(self) -> Resolution:
        """Resolve the arguments, looking up what has to be looked up.

        Raises:
            Ask: Something has to be asked.
            Stop: Something cannot be settled.
        """
        chosen = complete(self.plan.choice.calls[self.index], self.signature, self.plan.request)
        arguments: JsonObject = {}
        # What others belong to comes first: a comment is looked up on its task.
        parameters = sorted(
            self.signature.parameters, key=lambda p: (p.role is not Role.REFERENCE, depth(p.kind))
        )
        for parameter in parameters:
            value = chosen.arguments.get(parameter.shown)
            if parameter.role is Role.REFERENCE:
                if self._names_no_project(parameter, value) and (named := (yield from self._named_project())):
                    value = named
                    chosen = complete(
                        replace(chosen, arguments=chosen.arguments | {parameter.shown: named}),
                        self.signature,
                        self.plan.request,
                    )
                yield from self._resolve_reference(parameter, value, chosen, arguments)
            else:
                self._resolve_words(parameter, value, arguments)
        if not arguments:
            yield from self._resolve_place(arguments)
        yield from self._derive(arguments, chosen)
        return self._in_order(arguments)

    def _resolve_reference(
        self, parameter: Parameter, value: JsonValue, chosen: ChosenCall, arguments: JsonObject
    ) -> Generator[tuple[PlannedCall, ...], tuple[Result, ...], None]:
        settled = self._settled(parameter)
        if is_object(settled) and isinstance(number := settled.get("id"), int | str):
            known = Entity(parameter.kind, number, f"#{number}")
            self._store(parameter, [known], arguments)
            return
        if is_object(settled) and isinstance(settled.get("words"), str):
            words = [str(settled["words"])]
        else:
            words = self._grounded(parameter, value)
        if not words:
            if not parameter.required and not self._is_wanted_parent(parameter, chosen):
                return
            words = yield from self._missing(parameter)
        found: list[Entity] = []
        for each in words:
            parent = next((e for e in self._found.values() if _holds(e, parameter.kind)), None)
            found.append((yield from self.finder.find(parameter.kind, each, self._key(parameter), parent)))
        self._store(parameter, found, arguments)

    def _is_wanted_parent(self, parameter: Parameter, chosen: ChosenCall) -> bool:
        """Say whether something else in the call can only be looked up on what this parameter names."""
        for other in self.signature.parameters:
            if parameter.kind not in PARENTS.get(other.kind, ()) or self._settled(other) is not None:
                continue
            words = self._grounded(other, chosen.arguments.get(other.shown))
            is_there = any(_holds(found, other.kind) for found in self._found.values())
            if (words or other.required) and not is_there:
                return not words or not all(self.finder.knows(other.kind, each) for each in words)
        return False

    def _resolve_place(
        self, arguments: JsonObject
    ) -> Generator[tuple[PlannedCall, ...], tuple[Result, ...], None]:
        """Where a function only asks where, and the request does not say, mean what was talked about."""
        places = [p for p in self.signature.parameters if p.kind in ("task", "project")]
        if len(places) < len(self.signature.parameters):
            return
        for parameter in places:
            latest = self.finder.latest(parameter.kind)
            if latest is not None:
                self._store(parameter, [latest], arguments)
                return
        if len(places) > 1:
            words = yield from self._missing(places[0])
            place = yield from self.finder.find(places[0].kind, words[0], self._key(places[0]), None)
            self._store(places[0], [place], arguments)

    def _names_no_project(self, parameter: Parameter, value: JsonValue) -> bool:
        """Say whether a project is wanted and the model took none from the request: it wrote none, only
        pointed at one, or copied the one that was talked about last.
        """
        wanted = parameter.kind == "project" and parameter.required and self._settled(parameter) is None
        words = self._grounded(parameter, value)
        return wanted and all(points(each) or not is_mentioned(each, self.plan.request) for each in words)

    def _named_project(self) -> Generator[tuple[PlannedCall, ...], tuple[Result, ...], str]:
        """The one project whose whole name stands in the request although the model passed it over."""
        said = f" {' '.join(tokens(self.plan.request))} "
        if not _PLACE.search(said):
            return ""
        projects = yield from self.finder.options("project")
        named = {project.label for project in projects if f" {' '.join(tokens(project.label))} " in said}
        # "Website" is part of "Website relaunch": the longer name is the one that was said.
        longest = {name for name in named if not any(name != other and name in other for other in named)}
        return longest.pop() if len(longest) == 1 else ""

    def _grounded(self, parameter: Parameter, value: JsonValue) -> list[str]:
        """The words that the request really has; what it has not was made up or copied from elsewhere."""
        words = [str(item) for item in value] if isinstance(value, list) else [str(value)] if value else []
        focus = self.finder.focus
        latest = focus.project if parameter.kind == "project" else focus.task
        grounded: list[str] = []
        for each in words:
            is_latest = latest is not None and similarity(each, latest.label) >= 0.85
            is_made = any(similarity(each, title) >= 0.85 for title in self.made)
            if is_mentioned(each, self.plan.request) or points(each) or is_latest or is_made:
                grounded.append(each)
        return grounded

    def _missing(
        self, parameter: Parameter
    ) -> Generator[tuple[PlannedCall, ...], tuple[Result, ...], list[str]]:
        """Words for a required thing that the request does not name: what was talked about, or a question."""
        focus = self.finder.focus
        if (parameter.kind == "task" and focus.task) or (parameter.kind == "project" and focus.project):
            return ["it"]
        options = yield from self.finder.options(parameter.kind)
        kind = plural(parameter.kind) if parameter.many else parameter.kind
        if len(options) > _MOST_OPTIONS:
            options = []
        raise Ask(
            f"Which {kind} do you mean?{list_options(options)}",
            self._key(parameter),
            tuple(Option(e.id, e.label) for e in options),
        )

    def _store(self, parameter: Parameter, found: list[Entity], arguments: JsonObject) -> None:
        self._found[parameter.shown] = found[0]
        if not parameter.names:
            return
        name = parameter.names[0]
        numbers: list[JsonValue] = list(dict.fromkeys(entity.id for entity in found))
        arguments[name] = numbers if parameter.many else numbers[0]

    def _resolve_words(self, parameter: Parameter, value: JsonValue, arguments: JsonObject) -> None:
        settled = self._settled(parameter)
        if is_object(settled) and isinstance(settled.get("words"), str):
            value = settled["words"]
        elif parameter.role is Role.LITERAL:
            if value is not None:
                value = settle_value(parameter, value, self.plan.request)
        elif value is not None and not self._has_words(value):
            value = None
        if value is None:
            if parameter.required:
                raise Ask(_question(parameter, self.signature), self._key(parameter))
            return
        if parameter.role is Role.LITERAL:
            arguments[parameter.names[0]] = value
        elif parameter.role is Role.FIELD_VALUE:
            arguments[parameter.names[0]] = self._field_value(parameter, str(value))
        else:
            self._resolve_time(parameter, str(value), arguments)

    def _field_value(self, parameter: Parameter, words: str) -> JsonValue:
        field = next((found for found in self._found.values() if found.kind == "custom field"), None)
        if field is None:
            return words
        try:
            return read_field_value(field.data, words, self.now)
        except UnfitValue as unfit:
            raise Ask(
                f"“{words}” does not fit the field “{field.label}”, which takes {unfit}. What shall it be?",
                self._key(parameter),
            ) from unfit

    def _has_words(self, value: JsonValue) -> bool:
        said, words = tokens(self.plan.request), tokens(str(value))
        return any(word in said for word in words)

    def _resolve_time(self, parameter: Parameter, words: str, arguments: JsonObject) -> None:
        if parameter.role is Role.DURATION:
            minutes = find_duration(words)
            if minutes is None:
                raise self._not_understood(parameter, words, "a duration, such as “90 minutes”")
            arguments |= {
                name: n for name, n in zip(("hours", "minutes"), divmod(minutes, 60), strict=True) if n
            }
        elif parameter.role is Role.PERIOD:
            period = find_period(words, self.now.date())
            if period is None:
                raise self._not_understood(parameter, words, "some days, such as “this week”")
            first, last = parameter.names
            arguments[first], arguments[last] = period.first.isoformat(), period.last.isoformat()
        else:
            moment = find_moment(words, self.now, at_end=parameter.shown.startswith(_LATEST))
            if moment is None:
                raise self._not_understood(parameter, words, "a day, such as “next Friday” or “12 December”")
            is_day = parameter.schema.get("format") == "date"
            arguments[parameter.names[0]] = _day(moment).isoformat() if is_day else as_utc(moment)

    def _not_understood(self, parameter: Parameter, words: str, wanted: str) -> Ask:
        return Ask(
            f"I did not understand “{words}” as {wanted}. Please say it another way.", self._key(parameter)
        )

    def _derive(
        self, arguments: JsonObject, chosen: ChosenCall
    ) -> Generator[tuple[PlannedCall, ...], tuple[Result, ...], None]:
        """Fill what follows from what was found or said, such as the space of a project."""
        if "filterName" in self._properties():
            name = next((str(v) for k, v in chosen.arguments.items() if k in ("name", "new_name")), "")
            if criteria := find_criteria(self.plan.request, name):
                arguments["criteria"] = criteria
        for name in self.signature.derived:
            number = next((n for e in self._found.values() if (n := e.parent(name)) is not None), None)
            if number is None and self.finder.focus.project is not None:
                number = self.finder.focus.project.parent(name)
            if number is None:
                known = {str(v) for v in arguments.values()}
                number = next(
                    (
                        n
                        for e in self.finder.known("project")
                        if str(e.id) in known and (n := e.parent(name)) is not None
                    ),
                    None,
                )
            if number is None:
                number = yield from self._ask_for_derived(name)
            arguments[name] = number

    def _ask_for_derived(
        self, name: str
    ) -> Generator[tuple[PlannedCall, ...], tuple[Result, ...], int | str]:
        """What the user settled for something that does not follow from the rest, or a question for it."""
        if name not in REFERENCES:
            raise Stop(
                f"I could not work out all that it takes to {self.signature.tool.replace('_', ' ')}. "
                "Please say it another way."
            )
        kind = REFERENCES[name][1]
        key = f"{self.index}.{name}"
        settled = self.plan.settled.get(key)
        if is_object(settled) and isinstance(number := settled.get("id"), int | str):
            return number
        options = (yield from self.finder.options(kind))[:_MOST_OPTIONS]
        raise Ask(f"Which {kind}?{list_options(options)}", key, tuple(Option(e.id, e.label) for e in options))

    def _in_order(self, arguments: JsonObject) -> JsonObject:
        order = list(self._properties())
        return {name: arguments[name] for name in sorted(arguments, key=order.index)}

    def _properties(self) -> JsonObject:
        properties = self.signature.function.parameters.get("properties")
        return properties if is_object(properties) else {}

    def _settled(self, parameter: Parameter) -> JsonValue:
        return self.plan.settled.get(self._key(parameter))

    def _key(self, parameter: Parameter) -> str:
        return f"{self.index}.{parameter.shown}"


def _question(parameter: Parameter, signature: Signature) -> str:
    what = {
        "title": "What shall the title be?",
        "name": "What shall the name be?",
        "comment": "What shall the comment say?",
        "duration": "How long was it?",
        "words": "What shall I look for?",
        "tag": "Which tag?",
        "value": "What shall its value be?",
    }
    action = signature.tool.replace("_", " ")
    wanted = words_of(parameter.shown).replace("_", " ")
    return what.get(parameter.shown, f"To {action}, what is the {wanted}?")


def _holds(entity: Entity, kind: str) -> bool:
    parents = PARENTS.get(kind, ())
    return entity.kind in parents or ("task" in parents and entity.kind == "subtask" and kind != "subtask")


def _day(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
