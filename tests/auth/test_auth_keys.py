"""Where the vault's key is looked for, and what is said when it is not there."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.auth.keychain import KeychainUnusableError
from agent.auth.keys import KeyFinder
from agent.auth.sealed import PLAINTEXT, Key, KeyPlace
from agent.errors import VaultError
from agent.system.folders import Folders

ONE, OTHER = "a1" * 32, "b2" * 32
MAKE_ONE = "Make one with `openssl rand -hex 32`."
RESTORE = "Restore the file, or move the vault aside and run `astravue login`."


class FakeKeychain:
    """A keychain that keeps, or refuses."""

    name = "the keychain of a test"

    def __init__(self, refusal: str = "") -> None:
        self.refusal = refusal
        self.kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        if self.refusal:
            raise KeychainUnusableError(self.refusal)
        return self.kept.get(name)

    def set(self, name: str, secret: str) -> None:
        self.kept[name] = secret


def entry(folders: Folders) -> str:
    return "vault " + hashlib.sha256(str(folders.vault_file.resolve()).encode()).hexdigest()[:16]


def refusal(find: Callable[[], Key]) -> tuple[str, str]:
    with pytest.raises(VaultError) as caught:
        find()
    return caught.value.message, caught.value.hint


# Keys that are there


def test_a_key_in_the_environment_is_used_before_any_other(folders: Folders, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{OTHER}\n")
    finder = KeyFinder(
        folders, {"ASTRAVUE_VAULT_KEY": ONE, "ASTRAVUE_VAULT_KEY_FILE": str(file)}, FakeKeychain()
    )
    for key in (finder.new(), finder.existing("environment"), finder.existing("keychain")):
        assert (key.value, key.place, key.location) == (
            bytes.fromhex(ONE),
            "environment",
            "ASTRAVUE_VAULT_KEY",
        )


def test_a_key_in_a_named_file_is_used_with_white_space_around_it(folders: Folders, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f" {OTHER}\n")
    key = KeyFinder(folders, {"ASTRAVUE_VAULT_KEY_FILE": str(file)}, FakeKeychain()).new()
    assert (key.value, key.place, key.location) == (
        bytes.fromhex(OTHER),
        "named file",
        f"the key file {file}",
    )


def test_a_new_key_is_made_in_the_keychain_and_found_there_again(folders: Folders) -> None:
    keychain = FakeKeychain()
    finder = KeyFinder(folders, {}, keychain)
    made = finder.new()
    assert keychain.kept == {entry(folders): made.value.hex()}
    assert len(made.value) == 32
    assert finder.new() == made
    found = finder.existing("keychain")
    assert (found.value, found.place, found.location) == (made.value, "keychain", "the keychain of a test")


def test_an_entry_of_the_keychain_that_is_no_key_is_replaced_for_a_new_vault(folders: Folders) -> None:
    keychain = FakeKeychain()
    keychain.kept[entry(folders)] = "not a key"
    assert keychain.kept[entry(folders)] != KeyFinder(folders, {}, keychain).new().value.hex()
    assert len(bytes.fromhex(keychain.kept[entry(folders)])) == 32


def test_without_a_keychain_a_new_key_is_kept_in_a_file_of_its_own(folders: Folders) -> None:
    finder = KeyFinder(folders, {}, FakeKeychain("no keychain here"))
    made = finder.new()
    file = folders.config / "vault.key"
    assert file.read_text() == f"{made.value.hex()}\n"
    assert len(made.value) == 32
    assert (made.place, made.location) == (
        "own file",
        f"the key file {file} beside it: no keychain was usable here",
    )
    assert finder.new() == finder.existing("own file") == made


def test_a_vault_in_the_clear_needs_no_key(folders: Folders) -> None:
    assert KeyFinder(folders, {"ASTRAVUE_VAULT_KEY": ONE}, FakeKeychain()).existing("plaintext") is PLAINTEXT


# Keys that are not


@pytest.mark.parametrize(
    ("place", "sentence", "hint"),
    [
        (
            "passphrase",
            "The vault takes a passphrase, which nobody could be asked for or which was changed meanwhile; "
            "the vault was kept.",
            "Start again on a terminal; for scripts, set ASTRAVUE_VAULT_KEY and run "
            "`astravue login --keychain` once.",
        ),
        (
            "environment",
            "The vault's key was given by ASTRAVUE_VAULT_KEY, which is not set now; the vault was kept.",
            "Set ASTRAVUE_VAULT_KEY again.",
        ),
        (
            "named file",
            "The vault's key is in a file that ASTRAVUE_VAULT_KEY_FILE named, which is not set now; "
            "the vault was kept.",
            "Set ASTRAVUE_VAULT_KEY_FILE again.",
        ),
        (
            "keychain",
            "The vault's key is no longer in the OS keychain; the vault was kept.",
            "Restore the keychain, or move the vault aside and run `astravue login`.",
        ),
    ],
)
def test_a_key_that_is_missing_is_named_with_what_helps(
    folders: Folders, place: KeyPlace, sentence: str, hint: str
) -> None:
    assert refusal(lambda: KeyFinder(folders, {}, FakeKeychain()).existing(place)) == (sentence, hint)


def test_a_keychain_that_is_locked_keeps_the_vault(folders: Folders) -> None:
    finder = KeyFinder(folders, {}, FakeKeychain("it is locked"))
    assert refusal(lambda: finder.existing("keychain")) == (
        "The vault's key is in the OS keychain, which cannot be used now: it is locked; the vault was kept.",
        "Unlock the keychain and try again.",
    )


def test_an_entry_of_the_keychain_that_is_no_key_opens_nothing(folders: Folders) -> None:
    keychain = FakeKeychain()
    keychain.kept[entry(folders)] = "zz"
    assert refusal(lambda: KeyFinder(folders, {}, keychain).existing("keychain")) == (
        "the OS keychain does not hold a vault key: 64 hexadecimal digits are needed.",
        MAKE_ONE,
    )


def test_a_key_of_the_environment_that_is_none_is_named(folders: Folders) -> None:
    assert refusal(KeyFinder(folders, {"ASTRAVUE_VAULT_KEY": "zz"}, FakeKeychain()).new) == (
        "ASTRAVUE_VAULT_KEY does not hold a vault key: 64 hexadecimal digits are needed.",
        MAKE_ONE,
    )


def test_a_file_that_holds_no_key_is_named(folders: Folders, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("zz")
    finder = KeyFinder(folders, {"ASTRAVUE_VAULT_KEY_FILE": str(file)}, FakeKeychain())
    assert refusal(finder.new) == (
        f"The key file {file} does not hold a vault key: 64 hexadecimal digits are needed.",
        MAKE_ONE,
    )


def test_a_key_file_that_cannot_be_read_is_named_with_the_reason(folders: Folders, tmp_path: Path) -> None:
    missing = KeyFinder(folders, {"ASTRAVUE_VAULT_KEY_FILE": str(tmp_path / "key")}, FakeKeychain())
    assert refusal(missing.new) == (
        f"The vault's key file {tmp_path / 'key'} cannot be read (No such file or directory); "
        "the vault was kept.",
        RESTORE,
    )
    (tmp_path / "key").write_bytes(b"\xff" * 64)
    assert refusal(missing.new) == (
        f"The vault's key file {tmp_path / 'key'} cannot be read (not text); the vault was kept.",
        RESTORE,
    )


def test_a_key_that_cannot_be_kept_anywhere_stores_nothing(folders: Folders) -> None:
    folders.config.parent.mkdir(parents=True, exist_ok=True)
    folders.config.write_text("in the way")
    file = folders.config / "vault.key"
    sentence, hint = refusal(KeyFinder(folders, {}, FakeKeychain("no keychain here")).new)
    assert sentence.startswith(f"The vault's key could not be kept in {file} (")
    assert sentence.endswith("); nothing was stored.")
    assert hint == "Free the disk, or set ASTRAVUE_VAULT_KEY."
