"""A thing of the server as people name it in a message: `@Website relaunch (project 12)`.

The form is readable, and says with its kind and id all that a model needs to use it without looking it up.
"""

import re
from dataclasses import dataclass

_LONGEST_NAME = 80
_MENTION = re.compile(
    rf"(?<!\w)@(?P<name>[^\n@]{{1,{_LONGEST_NAME}}}?) \((?P<kind>[a-z]{{1,20}}) (?P<id>[\w.-]{{1,60}})\)"
)
_ENDING = re.compile(r"\(([a-z]{1,20} [\w.-]{1,60})\)")


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that can be mentioned.

    Args:
        kind: What it is, as ids name it: `task` for a `taskId`, `user` for a `userId`.
        id: Its id.
        name: What people call it.
        where: What it lies in or belongs to, in people's words; may be empty.
    """

    kind: str
    id: str
    name: str
    where: str = ""

    @property
    def text(self) -> str:
        """How it is written in a message."""
        return f"@{self.name} ({self.kind} {self.id})"


def shown_name(text: str) -> str:
    """A name as it can stand in a mention: on one line, without what ends or begins one, not too long."""
    name = _ENDING.sub(r"[\1]", " ".join(text.replace("@", " ").split()))
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"


def read_mentions(text: str) -> tuple[Mention, ...]:
    """The things that a message mentions, in their order."""
    return tuple(Mention(found["kind"], found["id"], found["name"]) for found in _MENTION.finditer(text))


def without_ids(text: str) -> str:
    """A message as if the things it mentions had been named in plain words."""
    return _MENTION.sub(lambda found: found["name"], text)


def without_mentions(text: str) -> str:
    """What of a message the user wrote in their own words; names that were picked are others' words."""
    return _MENTION.sub(" ", text)
