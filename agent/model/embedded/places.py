"""What belongs to what in a request: names apart from kinds, parts apart from what they are on.

The model runs a title on into the words after it, leaves out the task that a comment is on, or names one
thing twice. The request says which words follow which.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from agent.jsontypes import JsonObject
from agent.model.embedded.dates import find_moment
from agent.model.embedded.lookup import points
from agent.model.embedded.matching import is_mentioned, tokens
from agent.model.embedded.naming import PARENTS, Parameter, Role, Signature

_TITLES: Final = ("title", "name", "new_title")
_OWNERS: Final = ("project", "task", "space")
_KIND_NOUNS: Final[Mapping[str, str]] = {
    "attachment": r"attachments?|attached file|files?|documents?|images?",
    "checklist item": r"checklist items?|items?|checklist|entry",
    "comment": r"comments?|remarks?",
    "custom field": r"custom fields?|(?:dropdown|select) fields?|fields?",
    "filter": r"(?:saved )?filters?",
    "option": r"options?|values?",
    "project": r"projects?",
    "space": r"spaces?",
    "status": r"(?:task |project )?status(?:es)?",
    "subtask": r"subtasks?",
    "task": r"tasks?",
}
"""Kind to what is said before the name of one: "the file contract.pdf"."""
_RENAMED: Final = re.compile(
    r"\b(?:rename|retitle|call(?:ed)?|name|title)\b.*?\bto (\S.*?)[.!]?\s*$", re.IGNORECASE
)
_AFTER: Final = (
    r"{}[\"'”’]? (?:on|of|from|in|for|off|to)(?: the)? (?:checklist of (?:the )?)?(?:project |task )?"
    r"(\S.*?)(?: project| task)?[.!?]?\s*$"
)
_FIRST: Final = re.compile(r"(?:(?:[Ii]n|[Oo]n|[Ff]or) (?:the )?)?([A-Z][^,]*?)(?:,| does | needs )")
_GOES_ON: Final = (
    r"\b{}((?: (?:at|on|of|in|for|with) (?:the |a )?[a-z]\w+)+)"
    r"(?=[.!?]?\s*$| and [A-Z]| from \d| as |:| to | depends?\b| is\b)"
)
_NO_PART_OF_NAMES: Final = frozenset(
    {"me", "us", "it", "him", "her", "them", "today", "tomorrow", "now", "progress", "hold", "high", "low"}
)
_RUN_ON: Final = re.compile(r"(\S.*?) (?:in|to|for|of|on) (?:the )?([A-Z]\S.*?)(?: project)?")
_ASSIGNED: Final = re.compile(
    r"(?:please )?assign (?:the )?(?:task )?(\S.*) to (\S.*?)[.!]?\s*", re.IGNORECASE
)
_ANY_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)


def settle_places(arguments: JsonObject, signature: Signature, request: str) -> JsonObject:
    """Mend the names in a call.

    Args:
        arguments: What the model wrote.
        signature: The function.
        request: The user's words.
    """
    arguments = _without_kinds(_trim_titles(arguments, request), signature)
    arguments = _whole_names(_apart_from_owner(arguments, signature, request), signature, request)
    arguments = _part_from_place(arguments, signature, request)
    arguments = _split_owner(arguments, signature, request)
    arguments = _split_name(arguments, signature, request)
    arguments = _find_place(arguments, signature, request)
    arguments = _find_new_name(arguments, signature, request)
    return _without_strangers(_find_assigned(arguments, request))


def _without_kinds(arguments: JsonObject, signature: Signature) -> JsonObject:
    """Take what a thing is off its name: "the file contract.pdf" is called "contract.pdf"."""
    trimmed = dict(arguments)
    for parameter in signature.parameters:
        nouns, words = _KIND_NOUNS.get(parameter.kind), trimmed.get(parameter.shown)
        if parameter.role is Role.REFERENCE and nouns is not None and isinstance(words, str):
            found = re.fullmatch(
                rf"(?:(?:the|my|our) )?(?:{nouns}) (?!\d+$)[\"'“‘]?(\S.*?)[\"'”’]?", words, re.I
            )
            if found is not None:
                trimmed[parameter.shown] = found[1]
    return trimmed


def _trim_titles(arguments: JsonObject, request: str) -> JsonObject:
    """Cut "in Website" off a title when the project is called so: "Update the FAQ in Website"."""
    trimmed = dict(arguments)
    for name in _TITLES:
        title = trimmed.get(name)
        if not isinstance(title, str) or _is_quoted(title, request):
            continue
        for owner in _OWNERS:
            words = tokens(str(trimmed.get(owner, "")))
            for found in re.finditer(r"\s+(?:in|to|into|for|under|on|of)\s+(?:the\s+)?(\S.*)$", title):
                rest = tokens(found[1])
                named = bool(words) and rest[: len(words)] == words
                if rest and (named or words[: len(rest)] == rest or words == tokens(title)):
                    if words == tokens(title):
                        trimmed[owner] = found[1]
                    trimmed[name] = title[: found.start()]
                    return trimmed
    return trimmed


def _is_quoted(words: str, request: str) -> bool:
    return re.search(f"[\"“'‘]{re.escape(words)}[\"”'’]", request) is not None


def _apart_from_owner(arguments: JsonObject, signature: Signature, request: str) -> JsonObject:
    """Cut what a part is on off its name: the subtask "Write tests of Launch" of the task "Launch"."""
    apart = dict(arguments)
    for part in signature.parameters:
        words = apart.get(part.shown)
        owner = next((p for p in signature.parameters if p.kind in PARENTS.get(part.kind, ())), None)
        place = apart.get(owner.shown) if owner is not None else None
        if not isinstance(words, str) or not isinstance(place, str) or _is_quoted(words, request):
            continue
        found = re.fullmatch(rf"(\S.*?) (?:on|of|from|in) (?:the )?{re.escape(place)}", words, re.IGNORECASE)
        if found is not None:
            apart[part.shown] = found[1]
    return apart


def _whole_names(arguments: JsonObject, signature: Signature, request: str) -> JsonObject:
    """Take the whole of a name that goes on after "on", "of" or "in": not "Noise" for "Noise at night"."""
    whole = dict(arguments)
    others = {word for value in arguments.values() for word in tokens(str(value))}
    for parameter in signature.parameters:
        words = whole.get(parameter.shown)
        if parameter.kind != "task" or not isinstance(words, str) or not words[:1].isupper():
            continue
        found = re.search(_GOES_ON.format(re.escape(words)), request)
        if found is None or set(tokens(found[1])) & (others | _NO_PART_OF_NAMES):
            continue
        if find_moment(found[1], _ANY_DAY) is None:
            whole[parameter.shown] = f"{words}{found[1]}"
    return whole


def _part_from_place(arguments: JsonObject, signature: Signature, request: str) -> JsonObject:
    """Tell a part from what it is on: of "the last entry from Launch" the model takes "Launch" for both."""
    for part in signature.parameters:
        words = arguments.get(part.shown)
        owner = next((p for p in signature.parameters if p.kind in PARENTS.get(part.kind, ())), None)
        if owner is None or not isinstance(words, str) or owner.shown in arguments:
            continue
        found = re.search(
            rf"((?:\w+ )?{part.kind}) (?:from|of|on|in) (?:the )?(\S.*?)\W*$", request, re.IGNORECASE
        )
        if found is not None and (points(words) or tokens(words) == tokens(found[2])):
            return arguments | {part.shown: found[1], owner.shown: found[2]}
    return arguments


def _split_owner(arguments: JsonObject, signature: Signature, request: str) -> JsonObject:
    """Tell a part from what it is part of: an item "Compare prices on Order boxes" without a task."""
    for part in signature.parameters:
        words = arguments.get(part.shown)
        owner = next((p for p in signature.parameters if p.kind in PARENTS.get(part.kind, ())), None)
        if owner is None or not isinstance(words, str) or _is_quoted(words, request):
            continue
        if is_mentioned(str(arguments.get(owner.shown, "")), request):
            continue
        found = re.fullmatch(r"(\S.*?)\s+(?:on|of|from|in)\s+(?:the\s+)?(\S.*)", words)
        if found is not None:
            return arguments | {part.shown: found[1], owner.shown: found[2]}
    return arguments


def _split_name(arguments: JsonObject, signature: Signature, request: str) -> JsonObject:
    """Tell the name of something new from where it belongs: a status "Waiting to Website" of no project."""
    name, owner = arguments.get("name"), arguments.get("project")
    is_wanted = signature.parameter("project") is not None and not is_mentioned(str(owner or ""), request)
    if not is_wanted or not isinstance(name, str) or _is_quoted(name, request):
        return arguments
    found = _RUN_ON.fullmatch(name)
    return arguments if found is None else arguments | {"name": found[1], "project": found[2]}


def _find_place(arguments: JsonObject, signature: Signature, request: str) -> JsonObject:
    """Find what a part belongs to after its name, where the model left it out."""
    for part in signature.parameters:
        words = arguments.get(part.shown)
        owners = [p for p in signature.parameters if _may_own(p, part)]
        said = [str(arguments[p.shown]) for p in owners if p.shown in arguments]
        if (
            not owners
            or not isinstance(words, str)
            or any(is_mentioned(w, request) or points(w) for w in said)
        ):
            continue
        found = re.search(_AFTER.format(re.escape(words)), request) or _FIRST.match(request)
        place = _before_others(found[1], arguments, words) if found is not None else ""
        if place and find_moment(place, _ANY_DAY) is None:
            return arguments | {owners[0].shown: place}
    return arguments


def _may_own(owner: Parameter, part: Parameter) -> bool:
    """Say whether one parameter is what another belongs to; an option's field belongs to a project."""
    return owner is not part and not owner.many and owner.kind in PARENTS.get(part.kind, ())


def _before_others(text: str, arguments: JsonObject, words: str) -> str:
    """A text up to where another argument begins, without the words that join them."""
    for other in arguments.values():
        if isinstance(other, str) and other != words and other in text:
            text = text[: text.index(other)]
    text = re.split(r", | (?:was|is|does|do|needs?|should) ", text)[0]
    return re.sub(r"(?:\s+(?:to|as|so that it says|with|into))?[\s\"'“‘:,.!?]*$", "", text)


def _find_new_name(arguments: JsonObject, signature: Signature, request: str) -> JsonObject:
    """Take the whole of a new name that ends a request, and do not look for the thing under that name."""
    found = _RENAMED.search(request)
    given = next((n for n in ("new_name", "new_title") if isinstance(arguments.get(n), str)), None)
    if found is None or given is None:
        return arguments
    new = found[1].strip("\"'“”‘’")
    mended = arguments | {given: new if new.startswith(str(arguments[given])) else arguments[given]}
    for parameter in signature.parameters:
        words = arguments.get(parameter.shown)
        if parameter.role is Role.REFERENCE and tokens(str(words)) == tokens(str(mended[given])):
            mended[parameter.shown] = "it"
    return mended


def _find_assigned(arguments: JsonObject, request: str) -> JsonObject:
    """Take the whole of a task's name between "assign" and a person."""
    found, people = _ASSIGNED.fullmatch(request), arguments.get("people")
    words = arguments.get("task")
    if found is None or not isinstance(people, list) or not isinstance(words, str):
        return arguments
    is_same = [tokens(str(person)) for person in people] == [tokens(found[2])]
    is_part = set(tokens(words)) < set(tokens(found[1]))
    return arguments | {"task": found[1].strip("\"'“”‘’")} if is_same and is_part else arguments


def _without_strangers(arguments: JsonObject) -> JsonObject:
    """Drop people who are called like the project, and those who are only asked for: "who logged what?"."""
    kept = dict(arguments)
    project = tokens(str(arguments.get("project", "")))
    people, person = arguments.get("people"), arguments.get("person")
    if isinstance(people, list) and project and [tokens(str(each)) for each in people] == [project]:
        del kept["people"]
    if isinstance(person, str) and re.match(r"(?:who|what|every\w*|all|each)\b", person, re.IGNORECASE):
        del kept["person"]
    return kept
