"""What a line's fields hold is read as what it has to be, and as nothing where it is something else."""

import pytest

from agent.jsontypes import JsonObject, JsonValue
from agent.transcripts.lines import object_of, objects_of, text_of


@pytest.mark.parametrize("value", [None, 1, True, "x", [1, {"a": 1}], {"a": 1}])
def test_a_field_of_another_kind_reads_as_nothing(value: JsonValue) -> None:
    line: JsonObject = {"field": value}
    assert text_of(line, "field") == (value if isinstance(value, str) else "")
    assert object_of(line, "field") == (value if isinstance(value, dict) else {})
    assert objects_of(line, "field") == ([{"a": 1}] if isinstance(value, list) else [])


def test_a_field_that_is_missing_reads_as_nothing() -> None:
    assert (text_of({}, "field"), object_of({}, "field"), objects_of({}, "field")) == ("", {}, [])
