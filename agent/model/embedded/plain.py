"""Sentences whose grammar settles the call, so that the model need not be asked.

The model stumbles over names that hold the words of functions: "Comment on the draft" in "mark Comment on
the draft as done". A sentence of one of these forms about something with a name, a capital letter at its
beginning, means the same whatever the name says. Every other sentence goes to the model.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, TypeAlias

from agent.jsontypes import JsonObject, JsonValue
from agent.model.embedded.choice import Choice, ChosenCall
from agent.model.embedded.dates import find_moment
from agent.model.embedded.naming import Signature
from agent.model.embedded.taking_back import read_taking_back
from agent.model.embedded.values import find_label, find_percent

_Reader: TypeAlias = Callable[[re.Match[str]], JsonObject | None]

_NAME: Final = r"(?:the task )?[\"“']?(?P<name>[A-Z][^,;:\"“”]*?)[\"”']?"
_PERSON: Final = r"(?P<person>[A-Z][\w'’-]*(?: [A-Z][\w'’-]*){0,2})"
_LABEL: Final = r"(?P<label>[\w -]+?)"
_NO_NAME: Final = re.compile(
    r"(?:i|it|this|that|you|we|they|he|she|every\w*|nothing|all|the|my|our|your|if|when|what|who|how|where|why"
    r"|which|dinner|lunch|today|tomorrow)\b",
    re.IGNORECASE,
)
_SEVERAL: Final = re.compile(r"\b(?:and|then|but|because|as well|projects?|spaces?)\b", re.IGNORECASE)
_ANY_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)


def read_plainly(request: str, signatures: Sequence[Signature]) -> Choice | None:
    """The call or the answer that a sentence means by its form alone, or `None`.

    Args:
        request: The user's words.
        signatures: The functions on offer.
    """
    if (answer := read_taking_back(request)) is not None:
        return answer
    for tool, form, read in _FORMS:
        found = form.fullmatch(request.strip())
        if found is None or _NO_NAME.match(found["name"]) or _SEVERAL.search(found["name"]):
            continue
        arguments = read(found)
        signature = next((each for each in signatures if each.tool == tool), None)
        if arguments is None or signature is None:
            continue
        shown = {parameter.shown for parameter in signature.parameters}
        if arguments.keys() <= shown:
            return Choice((ChosenCall(tool, arguments),))
    return None


def _assigned(found: re.Match[str]) -> JsonObject | None:
    # One word may be a person and the other a project: "assign Lena to Website".
    people: list[JsonValue] = [found["person"]]
    return {"task": found["name"], "people": people} if " " in found["name"] else None


def _named(found: re.Match[str]) -> JsonObject | None:
    return {"task": found["name"]}


def _commented(found: re.Match[str]) -> JsonObject | None:
    return {"task": found["name"], "comment": found["text"]}


def _finished(found: re.Match[str]) -> JsonObject | None:
    return {"task": found["name"], "status": "done"} if " " in found["name"] else None


def _marked(found: re.Match[str]) -> JsonObject | None:
    label = found["label"]
    if find_label("status", label) is None:
        return None
    return {"task": found["name"], "status": label}


def _stated(found: re.Match[str]) -> JsonObject | None:
    name, label = found["name"], found["label"]
    percent = find_percent(label)
    if percent is not None:
        return {"task": name, "percent": percent}
    if find_label("status", label) is not None:
        return {"task": name, "status": label}
    is_urgent = " " in name and find_label("priority", label) is not None
    return {"task": name, "priority": label} if is_urgent else None


def _prioritised(found: re.Match[str]) -> JsonObject | None:
    return {"task": found["name"], "priority": found["label"]}


def _dated(found: re.Match[str]) -> JsonObject | None:
    if find_moment(found["day"], _ANY_DAY) is None:
        return None
    return {"task": found["name"], "due": found["day"]}


def _form(text: str) -> re.Pattern[str]:
    """A form; only names and people have to begin with a capital letter."""
    words = text.format(NAME=_NAME, PERSON=_PERSON, LABEL=_LABEL)
    return re.compile(rf"(?:[Pp]lease )?{words}(?: now)?[.!]?")


_PROGRESS: Final = (
    r"(?P<label>done|finished|completed?|closed|in progress|under ?way|[0-9]+ ?(?:%|percent)(?: \w+)?"
    r"|critical|urgent|(?:high|medium|low) priority)"
)
_TIMING: Final = r"(?:(?:a|the) (?:timer|clock|stopwatch)|tracking(?: time)?|timing)"
_FORMS: Final[tuple[tuple[str, re.Pattern[str], _Reader], ...]] = tuple(
    (tool, _form(form), read)
    for tool, form, read in (
        ("update_task", r"(?:[Aa]ssign|[Hh]and|[Gg]ive|[Pp]ass) {NAME}(?: over)? to {PERSON}", _assigned),
        ("update_task", r"(?:[Mm]ark|[Ss]et) {NAME} (?:as|to) {LABEL}", _marked),
        ("update_task", r"[Gg]ive {NAME} (?P<label>critical|urgent|high|medium|low) priority", _prioritised),
        ("update_task", rf"{{NAME}} is (?:now |already |at )?{_PROGRESS}", _stated),
        (
            "update_task",
            r"I(?:['’]m| am|['’]ve| have)? (?:done|finished|completed)(?: with)? {NAME}",
            _finished,
        ),
        ("update_task", r"(?:[Ss]et|[Cc]hange|[Mm]ove) the due date of {NAME} to (?P<day>.+?)", _dated),
        ("update_task", r"(?:[Pp]ush|[Pp]ostpone|[Rr]eschedule) {NAME} (?:to|until) (?P<day>.+?)", _dated),
        ("delete_task", r"(?:[Dd]elete|[Rr]emove|[Ee]rase) (?=the task ){NAME}", _named),
        ("start_timer", rf"[Ss]tart {_TIMING}(?: on| for)? {{NAME}}", _named),
        ("add_task_comment", r"[Cc]omment on {NAME}: (?P<text>\S.*?)", _commented),
    )
)
