"""A conversation only ever grows."""

from agent.conversation import AssistantMessage, Conversation, Summary, ToolCall, ToolMessage, UserMessage

ONE, TWO = ToolCall("c1", "get_task", "{}"), ToolCall("c2", "get_task", "{}")


def test_messages_stand_in_the_order_in_which_they_came() -> None:
    conversation = Conversation([UserMessage("One")])
    conversation.append(AssistantMessage("Two"))
    assert conversation.messages == (UserMessage("One"), AssistantMessage("Two"))


def test_what_a_request_was_built_from_does_not_change() -> None:
    conversation = Conversation([UserMessage("One")])
    seen = conversation.messages
    conversation.append(AssistantMessage("Two"))
    assert seen == (UserMessage("One"),)


def test_calls_without_a_result_are_named_in_the_models_order() -> None:
    conversation = Conversation([UserMessage("Go"), AssistantMessage("", (ONE, TWO))])
    assert conversation.unanswered_calls() == (ONE, TWO)
    conversation.append(ToolMessage("c1", "get_task", "Done"))
    assert conversation.unanswered_calls() == (TWO,)
    conversation.append(ToolMessage("c2", "get_task", "Done"))
    assert conversation.unanswered_calls() == ()


def test_a_conversation_without_calls_has_none_without_a_result() -> None:
    assert Conversation().unanswered_calls() == ()
    assert Conversation([UserMessage("Hi")]).unanswered_calls() == ()
    assert Conversation([UserMessage("Hi"), AssistantMessage("Hello")]).unanswered_calls() == ()


def test_a_result_is_not_shown_whole_in_messages_for_people() -> None:
    assert "secret" not in repr(ToolMessage("c1", "get_task", "text", structured={"note": "secret"}))


def test_a_summary_stands_for_messages_that_stay() -> None:
    conversation = Conversation([UserMessage("Hi"), AssistantMessage("Hello.")])
    assert conversation.summary is None
    conversation.summarise(Summary("They said hello.", 2))
    conversation.summarise(Summary("They said more.", 2))
    assert conversation.summary == Summary("They said more.", 2)
    assert len(conversation.messages) == 2
    assert conversation.take_back_summary() == Summary("They said more.", 2)
    assert conversation.summary == Summary("They said hello.", 2)
    conversation.take_back_summary()
    assert conversation.take_back_summary() is None
