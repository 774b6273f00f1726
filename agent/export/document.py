"""What an exported conversation holds, before it is written in one form or another."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Table:
    """A list that a tool answered with.

    Args:
        headings: One for each column.
        rows: The cells of each row.
        left_out: How many more rows there are.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """What the user said; a turn begins with it.

    Args:
        number: Of the turn, counted from 1.
        text: The message, as it was typed.
        sent: The message as the model reads it, where it was made from what was typed.
        at: When; unknown if left out.
    """

    number: int
    text: str
    sent: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What the model said, as Markdown.

    Args:
        text: The answer.
        interrupted: It was not finished.
    """

    text: str
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Called:
    """A call of a tool.

    Args:
        title: The tool's title.
        outcome: How it ended, in words.
        arguments: JSON.
        questions: What the user was asked before it, and what they decided.
        decision: Who or what let it run or not; empty for reads.
        table: The list it answered with, if it did.
        text: What it answered, as the model reads it.
        tool: The tool, as the server names it.
    """

    title: str
    outcome: str
    arguments: str
    questions: tuple[str, ...] = ()
    decision: str = ""
    table: Table | None = None
    text: str = ""
    tool: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """Something else that the user was told, one paragraph.

    Args:
        text: What.
        is_problem: Something went wrong.
    """

    text: str
    is_problem: bool = False


Entry: TypeAlias = Said | Answered | Called | Noted


@dataclass(frozen=True, slots=True)
class Document:
    """A conversation.

    Args:
        title: What it is about.
        facts: Pairs of a label and a value: id, server, model.
        entries: What was said and done, in order.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...] = field(default=())
