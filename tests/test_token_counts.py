"""Token counts come from the encoding that ships with the program, without the network."""

import pytest

from agent.conversation import AssistantMessage, ToolCall, ToolMessage, UserMessage
from agent.model.protocol import FunctionDefinition
from agent.tokens import count_tokens, load_encoding


# The values are those that tiktoken's own o200k_base gives.
@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("hello world", [24912, 2375]),
        ("antidisestablishmentarianism", [493, 129901, 376, 160388, 21203, 2367]),
        ("2 + 2 = 4", [17, 659, 220, 17, 314, 220, 19]),
    ],
)
def test_the_shipped_encoding_is_o200k_base(text: str, tokens: list[int]) -> None:
    assert load_encoding().encode(text) == tokens
    assert load_encoding().decode(tokens) == text


def test_every_part_of_a_request_is_counted() -> None:
    call = ToolCall("1", "get_task", '{"taskId":7}')
    asked = UserMessage("Show task 7.", "Today.")
    messages = [asked, AssistantMessage("", (call,)), ToolMessage("1", "get_task", "{}")]
    function = FunctionDefinition("get_task", "One task.", {"type": "object"})
    sizes = [
        count_tokens("", [], []),
        count_tokens("You are an assistant.", [], []),
        count_tokens("You are an assistant.", messages[:1], []),
        count_tokens("You are an assistant.", messages, []),
        count_tokens("You are an assistant.", messages, [function]),
    ]
    assert sizes == sorted(set(sizes))
