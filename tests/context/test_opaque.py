"""Data inside texts and JSON is named, and nothing else is touched."""

import base64
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.context.opaque import LONGEST, describe_data, describe_size, name_opaque, name_opaque_text
from agent.jsontypes import JsonValue

DATA = base64.b64encode(random.Random(7).randbytes(34_000)).decode()
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + random.Random(7).randbytes(34_000)).decode()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f"![chart](data:image/png;base64,{DATA})", "![chart]([image, image/png, 34 KB])"),
        (f"data:audio/wav;base64,{DATA}", "[audio, audio/wav, 34 KB]"),
        (f"data:;base64,{DATA}", "[data, 34 KB]"),
        (f"data:text/csv;charset=utf-8;base64,{DATA}!", "[data, text/csv, 34 KB]!"),
        (f"before {DATA} after", "before [data, 34 KB] after"),
        (f'"{PNG}"', '"[image, image/png, 34 KB]"'),
        (base64.encodebytes(random.Random(7).randbytes(34_000)).decode(), "[data, 34 KB]"),
        (random.Random(7).randbytes(3_000).hex(), "[data, 4 KB]"),
    ],
    ids=["data url", "audio", "no type", "csv", "base64", "picture", "wrapped", "hex"],
)
def test_data_is_named_with_its_type_and_size(text: str, named: str) -> None:
    assert name_opaque_text(text).rstrip("\n") == named


@pytest.mark.parametrize(
    "text",
    [
        "x" * 50_000,
        "-" * 50_000,
        "1234567890" * 5_000,
        "words and more words " * 5_000,
        DATA[: LONGEST - 1],
        "data:image/png;base64,short",
        "https://example.com/" + "a1B2c3/" * 300,
    ],
)
def test_what_is_long_and_no_data_stays(text: str) -> None:
    assert name_opaque_text(text) == text


def test_data_inside_json_is_named_and_the_rest_is_the_same_object() -> None:
    plain: JsonValue = {"title": "Logo", "tags": ["a", "b"]}
    value: JsonValue = {"file": {"data": PNG, "id": 7}, "task": plain}
    named = name_opaque(value)
    assert named == {"file": {"data": "[image, image/png, 34 KB]", "id": 7}, "task": plain}
    assert isinstance(named, dict)
    assert named["task"] is plain
    assert name_opaque(plain) is plain


@given(st.text())
def test_short_texts_are_left_alone(text: str) -> None:
    assert name_opaque_text(text) == text


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1 KB"), (34_000, "34 KB"), (52_400_000, "52.4 MB")],
)
def test_sizes_are_said_in_words(size: int, words: str) -> None:
    assert describe_size(size) == words


def test_a_block_without_a_type_is_still_named() -> None:
    assert describe_data("image", "", "AAAA") == "[image, 3 bytes]"
