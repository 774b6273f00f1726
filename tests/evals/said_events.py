"""The lines of a transcript as tests of reports want them."""

from typing import Any

from agent.jsontypes import JsonObject, dump


def header() -> JsonObject:
    return {"type": "session", "version": 1, "id": "1", "created": 0.0, "server": "http://127.0.0.1/mcp"}


def said(text: str, turn: int = 1) -> JsonObject:
    return {"type": "turn_started", "text": text, "context": "Today is Monday.", "turn": turn, "time": 1.0}


def prefix(system: str) -> JsonObject:
    return {"type": "request_prefix", "model": "gpt-5", "system": system, "functions": []}


def step(text: str, *calls: tuple[str, JsonObject]) -> JsonObject:
    return {
        "type": "step_finished",
        "step": 1,
        "text": text,
        "tool_calls": [_call(name, arguments) for name, arguments in calls],
    }


def asked(name: str, summary: str, **details: Any) -> JsonObject:
    return {
        "type": "approval_requested",
        "call_id": f"call_{name}",
        "summary": summary,
        "decision": "allowed",
        **details,
    }


def answered(name: str, arguments: JsonObject, text: str, **details: Any) -> JsonObject:
    return {
        "type": "tool_call_finished",
        "call": _call(name, arguments),
        "title": name,
        "outcome": "succeeded",
        "text": text,
        "structured": None,
        "duration": 0.25,
        **details,
    }


def failed(message: str) -> JsonObject:
    error: JsonObject = {"kind": "AgentError", "message": message, "hint": "", "exit_code": 1}
    return {"type": "turn_failed", "error": error, "steps": 1}


def _call(name: str, arguments: JsonObject) -> JsonObject:
    return {"id": f"call_{name}", "name": name, "arguments": dump(arguments)}


CONVERSATION: tuple[JsonObject, ...] = (
    header(),
    said("Close the lease task"),
    prefix("You help."),
    step("Let me look.", ("find_tasks", {"keyword": "lease"})),
    answered("find_tasks", {"keyword": "lease"}, '{"tasks":[{"taskId":7}]}'),
    step("", ("update_task", {"taskId": 7, "status": "Done"})),
    asked("update_task", "Complete “Sign the lease”"),
    answered("update_task", {"taskId": 7, "status": "Done"}, "It is closed.", decision="allowed"),
    step("I closed it."),
)
"""A question, a read, a write that was allowed, and an answer."""
