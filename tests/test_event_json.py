"""Events as JSON objects, for transcripts and scripts."""

import json
from typing import get_args

import pytest

from agent.conversation import ToolCall
from agent.errors import ApprovalError, LimitError, SignInError
from agent.event_json import encode_event
from agent.events import (
    ApprovalRequested,
    CallOutcome,
    Change,
    Compacted,
    CompactionUndone,
    Decision,
    ElicitationAction,
    ElicitationRequested,
    Event,
    ListChanged,
    ListKind,
    LogLevel,
    Notice,
    RequestPrefix,
    ServerLog,
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
from agent.forms.form import Field, FieldKind, Form
from agent.jsontypes import JsonObject
from agent.model.protocol import FinishReason, FunctionDefinition, ReasoningDelta, TextDelta, Usage
from agent.tools.tool import Effect, Tool

CALL = ToolCall("c1", "delete_task", '{"taskId":7}')
USAGE = Usage(12, 3, 4, 1)
USAGE_JSON: JsonObject = {
    "input_tokens": 12,
    "output_tokens": 3,
    "cached_tokens": 4,
    "reasoning_tokens": 1,
    "cost": None,
}
CALL_JSON: JsonObject = {"id": "c1", "name": "delete_task", "arguments": '{"taskId":7}'}

EXAMPLES: list[tuple[Event, JsonObject]] = [
    (TurnStarted("Hi", "Monday"), {"type": "turn_started", "text": "Hi", "context": "Monday"}),
    (
        RequestPrefix("m", "Be brief.", (FunctionDefinition("f", "Does f.", {"type": "object"}),)),
        {
            "type": "request_prefix",
            "model": "m",
            "system": "Be brief.",
            "functions": [{"name": "f", "description": "Does f.", "parameters": {"type": "object"}}],
        },
    ),
    (StepStarted(2), {"type": "step_started", "step": 2}),
    (TextDelta("Hel"), {"type": "text_delta", "text": "Hel"}),
    (ReasoningDelta("Hm"), {"type": "reasoning_delta", "text": "Hm"}),
    (
        StepFinished(1, "Hi", (CALL,), FinishReason.TOOL_CALLS, USAGE, provider_items=({"x": 1},)),
        {
            "type": "step_finished",
            "step": 1,
            "text": "Hi",
            "tool_calls": [CALL_JSON],
            "finish_reason": "tool_calls",
            "usage": USAGE_JSON,
            "provider_items": [{"x": 1}],
        },
    ),
    (
        ToolCallStarted(CALL, "Delete task", {"taskId": 7}, Effect.DESTRUCTIVE),
        {
            "type": "tool_call_started",
            "call_id": "c1",
            "name": "delete_task",
            "title": "Delete task",
            "arguments": {"taskId": 7},
            "effect": "destructive",
        },
    ),
    (
        ApprovalRequested(
            CALL,
            Tool("delete_task", "Delete task", "", {}),
            {"taskId": 7},
            Effect.DESTRUCTIVE,
            "Delete task: “Fix login” (7)",
            ("taskId: “Fix login” (7)",),
            Decision.ALLOWED,
            undo="This cannot be undone: it is gone for good.",
            changes=(Change("taskId", "Task", "", "“Fix login” (7)"),),
            is_edited=True,
            edited={"taskId": "sk-1"},
        ),
        {
            "type": "approval_requested",
            "call_id": "c1",
            "summary": "Delete task: “Fix login” (7)",
            "details": ["taskId: “Fix login” (7)"],
            "effect": "destructive",
            "because": "",
            "undo": "This cannot be undone: it is gone for good.",
            "changes": [{"name": "taskId", "label": "Task", "before": "", "after": "“Fix login” (7)"}],
            "edited": {"taskId": 7},
            "decision": "allowed",
        },
    ),
    (
        ToolCallFinished(
            CALL,
            "Delete task",
            CallOutcome.DECLINED,
            "No.",
            {"a": [1]},
            0.12345678,
            Decision.DECLINED,
            ApprovalError("It was not approved.", "Use --yes."),
            "deny = *",
            {"did": "Delete task", "never": "it is gone for good"},
            {"taskId": 8},
        ),
        {
            "type": "tool_call_finished",
            "call": CALL_JSON,
            "title": "Delete task",
            "outcome": "declined",
            "text": "No.",
            "structured": {"a": [1]},
            "duration": 0.123457,
            "decision": "declined",
            "rule": "deny = *",
            "undo": {"did": "Delete task", "never": "it is gone for good"},
            "edited": {"taskId": 8},
            "error": {
                "kind": "ApprovalError",
                "message": "It was not approved.",
                "hint": "Use --yes.",
                "exit_code": 4,
            },
        },
    ),
    (
        ToolCallProgress(CALL, 2, 5, "at work"),
        {"type": "tool_call_progress", "call_id": "c1", "done": 2, "total": 5, "message": "at work"},
    ),
    (
        Compacted("Task 7 was made.", 12, 9_000, 1_200, USAGE),
        {
            "type": "compacted",
            "text": "Task 7 was made.",
            "covers": 12,
            "before_tokens": 9_000,
            "after_tokens": 1_200,
            "usage": USAGE_JSON,
        },
    ),
    (CompactionUndone(4), {"type": "compaction_undone", "covers": 4}),
    (Notice("Wait."), {"type": "notice", "text": "Wait."}),
    (WaitStarted("Too fast", 7.0), {"type": "wait_started", "reason": "Too fast", "seconds": 7.0}),
    (ListChanged(ListKind.PROMPTS), {"type": "list_changed", "kind": "prompts"}),
    (
        ServerLog(LogLevel.WARNING, "disk", "full"),
        {"type": "server_log", "level": "warning", "logger": "disk", "text": "full"},
    ),
    (
        ElicitationRequested(
            "demo",
            "Where to?",
            Form((Field("city", "City", FieldKind.TEXT),)),
            action=ElicitationAction.ACCEPTED,
            content={"city": "what the user typed"},
        ),
        {
            "type": "elicitation_requested",
            "server": "demo",
            "message": "Where to?",
            "fields": ["city"],
            "host": "",
            "action": "accept",
        },
    ),
    (
        SignInRequested(SignInError("It wants a sign-in.", "Log in."), signed_in=True),
        {
            "type": "sign_in_requested",
            "error": {
                "kind": "SignInError",
                "message": "It wants a sign-in.",
                "hint": "Log in.",
                "exit_code": 3,
            },
            "signed_in": True,
        },
    ),
    (
        TurnFinished("Done.", USAGE, 2),
        {"type": "turn_finished", "text": "Done.", "usage": USAGE_JSON, "steps": 2},
    ),
    (
        TurnFailed(LimitError("Too much."), USAGE, 25),
        {
            "type": "turn_failed",
            "error": {"kind": "LimitError", "message": "Too much.", "hint": "", "exit_code": 7},
            "usage": USAGE_JSON,
            "steps": 25,
        },
    ),
]


@pytest.mark.parametrize(("event", "encoded"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_an_event_is_written_with_its_type_and_fields(event: Event, encoded: JsonObject) -> None:
    assert encode_event(event) == encoded
    assert json.loads(json.dumps(encode_event(event))) == encoded


def test_every_kind_of_event_has_an_example_and_a_type_of_its_own() -> None:
    assert {type(event) for event, _ in EXAMPLES} == set(get_args(Event))
    assert len({str(encoded["type"]) for _, encoded in EXAMPLES}) == len(EXAMPLES)


def test_a_call_that_needed_no_approval_and_met_no_error_says_neither() -> None:
    encoded = encode_event(ToolCallFinished(CALL, "Delete task", CallOutcome.SUCCEEDED, "Done."))
    assert (encoded["decision"], encoded["error"], encoded["structured"]) == (None, None, None)
