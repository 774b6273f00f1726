"""Whatever a conversation holds, what a request shows of it fits, is sound, and stays as it was."""

import pytest
from drawn_histories import histories
from fake_toolbox import assert_sound
from hypothesis import given
from hypothesis import strategies as st

from agent.context.fitting import Cut, History, choose_functions, fit_history, show_history
from agent.conversation import AssistantMessage, Message, ToolCall, ToolMessage, UserMessage
from agent.errors import LimitError
from agent.tools.fence import fence, is_fenced

ROOMS = st.integers(300, 12_000)


def cost(message: Message) -> int:
    match message:
        case UserMessage(text, context):
            return 4 + (len(text) + len(context)) // 4
        case AssistantMessage(text, calls):
            return 4 + len(text) // 4 + sum(8 + len(call.arguments) // 4 for call in calls)
        case ToolMessage(text=text):
            return 8 + len(text) // 4


def total(messages: tuple[Message, ...]) -> int:
    return sum(map(cost, messages))


def fitted(messages: tuple[Message, ...], room: int, before: Cut | None = None) -> Cut | None:
    try:
        return fit_history(History(messages), room, cost, before)
    except LimitError:
        return None


def last_step(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    steps = [index for index, message in enumerate(messages) if isinstance(message, AssistantMessage)]
    last_user = max(index for index, message in enumerate(messages) if isinstance(message, UserMessage))
    return messages[max(steps[-1] if steps else 0, last_user + 1) :]


@given(histories(), ROOMS)
def test_what_is_shown_fits_and_is_sound(messages: tuple[Message, ...], room: int) -> None:
    cut = fitted(messages, room)
    if cut is None:
        return
    shown = show_history(History(messages), cut)
    assert total(shown) <= room
    assert_sound(shown)
    # What is left is in the order in which it was said.
    said = [message.tool_calls for message in messages if isinstance(message, AssistantMessage)]
    left = [message.tool_calls for message in shown if isinstance(message, AssistantMessage)]
    assert left == said[len(said) - len(left) :]


@given(histories(), ROOMS)
def test_the_last_message_of_the_user_is_whole_and_comes_before_the_last_step(
    messages: tuple[Message, ...], room: int
) -> None:
    cut = fitted(messages, room)
    if cut is None:
        return
    shown = show_history(History(messages), cut)
    said = [message for message in messages if isinstance(message, UserMessage)][-1]
    kept = [message for message in shown if isinstance(message, UserMessage)][-1]
    assert kept.text == said.text
    assert kept.context.startswith(said.context)
    calls = [each for message in last_step(messages) for each in getattr(message, "tool_calls", ())]
    answered = {message.call_id for message in shown if isinstance(message, ToolMessage)}
    assert {call.id for call in calls} <= answered


@given(histories(), ROOMS)
def test_it_is_refused_only_if_the_last_message_and_the_last_step_do_not_fit(
    messages: tuple[Message, ...], room: int
) -> None:
    if fitted(messages, room) is not None:
        return
    user = [message for message in messages if isinstance(message, UserMessage)][-1]
    # A result that is left out takes a line, and so does what is said of the messages before.
    least = sum(
        min(cost(message), cost(ToolMessage("", "", "x" * 300)))
        if isinstance(message, ToolMessage)
        else cost(message)
        for message in (user, *last_step(messages))
    )
    assert least + 40 > room


@given(histories(), ROOMS)
def test_what_fits_is_shown_as_it_is(messages: tuple[Message, ...], room: int) -> None:
    if total(messages) <= room:
        assert fitted(messages, room) == Cut()
    assert show_history(History(messages), Cut()) == messages


@given(histories(), ROOMS)
def test_fitting_twice_changes_nothing(messages: tuple[Message, ...], room: int) -> None:
    cut = fitted(messages, room)
    assert cut == fitted(messages, room)
    if cut is not None:
        assert fitted(messages, room, cut) == cut


@given(histories(), ROOMS)
def test_what_was_left_out_of_a_request_stays_left_out_of_the_next(
    messages: tuple[Message, ...], room: int
) -> None:
    cut = Cut()
    shown: tuple[Message, ...] = ()
    for end in range(1, len(messages) + 1):
        if end < len(messages) and not isinstance(messages[end], AssistantMessage):
            continue
        new = fitted(messages[:end], room, cut)
        if new is None:
            return
        assert new.turns >= cut.turns
        assert all(new.results[index] <= length for index, length in cut.results.items())
        now = show_history(History(messages[:end]), new)
        if new == cut:
            # Nothing more is left out: the request before is the beginning of this one.
            assert now[: len(shown)] == shown
        cut, shown = new, now


@given(histories(), ROOMS, st.text(max_size=200), st.integers(0, 9))
def test_the_summary_stands_before_whatever_is_shown_first(
    messages: tuple[Message, ...], room: int, summary: str, before: int
) -> None:
    history = History(messages, summary, before)
    try:
        cut = fit_history(history, room, cost)
    except LimitError:
        return
    shown = show_history(history, cut)
    assert total(shown) <= room
    assert isinstance(shown[0], UserMessage)
    assert summary in shown[0].context


def turn(number: int, *lengths: int) -> list[Message]:
    calls = tuple(ToolCall(f"c{number}_{each}", "list_tasks", "{}") for each in range(len(lengths)))
    results = [
        ToolMessage(call.id, call.name, fence("x" * length, call.name))
        for call, length in zip(calls, lengths, strict=True)
    ]
    return [UserMessage(f"Question {number}"), AssistantMessage("", calls), *results]


def said(number: int) -> Message:
    return AssistantMessage(f"Answer {number}")


def test_the_oldest_results_give_way_first_and_name_where_to_find_them() -> None:
    messages = (*turn(1, 4_000), said(1), *turn(2, 4_000), said(2), *turn(3, 4_000))
    history = History(messages)
    cut = fit_history(history, 2_500, cost)
    shown = show_history(history, cut)
    texts = [message.text for message in shown if isinstance(message, ToolMessage)]
    assert texts[0] == '[result of list_tasks left out to save room; read_result(result="r1") shows it]'
    assert texts[2] == fence("x" * 4_000, "list_tasks")
    assert cut.turns == 0


def test_results_before_the_summary_are_counted() -> None:
    messages = (*turn(1, 9_000), said(1), *turn(2, 400))
    history = History(messages, "Summary.", results_before=41)
    [first, *_] = [
        m for m in show_history(history, fit_history(history, 600, cost)) if isinstance(m, ToolMessage)
    ]
    assert 'read_result(result="r42")' in first.text


def test_room_is_made_for_more_than_one_request() -> None:
    messages = tuple(message for number in range(20) for message in (*turn(number, 1_000), said(number)))
    cut = fit_history(History(messages), 4_000, cost)
    assert total(show_history(History(messages), cut)) <= 4_000 * 0.7


def test_results_of_the_last_step_are_shortened_before_older_ones_go() -> None:
    messages = (*turn(1, 2_000), said(1), *turn(2, *[20_000] * 4))
    history = History(messages)
    shown = show_history(history, fit_history(history, 8_000, cost))
    older, *latest = [message.text for message in shown if isinstance(message, ToolMessage)]
    assert older == fence("x" * 2_000, "list_tasks")
    assert all(is_fenced(text) for text in latest)
    assert all(text.count("x") == 3_000 for text in latest)
    assert "[cut here: 3,000 of 20,000 characters shown" in latest[0]


def test_then_the_oldest_turns_go_and_it_is_said() -> None:
    messages = tuple(
        message
        for number in range(10)
        for message in (UserMessage(f"Question {number} " + "why " * 100), said(number))
    )
    history = History((*messages, UserMessage("And now?", "Today is Monday.")))
    shown = show_history(history, fit_history(history, 500, cost))
    assert isinstance(shown[0], UserMessage)
    assert shown[0].context == "[16 earlier messages are left out here, as they no longer fit.]"
    assert shown[-1] == history.messages[-1]


def test_of_one_long_turn_the_oldest_steps_go() -> None:
    steps: list[Message] = [UserMessage("Go on until the end.")]
    for number in range(30):
        call = ToolCall(f"c{number}", "list_tasks", "a" * 400)
        steps += [AssistantMessage("", (call,)), ToolMessage(call.id, call.name, "b" * 100)]
    history = History(tuple(steps))
    shown = show_history(history, fit_history(history, 1_000, cost))
    assert isinstance(shown[0], UserMessage)
    assert shown[0].text == "Go on until the end."
    assert "earlier messages are left out here" in shown[0].context
    assert shown[-1] == steps[-1]
    assert_sound(shown)


def test_a_message_that_is_too_long_by_itself_is_refused_in_a_sentence() -> None:
    with pytest.raises(LimitError) as raised:
        fit_history(History((UserMessage("x" * 40_000),)), 5_000, cost)
    assert raised.value.message == (
        "The last message takes about 10,004 tokens, and 5,000 are left of what the model can read; nothing "
        "was sent."
    )
    assert "“context” under [limits]" in raised.value.hint


@given(st.lists(st.integers(1, 100)), st.integers(0, 1_000))
def test_the_functions_that_stay_fit(costs: list[int], room: int) -> None:
    kept = choose_functions(costs, room)
    assert sum(costs[index] for index in kept) <= room
    if sum(costs) <= room // 2:
        assert kept == frozenset(range(len(costs)))


def test_of_too_many_functions_the_newest_and_the_first_stay() -> None:
    assert choose_functions([10] * 10, 40) == {0, 1, 8, 9}
