"""Histories drawn at random: turns, steps, calls and results of any length."""

from __future__ import annotations

from hypothesis import strategies as st

from agent.conversation import AssistantMessage, Message, ToolCall, ToolMessage, UserMessage
from agent.tools.fence import fence

_words = st.integers(0, 12_000).map(lambda length: ("word " * (length // 5 + 1))[:length])
_short = st.integers(1, 400).map(lambda length: ("say " * (length // 4 + 1))[:length])


@st.composite
def _steps(draw: st.DrawFn, prefix: str) -> list[Message]:
    messages: list[Message] = []
    for step in range(draw(st.integers(0, 4))):
        calls = tuple(
            ToolCall(f"{prefix}_{step}_{number}", "list_tasks", draw(_short))
            for number in range(draw(st.integers(1, 3)))
        )
        messages.append(AssistantMessage(draw(_short | st.just("")), calls))
        for call in calls:
            text = draw(_words)
            fenced = draw(st.booleans())
            messages.append(ToolMessage(call.id, call.name, fence(text, call.name) if fenced else text))
    return messages


@st.composite
def histories(draw: st.DrawFn) -> tuple[Message, ...]:
    """A history that ends where a request is made: with the user's message, or with results."""
    messages: list[Message] = []
    turns = draw(st.integers(1, 6))
    for turn in range(turns):
        messages.append(UserMessage(draw(_short), "Today is Monday."))
        messages += draw(_steps(f"c{turn}"))
        if turn < turns - 1:
            messages.append(AssistantMessage(draw(_short)))
    return tuple(messages)
