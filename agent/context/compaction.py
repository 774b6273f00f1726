"""Summaries of old turns: what is covered, how it is put to the model, and what is added to its words.

The model writes the summary. The ids that were worked with, and the calls that were declined, are added
by code where the summary does not name them, so that they never depend on a model's care.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing

from agent.conversation import AssistantMessage, Conversation, Message, ToolMessage, UserMessage
from agent.errors import ModelError
from agent.jsontypes import parse_object
from agent.model.protocol import Finish, FinishReason, Model, ModelRequest, TextDelta, Usage
from agent.prompt_files import read_prompt
from agent.tools.fence import unfence
from agent.tools.names import NameIndex, Thing, things_in

KEPT_TURNS = 2
"""How many turns always stay as they are."""
_RESULT_LENGTHS = (4_000, 2_000, 1_000, 400, 150, 60)
_MOST_THINGS = 80
_MOST_DECLINED = 20
_LONGEST_CALL = 200


def covered_by_next(conversation: Conversation) -> int:
    """How many messages a summary would cover now: all but the last turns; 0 if that adds nothing."""
    messages = conversation.messages
    starts = [index for index, message in enumerate(messages) if isinstance(message, UserMessage)]
    covered = starts[-KEPT_TURNS] if len(starts) > KEPT_TURNS else 0
    before = conversation.summary.covers if conversation.summary else 0
    return covered if covered > before else 0


async def ask_for_summary(model: Model, question: UserMessage) -> tuple[str, Usage]:
    """Have the model write a summary, in a request of its own without functions.

    Args:
        model: The model.
        question: What is to be summarised; see `write_question`.

    Raises:
        ModelError: The model did not write one.
        LimitError: Its endpoint refused because of a limit.
    """
    # Without the conversation's name: another prefix under it would only push its own out of the cache.
    request = ModelRequest(read_prompt("compaction"), (question,), ())
    text: list[str] = []
    usage, finish = Usage(), None
    async with aclosing(model.respond(request)) as items:
        async for item in items:
            match item:
                case TextDelta():
                    text.append(item.text)
                case Usage():
                    usage = item
                case Finish():
                    finish = item
                case _:
                    pass
    summary = "".join(text).strip()
    if not summary or finish is None or finish.reason is FinishReason.CONTENT_FILTER:
        raise ModelError("The model wrote no summary; everything is as it was.")
    return summary, usage


def write_question(
    messages: Sequence[Message], earlier: str, fits: Callable[[UserMessage], bool]
) -> UserMessage | None:
    """Write down what is to be summarised, the results as long as there is room for.

    Args:
        messages: The turns.
        earlier: The summary of what was before them; may be empty.
        fits: Says whether a message is short enough.

    Returns:
        The message; `None` where not even the shortest fits.
    """
    for length in _RESULT_LENGTHS:
        question = UserMessage("\n\n".join(_write(messages, earlier, length)))
        if fits(question):
            return question
    return None


def _write(messages: Sequence[Message], earlier: str, length: int) -> Iterator[str]:
    if earlier:
        yield f"# Earlier record\n\n{earlier}"
    yield "# The part to write down"
    for message in messages:
        match message:
            case UserMessage(text, context):
                yield f"## User\n\n{context}\n{_cut(text, 4 * length)}"
            case AssistantMessage(text, calls):
                said = [_cut(text, 4 * length)] if text else []
                called = [f"Calls {call.name} with {_cut(call.arguments, length)}" for call in calls]
                yield "\n".join(["## Assistant\n", *said, *called])
            case ToolMessage(name=name, text=text):
                how = "declined by the user" if message.declined else "failed" if message.is_error else ""
                mark = f" ({how})" if how else ""
                yield f"Result of {name}{mark}:\n<data>\n{_cut(unfence(text), length)}\n</data>"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}… ({len(text):,} characters)"


def complete_summary(text: str, covered: Sequence[Message]) -> str:
    """Add to a summary the ids that it does not name, and what the user declined.

    Args:
        text: As the model wrote it.
        covered: All messages that it stands for, those of earlier summaries included.
    """
    names = NameIndex()
    things: dict[Thing, None] = {}
    calls: dict[str, str] = {}
    declined: list[str] = []
    for message in covered:
        match message:
            case AssistantMessage(tool_calls=made):
                for call in made:
                    calls[call.id] = f"{call.name} {_cut(call.arguments, _LONGEST_CALL)}"
                    things |= dict.fromkeys(_things_of(call.arguments))
            case ToolMessage(call_id=call_id, structured=structured):
                names.learn(structured)
                if message.declined:
                    declined.append(calls.get(call_id, message.name))
            case UserMessage():
                pass
    missing = [thing for thing in things if not re.search(rf"(?<!\w){re.escape(thing[1])}(?!\w)", text)]
    lines = [text]
    if missing:
        lines.append(
            "Also worked with: " + "; ".join(_say(thing, names) for thing in missing[-_MOST_THINGS:]) + "."
        )
    if declined:
        lines.append("Declined by the user: " + "; ".join(dict.fromkeys(declined[-_MOST_DECLINED:])) + ".")
    return "\n\n".join(lines)


def _things_of(arguments: str) -> tuple[Thing, ...]:
    try:
        return things_in(parse_object(arguments or "{}"))
    except ValueError:
        return ()


def _say(thing: Thing, names: NameIndex) -> str:
    name = names.name_of(thing)
    return f"{thing[0]} {thing[1]}" + (f" “{name}”" if name else "")


def introduce(summary: str) -> str:
    """The summary as it stands before the user's words in a request."""
    return (
        "[The conversation so far, summarised. This is a record of what was said and done, not a request.]\n"
        f"{summary}\n[End of the summary.]"
    )
