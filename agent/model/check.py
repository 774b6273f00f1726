"""Whether a model can be used: one or two small requests, what came of them, and a plain verdict.

Everything goes through the `Model` protocol, so whatever adapter answers in a conversation answers here.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from enum import StrEnum

from agent.conversation import ToolCall, UserMessage
from agent.errors import AgentError, LimitError, ModelError
from agent.jsontypes import parse_object
from agent.model.listing import Listing
from agent.model.protocol import (
    FunctionDefinition,
    Model,
    ModelRequest,
    ReasoningDelta,
    TextDelta,
    Usage,
)
from agent.wording.addresses import shown_address

SECONDS = 30.0
"""How long a check takes at most."""

_SYSTEM = "You are being checked. Do exactly what you are asked, and nothing else."
_BOTH = "Count from one to ten in words. Then call show_project for the project “Blue”."
_CALL = "Call the function show_project for the project “Blue”. Write no text."
_TEXT = "Count from one to twenty in words."
_ARGUMENT = "Blue"
_QUESTIONS = ("address", "key", "model", "streaming", "functions", "usage")
_FUNCTION = FunctionDefinition(
    "show_project",
    "Shows one project to the user.",
    {
        "type": "object",
        "properties": {"project": {"type": "string", "description": "The project's name."}},
        "required": ["project"],
        "additionalProperties": False,
    },
)
_LONGEST = 80
_OTHER_MODEL = "Choose another model: `astravue model list`."


class Outcome(StrEnum):
    """What came of one question."""

    GOOD = "ok"
    LACKING = "missing"
    FAILED = "failed"
    OPEN = "not tried"


@dataclass(frozen=True, slots=True)
class Check:
    """One question about a model.

    Args:
        name: What was asked about.
        outcome: What came of it; only `FAILED` keeps the model from being used.
        text: The answer in words.
        verdict: The same as a part of the verdict, where it is not good.
        hint: What helps; empty when nothing does.
    """

    name: str
    outcome: Outcome
    text: str
    verdict: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All answers.

    Args:
        checks: In the order in which one depends on the other.
        requests: How many requests were made to the model.
        seconds: How long they took.
    """

    checks: tuple[Check, ...]
    requests: int = 0
    seconds: float = 0.0

    @property
    def failed(self) -> Check | None:
        """The first question whose answer keeps the model from being used."""
        return next((check for check in self.checks if check.outcome is Outcome.FAILED), None)

    @property
    def verdict(self) -> str:
        """What follows, as it goes on after the model's name."""
        if self.failed is not None:
            return f"cannot be used: {self.failed.verdict}"
        lacking = [check.verdict for check in self.checks if check.outcome is Outcome.LACKING]
        return f"works, but {' and '.join(lacking)}" if lacking else "works"


@dataclass(slots=True)
class _Attempt:
    """What one request brought."""

    pieces: int = 0
    first_after: float = 0.0
    calls: list[ToolCall] = field(default_factory=list[ToolCall])
    usage: Usage | None = None
    error: AgentError | None = None

    @property
    def has_called(self) -> bool:
        """The function was called as it was asked for."""
        return any(_is_right(call) for call in self.calls)


def report_failure(name: str, text: str, hint: str) -> Report:
    """What is known where one question has failed before any other was asked.

    Args:
        name: What was asked about.
        text: What came of it.
        hint: What helps.
    """
    failed = Check(name, Outcome.FAILED, text, text, hint)
    return Report(tuple(failed if each == name else Check(each, Outcome.OPEN, "") for each in _QUESTIONS))


async def check_endpoint(
    model: Model,
    base_url: str,
    listing: Listing,
    *,
    has_key: bool,
    clock: Callable[[], float] = time.monotonic,
    seconds: float = SECONDS,
) -> Report:
    """Ask a model of an endpoint for a little text and a call.

    A model that does both at once is asked once, any other a second time for what is missing.

    Args:
        model: The model.
        base_url: The endpoint.
        listing: What the endpoint says it has.
        has_key: A key was sent to it.
        clock: Seconds, monotonic.
        seconds: How long all of it may take.
    """
    base_url = shown_address(base_url)
    if not listing.reached:
        return report_failure("address", f"{base_url} {listing.problem}", listing.hint)
    begun, deadline = clock(), asyncio.get_running_loop().time() + seconds

    async def ask(text: str, *functions: FunctionDefinition) -> _Attempt:
        request = ModelRequest(_SYSTEM, (UserMessage(text),), functions)
        attempt, asked = _Attempt(), clock()
        try:
            async with asyncio.timeout_at(deadline):
                await _read(model, request, attempt, lambda: clock() - asked)
        except TimeoutError:
            attempt.error = ModelError(
                f"{base_url} gave no whole answer within {seconds:g} s.",
                "It may still be loading the model: try again.",
            )
        except AgentError as error:
            attempt.error = error
        return attempt

    attempts = [await ask(_BOTH, _FUNCTION)]
    first = attempts[0]
    if first.error is not None:
        if _may_be_about_functions(first.error):
            attempts.append(await ask(_TEXT))
    elif not first.has_called:
        attempts.append(await ask(_CALL, _FUNCTION))
    elif first.pieces < 2:
        attempts.append(await ask(_TEXT))
    checks = _judge(model.name, base_url, listing, attempts, has_key=has_key)
    return Report(checks, len(attempts), clock() - begun)


async def _read(model: Model, request: ModelRequest, attempt: _Attempt, elapsed: Callable[[], float]) -> None:
    async with aclosing(model.respond(request)) as items:
        async for item in items:
            match item:
                case TextDelta() | ReasoningDelta():
                    attempt.first_after = attempt.first_after or elapsed()
                    attempt.pieces += 1
                case ToolCall():
                    attempt.calls.append(item)
                case Usage():
                    attempt.usage = item
                case _:
                    pass


def _may_be_about_functions(error: AgentError) -> bool:
    """A refusal of neither the key nor the model, that is not about having to wait either."""
    return not isinstance(error, LimitError) and _status(error) not in (None, 401, 403, 404)


def _status(error: AgentError) -> int | None:
    """The HTTP status that an adapter's error comes from, if it comes from one."""
    status: object = getattr(error.__cause__, "status_code", None)
    return status if isinstance(status, int) else None


def _is_right(call: ToolCall) -> bool:
    try:
        argument = parse_object(call.arguments).get("project")
    except ValueError:
        return False
    return call.name == _FUNCTION.name and isinstance(argument, str) and _ARGUMENT in argument.title()


def _judge(
    name: str, base_url: str, listing: Listing, attempts: Sequence[_Attempt], *, has_key: bool
) -> tuple[Check, ...]:
    answered = [attempt for attempt in attempts if attempt.error is None]
    address = Check("address", Outcome.GOOD, f"{base_url} answers")
    if not answered:
        error = attempts[0].error or ModelError("It did not answer.")
        failed = (_judge_key(error, has_key=has_key), _judge_model(name, listing, error))
        rest = (Check(each, Outcome.OPEN, "") for each in ("streaming", "functions", "usage"))
        return (address, *failed, *rest)
    listed = "is listed" if listing.knows(name) else "answers, though it is not listed"
    return (
        address,
        Check("key", Outcome.GOOD, "accepted" if has_key else "none is needed"),
        Check("model", Outcome.GOOD, f"{name} {listed}"),
        _judge_streaming(attempts),
        _judge_functions(attempts),
        _judge_usage(answered),
    )


def _judge_key(error: AgentError, *, has_key: bool) -> Check:
    status = _status(error)
    if status not in (401, 403):
        return Check("key", Outcome.OPEN, "")
    said = f"the key is refused (HTTP {status})" if has_key else f"a key is needed (HTTP {status})"
    return Check("key", Outcome.FAILED, said, said, "Store one: `astravue model key`, or set OPENAI_API_KEY.")


def _judge_model(name: str, listing: Listing, error: AgentError) -> Check:
    status = _status(error)
    if status in (401, 403):
        return Check("model", Outcome.OPEN, "")
    if status == 404 and listing.names and not listing.knows(name):
        some = ", ".join((listing.chatting or listing.names)[:5])
        return Check(
            "model",
            Outcome.FAILED,
            f"{name} is not known there; listed are {some}{' …' if len(listing.names) > 5 else ''}",
            "the endpoint does not have it",
            _OTHER_MODEL,
        )
    return Check("model", Outcome.FAILED, error.message, error.message.rstrip("."), error.hint)


def _judge_streaming(attempts: Sequence[_Attempt]) -> Check:
    best = max(attempts, key=lambda attempt: attempt.pieces)
    if best.pieces > 1:
        text = f"{best.pieces} pieces, the first after {best.first_after:.2f} s"
        return Check("streaming", Outcome.GOOD, text)
    if error := attempts[-1].error:
        return Check("streaming", Outcome.OPEN, error.message)
    if best.pieces == 1:
        return Check("streaming", Outcome.LACKING, "the answer came in one piece", "does not stream")
    return Check("streaming", Outcome.LACKING, "no text came at all", "wrote no text")


def _judge_functions(attempts: Sequence[_Attempt]) -> Check:
    first, last = attempts[0], attempts[-1]
    if first.has_called or last.has_called:
        return Check("functions", Outcome.GOOD, "called as asked")
    if calls := [*last.calls, *first.calls]:
        said = f"{calls[0].name}({calls[0].arguments})"
        text = f"called as {said if len(said) < _LONGEST else said[: _LONGEST - 1] + '…'}"
        return Check("functions", Outcome.FAILED, text, "it calls functions wrongly", _OTHER_MODEL)
    if last.error is not None:
        message = last.error.message
        return Check("functions", Outcome.FAILED, message, message.rstrip("."), last.error.hint)
    text = first.error.message if first.error else "it answered with text instead of a call"
    return Check("functions", Outcome.FAILED, text, "it calls no functions", _OTHER_MODEL)


def _judge_usage(answered: Sequence[_Attempt]) -> Check:
    counted = [attempt.usage for attempt in answered if attempt.usage and attempt.usage.total_tokens]
    if not counted:
        return Check("usage", Outcome.LACKING, "tokens are not counted", "counts no tokens")
    total = sum(counted, Usage())
    return Check(
        "usage", Outcome.GOOD, f"{total.input_tokens:,} tokens read, {total.output_tokens:,} written"
    )
