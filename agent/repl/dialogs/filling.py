"""What a form asks for beside its fields, and how the asking ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from agent.forms.form import Form, FormValue


class Left(Enum):
    """The form was left without an answer.

    The two are told apart only where `FormRequest.may_decline` says so: to a server a no is something
    else than no answer.
    """

    DECLINED = auto()
    CANCELLED = auto()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a form that is filled in.

    Args:
        text: One sentence.
        name: The field it is about; empty if it is about several.
    """

    text: str
    name: str = ""


def _finds_nothing(_: Mapping[str, FormValue]) -> Fault | None:
    return None


@dataclass(frozen=True, slots=True)
class FormRequest:
    """A form to be filled in.

    Args:
        title: What it is for, one line.
        form: The fields.
        values: What the fields hold in the beginning.
        labels: How values are shown until they are changed, where that says more: an id with its name.
        send: What the last row says, and what is asked before it is sent line by line.
        question: What is asked before it is sent, where it is filled in line by line.
        may_decline: Whoever leaves it is asked whether that is a no.
        offers_optional: Where it is filled in line by line, optional fields that hold nothing are asked for
            only if the user wants that.
        check: Looks at all values together, before they are taken.
    """

    title: str
    form: Form
    values: Mapping[str, FormValue] = field(default_factory=dict[str, FormValue])
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    send: str = "Send"
    question: str = "Send this?"
    may_decline: bool = False
    offers_optional: bool = False
    check: Callable[[Mapping[str, FormValue]], Fault | None] = _finds_nothing
