"""What may be left out is offered to the model only when the request speaks of it."""

import pytest

from agent.jsontypes import JsonObject, is_object
from agent.model.embedded.choice import answer_schema
from agent.model.embedded.naming import read_signatures
from agent.model.embedded.support import is_supported
from agent.model.protocol import FunctionDefinition
from evals.embedded.functions import load_functions

SIGNATURES = {signature.tool: signature for signature in read_signatures(load_functions())}


def offered(tool: str, request: str) -> set[str]:
    return {p.shown for p in SIGNATURES[tool].parameters if is_supported(p, request)}


@pytest.mark.parametrize(
    ("request_text", "parameters"),
    [
        ("Add Buy paint to Office move", {"people", "status"}),
        ("Add Buy paint to Office move due next Friday", {"people", "status", "due", "start"}),
        ("Add Buy paint to Office move by Christmas", {"people", "status", "due", "start"}),
        ("Add Buy paint to Office move, urgent", {"people", "status", "priority"}),
        ("Add Buy paint to Office move with the tag shop", {"people", "status", "tags"}),
        ("Add Buy paint to Office move, half done", {"people", "status", "percent"}),
    ],
)
def test_a_new_task_is_offered_what_the_request_speaks_of(request_text: str, parameters: set[str]) -> None:
    assert offered("create_task", request_text) == {"project", "title"} | parameters


def test_a_colour_is_offered_by_its_name_or_its_number() -> None:
    assert "color" not in offered("create_space", "Create a space Marketing")
    assert "color" in offered("create_space", "Create a green space Marketing")
    assert "color" in offered("create_space", "Create a space Marketing in #1f8f75")


def test_what_is_required_is_always_offered() -> None:
    assert offered("log_time_range", "Log it") == {"task", "start_time", "end_time"}


def test_parameters_of_other_servers_are_offered() -> None:
    schema: JsonObject = {"type": "object", "properties": {"carrier": {"type": "string"}}}
    (signature,) = read_signatures([FunctionDefinition("ship", "Ships it.", schema)])
    assert is_supported(signature.parameters[0], "Ship it")


def test_the_schema_leaves_out_what_is_not_supported() -> None:
    listed = answer_schema([SIGNATURES["create_space"]], "Create a space Marketing")["anyOf"]
    assert isinstance(listed, list)
    assert is_object(listed[0])
    assert "'name'" in str(listed[0])
    assert "'color'" not in str(listed[0])
