"""How one signs in to the server, where that is kept, and what is kept now."""

from collections.abc import Callable

from agent.auth.discovery import Authorization, discover
from agent.auth.keychain import ABSENT, Keychain, KeychainUnusableError
from agent.auth.login import ClientSettings, Login, canonical_server
from agent.auth.token_endpoint import make_oauth_client
from agent.auth.vault import Vault
from agent.doctor.case import Case, run_aside
from agent.doctor.finding import Finding, Outcome
from agent.settings.settings import DEFAULT_PROFILE, Settings
from agent.wording.addresses import shown_address
from agent.wording.expiry import describe_expiry

DISCOVERY = "discovery"
KEYCHAIN = "keychain"
VAULT = "vault"
SIGN_IN = "sign-in"


def client_settings(settings: Settings) -> ClientSettings:
    """What the settings say of this program as a client."""
    return ClientSettings(
        settings.client_id,
        settings.client_secret,
        settings.client_metadata_url,
        assume_pkce=bool(settings.pkce),
    )


async def find_authorization(settings: Settings) -> Authorization | None:
    """Find out what authorization the server wants; none if it wants none.

    Raises:
        AgentError: It cannot be found out, or what the server publishes cannot be used safely.
    """
    async with make_oauth_client() as http:
        return await discover(settings.server, http, client=client_settings(settings))


def check_discovery(authorization: Authorization | None, settings: Settings) -> Finding:
    """Say how one signs in, and whether this program can."""
    if authorization is None:
        return Finding(DISCOVERY, Outcome.OK, "the server asks for no sign-in")
    metadata = authorization.metadata
    found = (
        f"{authorization.issuer}, taken from the server's own address: it publishes no resource metadata"
        if authorization.legacy
        else f"{authorization.issuer} (RFC 9728 and RFC 8414)"
    )
    pkce = "PKCE S256" if "S256" in (metadata.code_challenge_methods_supported or ()) else "PKCE assumed"
    if settings.client_id:
        known = "client registered beforehand (client_id)"
    elif settings.client_metadata_url and metadata.client_id_metadata_document_supported:
        known = "client id metadata document"
    elif metadata.registration_endpoint is not None:
        known = "registers clients by itself (RFC 7591)"
    else:
        return Finding(
            DISCOVERY,
            Outcome.PROBLEM,
            f"{found}, {pkce}, registers no clients by itself",
            "Set `client_id` in the settings file to one that the server's owner gives you.",
        )
    return Finding(DISCOVERY, Outcome.OK, f"{found}, {pkce}, {known}")


async def check_keychain(make: Callable[[], Keychain] = Keychain) -> Finding:
    """Say whether the operating system's keychain answers, within its bound; nothing is written to it.

    Args:
        make: Makes the keychain.
    """
    keychain = make()
    try:
        await run_aside(lambda: keychain.get("doctor"))
    except KeychainUnusableError as error:
        if str(error) == ABSENT:
            return Finding(KEYCHAIN, Outcome.OK, f"{ABSENT}; the vault's key has other places")
        return Finding(
            KEYCHAIN,
            Outcome.WARNING,
            f"not used: {error}",
            "Unlock or restart it, or keep the vault's key elsewhere: ASTRAVUE_VAULT_KEY_FILE.",
        )
    return Finding(KEYCHAIN, Outcome.OK, f"{keychain.name} answers")


def open_vault(case: Case) -> Vault:
    """The vault, which is only looked at."""
    return Vault(case.folders, case.environ, key=case.vault_key, looks_only=True)


async def check_vault(vault: Vault) -> Finding:
    """Say whether the vault opens, whether it is encrypted, and where its key lives.

    Raises:
        VaultError: It does not open.
    """
    return await run_aside(lambda: _describe(vault))


def _describe(vault: Vault) -> Finding:
    if not vault.exists:
        return Finding(VAULT, Outcome.OK, f"{vault.path} is made with the first sign-in")
    count = len(vault.logins())
    kept = "one sign-in" if count == 1 else f"{count} sign-ins"
    if not vault.is_encrypted:
        return Finding(
            VAULT,
            Outcome.WARNING,
            f"{vault.path} is UNENCRYPTED, with {kept}: whoever reads the file can use them",
            "Seal it: astravue login --keychain, or astravue login --passphrase",
        )
    return Finding(VAULT, Outcome.OK, f"{vault.path} opens, with {kept}; key: {vault.key_location}")


async def load_login(vault: Vault, settings: Settings) -> Login | None:
    """The sign-in that is stored for the server and profile in use.

    Raises:
        VaultError: The vault does not open.
    """
    server = canonical_server(settings.server)
    return await run_aside(lambda: vault.load(server, settings.profile))


def check_login(login: Login | None, authorization: Authorization | None, case: Case) -> Finding:
    """Say whether somebody is signed in, and for how long.

    Args:
        login: What is stored.
        authorization: What the server wants.
        case: What is looked at.
    """
    profile = case.settings.profile
    command = "astravue login" if profile == DEFAULT_PROFILE else f"astravue --profile {profile} login"
    if login is None:
        if authorization is None:
            return Finding(SIGN_IN, Outcome.OK, "none is needed")
        return Finding(
            SIGN_IN, Outcome.PROBLEM, f"none for {shown_address(case.settings.server)}", f"Run `{command}`."
        )
    who = f"{login.account}: " if login.account else ""
    if not login.is_expired(case.clock()):
        is_renewed = login.refresh_token is not None
        lives = describe_expiry(login.expires_at, case.clock(), is_renewed=is_renewed)
        return Finding(SIGN_IN, Outcome.OK, f"{who}{lives}")
    if login.refresh_token is None:
        text = f"{who}the access token has expired and nothing can renew it"
        return Finding(SIGN_IN, Outcome.PROBLEM, text, f"Run `{command}`.")
    return Finding(SIGN_IN, Outcome.OK, f"{who}the access token has expired; the next command renews it")
