"""The authorization endpoint: one page on which a person signs in and approves or denies.

`GET /oauth/authorize` answers with a page that holds one form, and sets the cookie `astravue_csrf`. The
form is posted to `/oauth/authorize`, form-encoded, with that cookie. Its fields:

    response_type, client_id, redirect_uri, scope, state, code_challenge,
    code_challenge_method, resource      hidden: the authorization request, unchanged
    csrf_token                           hidden: binds the form to the cookie and to the request
    email, password                      what the person types
    decision                             the button: `approve` or `deny`; denying needs no password

An answer of 303 leads back to the client, with `code`, `state` and `iss`, or with `error`. A wrong
password answers 400 with the page again. A request from an unknown client, or for a redirect URI that is
not registered, answers 400 with a page that says so, and is never redirected.

The page needs no script. The token is keyed to the process, so that a form that was opened before a
restart has to be opened again.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from agent.sandbox.database import Database
from agent.sandbox.oauth import pages
from agent.sandbox.oauth.clients import Client, Clients
from agent.sandbox.oauth.endpoints import SCOPES, Addresses
from agent.sandbox.oauth.secrets import new_token
from agent.sandbox.oauth.tokens import Approval, TokenStore
from agent.sandbox.passwords import hash_password, verify_password
from agent.sandbox.rate_limit import SlidingWindow

REQUEST_FIELDS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "resource",
)

_COOKIE = "astravue_csrf"
_CHALLENGE_LENGTH = 43


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """An authorization request whose client and redirect URI are known to be good."""

    client: Client
    redirect_uri: str
    parameters: Mapping[str, str]

    @property
    def scope(self) -> str:
        """The scopes asked for, or all of them when none are."""
        return " ".join(self.parameters.get("scope", "").split()) or " ".join(SCOPES)

    def problem(self, resource: str) -> tuple[str, str] | None:
        """Returns the error code and description to redirect with, or None when all is well."""
        given = self.parameters
        if given.get("response_type") != "code":
            return "unsupported_response_type", "response_type must be code."
        if given.get("code_challenge_method") != "S256":
            return "invalid_request", "PKCE with code_challenge_method S256 is required."
        if len(given.get("code_challenge", "")) != _CHALLENGE_LENGTH:
            return "invalid_request", "code_challenge must be the S256 challenge of a code verifier."
        if not set(self.scope.split()) <= set(SCOPES):
            return "invalid_scope", f"The scopes are {', '.join(SCOPES)}."
        if given.get("resource") != resource:
            return "invalid_target", f"resource must be {resource}."
        return None


class RequestRefused(Exception):
    """A request that cannot be answered by a redirect; the message is shown to the person."""


class SignInPage:
    """Shows the sign-in page and takes its answer.

    Args:
        addresses: Where everything is served.
        database: Holds the users.
        clients: The registered clients.
        tokens: Issues codes.
        attempts: Limits how often an e-mail address may be tried with a wrong password.
    """

    def __init__(
        self,
        addresses: Addresses,
        database: Database,
        clients: Clients,
        tokens: TokenStore,
        attempts: SlidingWindow,
    ) -> None:
        self._addresses = addresses
        self._database = database
        self._clients = clients
        self._tokens = tokens
        self._attempts = attempts
        self._key = secrets.token_bytes(32)

    @cached_property
    def _nobody(self) -> str:
        """Stands in for the password of who does not exist, so that they take as long as who does."""
        return hash_password(new_token())

    def routes(self) -> list[Route]:
        """Returns the routes of the page and of its style sheet."""
        return [
            Route("/oauth/authorize", self.show, methods=["GET"]),
            Route("/oauth/authorize", self.decide, methods=["POST"]),
            Route("/oauth/style.css", pages.style_sheet, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """Answers an authorization request with the page, or with the error that RFC 6749 asks for."""
        try:
            asked = self._read(request.url.query)
        except RequestRefused as refused:
            return pages.error_page(str(refused))
        problem = asked.problem(self._addresses.resource)
        if problem is not None:
            return self._redirect(asked, {"error": problem[0], "error_description": problem[1]})
        cookie = request.cookies.get(_COOKIE) or new_token()
        return self._page(asked, cookie)

    async def decide(self, request: Request) -> Response:
        """Takes the form: approves with the right password, denies, or shows the page again."""
        body = (await request.body()).decode("utf-8", errors="replace")
        form = dict(parse_qsl(body, keep_blank_values=True))
        fields = {name: form[name] for name in REQUEST_FIELDS if form.get(name)}
        try:
            asked = self._read(urlencode(fields))
        except RequestRefused as refused:
            return pages.error_page(str(refused))
        cookie = request.cookies.get(_COOKIE, "")
        expected = self._csrf_token(asked, cookie)
        if not cookie or not hmac.compare_digest(form.get("csrf_token", "").encode(), expected.encode()):
            return pages.error_page(
                "This form is too old or was not opened here. Start again from the application."
            )
        problem = asked.problem(self._addresses.resource)
        if problem is not None:
            return self._redirect(asked, {"error": problem[0], "error_description": problem[1]})
        if form.get("decision") == "deny":
            denial = {"error": "access_denied", "error_description": "The user denied the request."}
            return self._redirect(asked, denial)
        return await self._approve(asked, cookie, form.get("email", "").strip(), form.get("password", ""))

    async def _approve(self, asked: AuthorizationRequest, cookie: str, email: str, password: str) -> Response:
        if not self._attempts.allows(email.lower()):
            return self._page(
                asked, cookie, email, "Too many attempts. Wait a few minutes and try again.", 429
            )
        row = self._database.row(
            "SELECT user_id, password_hash FROM users WHERE email = ? AND status = 'ACTIVE'", (email,)
        )
        stored = self._nobody if row is None else row["password_hash"]
        right = await anyio.to_thread.run_sync(verify_password, password, stored)
        if row is None or not right:
            self._attempts.count(email.lower())
            return self._page(asked, cookie, email, "The e-mail address or the password is wrong.", 400)
        code = self._tokens.issue_code(
            Approval(
                client_id=asked.client.client_id,
                user_id=row["user_id"],
                redirect_uri=asked.redirect_uri,
                code_challenge=asked.parameters["code_challenge"],
                scope=asked.scope,
                resource=self._addresses.resource,
            )
        )
        return self._redirect(asked, {"code": code})

    def _read(self, query: str) -> AuthorizationRequest:
        pairs = [pair for pair in parse_qsl(query) if pair[0] in REQUEST_FIELDS]
        parameters = dict(pairs)
        if len(parameters) != len(pairs):
            raise RequestRefused("The application sent a parameter more than once.")
        client = self._clients.find(parameters.get("client_id", ""))
        if client is None:
            raise RequestRefused("The application that sent you here is not registered with this server.")
        redirect_uri = parameters.get("redirect_uri", "")
        if not client.accepts_redirect(redirect_uri):
            raise RequestRefused(
                "The application asked to be answered at an address that it did not register."
            )
        return AuthorizationRequest(client, redirect_uri, parameters)

    def _page(
        self, asked: AuthorizationRequest, cookie: str, email: str = "", alert: str = "", status: int = 200
    ) -> Response:
        hidden = dict(asked.parameters) | {"csrf_token": self._csrf_token(asked, cookie)}
        response = pages.sign_in_page(
            asked.client.client_name, asked.redirect_uri, hidden, email, alert, status
        )
        response.set_cookie(_COOKIE, cookie, path="/oauth", httponly=True, samesite="strict")
        return response

    def _csrf_token(self, asked: AuthorizationRequest, cookie: str) -> str:
        message = json.dumps([cookie, sorted(asked.parameters.items())])
        return hmac.new(self._key, message.encode("utf-8"), hashlib.sha256).hexdigest()

    def _redirect(self, asked: AuthorizationRequest, answer: Mapping[str, str]) -> Response:
        parts = urlsplit(asked.redirect_uri)
        query = [*parse_qsl(parts.query, keep_blank_values=True), *answer.items()]
        if "state" in asked.parameters:
            query.append(("state", asked.parameters["state"]))
        query.append(("iss", self._addresses.issuer))
        location = urlunsplit(parts._replace(query=urlencode(query)))
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return RedirectResponse(location, status_code=303, headers=headers)
