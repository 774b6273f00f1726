"""How parts of the history read for a model, whatever the endpoint."""

from agent.conversation import AssistantMessage, UserMessage

_INTERRUPTED = "[This answer was cut off here.]"


def user_text(message: UserMessage) -> str:
    """The user's words, after the facts of that moment."""
    return f"{message.context}\n\n{message.text}" if message.context else message.text


def mark_interrupted(message: AssistantMessage) -> str:
    """The model's own words, with a mark where they broke off, so that it can go on from there."""
    return f"{message.text}\n\n{_INTERRUPTED}" if message.interrupted else message.text
