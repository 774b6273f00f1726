"""Templates of resources' addresses, by the SDK's reading of RFC 6570."""

from collections.abc import Mapping

from mcp.shared.uri_template import UriTemplate

from agent.errors import ServerError


def names_in(template: str) -> tuple[str, ...]:
    """The values that a template wants.

    Raises:
        ServerError: It is no template.
    """
    return tuple(_parse(template).variable_names)


def expand(template: str, values: Mapping[str, str]) -> str:
    """The address that a template and values make.

    Raises:
        ServerError: It is no template.
    """
    return _parse(template).expand(values)


def _parse(template: str) -> UriTemplate:
    try:
        return UriTemplate.parse(template)
    except ValueError as error:
        raise ServerError(f"The server's address is no template ({error}); nothing was read.") from None
