"""The JSON Schema of case files takes what the reader takes, and refuses what it refuses."""

import copy
import json
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from agent.errors import ExitCode
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.sandbox.seeds.reader import SEED_NAMES
from evals.definitions import beginnings, expectations, reading, turns
from evals.definitions.case import VERSION, Action, Category
from evals.definitions.documents import plain, read_document
from evals.definitions.problems import CaseError
from evals.definitions.reading import read_case
from evals.definitions.selection import find_files, shipped_cases
from evals.definitions.tools import Validator

SCHEMA: JsonObject = json.loads(
    resources.files("evals.definitions").joinpath("case.schema.json").read_text("utf-8")
)
VALIDATOR: Validator = Draft202012Validator(SCHEMA)

# What only a look at the tools, at the workspace or at the rest of the file shows.
MEANING = re.compile(
    r"does not take this|there is not;|fits no tool|takes no argument|no golden call of this turn|"
    r"refers to a call|checks nothing|never alone|has the address|IANA|is in no table|is not compared|"
    r"belongs to a call that|is that of the call|is edited, but|never comes|"
    r"the file lies in the folder|there is no tool|has to lie beside|"
    r"turn has to be a whole number from 0 to 2, not [0-9]+$"
)

FULL: JsonObject = {
    "version": 1,
    "title": "Everything",
    "category": "single-step",
    "suites": ["smoke"],
    "workspace": {
        "seed": "demo",
        "start_time": "2026-11-23T09:00:00Z",
        "setup": [{"tool": "astravue_list_tags", "arguments": {}, "user": "alex@demo.astravue.example"}],
        "rate_limit": 10,
    },
    "user": "alex@demo.astravue.example",
    "timezone": "Europe/Berlin",
    "turns": [
        {
            "say": "Create a space",
            "calls": [
                {"tool": "astravue_create_space", "arguments": {"spaceName": "A"}, "name": "new"},
                {"tool": "astravue_delete_space", "arguments": {"spaceId": "$new.spaceId"}, "refused": False},
            ],
            "answer": "Done",
            "approve": ["*"],
            "edits": {"astravue_create_space": {"description": "B"}},
            "signs_in": True,
            "disturbances": [
                {"start": True, "do": "expire-access"},
                {"after": "astravue_create_space", "do": "advance", "seconds": 3},
                {
                    "before": "*",
                    "do": "fail",
                    "status": 503,
                    "headers": {"Retry-After": "1"},
                    "tool": "astravue_list_tags",
                    "times": None,
                    "path": "/mcp",
                },
                {"start": True, "do": "fail", "cut": "after", "times": 2},
                {
                    "start": True,
                    "do": "run",
                    "tool": "astravue_list_tags",
                    "arguments": {},
                    "user": "priya@demo.astravue.example",
                },
            ],
        },
        {"say": "Thanks"},
    ],
    "simulated": {"persona": "Hurried", "goal": "A space", "turns": 3},
    "expect": {
        "calls": [{"tool": "astravue_create_*", "arguments": {"spaceName": None}}],
        "never": [{"tool": "astravue_delete_task"}],
        "answers": [{"turn": 1, "contains": ["a"], "matches": ["b"], "lacks": ["c"]}],
        "ends": 4,
        "steps": 3,
        "ignores": ["tasks.description"],
        "judge": "Polite?",
    },
}

_Path = tuple[str | int, ...]


def places(value: JsonValue, at: _Path = ()) -> Iterator[_Path]:
    """Every place in a document but the whole of it."""
    inside: list[tuple[str | int, JsonValue]] = []
    if is_object(value):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    for key, each in inside:
        yield (*at, key)
        yield from places(each, (*at, key))


def put(document: JsonValue, at: _Path, value: JsonValue) -> None:
    """Put a value into a place of a document."""
    for key in at[:-1]:
        document = step(document, key)
    if is_object(document):
        document[str(at[-1])] = value
    elif isinstance(document, list):
        document[int(at[-1])] = value


def take_out(document: JsonValue, at: _Path) -> None:
    """Take what is in a place out of a document."""
    for key in at[:-1]:
        document = step(document, key)
    if is_object(document):
        del document[str(at[-1])]
    elif isinstance(document, list):
        del document[int(at[-1])]


def step(value: JsonValue, key: str | int) -> JsonValue:
    if is_object(value):
        return value[str(key)]
    assert isinstance(value, list)
    return value[int(key)]


def assert_agreement(document: JsonValue, folder: Path) -> None:
    """The reader and the schema both take a document, or both refuse it, as far as its form goes."""
    path = folder / "single-step" / "case.yaml"
    path.parent.mkdir(exist_ok=True)
    # JSON is YAML.
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        read_case(path, folder)
        refused: list[str] = []
    except CaseError as error:
        refused = [problem.text for problem in error.problems]
    formal = [text for text in refused if not MEANING.search(text)]
    errors = [error.message for error in VALIDATOR.iter_errors(document)]
    assert bool(formal) == bool(errors), f"the reader says {refused}, the schema says {errors}"


PLACES = list(places(FULL))
VALUES: list[JsonValue] = [
    *(None, True, False, 1, 0, -1, 1.5, 2.0, 10**12, "", " ", "x"),
    *([], [1], ["x"], {}, {"x": 1}),
]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_whole_is_taken_by_both(tmp_path: Path) -> None:
    assert_agreement(FULL, tmp_path)
    assert list(VALIDATOR.iter_errors(FULL)) == []


@pytest.mark.parametrize("at", PLACES, ids=lambda at: ".".join(map(str, at)))
def test_they_agree_on_other_values_in_each_place(at: _Path, tmp_path: Path) -> None:
    for value in VALUES:
        document = copy.deepcopy(FULL)
        put(document, at, value)
        assert_agreement(document, tmp_path)


@pytest.mark.parametrize("at", PLACES, ids=lambda at: ".".join(map(str, at)))
def test_they_agree_on_what_can_be_left_out(at: _Path, tmp_path: Path) -> None:
    document = copy.deepcopy(FULL)
    take_out(document, at)
    assert_agreement(document, tmp_path)


@pytest.mark.parametrize("at", [(), *PLACES], ids=lambda at: ".".join(map(str, at)) or "case")
def test_they_agree_on_fields_that_there_are_not(at: _Path, tmp_path: Path) -> None:
    document: JsonValue = copy.deepcopy(FULL)
    here = document
    for key in at:
        here = step(here, key)
    if is_object(here):
        here["novelty"] = {}
        assert_agreement(document, tmp_path)


@pytest.mark.parametrize(
    "disturbance",
    [
        {"do": "revoke"},
        {"do": "revoke", "start": True, "before": "*"},
        {"do": "revoke", "start": True, "seconds": 3},
        {"do": "advance", "start": True},
        {"do": "advance", "start": True, "seconds": 3, "status": 503},
        {"do": "fail", "start": True},
        {"do": "fail", "start": True, "status": 503, "cut": "before"},
        {"do": "fail", "start": True, "cut": "before", "headers": {"A": "b"}},
        {"do": "fail", "start": True, "status": 399},
        {"do": "fail", "start": True, "cut": "before", "arguments": {}},
        {"do": "run", "start": True},
        {"do": "run", "start": True, "tool": "astravue_list_tags", "times": 3},
        {"start": True},
    ],
)
def test_they_agree_on_what_belongs_to_a_disturbance(disturbance: JsonObject, tmp_path: Path) -> None:
    document = copy.deepcopy(FULL)
    put(document, ("turns", 0, "disturbances"), [disturbance])
    assert_agreement(document, tmp_path)
    assert list(VALIDATOR.iter_errors(document)) != []


@pytest.mark.parametrize(
    "path", find_files(shipped_cases()), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_the_schema_takes_the_cases_that_are_shipped(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(plain(read_document(path.read_bytes())))] == []


def definition(*names: str) -> JsonObject:
    value: JsonValue = SCHEMA
    for name in names:
        value = step(value, name)
    assert is_object(value)
    return value


def test_the_schema_knows_the_fields_that_the_reader_knows() -> None:
    fields = {
        ("properties",): reading.CASE_FIELDS,
        ("$defs", "workspace", "properties"): beginnings.WORKSPACE_FIELDS,
        ("$defs", "outside", "properties"): turns.CALL_FIELDS,
        ("$defs", "simulated", "properties"): beginnings.SIMULATED_FIELDS,
        ("$defs", "turn", "properties"): turns.TURN_FIELDS,
        ("$defs", "expect", "properties"): expectations.EXPECT_FIELDS,
        ("$defs", "answer", "properties"): expectations.ANSWER_FIELDS,
    }
    assert {at: set(definition(*at)) for at in fields} == {at: set(names) for at, names in fields.items()}


def test_the_schema_knows_the_words_that_the_reader_knows() -> None:
    assert definition("properties", "version")["enum"] == [VERSION]
    assert definition("properties", "category")["enum"] == [str(each) for each in Category]
    assert definition("$defs", "workspace", "properties", "seed")["enum"] == list(SEED_NAMES)
    assert definition("$defs", "expect", "properties", "ends")["enum"] == [int(code) for code in ExitCode]
    forms = definition("$defs", "disturbance")["oneOf"]
    assert isinstance(forms, list)
    words: list[JsonValue] = []
    for form in forms:
        do = step(step(form, "properties"), "do")
        assert is_object(do)
        named = do.get("enum", [do.get("const")])
        assert isinstance(named, list)
        words += named
    assert sorted(map(str, words)) == sorted(Action)


def test_every_field_is_described_for_whoever_writes_one() -> None:
    undescribed = [at for at in places(SCHEMA) if at[-2:-1] == ("properties",) and not _is_described(at)]
    assert undescribed == []


def _is_described(at: _Path) -> bool:
    value: JsonValue = SCHEMA
    for key in at:
        value = step(value, key)
    # Inside a condition stands only what it is about.
    return "anyOf" in at or (is_object(value) and bool(value.get("description") or "minItems" in value))
