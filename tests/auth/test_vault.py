"""The vault: what it keeps, who can read it, and what happens to one that cannot be read."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from auth_home import KEY
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.auth.keychain import KeychainUnusableError
from agent.auth.login import Login, Registration, canonical_server
from agent.auth.sealed import DamagedError, Key, read_header, seal, unseal
from agent.auth.vault import Vault
from agent.errors import UsageError, VaultError
from agent.system.folders import Folders, find_folders

_texts = st.text(alphabet=st.characters(codec="utf-8"))
_registrations = st.builds(
    Registration,
    client_id=_texts,
    authentication=st.sampled_from(["none", "client_secret_post", "client_secret_basic"]),
    redirect_uri=_texts,
    dynamic=st.booleans(),
    client_secret=st.none() | _texts,
    doubtful=st.booleans(),
)
_seconds = st.none() | st.floats(0, 1e12)
_logins = st.builds(
    Login,
    server=_texts,
    profile=_texts,
    issuer=_texts,
    token_endpoint=_texts,
    revocation_endpoint=st.none() | _texts,
    registration=st.none() | _registrations,
    resource=st.none() | _texts,
    scope=st.none() | _texts,
    access_token=_texts,
    refresh_token=st.none() | _texts,
    expires_at=_seconds,
    lifetime=_seconds,
    account=st.none() | _texts,
    sign_in_id=_texts,
    rotation=st.integers(0, 2**31),
)


def _login(
    server: str = "https://a.example/mcp", profile: str = "default", token: str = "secret-token"
) -> Login:
    registration = Registration("client", "none", "http://127.0.0.1:1/callback", dynamic=True)
    return Login(
        server, profile, "https://a.example", "https://a.example/token", None, registration,
        server, "openid", token, "secret-refresh", 1.0, 2.0, "mara@example.com", "one",
    )  # fmt: skip


class FakeKeychain:
    """A keychain that works until it is told to be unusable."""

    name = "the OS keychain"

    def __init__(self, usable: bool = True) -> None:
        self.usable = usable
        self.asked = 0
        self.kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        self._check()
        return self.kept.get(name)

    def set(self, name: str, secret: str) -> None:
        self._check()
        self.kept[name] = secret

    def _check(self) -> None:
        self.asked += 1
        if not self.usable:
            raise KeychainUnusableError("no keychain here")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(_logins)
def test_a_login_comes_out_as_it_went_in(vault: Vault, login: Login) -> None:
    vault.save(login)
    assert vault.load(login.server, login.profile) == login
    vault.delete(login.server, login.profile)
    assert vault.load(login.server, login.profile) is None


@given(st.binary(), st.binary(min_size=32, max_size=32))
def test_whatever_is_sealed_is_unsealed_by_its_key_alone(content: bytes, value: bytes) -> None:
    key = Key(value, "environment", "here")
    sealed = seal(content, key)
    assert unseal(read_header(sealed), key) == content
    with pytest.raises(DamagedError):
        unseal(read_header(sealed), Key(bytes(32) if any(value) else b"1" * 32, "environment", "here"))


@given(st.data())
def test_a_change_of_any_byte_is_noticed(data: st.DataObject) -> None:
    key = Key(b"k" * 32, "environment", "here")
    sealed = bytearray(seal(b"content", key))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DamagedError):
        unseal(read_header(bytes(sealed)), key)


def test_logins_and_secrets_stand_side_by_side(vault: Vault) -> None:
    vault.save(_login())
    vault.save(_login(profile="work", token="other"))
    vault.set_secret("model", "sk-1")
    vault.save(_login(token="newer"))

    assert vault.load("https://a.example/mcp", "default") == _login(token="newer")
    assert vault.load("https://a.example/mcp", "work") == _login(profile="work", token="other")
    assert vault.secret("model") == "sk-1"
    vault.set_secret("model", None)
    assert vault.secret("model") is None
    assert len(vault.logins()) == 2


def test_the_file_holds_nothing_readable_and_belongs_to_its_owner(vault: Vault, folders: Folders) -> None:
    vault.save(_login())
    content = folders.vault_file.read_bytes()

    assert b"secret" not in content
    assert b"mara" not in content
    assert b"a.example" not in content
    assert stat.S_IMODE(folders.vault_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folders.data.stat().st_mode) == 0o700
    assert {file.name for file in folders.data.iterdir()} == {"vault.bin", "vault.bin.lock"}


def test_nothing_is_written_by_looking(vault: Vault, folders: Folders) -> None:
    assert vault.load("https://a.example/mcp", "default") is None
    assert vault.key_location == "nowhere yet: nothing is stored"
    vault.delete("https://a.example/mcp", "default")
    assert not folders.data.exists()
    assert not folders.config.exists()


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "foreign"])
def test_a_damaged_vault_is_kept_aside_and_never_overwritten(
    vault: Vault, folders: Folders, damage: str
) -> None:
    vault.save(_login())
    content = folders.vault_file.read_bytes()
    broken = {
        "empty": b"",
        "cut": content[:-5],
        "flipped": content[:-1] + bytes([content[-1] ^ 1]),
        "foreign": b"SQLite format 3\0" * 20,
    }[damage]
    folders.vault_file.write_bytes(broken)

    with pytest.raises(VaultError, match=r"was damaged and is kept as .*vault\.bin\.corrupt-\d+"):
        vault.save(_login(token="newer"))

    assert [file.read_bytes() for file in folders.data.glob("*.corrupt-*")] == [broken]
    vault.save(_login(token="newer"))
    assert vault.load("https://a.example/mcp", "default") == _login(token="newer")


def test_a_wrong_key_says_so_and_keeps_the_file(vault: Vault, folders: Folders) -> None:
    vault.save(_login())
    content = folders.vault_file.read_bytes()
    other = Vault(folders, {"ASTRAVUE_VAULT_KEY": "11" * 32})

    for use in (lambda: other.load("a", "b"), lambda: other.save(_login(token="newer"))):
        with pytest.raises(
            VaultError, match="another key than the one in ASTRAVUE_VAULT_KEY; the vault was kept"
        ):
            use()
    assert folders.vault_file.read_bytes() == content


def test_a_vault_of_a_newer_version_is_left_alone(vault: Vault, folders: Folders) -> None:
    vault.save(_login())
    line, _, body = folders.vault_file.read_bytes().partition(b"\n")
    newer = json.dumps({**json.loads(line), "version": 2}).encode() + b"\n" + body
    folders.vault_file.write_bytes(newer)

    with pytest.raises(VaultError, match="newer version"):
        vault.save(_login())
    assert folders.vault_file.read_bytes() == newer


@pytest.mark.parametrize("key", ["", "abc", "zz" * 32, KEY + "00"])
def test_a_key_that_is_none_is_refused(folders: Folders, tmp_path: Path, key: str) -> None:
    file = tmp_path / "key"
    file.write_text(key)
    with pytest.raises(VaultError, match="does not hold a vault key"):
        Vault(folders, {"ASTRAVUE_VAULT_KEY_FILE": str(file)}).save(_login())
    assert not folders.vault_file.exists()


def test_a_named_key_file_is_used(folders: Folders, tmp_path: Path) -> None:
    file = tmp_path / "key"
    environ = {"ASTRAVUE_VAULT_KEY_FILE": str(file)}
    with pytest.raises(VaultError, match="cannot be read"):
        Vault(folders, environ).save(_login())
    file.write_text(f"{KEY}\n")
    Vault(folders, environ).save(_login())

    assert Vault(folders, environ).key_location == f"the key file {file}"
    assert Vault(folders, {"ASTRAVUE_VAULT_KEY": KEY}).load("https://a.example/mcp", "default") == _login()
    with pytest.raises(VaultError, match="ASTRAVUE_VAULT_KEY_FILE named, which is not set now"):
        Vault(folders, {}).load("https://a.example/mcp", "default")


def test_the_keychain_holds_the_key_where_there_is_one(folders: Folders, tmp_path: Path) -> None:
    keychain = FakeKeychain()
    Vault(folders, {}, keychain=keychain).save(_login())
    again = Vault(folders, {}, keychain=keychain)

    assert again.load("https://a.example/mcp", "default") == _login()
    assert again.key_location == "the OS keychain"
    assert not folders.config.joinpath("vault.key").exists()

    # Another home has a key of its own, so neither can spoil the other.
    elsewhere = find_folders({"ASTRAVUE_HOME": str(tmp_path / "elsewhere")})
    Vault(elsewhere, {}, keychain=keychain).save(_login())
    assert len(set(keychain.kept.values())) == 2
    assert again.load("https://a.example/mcp", "default") == _login()


def test_a_keychain_that_is_locked_or_emptied_costs_no_vault(folders: Folders) -> None:
    keychain = FakeKeychain()
    Vault(folders, {}, keychain=keychain).save(_login())

    keychain.usable = False
    with pytest.raises(VaultError, match="in the OS keychain, which cannot be used now: no keychain here"):
        Vault(folders, {}, keychain=keychain).save(_login(token="newer"))
    keychain.usable = True
    keychain.kept, kept = {}, keychain.kept
    with pytest.raises(VaultError, match="no longer in the OS keychain"):
        Vault(folders, {}, keychain=keychain).load("https://a.example/mcp", "default")
    keychain.kept = kept
    assert Vault(folders, {}, keychain=keychain).load("https://a.example/mcp", "default") == _login()


def test_without_a_keychain_the_key_lies_in_a_file_of_its_own(folders: Folders) -> None:
    keychain = FakeKeychain(usable=False)
    Vault(folders, {}, keychain=keychain).save(_login())
    key_file = folders.config / "vault.key"

    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    again = Vault(folders, {}, keychain=FakeKeychain())
    assert again.load("https://a.example/mcp", "default") == _login()
    assert again.key_location == f"the key file {key_file} beside it: no keychain was usable here"

    key_file.unlink()
    with pytest.raises(VaultError, match="cannot be read"):
        Vault(folders, {}, keychain=FakeKeychain()).load("https://a.example/mcp", "default")


def test_a_vault_whose_key_lies_elsewhere_asks_no_keychain(folders: Folders) -> None:
    Vault(folders, {}, keychain=FakeKeychain(usable=False)).save(_login())
    keychain = FakeKeychain()
    Vault(folders, {}, keychain=keychain).save(_login(token="newer"))
    assert keychain.asked == 0


def test_a_key_in_the_environment_that_is_gone_is_named(folders: Folders, vault: Vault) -> None:
    vault.save(_login())
    with pytest.raises(VaultError, match="given by ASTRAVUE_VAULT_KEY, which is not set now"):
        Vault(folders, {}).load("https://a.example/mcp", "default")


_FULL_DISK = """
import os, resource, sys
from agent.auth.vault import Vault
from agent.errors import VaultError
from agent.system.folders import find_folders
vault = Vault(find_folders(os.environ), os.environ)
login = vault.logins()[0]
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    vault.save(login)
except VaultError as error:
    print(error.message)
"""


def test_a_disk_that_fills_while_it_is_written_leaves_the_old_vault(
    vault: Vault, folders: Folders, tmp_path: Path
) -> None:
    vault.save(_login())
    before = folders.vault_file.read_bytes()

    ended = _run(_FULL_DISK, tmp_path)

    assert "cannot be written (File too large); what was stored before is kept." in ended.stdout
    assert folders.vault_file.read_bytes() == before
    assert {file.name for file in folders.data.iterdir()} == {"vault.bin", "vault.bin.lock"}


_WRITER = """
import dataclasses, os, sys
from agent.auth.vault import Vault
from agent.system.folders import find_folders
vault = Vault(find_folders(os.environ), os.environ)
login = vault.logins()[0]
for number in range(10):
    vault.save(dataclasses.replace(login, profile=f"{sys.argv[1]}-{number}"))
"""


def test_processes_that_write_at_once_lose_nothing(vault: Vault, tmp_path: Path) -> None:
    vault.save(_login())
    writers = [_start(_WRITER, tmp_path, str(number)) for number in range(4)]

    assert [writer.wait(120) for writer in writers] == [0] * 4
    assert len(vault.logins()) == 41


def test_two_windows_that_store_first_agree_on_a_key(folders: Folders) -> None:
    keychain = FakeKeychain(usable=False)
    one, other = Vault(folders, {}, keychain=keychain), Vault(folders, {}, keychain=keychain)
    one.save(_login())
    other.save(_login(profile="work"))
    assert len(one.logins()) == 2


@pytest.mark.parametrize(
    ("given_as", "kept_as"),
    [
        ("HTTPS://API.Astravue.com:443/mcp/", "https://api.astravue.com/mcp"),
        ("http://127.0.0.1:8000/mcp#top", "http://127.0.0.1:8000/mcp"),
        ("http://[::1]:80", "http://[::1]"),
        ("https://a.example/mcp?org=7", "https://a.example/mcp?org=7"),
    ],
)
def test_one_server_has_one_name(given_as: str, kept_as: str) -> None:
    assert canonical_server(given_as) == kept_as
    assert canonical_server(kept_as) == kept_as


@pytest.mark.parametrize("address", ["", "mcp", "ftp://a.example", "https://", "http://[::1", "http://a:b"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        canonical_server(address)


def _run(script: str, home: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", script], env=_environ(home), capture_output=True, text=True, check=True
    )


def _start(script: str, home: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", script, *arguments], env=_environ(home))


def _environ(home: Path) -> dict[str, str]:
    return {**os.environ, "ASTRAVUE_HOME": str(home / "home"), "ASTRAVUE_VAULT_KEY": KEY}
