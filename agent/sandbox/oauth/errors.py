"""Errors of the OAuth endpoints, in the words of the RFCs."""

from dataclasses import dataclass

from starlette.responses import JSONResponse

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@dataclass(frozen=True, slots=True)
class OAuthError(Exception):
    """A request that an OAuth endpoint refuses.

    Args:
        error: The code of RFC 6749 section 5.2, RFC 7591 section 3.2.2 or RFC 8707 section 2.
        description: One sentence for the developer of the client.
        status: The HTTP status of the answer.
    """

    error: str
    description: str
    status: int = 400

    def response(self) -> JSONResponse:
        """Returns the JSON answer of RFC 6749 section 5.2."""
        headers = dict(NO_STORE)
        if self.status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="oauth"'
        body = {"error": self.error, "error_description": self.description}
        return JSONResponse(body, status_code=self.status, headers=headers)
