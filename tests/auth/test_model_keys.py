"""Keys of model endpoints in the vault."""

import pytest
from auth_home import KEY as VAULT_KEY

from agent.auth.model_keys import KeyLookup, ModelKeys
from agent.auth.vault import Vault
from agent.errors import VaultError
from agent.system.folders import Folders

KEY = "sk-very-secret-key-0123456789"
ADDRESS = "https://models.example.com/v1"


def keys_of(folders: Folders, **environ: str) -> ModelKeys:
    return ModelKeys(Vault(folders, {"ASTRAVUE_VAULT_KEY": VAULT_KEY} | environ))


def test_a_key_is_kept_for_its_address_and_no_other(folders: Folders) -> None:
    keys_of(folders).keep(ADDRESS, KEY)
    keys = keys_of(folders)
    assert keys.find(ADDRESS) == KEY
    for other in (
        "https://models.example.com",
        "https://models.example.com/v2",
        "https://models.example.com:8443/v1",
        "https://models.example.com.evil.example/v1",
        "http://models.example.com/v1",
    ):
        assert keys.find(other) is None
    assert KEY.encode() not in folders.vault_file.read_bytes()


def test_one_address_may_be_written_in_several_ways(folders: Folders) -> None:
    keys = keys_of(folders)
    keys.keep("HTTPS://Models.Example.com:443/v1/", KEY)
    assert keys.find(ADDRESS) == KEY
    keys.keep(ADDRESS, "sk-newer")
    assert keys.addresses() == [ADDRESS]
    assert keys.find(ADDRESS) == "sk-newer"


def test_a_key_is_forgotten_and_the_other_one_stays(folders: Folders) -> None:
    keys = keys_of(folders)
    keys.keep(ADDRESS, KEY)
    keys.keep("http://127.0.0.1:1/v1", "sk-other")
    assert keys.forget(ADDRESS)
    assert not keys.forget(ADDRESS)
    assert keys_of(folders).addresses() == ["http://127.0.0.1:1/v1"]


def test_looking_and_forgetting_make_no_vault(folders: Folders) -> None:
    keys = keys_of(folders)
    assert keys.find(ADDRESS) is None
    assert not keys.forget(ADDRESS)
    assert keys.addresses() == []
    assert not folders.vault_file.exists()


def test_other_secrets_are_no_keys(folders: Folders) -> None:
    Vault(folders, {"ASTRAVUE_VAULT_KEY": VAULT_KEY}).set_secret("something else", "x")
    assert keys_of(folders).addresses() == []


@pytest.mark.anyio
async def test_a_vault_that_cannot_be_opened_has_no_key_and_is_told_once(folders: Folders) -> None:
    keys_of(folders).keep(ADDRESS, KEY)
    other = keys_of(folders, ASTRAVUE_VAULT_KEY="00" * 32)
    with pytest.raises(VaultError):
        other.find(ADDRESS)
    told: list[str] = []
    look_up = KeyLookup(other, told.append)
    assert await look_up(ADDRESS) is None
    assert await look_up(ADDRESS) is None
    (line,) = told
    assert line.startswith("no stored model key can be used: The vault takes another key")
    assert await KeyLookup(keys_of(folders), told.append)(ADDRESS) == KEY
