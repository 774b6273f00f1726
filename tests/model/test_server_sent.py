"""The data of server-sent events, however the bytes are cut."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.server_sent import read_data


def data_of(*pieces: bytes) -> list[str]:
    async def sent() -> AsyncGenerator[bytes, None]:
        for piece in pieces:
            yield piece

    async def collect() -> list[str]:
        return [data async for data in read_data(sent())]

    return asyncio.run(collect())


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        (b"data: a\n\ndata: b\n\n", ["a", "b"]),
        (b"data:a\n\n", ["a"]),
        (b"data:  a\n\n", [" a"]),
        (b"data: a\r\n\r\ndata: b\r\r", ["a", "b"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b": comment\n\nevent: ping\n\nid: 7\nretry: 3\n\ndata: a\n\n", ["a"]),
        (b"event: x\ndata: a\nid: 7\n\n", ["a"]),
        (b"data:\n\ndata: \n\ndata\n\ndata: a\n\n", ["a"]),
        (b"upstream error: oops\n\n", []),
        (b"data: a\n", ["a"]),
        (b"data: a", ["a"]),
        (b"data: a\r", ["a"]),
        ("data: a\u2028b\n\n".encode(), ["a\u2028b"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"", []),
    ],
)
def test_only_data_is_read(stream: bytes, data: Sequence[str]) -> None:
    assert data_of(stream) == data


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        (b"error: oops\n\n", ['{"error":"oops"}']),
        (b'error: {"code":400,"message":"too long"}\n\n', ['{"error":{"code":400,"message":"too long"}}']),
        (b"event: error\ndata: oops\n\n", ['{"error":"oops"}']),
        (b'event: error\ndata: {"message":"oops"}\n\n', ['{"error":{"message":"oops"}}']),
        (b'event: error\ndata: {"error":{"message":"oops"}}\n\n', ['{"error":{"message":"oops"}}']),
        (b"event: error\ndata:\n\n", ['{"error":{"message":""}}']),
        (b"event: error\n\ndata: a\n\n", ['{"error":{"message":""}}', "a"]),
    ],
)
def test_what_is_reported_as_an_error_reads_as_one_however_it_is_written(
    stream: bytes, data: Sequence[str]
) -> None:
    assert data_of(stream) == data


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        (b'data: {"a":1}\ndata: {"b":2}\ndata: [DONE]\n', ['{"a":1}', '{"b":2}', "[DONE]"]),
        (b'data: {"a":\ndata: 1}\n\n', ['{"a":\n1}']),
        (b'data: data: {"a":1}\n\n', ['{"a":1}']),
    ],
)
def test_values_need_no_blank_line_between_them(stream: bytes, data: Sequence[str]) -> None:
    assert data_of(stream) == data


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        (b'{"a":1}', ['{"a":1}']),
        (b'\n{\n  "a": {\n    "b": 2\n  }\n}\n', ['{\n  "a": {\n    "b": 2\n  }\n}']),
        (b'{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']),
        (b'{"a":1}\n\ndata: [DONE]\n\n', ['{"a":1}\n', "[DONE]"]),
        (b'data: {"a":1}\n\n{"error":"oops"}', ['{"a":1}', '{"error":"oops"}']),
    ],
)
def test_json_may_come_without_being_an_event(stream: bytes, data: Sequence[str]) -> None:
    assert data_of(stream) == data


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1), max_size=4),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
    st.lists(st.integers(0, 500), max_size=8),
)
def test_where_the_bytes_are_cut_makes_no_difference(
    said: list[str], line_end: bytes, places: list[int]
) -> None:
    stream = b"".join(b"data: " + each.encode() + line_end * 2 for each in said)
    marks = sorted({0, len(stream), *(place % (len(stream) + 1) for place in places)})
    assert data_of(*(stream[begin:end] for begin, end in pairwise(marks))) == [
        each for each in said if not each.isspace()
    ]


def test_bytes_that_are_no_utf_8_are_refused() -> None:
    with pytest.raises(UnicodeDecodeError):
        data_of(b"data: \xff\n\n")
