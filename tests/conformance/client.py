"""This program's own connection code as a client of the official MCP conformance suite.

    MCP_CONFORMANCE_SCENARIO=NAME python -m tests.conformance.client URL

It connects, takes everything that the server offers once (tools, prompts, resources), and signs in when
it is refused, with the code that the product uses: `agent.auth` and `agent.workspace`. The person who
approves in the browser is a function that follows the redirect.

Three scenarios are about ways to get a token without a person, which the product has no use for: there
the SDK's own providers take the place of `agent.auth` (the two of client credentials, and enterprise
managed authorization, whose exchange of an identity token is written out here). The files of skills are
neither listed nor read by the product, so the scenarios about those have nothing to find fault with.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

import httpx2
from mcp.client.auth.extensions.client_credentials import (
    ClientCredentialsOAuthProvider,
    PrivateKeyJWTOAuthProvider,
    SignedJWTParameters,
)
from mcp.client.auth.extensions.identity_assertion import IdentityAssertionOAuthProvider
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken

from agent.auth.bearer import BearerAuth
from agent.auth.discovery import discover
from agent.auth.login import ClientSettings
from agent.auth.sign_in import sign_in
from agent.auth.token_endpoint import make_oauth_client
from agent.auth.tokens import TokenManager
from agent.auth.vault import Vault
from agent.errors import SignInError
from agent.events import ElicitationAction, ElicitationRequested, Question
from agent.jsontypes import JsonObject, JsonValue, is_object, parse_object
from agent.system.folders import find_folders
from agent.tools.tool import Tool
from agent.workspace.workspace import Workspace

CLIENT_METADATA_URL = "https://conformance-test.local/client-metadata.json"
MOST_SIGN_INS = 3
EXAMPLES: dict[str, JsonValue] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "array": []}

T = TypeVar("T")


async def approve(address: str) -> None:
    """Stands for the person: the suite's servers send the browser straight back."""
    async with httpx2.AsyncClient(follow_redirects=True, timeout=20) as browser:
        await browser.get(address)


async def accept_defaults(question: Question) -> None:
    """Stands for the person before a form: whatever has a default is left as it is."""
    if isinstance(question, ElicitationRequested) and question.form is not None:
        question.action = ElicitationAction.ACCEPTED
        question.content = {
            field.name: field.default for field in question.form.fields if field.default is not None
        }


class SignedIn:
    """Repeats what was refused after a sign-in, as a person at the terminal would."""

    def __init__(self, server: str, vault: Vault, context: JsonObject) -> None:
        self.tokens = TokenManager(vault, server, "conformance")
        self.auth = BearerAuth(self.tokens)
        self._vault = vault
        self._context = context
        self._sign_ins = 0

    async def __call__(self, operation: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await operation()
            except SignInError:
                if self._sign_ins == MOST_SIGN_INS:
                    raise
                await self._sign_in()

    async def _sign_in(self) -> None:
        self._sign_ins += 1
        login = await sign_in(
            self.tokens.server,
            "conformance",
            vault=self._vault,
            open_browser=approve,
            show=lambda _: None,
            timeout=20,
            client=ClientSettings(
                text(self._context, "client_id"),
                text(self._context, "client_secret"),
                CLIENT_METADATA_URL,
                # That of Astravue, which these servers are not.
                default_scope="",
            ),
            challenge=self.auth.challenge,
        )
        if login is not None:
            await self.tokens.adopt(login)


class Apart(httpx2.Auth):
    """Sends what one of the SDK's providers asks of authorization servers through a client of its own.

    The workspace's client answers requests to the MCP server, and would take any other for one.
    """

    requires_response_body = True

    def __init__(self, provider: httpx2.Auth) -> None:
        self._provider = provider

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        flow = self._provider.async_auth_flow(request)
        wanted = await anext(flow)
        async with make_oauth_client() as http:
            while True:
                response = (yield wanted) if wanted is request else await http.send(wanted)
                try:
                    wanted = await flow.asend(response)
                except StopAsyncIteration:
                    return


class MemoryStorage:
    """Where the SDK's own providers keep what they are given."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


async def without_a_person(scenario: str, server: str, context: JsonObject) -> httpx2.Auth | None:
    """The SDK's provider for the scenarios that sign nobody in; none for all others."""
    client_id, secret = text(context, "client_id"), text(context, "client_secret")
    match scenario:
        case "auth/client-credentials-basic":
            return ClientCredentialsOAuthProvider(server, MemoryStorage(), client_id, secret)
        case "auth/client-credentials-jwt":
            assertion = SignedJWTParameters(
                issuer=client_id,
                subject=client_id,
                signing_key=text(context, "private_key_pem"),
                signing_algorithm=text(context, "signing_algorithm"),
            )
            return PrivateKeyJWTOAuthProvider(
                server, MemoryStorage(), client_id, assertion.create_assertion_provider()
            )
        case "auth/enterprise-managed-authorization":
            async with make_oauth_client() as http:
                authorization = await discover(server, http)
            assert authorization is not None

            async def exchange(audience: str, resource: str) -> str:
                return await exchange_identity_token(context, audience, resource)

            return IdentityAssertionOAuthProvider(
                server,
                MemoryStorage(),
                client_id,
                secret,
                authorization.issuer,
                exchange,
                token_endpoint_auth_method="client_secret_basic",
            )
        case _:
            return None


async def exchange_identity_token(context: JsonObject, audience: str, resource: str) -> str:
    """Gets an assertion for the MCP server's authorization server from the company's (RFC 8693)."""
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "requested_token_type": "urn:ietf:params:oauth:token-type:id-jag",
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "subject_token": text(context, "idp_id_token"),
        "client_id": text(context, "idp_client_id"),
        "audience": audience,
        "resource": resource,
    }
    async with make_oauth_client() as http:
        response = await http.post(text(context, "idp_token_endpoint"), data=form)
    return str(response.raise_for_status().json()["access_token"])


async def take_everything(workspace: Workspace, context: JsonObject, once: SignedIn) -> None:
    """Lists what the server offers, and takes each of it once."""
    tools = await once(workspace.tools)
    for prompt in await once(workspace.prompts):
        await once(lambda name=prompt.name: workspace.get_prompt(name, {}))
    for resource in await once(workspace.resources):
        await once(lambda uri=resource.uri: workspace.read_resource(uri))
    for name, arguments in planned_calls(context) or [(tool.name, example(tool, tools)) for tool in tools]:
        await once(lambda name=name, arguments=arguments: workspace.call_tool(name, arguments))


def planned_calls(context: JsonObject) -> list[tuple[str, JsonObject]]:
    """The calls that the scenario prescribes."""
    planned = context.get("toolCalls")
    calls: list[tuple[str, JsonObject]] = []
    for call in planned if isinstance(planned, list) else []:
        if is_object(call) and is_object(arguments := call.get("arguments")):
            calls.append((text(call, "name"), arguments))
    return calls


def example(tool: Tool, tools: tuple[Tool, ...]) -> JsonObject:
    """Arguments that fit a tool: a value of its type for each one that it requires."""
    properties, required = tool.input_schema.get("properties"), tool.input_schema.get("required")
    arguments: JsonObject = {}
    for name in required if isinstance(required, list) else []:
        wanted = properties.get(str(name)) if is_object(properties) else None
        # The one tool that takes an object wants back, unchanged, the schema of the tool before it.
        kind = wanted.get("type") if is_object(wanted) else "string"
        arguments[str(name)] = EXAMPLES.get(str(kind), tools[0].input_schema)
    return arguments


def text(values: JsonObject, name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


async def main(scenario: str, server: str, context: JsonObject) -> None:
    """Plays one scenario."""
    with tempfile.TemporaryDirectory() as home:
        vault = Vault(find_folders({"ASTRAVUE_HOME": home}), {"ASTRAVUE_VAULT_KEY": "c0" * 32})
        once = SignedIn(server, vault, context)
        try:
            provider = await without_a_person(scenario, server, context)
            auth = Apart(provider) if provider else once.auth
            async with Workspace(server, auth=auth, ask=accept_defaults) as workspace:
                await take_everything(workspace, context, once)
        finally:
            await once.tokens.aclose()


if __name__ == "__main__":
    asyncio.run(
        main(
            os.environ["MCP_CONFORMANCE_SCENARIO"],
            sys.argv[1],
            parse_object(os.environ.get("MCP_CONFORMANCE_CONTEXT", "{}")),
        )
    )
