"""A model that judges: one question about a conversation, answered with yes or no.

What it says counts against a trial and never for one by itself, and what cannot be read never passes.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import indent

from agent.conversation import AssistantMessage, Message, UserMessage
from agent.errors import AgentError
from agent.jsontypes import JsonObject, parse_object
from agent.model.protocol import Model, Usage
from agent.system.logs import redact_text
from agent.tools.fence import fence, unfence
from agent.transcripts.lines import object_of, text_of
from evals.definitions.trial import Status, TrialRecord, Verdict
from evals.trials.asking import ask, read_prompt
from evals.trials.open_models import OpenModels

_LONGEST_RESULT = 2_000
_LONGEST_CONVERSATION = 200_000
_SECONDS = 180.0
_ANSWERS = {"yes": True, "no": False}
_AGAIN = 'Answer with the JSON object alone: {"answer": "yes" or "no", "reason": "..."}'


async def add_verdict(record: TrialRecord, question: str, models: OpenModels) -> TrialRecord:
    """Add what the judge says of a trial, if there is a judge, a question, and something to judge.

    Args:
        record: What came of the trial.
        question: What is asked, by the case; may be empty.
        models: Has the judge.
    """
    if not question or record.status is Status.BROKEN:
        return record
    judge = await models.judge()
    return record if judge is None else replace(record, verdict=await judge_trial(judge, question, record))


async def judge_trial(
    model: Model, question: str, record: TrialRecord, *, seconds: float = _SECONDS
) -> Verdict:
    """Ask a model about a conversation.

    Args:
        model: The judge.
        question: Answered with yes by a conversation that is right.
        record: Holds the conversation.
        seconds: How long the judge may take.

    Returns:
        The verdict; a broken one where the judge gave none.
    """
    asked = UserMessage(
        f"{fence(write_conversation(record.events), 'conversation')}\n\nThe question: {question}"
    )
    messages: list[Message] = [asked]
    usage, problem = Usage(), ""
    try:
        async with asyncio.timeout(seconds):
            for _ in range(2):
                reply = await ask(model, read_prompt("judge"), messages)
                usage += reply.usage
                if (verdict := _read(reply.text)) is not None:
                    return replace(verdict, model=model.name, usage=usage)
                messages += [AssistantMessage(reply.text or "(nothing)"), UserMessage(_AGAIN)]
        problem = "The judge gave no answer that can be read, twice."
    except TimeoutError:
        problem = f"The judge gave no answer within {seconds:g} s."
    except AgentError as error:
        problem = f"The judge could not be asked: {redact_text(str(error))}"
    return Verdict(False, problem, model.name, usage, broken=True)


def _read(text: str) -> Verdict | None:
    """The verdict in an answer; some models put it into a block of code or words around it."""
    begin, end = text.find("{"), text.rfind("}")
    try:
        said = parse_object(text[begin : end + 1])
    except ValueError:
        return None
    answer = said.get("answer")
    passed = _ANSWERS.get(answer.strip().lower()) if isinstance(answer, str) else None
    if passed is None:
        return None
    reason = said.get("reason")
    return Verdict(passed, redact_text(reason) if isinstance(reason, str) else "")


def write_conversation(events: Sequence[JsonObject]) -> str:
    """Write a conversation as a judge reads it: what was said, what was called, and what came of it.

    Args:
        events: The lines of its transcript.
    """
    written = "\n\n".join(part for event in events for part in _write(event))
    if len(written) <= _LONGEST_CONVERSATION:
        return written
    return f"(The beginning is left out.)\n…{written[-_LONGEST_CONVERSATION:]}"


def _write(event: JsonObject) -> Iterator[str]:
    match event.get("type"):
        case "turn_started":
            yield _part("USER", text_of(event, "text"))
        case "approval_requested":
            decision = text_of(event, "decision")
            yield _part(f"THE USER IS ASKED, AND ANSWERS {decision.upper()}", text_of(event, "summary"))
        case "tool_call_finished":
            call = object_of(event, "call")
            yield _part("CALL", f"{text_of(call, 'name')} {text_of(call, 'arguments')}")
            yield _part(f"THE CALL {text_of(event, 'outcome').upper()}", _result(event))
        case "turn_finished":
            yield _part("ASSISTANT", text_of(event, "text"))
        case "turn_failed":
            yield _part("THE TURN FAILED", text_of(object_of(event, "error"), "message"))
        case _:
            return


def _part(title: str, text: str) -> str:
    # No text can begin a part of its own: all of it is moved in.
    return f"{title}:\n{indent(text, '  ')}"


def _result(event: JsonObject) -> str:
    text = unfence(text_of(event, "text"))
    return text if len(text) <= _LONGEST_RESULT else f"{text[:_LONGEST_RESULT]} …"
