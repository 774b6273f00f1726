"""Resources of the server that a message names: `@astravue://handbook` brings the text along."""

import re
from collections.abc import Awaitable, Callable, Sequence

from agent.context.excerpts import excerpt_text
from agent.context.opaque import describe_size
from agent.context.shown_results import RESULT_CHARACTERS
from agent.drawing.sanitize import strip_line
from agent.errors import AgentError, UsageError
from agent.repl.host import FeaturesHost
from agent.server_features import Resource, ResourceContents
from agent.tools.fence import fence

_ADDRESS = re.compile(r"(?<!\w)@([a-z][a-z0-9+.-]*://[^\s<>\"“”]+)", re.IGNORECASE)
_TRAILING = ".,;:!?)]}'’"


async def attach(
    text: str,
    features: FeaturesHost,
    resources: Callable[[], Awaitable[Sequence[Resource]]],
    tell: Callable[[str], None],
) -> str:
    """Put the texts of resources behind a message that names them, marked as data.

    Addresses that belong to no resource of the server stay what they are.

    Args:
        text: The message.
        features: Reads resources.
        resources: Lists them.
        tell: Shows a line about each that was attached.

    Raises:
        AgentError: One cannot be read; nothing is sent then.
    """
    addresses = dict.fromkeys(found.rstrip(_TRAILING) for found in _ADDRESS.findall(text))
    if not addresses:
        return text
    listed = await resources()
    schemes = {_scheme(each.uri) for each in listed}
    attached: list[str] = []
    for address in addresses:
        if _scheme(address) in schemes:
            body = await _read(features, address)
            title = next((each.title for each in listed if each.uri == address), address)
            tell(f"attached: {strip_line(title)} ({len(body):,} characters)")
            attached.append(fence(_shortened(body), address))
    return "\n\n".join([text, *attached])


def describe_contents(contents: Sequence[ResourceContents]) -> str:
    """The text of a resource; what is no text is named."""
    return "\n\n".join(
        f"[{each.mime_type or 'data'}, {describe_size(len(each.data))}]" if each.data else each.text
        for each in contents
    )


async def _read(features: FeaturesHost, address: str) -> str:
    try:
        return describe_contents(await features.read_resource(address))
    except AgentError as error:
        hint = error.hint or "/resources lists those there are."
        raise UsageError(
            f"Nothing was sent, because {strip_line(address)} cannot be read: {error.message}", hint
        ) from error


def _shortened(text: str) -> str:
    if len(text) <= RESULT_CHARACTERS:
        return text
    excerpt = excerpt_text(text, RESULT_CHARACTERS)
    return f"{excerpt.text}\n[cut here: {excerpt.said}]"


def _scheme(address: str) -> str:
    return address.partition("://")[0].lower()
