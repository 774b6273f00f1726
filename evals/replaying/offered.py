"""The functions that a recording says were offered to its model."""

from collections.abc import Iterator, Sequence

from agent.context.kept_results import READ_RESULT
from agent.jsontypes import JsonObject
from agent.planning.function import MAP_DEPENDENCIES
from agent.tools.catalogue import FIND_TOOLS
from agent.transcripts.lines import objects_of, text_of

OWN_FUNCTIONS = frozenset({FIND_TOOLS, READ_RESULT, MAP_DEPENDENCIES})
"""What this program serves itself."""


def offered_functions(events: Sequence[JsonObject]) -> Iterator[JsonObject]:
    """The functions of all requests, as they were written down; one may come again.

    Args:
        events: Lines of a transcript.
    """
    for event in events:
        if text_of(event, "type") == "request_prefix":
            yield from objects_of(event, "functions")
