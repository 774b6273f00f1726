"""Discovery, keychain, vault and the stored sign-in."""

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.auth.discovery import Authorization
from agent.auth.login import Login
from agent.auth.sealed import PLAINTEXT
from agent.auth.vault import Vault
from agent.doctor.case import Case
from agent.doctor.finding import Finding, Outcome
from agent.doctor.sign_in import (
    check_discovery,
    check_login,
    check_vault,
    find_authorization,
    load_login,
    open_vault,
)
from agent.errors import SignInError, VaultError
from agent.settings.settings import Settings
from tests.auth.fake_authorization_server import FakeAuthorizationServer, running_server
from tests.doctor.conftest import NOW

pytestmark = pytest.mark.anyio

MakeCase = Callable[..., Case]
SERVER = "http://127.0.0.1:9/mcp"
LOGIN = Login(
    server=SERVER,
    profile="default",
    issuer="i",
    token_endpoint="t",
    revocation_endpoint=None,
    registration=None,
    resource=None,
    scope=None,
    access_token="access-hidden",
    refresh_token="refresh-hidden",
    expires_at=NOW + 125,
    lifetime=300.0,
    account="mara@example.com",
    sign_in_id="one",
)


@pytest.fixture
def server() -> Iterator[FakeAuthorizationServer]:
    with running_server(lambda: NOW) as running:
        yield running


async def discovered(server: FakeAuthorizationServer, settings: Settings | None = None) -> Finding:
    settings = dataclasses.replace(settings or Settings(), server=server.server)
    return check_discovery(await find_authorization(settings), settings)


# Discovery


async def test_discovery_names_the_authorization_server_and_what_it_offers(
    server: FakeAuthorizationServer,
) -> None:
    finding = await discovered(server)
    assert finding.outcome is Outcome.OK
    words = "(RFC 9728 and RFC 8414), PKCE S256, registers clients by itself (RFC 7591)"
    assert finding.text == f"{server.issuer} {words}"
    assert not server.forms
    assert not server.clients


async def test_a_server_without_resource_metadata_is_told_apart(server: FakeAuthorizationServer) -> None:
    server.resource_metadata_at = ()
    assert "publishes no resource metadata" in (await discovered(server)).text


async def test_a_server_that_asks_for_no_sign_in_is_well(server: FakeAuthorizationServer) -> None:
    server.wants_authorization = False
    assert await discovered(server) == Finding("discovery", Outcome.OK, "the server asks for no sign-in")


async def test_a_server_that_registers_nobody_is_a_problem_that_names_the_setting(
    server: FakeAuthorizationServer,
) -> None:
    server.offers_registration = False
    finding = await discovered(server)
    assert finding.outcome is Outcome.PROBLEM
    assert "client_id" in finding.advice
    known = await discovered(server, Settings(client_id="mine"))
    assert (known.outcome, "registered beforehand" in known.text) == (Outcome.OK, True)


async def test_a_server_that_takes_metadata_documents_needs_no_registration(
    server: FakeAuthorizationServer,
) -> None:
    server.offers_registration, server.takes_metadata_documents = False, True
    finding = await discovered(server, Settings(client_metadata_url="https://a.example/client.json"))
    assert (finding.outcome, "client id metadata document" in finding.text) == (Outcome.OK, True)


async def test_a_server_without_pkce_is_refused_as_at_a_sign_in(server: FakeAuthorizationServer) -> None:
    server.pkce_methods = None
    with pytest.raises(SignInError, match="PKCE"):
        await discovered(server)
    assert "PKCE assumed" in (await discovered(server, Settings(pkce="assume"))).text


# The keychain. Each in a process of its own, because `keyring` chooses its backend once a process.

CHECK = """
import asyncio, sys
from agent.auth.keychain import Keychain
from agent.doctor.sign_in import check_keychain

finding = asyncio.run(check_keychain(lambda: Keychain(float(sys.argv[1]))))
print(finding.outcome.value, finding.text, sep="; ")
"""


@pytest.mark.parametrize(
    ("backend", "bound", "says"),
    [
        ("hanging_keyring", "0.2", "warning; not used: the keychain did not answer within 0.2 seconds"),
        ("forgetful_keyring", "60", "ok; the keyring backend forgetful_keyring answers"),
        ("keyring.backends.fail", "60", "ok; no keychain here; the vault's key has other places"),
    ],
)
def test_a_keychain_that_answers_is_told_from_one_that_does_not(backend: str, bound: str, says: str) -> None:
    backends = Path(__file__).parents[1] / "auth" / "keyring_backends"
    environ = {
        **os.environ,
        "PYTHON_KEYRING_BACKEND": f"{backend}.Keyring",
        "PYTHONPATH": os.pathsep.join([str(backends), str(Path(__file__).parents[2])]),
    }
    done = subprocess.run([sys.executable, "-c", CHECK, bound], env=environ, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == (says, "")


# The vault


async def test_a_vault_that_is_not_there_yet_is_well_and_not_made(make_case: MakeCase) -> None:
    case = make_case()
    finding = await check_vault(open_vault(case))
    assert (finding.outcome, "is made with the first sign-in" in finding.text) == (Outcome.OK, True)
    assert not case.folders.data.exists()


async def test_a_vault_that_opens_says_where_its_key_lives_and_none_of_its_secrets(
    make_case: MakeCase,
) -> None:
    case = make_case()
    Vault(case.folders, case.environ).save(LOGIN)
    finding = await check_vault(open_vault(case))
    text = f"{case.folders.vault_file} opens, with one sign-in; key: ASTRAVUE_VAULT_KEY"
    assert finding == Finding("vault", Outcome.OK, text)


async def test_an_unencrypted_vault_is_a_warning_that_says_how_to_seal_it(make_case: MakeCase) -> None:
    case = make_case()
    Vault(case.folders, case.environ).reseal(PLAINTEXT)
    finding = await check_vault(open_vault(case))
    assert finding.outcome is Outcome.WARNING
    assert "astravue login --keychain" in finding.advice


async def test_a_damaged_vault_is_left_where_it_is(make_case: MakeCase) -> None:
    case = make_case()
    Vault(case.folders, case.environ).save(LOGIN)
    damaged = case.folders.vault_file.read_bytes()[:-3] + b"???"
    case.folders.vault_file.write_bytes(damaged)
    with pytest.raises(VaultError, match="is damaged; it was left as it is"):
        await check_vault(open_vault(case))
    assert case.folders.vault_file.read_bytes() == damaged
    assert sorted(path.name for path in case.folders.data.glob("*corrupt*")) == []


async def test_a_vault_with_another_key_says_so(make_case: MakeCase) -> None:
    case = make_case()
    Vault(case.folders, case.environ).save(LOGIN)
    other = dataclasses.replace(case, environ={"ASTRAVUE_VAULT_KEY": "6b" * 32})
    with pytest.raises(VaultError, match="takes another key"):
        await check_vault(open_vault(other))


# The sign-in


async def test_the_sign_in_of_this_server_and_profile_is_found(make_case: MakeCase) -> None:
    case = make_case(f"{SERVER}/")
    Vault(case.folders, case.environ).save(LOGIN)
    assert await load_login(open_vault(case), case.settings) == LOGIN
    other = dataclasses.replace(case.settings, profile="work")
    assert await load_login(open_vault(case), other) is None


def wanted() -> Authorization:
    from mcp.shared.auth import OAuthMetadata

    metadata = OAuthMetadata.model_validate(
        {"issuer": "https://a", "authorization_endpoint": "https://a/1", "token_endpoint": "https://a/2"}
    )
    return Authorization(metadata, SERVER, None)


def test_a_sign_in_says_how_long_it_lives(make_case: MakeCase) -> None:
    finding = check_login(LOGIN, None, make_case(SERVER))
    assert finding.outcome is Outcome.OK
    assert finding.text == ("mara@example.com: the access token lives for 2 min 5 s and is renewed by itself")


def test_a_sign_in_that_nothing_can_renew_says_so(make_case: MakeCase) -> None:
    finding = check_login(dataclasses.replace(LOGIN, refresh_token=None), None, make_case(SERVER))
    assert finding.outcome is Outcome.OK
    assert finding.text == "mara@example.com: the access token lives for 2 min 5 s and cannot be renewed"


def test_an_expired_access_token_is_well_as_long_as_it_can_be_renewed(make_case: MakeCase) -> None:
    expired = dataclasses.replace(LOGIN, expires_at=NOW - 1)
    assert check_login(expired, None, make_case(SERVER)).outcome is Outcome.OK
    lost = check_login(dataclasses.replace(expired, refresh_token=None), None, make_case(SERVER))
    assert (lost.outcome, lost.advice) == (Outcome.PROBLEM, "Run `astravue login`.")


def test_no_sign_in_is_a_problem_only_where_one_is_wanted(make_case: MakeCase) -> None:
    case = make_case(SERVER, Settings(profile="work"))
    missing = check_login(None, wanted(), case)
    assert (missing.outcome, missing.advice) == (Outcome.PROBLEM, "Run `astravue --profile work login`.")
    assert check_login(None, None, case) == Finding("sign-in", Outcome.OK, "none is needed")
