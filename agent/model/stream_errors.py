"""How an answer that began well ends badly."""

from agent.errors import EndpointError
from agent.jsontypes import JsonValue


class BrokenStream(EndpointError):
    """An answer that began well ended before its end."""


class StreamError(Exception):
    """The endpoint says in the middle of a stream that it failed.

    Args:
        said: The error object or text that it sent.
    """

    def __init__(self, said: JsonValue) -> None:
        super().__init__("the endpoint reported an error")
        self.said = said
