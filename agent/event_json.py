"""Events as JSON objects, for transcripts and for scripts; `type` names the event.

The form is described in docs/transcripts.md and, for machines, in `agent/data/events.schema.json`. Both
versions grow when a field changes its meaning or goes; a field more is no reason.
"""

from agent.conversation import ToolCall
from agent.errors import AgentError
from agent.events import (
    ApprovalRequested,
    Change,
    Compacted,
    CompactionUndone,
    ElicitationRequested,
    Event,
    ListChanged,
    Notice,
    OutsideEvent,
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
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import FunctionDefinition, ReasoningDelta, TextDelta, Usage

FORMAT_VERSION = 1
"""The form of transcripts."""

OUTPUT_VERSION = 1
"""The form of what `ask` prints with `--json` and `--stream-json`."""


def encode_event(event: Event) -> JsonObject:
    """Write an event as a JSON object."""
    match event:
        case TurnStarted(text, context, typed):
            line: JsonObject = {"type": "turn_started", "text": text, "context": context}
            return {**line, "typed": typed} if typed else line
        case RequestPrefix(model, system, functions):
            listed: list[JsonValue] = [_encode_function(function) for function in functions]
            return {"type": "request_prefix", "model": model, "system": system, "functions": listed}
        case StepStarted(step):
            return {"type": "step_started", "step": step}
        case TextDelta(text):
            return {"type": "text_delta", "text": text}
        case ReasoningDelta(text):
            return {"type": "reasoning_delta", "text": text}
        case StepFinished():
            return _encode_step(event)
        case ToolCallStarted() | ApprovalRequested() | ToolCallProgress() | ToolCallFinished():
            return _encode_call_event(event)
        case Compacted() | CompactionUndone():
            return _encode_summary(event)
        case Notice() | WaitStarted() | ListChanged() | ServerLog():
            return _encode_outside(event)
        case ElicitationRequested():
            return _encode_elicitation(event)
        case SignInRequested(error, signed_in):
            return {"type": "sign_in_requested", "error": encode_error(error), "signed_in": signed_in}
        case TurnFinished(text, usage, steps):
            return {"type": "turn_finished", "text": text, "usage": encode_usage(usage), "steps": steps}
        case TurnFailed(error, usage, steps):
            failure = encode_error(error)
            return {"type": "turn_failed", "error": failure, "usage": encode_usage(usage), "steps": steps}


def _encode_call_event(
    event: ToolCallStarted | ApprovalRequested | ToolCallProgress | ToolCallFinished,
) -> JsonObject:
    match event:
        case ToolCallStarted(call, title, arguments, effect):
            return {
                "type": "tool_call_started",
                "call_id": call.id,
                "name": call.name,
                "title": title,
                "arguments": arguments,
                "effect": effect.value,
            }
        case ApprovalRequested():
            return {
                "type": "approval_requested",
                "call_id": event.call.id,
                "summary": event.summary,
                "details": list(event.details),
                "effect": event.effect.value,
                "because": event.because,
                "undo": event.undo,
                "changes": [_encode_change(change) for change in event.changes],
                # What the user wants instead is in the question that follows, once it is found to be sound.
                "edited": event.arguments if event.is_edited else None,
                "decision": event.decision.value,
            }
        case ToolCallProgress():
            return {
                "type": "tool_call_progress",
                "call_id": event.call.id,
                "done": event.done,
                "total": event.total,
                "message": event.message,
            }
        case ToolCallFinished():
            return _encode_finished_call(event)


def _encode_summary(event: Compacted | CompactionUndone) -> JsonObject:
    match event:
        case Compacted(text, covers, before, after, usage):
            return {
                "type": "compacted",
                "text": text,
                "covers": covers,
                "before_tokens": before,
                "after_tokens": after,
                "usage": encode_usage(usage),
            }
        case CompactionUndone(covers):
            return {"type": "compaction_undone", "covers": covers}


def _encode_change(change: Change) -> JsonObject:
    return {"name": change.name, "label": change.label, "before": change.before, "after": change.after}


def _encode_outside(event: OutsideEvent) -> JsonObject:
    match event:
        case Notice(text):
            return {"type": "notice", "text": text}
        case WaitStarted(reason, seconds):
            return {"type": "wait_started", "reason": reason, "seconds": seconds}
        case ListChanged(kind):
            return {"type": "list_changed", "kind": kind.value}
        case ServerLog(level, logger, text):
            return {"type": "server_log", "level": level.value, "logger": logger, "text": text}


def _encode_elicitation(event: ElicitationRequested) -> JsonObject:
    # What the user filled in is for the server alone, and an address may hold a secret.
    return {
        "type": "elicitation_requested",
        "server": event.server,
        "message": event.message,
        "fields": None if event.form is None else [field.name for field in event.form.fields],
        "host": event.host,
        "action": event.action.value,
    }


def encode_error(error: AgentError) -> JsonObject:
    """Write an error as its kind, its two sentences, and the exit code it stands for."""
    return {
        "kind": type(error).__name__,
        "message": error.message,
        "hint": error.hint,
        "exit_code": int(error.exit_code),
    }


def encode_usage(usage: Usage) -> JsonObject:
    """Write token counts, and the cost in US dollars where it is known."""
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cached_tokens": usage.cached_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "cost": usage.cost,
    }


def _encode_function(function: FunctionDefinition) -> JsonObject:
    return {
        "name": function.name,
        "description": function.description,
        "parameters": function.parameters,
        **({"strict": True} if function.strict else {}),
    }


def encode_call(call: ToolCall) -> JsonObject:
    """Write a call with its arguments as the text the model wrote."""
    return {"id": call.id, "name": call.name, "arguments": call.arguments}


def _encode_step(event: StepFinished) -> JsonObject:
    return {
        "type": "step_finished",
        "step": event.step,
        "text": event.text,
        "tool_calls": [encode_call(call) for call in event.tool_calls],
        "finish_reason": event.finish_reason.value,
        "usage": encode_usage(event.usage),
        "provider_items": list(event.provider_items),
    }


def _encode_finished_call(event: ToolCallFinished) -> JsonObject:
    return {
        "type": "tool_call_finished",
        "call": encode_call(event.call),
        "title": event.title,
        "outcome": event.outcome.value,
        "text": event.text,
        "structured": event.structured,
        "duration": round(event.duration, 6),
        "decision": event.decision.value if event.decision else None,
        "rule": event.rule,
        "undo": event.undo,
        "edited": event.edited,
        "error": encode_error(event.error) if event.error else None,
    }
