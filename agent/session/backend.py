"""Everything behind a session that is slow to import: sign-in, workspace and model.

Imported in a thread after the prompt is drawn; see `agent.session.assembly`.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from agent.auth.audit import AuditLog
from agent.auth.bearer import BearerAuth
from agent.auth.browser import BrowserOpener
from agent.auth.login import ClientSettings, Login
from agent.auth.model_keys import KeyLookup, ModelKeys
from agent.auth.sealed import Key
from agent.auth.sign_in import sign_in, sign_out
from agent.auth.tokens import TokenManager
from agent.auth.vault import Vault
from agent.errors import AgentError, ModelError, VaultError
from agent.known_secrets import KnownSecrets
from agent.mentions.seen_names import SeenNames
from agent.model.embedded import is_available
from agent.model.prices import price_of
from agent.model.protocol import Model, ModelRequest
from agent.model.selection import Choice, Kind, choose_model
from agent.prompt_files import read_prompt
from agent.session.account import Account, read_account
from agent.session.audited_toolbox import AuditedToolbox
from agent.session.person import Person
from agent.session.standing import describe_sign_in_problem
from agent.session.status import Connection, SignIn, Status
from agent.settings.settings import Settings
from agent.system.folders import Folders
from agent.system.long_imports import long_imports
from agent.tools.schema import build_functions
from agent.tools.tool import Tool
from agent.wording.addresses import shown_address
from agent.workspace.workspace import Workspace

ShowLine = Callable[[str], None]
_ACCOUNT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _VaultFacts:
    logins: tuple[Login, ...] = ()
    key_location: str = ""
    encrypted: bool = True
    problem: str = ""


class Backend:
    """Sign-in, workspace and model of one session.

    Args:
        settings: What to use.
        folders: Where things are kept.
        environ: The process environment.
        person: Whom the session serves.
        vault_key: The key of a vault that takes a passphrase.
        show_request: Is shown each request to the model's endpoint as it leaves.
    """

    def __init__(
        self,
        settings: Settings,
        folders: Folders,
        environ: Mapping[str, str],
        person: Person,
        *,
        vault_key: Key | None = None,
        show_request: Callable[[str], None] | None = None,
    ) -> None:
        self._settings = settings
        self._folders = folders
        self._show_request = show_request
        self._environ = environ
        self._on_stage = person.stage.set
        self._audit = AuditLog(folders.audit_file)
        self._seen = SeenNames(folders.names_file)
        self._vault = Vault(folders, environ, key=vault_key)
        self.stored_keys = KeyLookup(ModelKeys(self._vault), person.say)
        self._tokens = TokenManager(
            self._vault, settings.server, settings.profile, audit=self._audit, warn=person.say
        )
        self._auth = BearerAuth(self._tokens)
        self._warm: Callable[[ModelRequest], None] | None = None
        self.selects_tools = False
        self.strict = False
        self.base_url = ""
        self.price_date: date | None = None
        self._model_key = settings.api_key
        self.secrets = KnownSecrets(self._keys, self._own_tokens)
        self.workspace = Workspace(
            settings.server,
            auth=self._auth,
            on_event=person.tell,
            ask=person.ask,
            trusted=settings.trusts_server,
        )
        self._shown_server = shown_address(settings.server)
        self.toolbox = AuditedToolbox(self.workspace, self._audit, settings.server)

    async def open(self) -> None:
        """Begin to connect; nothing is waited for."""
        await self.workspace.__aenter__()

    async def aclose(self) -> None:
        """Leave the server and stop refreshing tokens."""
        await self.workspace.__aexit__(None, None, None)
        await self._tokens.aclose()

    async def tools(self) -> tuple[Tool, ...]:
        """List the server's tools, and keep their names for a shell that completes them.

        Raises:
            AgentError: The server cannot be asked.
        """
        tools = await self.workspace.tools()
        names = (tool.name for tool in tools if not tool.hidden)
        self._seen.keep(self._settings.server, "tools", names)
        return tools

    @property
    def account(self) -> str:
        """Who is signed in, as far as the server told; may be empty."""
        login = self._tokens.login
        return (login.account or "") if login else ""

    def sign_in_problem(self, now: float) -> str:
        """What the user should know of the sign-in: that there is none, or that it ends soon for good.

        Args:
            now: Unix seconds.
        """
        return describe_sign_in_problem(self._tokens.login, self._auth.challenge is not None, now)

    def _keys(self) -> tuple[str | None, ...]:
        environ = (self._environ.get("OPENAI_API_KEY"), self._environ.get("ASTRAVUE_VAULT_KEY"))
        return (*environ, self._settings.api_key, self._settings.client_secret, self._model_key)

    def _own_tokens(self) -> tuple[str | None, ...]:
        login = self._tokens.login
        return (login.access_token, login.refresh_token) if login else ()

    async def open_model(self, settings: Settings) -> tuple[Model, str]:
        """Choose the model and make it usable, the embedded one in the background.

        Args:
            settings: Say which one.

        Returns:
            The model, and why it is this one.

        Raises:
            ModelError: There is none.
        """
        choice = await self._choose_model(settings)
        self._warm, self.selects_tools = None, False
        self.strict, self.base_url, self.price_date = False, "", None
        if choice.kind is Kind.ENDPOINT:
            self._model_key = choice.api_key
            self.strict, self.base_url = settings.strict, choice.base_url
            price = price_of(choice.base_url, choice.name)
            self.price_date = price.as_of if price else None
            model = await asyncio.to_thread(self._open_endpoint, choice, settings.api)
            return model, f"{shown_address(choice.base_url)}, {choice.reason}"
        from agent.model.embedded.model import EmbeddedModel

        model = EmbeddedModel(self._folders, on_progress=self._on_stage, environ=self._environ)
        model.start()
        self._warm, self.selects_tools = model.warm, True
        return model, f"embedded, {choice.reason}"

    async def _choose_model(self, settings: Settings) -> Choice:
        return await choose_model(
            settings,
            embedded_available=is_available,
            stored_key=self.stored_keys,
            show_request=self._show_request,
        )

    def _open_endpoint(self, choice: Choice, api: str) -> Model:
        # The import takes most of a second, so this runs in a thread.
        with long_imports():
            from agent.model.opening import open_model
        return open_model(
            choice,
            api=api,
            capabilities_file=self._folders.capabilities_file,
            show_request=self._show_request,
        )

    async def describe_model(self) -> str:
        """Say which model would answer, or why none can."""
        try:
            choice = await self._choose_model(self._settings)
        except ModelError as error:
            return str(error)
        return f"{choice.name} ({choice.reason})"

    def warm_up(self, tools: Sequence[Tool]) -> None:
        """Have the model read what stands before every conversation, if it gains from that."""
        if self._warm is not None:
            self._warm(ModelRequest(read_prompt("system"), (), build_functions(tools).definitions))

    async def status(self) -> Status:
        """Describe sign-in, server and vault; what cannot be told is left empty."""
        vault = await asyncio.to_thread(self._look_into_vault)
        here = (self._tokens.server, self._settings.profile)
        stored = next((one for one in vault.logins if (one.server, one.profile) == here), None)
        login = self._tokens.login or stored
        info = self.workspace.info
        account = await self._read_account() if info else Account()
        return Status(
            server=self._shown_server,
            profile=self._settings.profile,
            connection=Connection(info.name, info.version, info.protocol_version) if info else None,
            sign_in=_summarise(login, account.name) if login else None,
            role=account.role,
            vault=self._vault.path,
            key_location=vault.key_location,
            encrypted=vault.encrypted,
            vault_problem=vault.problem,
            others=tuple(_summarise(one) for one in vault.logins if (one.server, one.profile) != here),
            tools_left_out=self.workspace.skipped_tools,
        )

    async def _read_account(self) -> Account:
        # A status is told whether or not the server has this to say.
        with suppress(AgentError, TimeoutError):
            return await asyncio.wait_for(read_account(self.workspace), _ACCOUNT_SECONDS)
        return Account()

    def _look_into_vault(self) -> _VaultFacts:
        # A vault that cannot be opened is part of the status, not a failure of it.
        try:
            return _VaultFacts(
                tuple(self._vault.logins()), self._vault.key_location, self._vault.is_encrypted
            )
        except VaultError as error:
            return _VaultFacts(problem=str(error))

    async def sign_in(
        self,
        show: ShowLine,
        read_pasted: Callable[[], Awaitable[str]] | None,
        open_browser: BrowserOpener | None,
    ) -> str:
        """Sign in; the address is opened in the browser, if there is one, and shown.

        Raises:
            AgentError: The sign-in was refused, abandoned or impossible.
        """
        login = await sign_in(
            self._settings.server,
            self._settings.profile,
            vault=self._vault,
            open_browser=open_browser,
            read_pasted=read_pasted,
            show=show,
            client=ClientSettings(
                self._settings.client_id,
                self._settings.client_secret,
                self._settings.client_metadata_url,
                assume_pkce=bool(self._settings.pkce),
            ),
            challenge=self._auth.challenge,
            audit=self._audit,
        )
        if login is None:
            return f"{self._shown_server} asks for no sign-in."
        await self._tokens.adopt(login)
        return f"Signed in to {self._shown_server}" + (f" as {login.account}." if login.account else ".")

    async def sign_out(self) -> str:
        """Revoke the sign-in and forget it.

        Raises:
            VaultError: It could not be removed.
        """
        login = await asyncio.to_thread(self._vault.load, self._tokens.server, self._settings.profile)
        if login is None:
            return f"There was no sign-in to {self._shown_server}."
        revoked = await sign_out(login, vault=self._vault, audit=self._audit)
        # Only now, or it would be read from the vault again.
        await self._tokens.forget()
        ended = "the server revoked it" if revoked else "its access token lives until it expires"
        return f"Signed out of {self._shown_server}; {ended}."

    async def forget(self) -> None:
        """Drop the stored sign-in without telling the server, which no longer knows it.

        Raises:
            VaultError: It could not be removed.
        """
        await asyncio.to_thread(self._vault.delete, self._tokens.server, self._settings.profile)
        await self._tokens.forget()

    async def refresh(self) -> str:
        """Renew the tokens now.

        Raises:
            AgentError: They cannot be renewed; what is stored is kept.
        """
        login = await self._tokens.refresh_now()
        return f"Renewed; {_summarise(login).describe_expiry(time.time())}."


def _summarise(login: Login, account: str = "") -> SignIn:
    return SignIn(
        login.server,
        login.profile,
        login.account or account,
        login.expires_at,
        is_renewed=login.refresh_token is not None,
    )
