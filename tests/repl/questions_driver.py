"""A program that chats with a host whose turns ask questions; its tests run it on a pseudo-terminal."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from pathlib import Path

from agent.conversation import ToolCall
from agent.errors import SignInError
from agent.events import (
    CallOutcome,
    ElicitationRequested,
    Event,
    SignInRequested,
    StepFinished,
    StepStarted,
    ToolCallFinished,
    ToolCallProgress,
    ToolCallStarted,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    WaitStarted,
)
from agent.forms.form import parse_form
from agent.jsontypes import JsonObject, dump
from agent.model.protocol import FinishReason, TextDelta, Usage
from agent.repl.opening import ChatOptions, run_chat
from agent.tools.effects import effect_of
from tests.repl.fake_host import LIST_OVERDUE, FakeHost, FakeSigningIn

FORM: JsonObject = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "title": "City", "minLength": 2},
        "nights": {"type": "integer", "default": 3, "minimum": 1},
        "room": {"type": "string", "title": "Room", "enum": ["single", "double"]},
    },
    "required": ["city", "room"],
}


class ReadySigningIn(FakeSigningIn):
    """A sign-in that needs nothing of the user."""

    async def login(self, show: Callable[[str], None], read_pasted: Callable[[], Awaitable[str]]) -> str:
        return "Signed in as Alex."


class AskingHost(FakeHost):
    """Asks what a message names, and says what it was answered."""

    @property
    def signing_in(self) -> FakeSigningIn:
        return ReadySigningIn(self.note)

    async def turn(
        self, text: str, tools: Sequence[str] = (), typed: str = ""
    ) -> AsyncGenerator[Event, None]:
        yield TurnStarted(text)
        yield StepStarted(1)
        said = ""
        if text == "form":
            form = ElicitationRequested("demo", "Where to?", parse_form(FORM))
            yield form
            said = f"{form.action.value} {dump(form.content)}"
        elif text == "page":
            page = ElicitationRequested("demo", "Pay here.", url="https://pay.example/order")
            yield page
            said = f"{page.action.value} {self.log}"
        elif text == "sign in":
            lost = SignInRequested(SignInError("The sign-in is no longer valid.", "Run `astravue login`."))
            yield lost
            if not lost.signed_in:
                yield TurnFailed(lost.error, Usage(), 1)
                return
            said = "It goes on."
        elif text in ("wait", "progress"):
            async for event in self._take_long(text):
                yield event
        yield TextDelta(said)
        yield StepFinished(1, said, (), FinishReason.STOP, Usage())
        yield TurnFinished(said, Usage(), 1)

    async def _take_long(self, text: str) -> AsyncGenerator[Event, None]:
        if text == "wait":
            yield WaitStarted("The server limits the rate of requests", 3600.0)
            await asyncio.Event().wait()
        call = ToolCall("call_1", LIST_OVERDUE.name, "{}")
        yield ToolCallStarted(call, LIST_OVERDUE.title, {}, effect_of(LIST_OVERDUE))
        yield ToolCallProgress(call, 3, 12, "reading")
        # The test has seen the line once it answers this.
        page = ElicitationRequested("demo", "Go on?", url="https://demo.example/")
        yield page
        yield ToolCallFinished(call, LIST_OVERDUE.title, CallOutcome.SUCCEEDED, "done")


if __name__ == "__main__":
    sys.exit(asyncio.run(run_chat(AskingHost(), ChatOptions(Path(sys.argv[1]) / "history"))))
