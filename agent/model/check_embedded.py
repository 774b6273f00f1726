"""Whether the embedded model can be used: is it installed and fetched, does it start and answer."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing

from agent.errors import ModelError
from agent.jsontypes import JsonObject
from agent.model.check import Check, Outcome, Report
from agent.model.embedded import is_available
from agent.model.embedded.engine import Engine
from agent.model.embedded.process import ChildProcess, missing_extra, start_child
from agent.model.embedded.weights import QWEN_CODER, Weights
from agent.system.folders import Folders

SECONDS = 60.0
"""How long a check takes at most; reading the weights from a slow disk takes most of it."""

_NAMES = ("runtime", "weights", "start", "answer")
_REQUEST = "Say hello."
_ANSWER: JsonObject = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
    "additionalProperties": False,
}
_MOST_TOKENS = 24


def is_fetched(folders: Folders, weights: Weights = QWEN_CODER) -> bool:
    """Say whether the weights are there; only a file with the right digest ever gets their name."""
    path = weights.path(folders.models)
    return path.is_file() and path.stat().st_size == weights.size


async def check_embedded(
    folders: Folders,
    *,
    weights: Weights = QWEN_CODER,
    command: Sequence[str] | None = None,
    clock: Callable[[], float] = time.monotonic,
    seconds: float = SECONDS,
) -> Report:
    """Start the embedded model, have it write a few words, and end it.

    It calls no functions of its own accord: what it writes is held to a form from which the calls are made,
    so there is nothing to ask about that.

    Args:
        folders: Where weights and logs lie.
        weights: Which weights.
        command: The child's program, by default the package's own.
        clock: Seconds, monotonic.
        seconds: How long all of it may take.
    """
    begun, checks = clock(), _look(folders, weights, needs_runtime=command is None)
    if checks[-1].outcome is Outcome.FAILED:
        return _report(*checks)
    try:
        async with asyncio.timeout(seconds):
            child = await start_child(
                weights.path(folders.models),
                folders.models / "states",
                folders.logs / "embedded-model-check.log",
                command=command,
            )
            try:
                checks.append(Check("start", Outcome.GOOD, f"after {clock() - begun:.1f} s"))
                checks.append(await _answer(child, folders, weights, clock))
            finally:
                await child.aclose()
    except TimeoutError:
        checks.append(
            _failed(checks, f"nothing came within {seconds:g} s", "Try again on a quieter machine.")
        )
    except ModelError as error:
        checks.append(_failed(checks, error.message, error.hint))
    return _report(*checks, seconds=clock() - begun)


def _look(folders: Folders, weights: Weights, *, needs_runtime: bool) -> list[Check]:
    """What has to be there before it can start, as far as it is."""
    checks = list[Check]()
    if needs_runtime:
        if not is_available():
            error = missing_extra()
            return [Check("runtime", Outcome.FAILED, error.message, "it is not installed", error.hint)]
        checks.append(Check("runtime", Outcome.GOOD, "installed"))
    size = f"{weights.name}, {weights.size / 1e9:.2f} GB"
    if is_fetched(folders, weights):
        return [*checks, Check("weights", Outcome.GOOD, size)]
    hint = "Run `astravue model fetch`."
    verdict = "its weights are not fetched yet"
    return [*checks, Check("weights", Outcome.FAILED, f"{size}, not fetched yet", verdict, hint)]


async def _answer(
    child: ChildProcess, folders: Folders, weights: Weights, clock: Callable[[], float]
) -> Check:
    engine = Engine(child.endpoint, folders.models / "states", weights.sha256)
    messages: list[JsonObject] = [{"role": "user", "content": _REQUEST}]
    pieces, first_after, asked = 0, 0.0, clock()
    try:
        async with aclosing(engine.complete(messages, _ANSWER, _MOST_TOKENS)) as items:
            async for item in items:
                if isinstance(item, str):
                    first_after = first_after or clock() - asked
                    pieces += 1
    finally:
        await engine.aclose()
    return Check("answer", Outcome.GOOD, f"{pieces} pieces, the first after {first_after:.2f} s")


def _failed(before: Sequence[Check], message: str, hint: str) -> Check:
    name = "answer" if any(check.name == "start" for check in before) else "start"
    return Check(name, Outcome.FAILED, message, message.rstrip("."), hint)


def _report(*checks: Check, seconds: float = 0.0) -> Report:
    told = {check.name for check in checks}
    rest = [Check(name, Outcome.OPEN, "") for name in _NAMES if name not in told]
    ordered = sorted((*checks, *rest), key=lambda check: _NAMES.index(check.name))
    return Report(tuple(ordered), int("answer" in told), seconds)
