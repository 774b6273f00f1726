"""The JSON Schema of transcripts says all that is written to them, in the words of the other schema."""

import json
from collections.abc import AsyncGenerator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

import agent
from agent.cli import main
from agent.event_json import FORMAT_VERSION
from agent.events import Event, Notice, StepStarted, ToolCallFinished, TurnStarted
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import TextDelta
from agent.transcripts.header import Header, Origin
from agent.transcripts.recorder import Recorder
from tests.output_schema import DEFINITIONS as OF_EVENTS
from tests.output_schema import Checker
from tests.test_event_json import EXAMPLES

FILE = Path(agent.__file__).parent / "data" / "transcript.schema.json"
SCHEMA: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
DEFINITIONS: dict[str, Any] = SCHEMA["$defs"]
EVALS = Path(__file__).parents[2] / "evals"
RECORDED = sorted([*(EVALS / "transcripts").glob("*.jsonl"), *(EVALS / "cases").rglob("*.jsonl")])
# These are told while they come, and a transcript has what comes of them.
NOT_WRITTEN = {"text_delta", "reasoning_delta", "tool_call_progress"}
ONLY_WRITTEN = {"session", "step_text", "step_interrupted"}
OF_ENDS = {"exit_code", "exit_reason"}

pytestmark = pytest.mark.anyio


def closed() -> Checker:
    """The schema, with nothing allowed that it does not name."""
    made = deepcopy(SCHEMA)
    for each in made["$defs"].values():
        if "properties" in each:
            each["additionalProperties"] = False
    return Draft202012Validator(made)


LINE = closed()


async def record(folder: Path, *events: Event, ends: bool = True, seconds: float = 0.0) -> list[JsonObject]:
    """What a recorder writes of some events."""
    header = Header("c", 1.0, "http://127.0.0.1:1/mcp", "m", {"seed": "demo"}, "p", Origin("d", 2))
    told: list[str] = []
    time = iter(range(10_000))
    recorder = Recorder(folder, header, on_problem=told.append, clock=lambda: seconds * next(time))

    async def turn() -> AsyncGenerator[Event, None]:
        for event in events:
            yield event

    source = recorder.record(turn())
    async for _ in source:
        if not ends:
            break
    await source.aclose()
    recorder.close()
    assert told == []
    return [json.loads(line) for line in recorder.path.read_text().splitlines()]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert DEFINITIONS["session"]["properties"]["version"]["const"] == FORMAT_VERSION


def test_what_both_schemas_name_is_the_same() -> None:
    for name, definition in DEFINITIONS.items():
        if name in ONLY_WRITTEN:
            continue
        other = OF_EVENTS[name]
        is_line = "type" in other.get("properties", {})
        own, others = ({"time", "turn", "left_out"}, OF_ENDS) if is_line else (set[str](), set[str]())
        assert without(definition, own) == without(other, others)


def without(definition: dict[str, Any], fields: set[str]) -> dict[str, Any]:
    left = {key: each for key, each in definition.get("properties", {}).items() if key not in fields}
    required = [key for key in definition.get("required", ()) if key not in fields]
    return {**definition, "properties": left, "required": required}


def test_it_names_every_line_that_there_is_and_no_other() -> None:
    named = {reference["$ref"].rpartition("/")[2] for reference in SCHEMA["oneOf"]}
    encoded = {str(line["type"]) for _, line in EXAMPLES} - NOT_WRITTEN
    assert named == encoded | ONLY_WRITTEN | {"turn_interrupted"}
    assert all(DEFINITIONS[name]["properties"]["type"] == {"const": name} for name in named)


def test_every_field_says_what_it_holds() -> None:
    for name, definition in DEFINITIONS.items():
        assert definition["description"].endswith("."), name
        for field, schema in definition.get("properties", {}).items():
            assert "description" in schema or "$ref" in schema or field in ("type", "error"), (name, field)


@pytest.mark.parametrize("event", [event for event, _ in EXAMPLES], ids=lambda event: type(event).__name__)
async def test_every_line_that_is_written_is_in_it_with_every_field(event: Event, tmp_path: Path) -> None:
    header, *lines = await record(tmp_path, TurnStarted("Hi"), event)
    for line in (header, *lines):
        LINE.validate(line)
        definition = DEFINITIONS[str(line["type"])]
        assert set(definition["required"]) <= line.keys() <= definition["properties"].keys()
        with pytest.raises(ValidationError):
            LINE.validate({**line, "another": 1})
    types = {str(line["type"]) for line in lines}
    assert next(kind for example, encoded in EXAMPLES if example is event for kind in [encoded["type"]]) in (
        types | NOT_WRITTEN
    )


async def test_answers_that_were_still_coming_are_in_it(tmp_path: Path) -> None:
    events = (TurnStarted("Hi"), StepStarted(1), TextDelta("One two "), TextDelta("three "), Notice("Wait."))
    lines = await record(tmp_path, *events, seconds=2.0)
    assert {"step_text", "step_interrupted", "turn_interrupted"} <= {str(line["type"]) for line in lines}
    for line in lines:
        LINE.validate(line)


async def test_a_result_too_large_to_keep_is_in_it(tmp_path: Path) -> None:
    finished = next(event for event, _ in EXAMPLES if isinstance(event, ToolCallFinished))
    parts: list[JsonValue] = ["x" * 1_000_000] * 5
    large = ToolCallFinished(finished.call, "T", finished.outcome, "", parts)
    line = (await record(tmp_path, TurnStarted("Hi"), large))[2]
    assert "left_out" in line
    LINE.validate(line)


def test_every_recorded_transcript_fits() -> None:
    for path in RECORDED:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                LINE.validate(json.loads(line))
            except ValidationError as error:
                pytest.fail(f"{path}:{number}: {error.message[:200]}")


def test_the_schema_is_printed_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "record", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out) == SCHEMA
