"""The embedded model behind the `Model` protocol.

Its first answer in a turn asks the weights for one choice; every later one goes on with the plan that
follows from that choice. Between the requests of a turn nothing is kept here: the choice travels in the
message's provider items, and the plan is run again from its start with the results that are there by then.
"""

import asyncio
import contextlib
import os
import threading
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from agent.conversation import ToolCall
from agent.errors import AgentError
from agent.jsontypes import JsonObject, dump
from agent.model.embedded.answer_reader import AnswerReader
from agent.model.embedded.background import run_in_daemon_thread
from agent.model.embedded.choice import CALLS, Choice, answer_schema, read_choice
from agent.model.embedded.dialogue import Dialogue
from agent.model.embedded.engine import BrokenAnswer, Engine
from agent.model.embedded.fetch import fetch_model
from agent.model.embedded.leaning import lean
from agent.model.embedded.naming import read_signatures
from agent.model.embedded.offer import Offer
from agent.model.embedded.pending import Question
from agent.model.embedded.plain import read_plainly
from agent.model.embedded.plan import Answer, Plan
from agent.model.embedded.planner import next_step
from agent.model.embedded.prefix import build_prefix, divide, write_tail
from agent.model.embedded.process import ChildProcess, is_available, missing_extra, start_child
from agent.model.embedded.reconsider import choose_again, give_to_owner, is_about_something
from agent.model.embedded.taking_back import without_unasked_deletion
from agent.model.embedded.weights import QWEN_CODER, Weights
from agent.model.protocol import (
    Finish,
    FinishReason,
    FunctionDefinition,
    ModelRequest,
    StreamItem,
    TextDelta,
    Usage,
)
from agent.system.folders import Folders

_MAX_TOKENS = 400
_TITLED = ("task", "subtask", "project")
_NOT_UNDERSTOOD = "I could not make sense of that. Please say it again in one plain sentence."
_NOTHING_MEANT = "I can't do that; I only manage your workspace."


class EmbeddedModel:
    """A small model in a child process, and the code that carries its chain.

    Args:
        folders: Where weights, prompt states and the child's log lie.
        on_progress: Told in the event loop what is being waited for, and the fraction done where there is
            one.
        environ: The process environment, for proxies and index settings while fetching.
        clock: Seconds since the epoch; gives the day when the user's message does not.
        weights: Which weights.
        command: The child's program, by default this package's server.
    """

    def __init__(
        self,
        folders: Folders,
        *,
        on_progress: Callable[[str, float | None], None],
        environ: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.time,
        weights: Weights = QWEN_CODER,
        command: Sequence[str] | None = None,
    ) -> None:
        self._folders = folders
        self._on_progress = on_progress
        self._environ = environ
        self._clock = clock
        self._weights = weights
        self._command = command
        self._cancel = threading.Event()
        self._loading: asyncio.Task[Engine] | None = None
        self._child: ChildProcess | None = None
        self._engine: Engine | None = None
        self._in_use = asyncio.Lock()
        self._evaluated: list[JsonObject] | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._functions: tuple[FunctionDefinition, ...] = ()
        self._offer = Offer(())

    @property
    def name(self) -> str:
        """The model's name as shown to the user and written to transcripts."""
        return self._weights.name

    def start(self) -> None:
        """Begin to fetch and load the weights in the background; needs a running event loop."""
        self._load()

    def warm(self, request: ModelRequest) -> None:
        """Have the prefix for a request's functions evaluated in the background, or read its saved state.

        Errors are not raised here; the next `respond` meets them.
        """
        offer = self._read_offer(request)

        async def evaluate() -> None:
            with contextlib.suppress(AgentError):
                engine = await self._ready_engine()
                async with self._in_use:
                    await self._evaluate(engine, build_prefix(offer))

        self._in_background(evaluate())

    async def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        """Ask for the next message.

        Raises:
            ModelError: The weights cannot be fetched or loaded, or the child broke off.
        """
        offer = self._read_offer(request)
        dialogue = Dialogue.read(request.messages, self._clock)
        plan = Plan.from_item(dialogue.plan_items)
        question = Question.read(dialogue.pending) if dialogue.pending is not None else None
        if plan is None and question is not None:
            plan = question.settle(dialogue.request)
        if plan is None and question is None:
            plain = read_plainly(dialogue.request, offer.all)
            plan = Plan(dialogue.request, plain) if plain is not None else None
        usage = Usage()
        if plan is None:
            text, reader = "", AnswerReader()
            async with contextlib.aclosing(self._ask(offer, dialogue)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Usage):
                        usage = piece
                        continue
                    text += piece
                    # With a question open, an answer without calls may be the words that were asked for.
                    if (question is None or question.options) and (more := reader.read(piece)):
                        yield TextDelta(more)
            plan = _read_plan(text, dialogue, question, offer)
            if reader.has_read:
                yield usage
                yield Finish(FinishReason.STOP, plan.to_items())
                return
        step = next_step(plan, dialogue, offer.all)
        if isinstance(step, Answer):
            for line in step.text.splitlines(keepends=True):
                yield TextDelta(line)
            yield usage
            yield Finish(FinishReason.STOP, plan.to_items(step.pending))
            return
        for call in step.calls:
            yield ToolCall(f"call_{uuid.uuid4().hex[:20]}", call.name, dump(call.arguments))
        yield usage
        yield Finish(FinishReason.TOOL_CALLS, plan.to_items())

    async def ready(self) -> None:
        """Wait until the weights are there and loaded, which may take minutes the first time.

        Raises:
            ModelError: They cannot be fetched or loaded.
        """
        await self._ready_engine()

    async def aclose(self) -> None:
        """Stop what is going on in the background and end the child."""
        self._cancel.set()
        tasks: list[asyncio.Task[Any]] = [*self._background]
        if self._loading is not None:
            tasks.append(self._loading)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._end_child()

    async def _end_child(self) -> None:
        if self._engine is not None:
            await self._engine.aclose()
        if self._child is not None:
            await self._child.aclose()

    def _read_offer(self, request: ModelRequest) -> Offer:
        functions = tuple(request.functions)
        if functions != self._functions:
            self._functions, self._offer = functions, divide(read_signatures(functions))
        return self._offer

    async def choose(self, offer: Offer, dialogue: Dialogue) -> Choice:
        """Ask for the calls that answer a request, without planning them; evaluations score this.

        An answer without calls is left at its first word.

        Args:
            offer: The functions to choose from.
            dialogue: The conversation, with the request.

        Raises:
            ModelError: The weights cannot be fetched or loaded, or the child broke off.
        """
        if (plain := read_plainly(dialogue.request, offer.all)) is not None:
            return plain
        text, reader = "", AnswerReader()
        async with contextlib.aclosing(self._ask(offer, dialogue)) as pieces:
            async for piece in pieces:
                text += piece if isinstance(piece, str) else ""
                if isinstance(piece, str) and (begun := reader.read(piece)):
                    return Choice(answer=begun)
        return _read_choice(text, dialogue, offer)

    async def _ask(self, offer: Offer, dialogue: Dialogue) -> AsyncGenerator[str | Usage, None]:
        """Ask the weights for one choice."""
        prefix = build_prefix(offer)
        titles = [entity.label for entity in dialogue.known() if entity.kind in _TITLED]
        further = offer.pointed_at(dialogue.request, titles)
        engine = await self._ready_engine()
        async with self._in_use:
            await self._evaluate(engine, prefix)
            tail: JsonObject = {"role": "user", "content": write_tail(dialogue, further)}
            leaning = lean(dialogue.request, has_context=dialogue.has_context)
            bias = {CALLS: leaning} if leaning else None
            schema = answer_schema([*offer.core, *further], dialogue.request)
            try:
                async with contextlib.aclosing(
                    engine.complete([*prefix, tail], schema, _MAX_TOKENS, bias)
                ) as pieces:
                    async for piece in pieces:
                        yield piece
            except BrokenAnswer:
                await self._end_child()
                raise

    async def _evaluate(self, engine: Engine, prefix: list[JsonObject]) -> None:
        """Have a prefix evaluated, unless it is what the child evaluated last."""
        if self._evaluated == prefix:
            return
        self._evaluated = None
        self._on_progress("Reading the tools, once for this set of tools", 0.0)
        await engine.prepare(
            prefix, lambda done: self._on_progress("Reading the tools, once for this set of tools", done)
        )
        self._evaluated = prefix
        self._on_progress("The embedded model is ready", 1.0)

    async def _ready_engine(self) -> Engine:
        """Wait for the child; leaving the wait does not stop the loading."""
        return await asyncio.shield(self._load())

    def _load(self) -> "asyncio.Task[Engine]":
        """The task that loads the child: the running one, or a new one when it failed or the child died."""
        task = self._loading
        if task is not None and task.done():
            is_sound = not task.cancelled() and task.exception() is None
            if not is_sound or self._child is None or not self._child.is_running:
                task = None
        if task is None:
            task = asyncio.get_running_loop().create_task(self._start_child())
            task.add_done_callback(self._report)
            self._loading = task
        return task

    async def _start_child(self) -> Engine:
        if self._command is None and not is_available():
            raise missing_extra()
        self._evaluated = None
        await self._end_child()
        models = self._folders.models
        path = await self._fetch(models)
        states = models / "states"
        self._on_progress("Starting the embedded model", None)
        log = self._folders.logs / "embedded-model.log"
        self._child = await start_child(path, states, log, command=self._command)
        self._engine = Engine(self._child.endpoint, states, self._weights.sha256)
        return self._engine

    async def _fetch(self, models: Path) -> Path:
        loop = asyncio.get_running_loop()

        def on_bytes(done: int, total: int, source: str) -> None:
            text = f"Fetching the embedded model ({source}): {done // 10**6:,} of {total // 10**6:,} MB"
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._on_progress, text, done / total)

        def fetch() -> Path:
            return fetch_model(
                models,
                environ=self._environ,
                on_progress=on_bytes,
                cancel=self._cancel,
                weights=self._weights,
            )

        return await run_in_daemon_thread(fetch, "fetch-model")

    def _report(self, task: "asyncio.Task[Engine]") -> None:
        """Tell of a failure in the background; whoever waits for the task meets it too."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_progress(str(error), None)

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _read_plan(text: str, dialogue: Dialogue, question: Question | None, offer: Offer) -> Plan:
    """The plan that follows from what the model wrote."""
    choice = _read_choice(text, dialogue, offer)
    if question is not None and not choice.calls:
        answered = question.settle_with_words(dialogue.request)
        if answered is not None:
            return answered
    return Plan(dialogue.request, choice)


def _read_choice(text: str, dialogue: Dialogue, offer: Offer) -> Choice:
    try:
        choice = read_choice(text)
    except ValueError:
        return Choice(answer=_NOT_UNDERSTOOD)
    request = dialogue.request
    if not dialogue.has_context and not all(
        is_about_something(call, offer.all, request) for call in choice.calls
    ):
        return Choice(answer=_NOTHING_MEANT)
    calls = tuple(choose_again(call, offer.all, request) for call in choice.calls)
    if not calls:
        return choice
    return without_unasked_deletion(give_to_owner(calls, request), request)
