"""Who sends an MCP request."""

from typing import Any

import mcp_types as types
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from starlette.requests import Request

from agent.sandbox.database import Database
from agent.sandbox.domain.context import Caller
from agent.sandbox.domain.users import find_caller


def caller_of(database: Database, context: ServerRequestContext[Any]) -> Caller:
    """Returns the user whose access token the request carries.

    Raises:
        MCPError: The user has been deactivated.
    """
    request = context.request
    assert isinstance(request, Request)
    user = request.user
    assert isinstance(user, AuthenticatedUser)
    assert user.access_token.subject is not None
    caller = find_caller(database, int(user.access_token.subject))
    if caller is None:
        raise MCPError(types.INVALID_REQUEST, "This user has been deactivated.")
    return caller
