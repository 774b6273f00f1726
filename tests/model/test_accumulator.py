"""What vendors make of the Chat Completions stream, and what we make of theirs."""

import pytest

from agent.conversation import ToolCall
from agent.errors import ModelError
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import Finish, FinishReason, ReasoningDelta, TextDelta, Usage
from tests.model.stream_chunks import UNSAID, A, B, accumulate, calls, delta, end, fragment, ids, text

# As the reference says


def test_text_comes_piece_by_piece_and_then_usage_and_the_end() -> None:
    usage: JsonObject = {
        "prompt_tokens": 12,
        "completion_tokens": 3,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 1},
    }
    assert accumulate(
        delta(role="assistant", content=""),
        delta(content="Good "),
        delta(content="morning."),
        end("stop"),
        {"choices": [], "usage": usage},
    ) == [TextDelta("Good "), TextDelta("morning."), Usage(12, 3, 4, 1), Finish(FinishReason.STOP)]


def test_calls_come_whole_after_the_text_and_in_the_models_order() -> None:
    items = accumulate(
        delta(content="Looking."),
        fragment(0, "c1", "get_task", ""),
        fragment(0, arguments='{"task'),
        fragment(0, arguments='Id":7}'),
        fragment(1, "c2", "list_tasks", ""),
        fragment(1, arguments="{}"),
        end("tool_calls"),
    )
    assert items == [
        TextDelta("Looking."),
        ToolCall("c1", "get_task", A),
        ToolCall("c2", "list_tasks", "{}"),
        Finish(FinishReason.TOOL_CALLS),
    ]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("stop", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("max_tokens", FinishReason.LENGTH),
        ("content_filter", FinishReason.CONTENT_FILTER),
        ("tool_calls", FinishReason.TOOL_CALLS),
        ("function_call", FinishReason.TOOL_CALLS),
        ("eos_token", FinishReason.STOP),
    ],
)
def test_the_end_is_what_the_endpoint_says_and_a_stop_where_it_says_something_new(
    said: str, reason: FinishReason
) -> None:
    assert accumulate(delta(content="Hi"), end(said))[-1] == Finish(reason)


# Fragments of calls


def test_an_index_that_is_missing_or_null_is_not_needed() -> None:
    for index in (UNSAID, None):
        assert calls(
            fragment(index, "c1", "get_task", '{"task'),
            fragment(index, arguments='Id":7}'),
            fragment(index, "c2", "get_task", B),
            end(),
        ) == [("get_task", A), ("get_task", B)]


def test_an_index_may_begin_at_one() -> None:
    assert calls(
        fragment(1, "c1", "get_task", ""),
        fragment(1, arguments=A),
        fragment(2, "c2", "get_task", B),
        end(),
    ) == [("get_task", A), ("get_task", B)]


def test_an_index_may_be_a_text() -> None:
    assert calls(fragment("0", "c1", "get_task", A), fragment("1", "c2", "get_task", B), end()) == [
        ("get_task", A),
        ("get_task", B),
    ]


def test_every_call_may_have_the_same_index_if_its_id_differs() -> None:
    assert calls(
        fragment(0, "c1", "get_task", '{"task'),
        fragment(0, arguments='Id":7}'),
        fragment(0, "c2", "get_task", '{"task'),
        fragment(0, arguments='Id":8}'),
        end(),
    ) == [("get_task", A), ("get_task", B)]


def test_calls_with_the_same_index_and_no_id_are_told_apart_by_their_whole_arguments() -> None:
    assert calls(
        fragment(0, name="get_task", arguments=A), fragment(0, name="get_task", arguments=B), end()
    ) == [
        ("get_task", A),
        ("get_task", B),
    ]


def test_calls_with_the_same_index_and_no_id_are_told_apart_by_their_names() -> None:
    assert calls(
        fragment(0, name="get_task", arguments=A), fragment(0, name="list_tasks", arguments="{}"), end()
    ) == [("get_task", A), ("list_tasks", "{}")]


def test_calls_with_the_same_id_are_told_apart_by_their_index() -> None:
    chunks = (fragment(0, "same", "get_task", A), fragment(1, "same", "get_task", B), end())
    assert calls(*chunks) == [("get_task", A), ("get_task", B)]
    assert len(set(ids(*chunks))) == 2


def test_calls_with_neither_index_nor_id_are_told_apart_by_their_names() -> None:
    assert calls(
        fragment(UNSAID, name="get_task", arguments=""),
        fragment(UNSAID, arguments=A),
        fragment(UNSAID, name="list_tasks", arguments="{}"),
        end(),
    ) == [("get_task", A), ("list_tasks", "{}")]


def test_several_calls_may_come_in_one_chunk() -> None:
    both: list[JsonValue] = [
        {"index": 0, "id": "c1", "function": {"name": "get_task", "arguments": A}},
        {"index": 1, "id": "c2", "function": {"name": "get_task", "arguments": B}},
    ]
    assert calls(delta(tool_calls=both), end()) == [("get_task", A), ("get_task", B)]


def test_fragments_of_two_calls_may_alternate() -> None:
    assert calls(
        fragment(0, "c1", "get_task", ""),
        fragment(1, "c2", "list_tasks", ""),
        fragment(0, arguments='{"task'),
        fragment(1, arguments="{"),
        fragment(0, arguments='Id":7}'),
        fragment(1, arguments="}"),
        end(),
    ) == [("get_task", A), ("list_tasks", "{}")]


def test_ids_that_are_missing_empty_or_null_are_made_up() -> None:
    made = ids(
        fragment(0, name="a", arguments="{}"),
        fragment(1, "", "b", "{}"),
        fragment(2, None, "c", "{}"),
        end(),
    )
    assert len(set(made)) == 3
    assert all(made)


def test_an_id_that_comes_late_is_kept() -> None:
    chunks = (fragment(0, name="get_task", arguments=""), fragment(0, "c1", arguments=A), end())
    assert (ids(*chunks), calls(*chunks)) == (["c1"], [("get_task", A)])


def test_an_id_and_a_name_may_be_repeated_with_every_fragment() -> None:
    for index in (0, UNSAID):
        assert calls(
            fragment(index, "c1", "get_task", '{"task'),
            fragment(index, "c1", "get_task", 'Id":'),
            fragment(index, "c1", "get_task", "7}"),
            end(),
        ) == [("get_task", A)]


def test_a_name_may_be_repeated_where_there_is_neither_index_nor_id() -> None:
    assert calls(
        fragment(UNSAID, name="get_task", arguments='{"task'),
        fragment(UNSAID, name="get_task", arguments='Id":7}'),
        end(),
    ) == [("get_task", A)]


def test_an_id_that_changes_with_every_fragment_begins_no_new_call() -> None:
    assert calls(
        fragment(0, "r1", "get_task", '{"task'),
        fragment(0, "r2", arguments='Id":'),
        fragment(0, "r3", None, "7}"),
        end(),
    ) == [("get_task", A)]


def test_an_empty_name_is_no_name() -> None:
    assert calls(fragment(0, "c1", "get_task", '{"task'), fragment(0, "", "", 'Id":7}'), end()) == [
        ("get_task", A)
    ]


def test_a_name_may_come_in_pieces() -> None:
    assert calls(
        fragment(0, "c1", "get_", ""), fragment(0, name="task"), fragment(0, arguments=A), end()
    ) == [("get_task", A)]


def test_a_last_chunk_may_say_all_of_the_call_again() -> None:
    for id_ in ("c1", UNSAID):
        assert calls(
            fragment(0, id_, "get_task", '{"task'),
            fragment(0, arguments='Id":7}'),
            fragment(0, id_, "get_task", A),
            end(),
        ) == [("get_task", A)]


def test_a_blank_after_whole_arguments_is_no_new_call() -> None:
    assert calls(
        fragment(0, "c1", "get_task", A),
        fragment(0, "c1", "get_task", ""),
        fragment(0, "c1", "get_task", "\n"),
        end(),
    ) == [("get_task", A + "\n")]


def test_arguments_may_be_null_missing_or_an_object() -> None:
    assert calls(
        fragment(0, "c1", "a", None), fragment(1, "c2", "b"), fragment(2, "c3", "c", {"taskId": 7}), end()
    ) == [("a", ""), ("b", ""), ("c", A)]


def test_a_call_may_come_with_the_chunk_that_ends_the_stream() -> None:
    whole: JsonValue = [{"index": 0, "id": "c1", "function": {"name": "get_task", "arguments": A}}]
    assert calls(end("stop", tool_calls=whole)) == [("get_task", A)]


@pytest.mark.parametrize("reason", ["stop", "length", "eos"])
def test_calls_count_whatever_the_endpoint_says_about_the_end(reason: str) -> None:
    assert accumulate(fragment(0, "c1", "get_task", A), end(reason))[-1] == Finish(FinishReason.TOOL_CALLS)


def test_an_empty_list_of_calls_is_none() -> None:
    assert accumulate(delta(content="Hi", tool_calls=[]), delta(tool_calls=None), end()) == [
        TextDelta("Hi"),
        Finish(FinishReason.STOP),
    ]


# Text


def test_content_may_be_null_empty_or_missing() -> None:
    assert text(delta(content=None), delta(content=""), delta(), delta(content="Hi"), end()) == "Hi"


def test_the_role_may_be_repeated_or_odd() -> None:
    assert text(delta(role="assistant", content="H"), delta(role="", content="i"), end()) == "Hi"


def test_content_may_be_a_list_of_parts() -> None:
    parts: JsonValue = [{"type": "text", "text": "H"}, {"type": "text", "text": "i"}, {"type": "other"}, 7]
    assert text(delta(content=parts), end()) == "Hi"


def test_a_refusal_is_said_like_an_answer() -> None:
    assert text(delta(refusal="I cannot help with that."), end()) == "I cannot help with that."


@pytest.mark.parametrize("key", ["reasoning", "reasoning_content"])
def test_reasoning_is_told_apart_from_the_answer(key: str) -> None:
    assert accumulate(delta(**{key: "Hm."}), delta(content="Yes."), end()) == [
        ReasoningDelta("Hm."),
        TextDelta("Yes."),
        Finish(FinishReason.STOP),
    ]


def test_reasoning_that_comes_under_both_names_is_told_once() -> None:
    items = accumulate(delta(reasoning="Hm.", reasoning_content="Hm."), delta(content="Yes."), end())
    assert items[:2] == [ReasoningDelta("Hm."), TextDelta("Yes.")]


def test_a_character_that_was_cut_in_two_is_put_together() -> None:
    assert text(delta(content="a\ud83d"), delta(content="\ude00b"), end()) == "a😀b"
    assert text(delta(content="a\ud83d"), delta(content=""), delta(content="\ude00"), end()) == "a😀"
    assert calls(fragment(0, "c1", "a", '{"t":"\ud83d'), fragment(0, arguments='\ude00"}'), end()) == [
        ("a", '{"t":"😀"}')
    ]


def test_half_of_a_character_that_never_becomes_whole_is_replaced() -> None:
    assert text(delta(content="a\ud83d"), delta(content="b\ude00"), end()) == "a\ufffdb\ufffd"


# Chunks


ODD_CHUNKS: list[JsonObject] = [
    {},
    {"choices": None},
    {"choices": []},
    {"choices": {}},
    {"choices": [None]},
    {"choices": [{}]},
    {"choices": [{"delta": None}]},
    {"choices": [{"delta": []}]},
    {"choices": [{"delta": {"content": 7, "tool_calls": [None, 7], "reasoning": {}}}]},
    {"choices": [{"delta": {}, "finish_reason": 7}]},
    {"choices": [{"delta": {}, "finish_reason": ""}]},
    {"usage": 7},
    {"usage": None},
    {"usage": {"prompt_tokens": None, "prompt_tokens_details": 7}, "choices": None},
]


@pytest.mark.parametrize("chunk", ODD_CHUNKS)
def test_a_chunk_without_anything_usable_changes_nothing(chunk: JsonObject) -> None:
    items = accumulate(chunk, delta(content="Hi"), chunk, end("stop"), chunk)
    assert [item for item in items if not isinstance(item, Usage)] == [
        TextDelta("Hi"),
        Finish(FinishReason.STOP),
    ]


USAGE: JsonObject = {"prompt_tokens": 12, "completion_tokens": 3}


@pytest.mark.parametrize(
    "chunks",
    [
        [delta(content="Hi"), end(), {"choices": [], "usage": USAGE}],
        [delta(content="Hi"), end(), {"choices": None, "usage": USAGE}],
        [delta(content="Hi"), end(), {"usage": USAGE}],
        [delta(content="Hi"), {**end(), "usage": USAGE}],
        [{**delta(content="Hi"), "usage": {**USAGE, "completion_tokens": 1}}, {**end(), "usage": USAGE}],
        [{**delta(content="Hi"), "usage": USAGE}, {**end(), "usage": None}],
    ],
)
def test_usage_is_the_last_that_was_said_wherever_it_stands(chunks: list[JsonObject]) -> None:
    assert accumulate(*chunks)[1:] == [Usage(12, 3), Finish(FinishReason.STOP)]


def test_usage_may_never_come() -> None:
    assert not any(isinstance(item, Usage) for item in accumulate(delta(content="Hi"), end()))


# Streams that end badly


def test_a_stream_without_a_chunk_is_no_stream() -> None:
    with pytest.raises(ModelError, match="no chat completion stream") as error:
        accumulate()
    assert "/v1" in error.value.hint


def test_a_stream_that_stops_in_the_middle_of_a_call_is_broken() -> None:
    with pytest.raises(ModelError, match="in the middle of a tool call; nothing was run"):
        accumulate(delta(content="I will"), fragment(0, "c1", "get_task", '{"task'))


def test_a_stream_that_stops_before_it_says_anything_is_broken() -> None:
    with pytest.raises(ModelError, match="before it had said anything"):
        accumulate(delta(role="assistant"), {"choices": []})


def test_a_stream_whose_end_is_an_error_is_broken() -> None:
    with pytest.raises(ModelError, match="broke off"):
        accumulate(delta(content="Hi"), end("error"))


def test_text_without_a_finish_reason_is_an_answer_if_the_stream_says_it_is_done() -> None:
    assert accumulate(delta(content="Hi"), done=True) == [TextDelta("Hi"), Finish(FinishReason.STOP)]


def test_text_without_any_end_is_half_an_answer() -> None:
    with pytest.raises(ModelError, match="broke off; what came of it is kept"):
        accumulate(delta(content="Hi"), done=False)


def test_parts_within_parts_are_read_to_no_more_than_a_few_levels() -> None:
    nested: JsonValue = "too deep"
    for _ in range(900):
        nested = [nested]
    assert text(delta(content=nested), delta(content="Hi"), end()) == "Hi"
