"""The vault's other ways to be kept: sealed with a passphrase, or unencrypted because its owner says so."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from auth_home import KEY
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.auth.passphrase import Derivation
from agent.auth.sealed import PLAINTEXT, DamagedError, Key, passphrase_key, read_header, seal, unseal
from agent.auth.unlock import choose_key, unlock
from agent.auth.vault import Vault
from agent.errors import VaultError
from agent.jsontypes import JsonObject
from agent.system.folders import Folders, find_folders
from tests.end_to_end.program import Program
from tests.terminal_window import TerminalWindow

CHEAP = Derivation(b"0123456789abcdef", iterations=1, lanes=1, memory=8)
PASSPHRASE = "correct horse battery staple"


def no_answer() -> str:
    raise AssertionError("a passphrase was asked for")


def cheap_key(passphrase: str = PASSPHRASE) -> Key:
    return passphrase_key(passphrase, CHEAP)


@pytest.fixture
def sealed(folders: Folders) -> Folders:
    """A home whose vault takes `PASSPHRASE`."""
    vault = Vault(folders, {})
    vault.reseal(cheap_key())
    vault.set_secret("model", "sk-1")
    return folders


@pytest.mark.parametrize(
    ("changed", "taken"),
    [
        ({}, True),
        ({"lanes": 2, "memory_kib": 16}, True),
        ({"lanes": 2, "memory_kib": 15}, False),
        ({"memory_kib": 7}, False),
        ({"lanes": True}, False),
        ({"iterations": 0}, False),
        ({"iterations": 10**9}, False),
        ({"memory_kib": 10**9}, False),
        ({"salt": "00"}, False),
        ({"algorithm": "scrypt"}, False),
    ],
)
def test_parameters_of_a_derivation_stay_within_bounds(changed: JsonObject, taken: bool) -> None:
    data = {**CHEAP.to_json(), **changed}
    with contextlib.nullcontext() if taken else pytest.raises(ValueError, match=r"^(not |a parameter)"):
        assert Derivation.from_json(data).to_json() == data


_modes = st.sampled_from(["usual", "plaintext"]) | st.text(min_size=1, max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.text(), st.lists(_modes, min_size=1, max_size=5))
def test_what_was_stored_survives_every_change_of_seal(
    folders: Folders, secret: str, modes: list[str]
) -> None:
    folders.vault_file.unlink(missing_ok=True)
    environ = {"ASTRAVUE_VAULT_KEY": KEY}
    vault = Vault(folders, environ)
    vault.set_secret("kept", secret)
    for mode in modes:
        key = None if mode == "usual" else PLAINTEXT if mode == "plaintext" else cheap_key(mode)
        vault.reseal(key)
        vault = Vault(folders, environ, key=key)
        assert vault.secret("kept") == secret
        vault.set_secret("other", mode)  # a later change keeps the mode
        vault = Vault(folders, environ, key=key)
        assert vault.secret("kept") == secret


def test_the_parameters_of_today_are_those_that_the_rfc_recommends() -> None:
    one, other = choose_key(PASSPHRASE), choose_key(PASSPHRASE)
    assert one.derivation is not None
    assert (one.derivation.iterations, one.derivation.lanes, one.derivation.memory) == (3, 4, 65536)
    assert one.value != other.value
    assert read_header(seal(b"content", one)).derivation == one.derivation
    assert PASSPHRASE not in repr(one)
    assert repr(one.value) not in repr(one)


def test_the_same_characters_count_however_they_are_composed() -> None:
    assert cheap_key("caf\u00e9").value == cheap_key("cafe\u0301").value


@pytest.mark.parametrize(
    ("name", "value"),
    [("salt", "00" * 16), ("iterations", 2), ("lanes", 2), ("memory_kib", 16), ("more", 1)],
)
def test_a_change_of_the_parameters_is_noticed(name: str, value: str | int) -> None:
    line, _, body = seal(b"content", cheap_key()).partition(b"\n")
    header: dict[str, Any] = json.loads(line)
    header["derivation"] = {"lanes": 1, **header["derivation"], name: value}
    if name == "lanes":
        header["derivation"]["memory_kib"] = 16
    changed = read_header(json.dumps(header).encode() + b"\n" + body)

    assert changed.derivation is not None
    assert (passphrase_key(PASSPHRASE, changed.derivation).key_id == changed.key_id) is (name == "more")
    with pytest.raises(DamagedError):
        unseal(changed, cheap_key())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("memory_kib", 10 * 1024 * 1024),
        ("memory_kib", 7),
        ("memory_kib", True),
        ("iterations", 10**9),
        ("iterations", 0),
        ("lanes", 10**6),
        ("lanes", -1),
        ("salt", ""),
        ("salt", "zz" * 16),
        ("algorithm", "none"),
    ],
)
def test_parameters_that_would_cost_too_much_are_refused(name: str, value: str | int | bool) -> None:
    line, _, body = seal(b"content", cheap_key()).partition(b"\n")
    header: dict[str, Any] = json.loads(line)
    header["derivation"][name] = value
    with pytest.raises(DamagedError):
        read_header(json.dumps(header).encode() + b"\n" + body)


def test_a_passphrase_opens_what_it_sealed(sealed: Folders) -> None:
    key = unlock(sealed.vault_file, lambda: PASSPHRASE, lambda _: None)
    vault = Vault(sealed, {}, key=key)

    assert vault.secret("model") == "sk-1"
    assert vault.key_location == "derived from your passphrase, kept nowhere"
    assert b"sk-1" not in sealed.vault_file.read_bytes()


def test_a_wrong_passphrase_is_asked_for_again_twice(sealed: Folders) -> None:
    before = sealed.vault_file.read_bytes()
    answers, said = ["wrong", "worse", PASSPHRASE], list[str]()
    assert unlock(sealed.vault_file, lambda: answers.pop(0), said.append) is not None
    assert said == ["That is not the vault's passphrase."] * 2

    answers = ["wrong", "worse", "worst"]
    with pytest.raises(VaultError, match="not the vault's passphrase either; the vault was kept"):
        unlock(sealed.vault_file, lambda: answers.pop(0), said.append)
    assert sealed.vault_file.read_bytes() == before


def test_no_passphrase_is_asked_for_where_none_is_needed(vault: Vault, folders: Folders) -> None:
    assert unlock(folders.vault_file, no_answer, lambda _: None) is None
    vault.set_secret("model", "sk-1")
    assert unlock(folders.vault_file, no_answer, lambda _: None) is None
    folders.vault_file.write_bytes(b"broken")
    assert unlock(folders.vault_file, no_answer, lambda _: None) is None


def test_without_the_passphrase_nothing_is_read_written_or_moved(sealed: Folders) -> None:
    before = sealed.vault_file.read_bytes()
    vault = Vault(sealed, {"ASTRAVUE_VAULT_KEY": KEY})
    with pytest.raises(VaultError, match="takes a passphrase, which nobody could be asked for"):
        vault.logins()
    with pytest.raises(VaultError, match="takes a passphrase"):
        vault.set_secret("model", "sk-2")
    with pytest.raises(VaultError, match="takes a passphrase"):
        vault.reseal(PLAINTEXT)
    assert sealed.vault_file.read_bytes() == before


def test_a_window_that_knows_the_old_passphrase_cannot_spoil_the_new_seal(sealed: Folders) -> None:
    old, new = Vault(sealed, {}, key=cheap_key()), Vault(sealed, {}, key=cheap_key())
    new.reseal(cheap_key("another one"))
    with pytest.raises(VaultError, match="changed"):
        old.set_secret("model", "sk-2")
    assert Vault(sealed, {}, key=cheap_key("another one")).secret("model") == "sk-1"


def test_a_first_vault_under_a_passphrase_leaves_no_other_key_behind(folders: Folders) -> None:
    Vault(folders, {}).reseal(cheap_key())
    assert {file.name for file in folders.data.iterdir()} == {"vault.bin", "vault.bin.lock"}
    assert not folders.config.joinpath("vault.key").exists()


def test_a_vault_that_is_unencrypted_by_choice_stays_so_and_says_so(folders: Folders) -> None:
    Vault(folders, {}).reseal(PLAINTEXT)
    Vault(folders, {"ASTRAVUE_VAULT_KEY": KEY}).set_secret("model", "sk-1")

    vault = Vault(folders, {})
    assert vault.secret("model") == "sk-1"
    assert vault.key_location == "none; the vault is not encrypted"
    assert b"sk-1" in folders.vault_file.read_bytes()
    assert folders.vault_file.stat().st_mode & 0o077 == 0

    folders.vault_file.write_bytes(folders.vault_file.read_bytes()[:-3])
    with pytest.raises(VaultError, match="was damaged and is kept as"):
        vault.secret("model")


class Astravue:
    """The program, typed at a terminal, with a server that nobody answers for."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._windows: list[TerminalWindow] = []

    def __call__(self, *arguments: str) -> TerminalWindow:
        environ = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            "ASTRAVUE_HOME": str(self.home / "state"),
            "ASTRAVUE_SERVER": "http://127.0.0.1:9/mcp",
            "ASTRAVUE_VAULT_KEY": KEY,
            "PYTHONWARNINGS": "error",
        }
        command = [sys.executable, "-P", "-m", "agent", *arguments]
        self._windows.append(TerminalWindow(command, environ, self.home, columns=400, rows=40))
        return self._windows[-1]

    @property
    def vault(self) -> Path:
        return find_folders({"ASTRAVUE_HOME": str(self.home / "state")}).vault_file

    def close(self) -> None:
        for window in self._windows:
            window.child.close(force=True)


@pytest.fixture
def astravue(tmp_path: Path) -> Iterator[Astravue]:
    program = Astravue(tmp_path)
    yield program
    program.close()


def test_a_person_seals_the_vault_and_opens_it_again(astravue: Astravue) -> None:
    window = astravue("login", "--passphrase")
    for number, again in enumerate(["something else", PASSPHRASE], 1):
        for prompt, answer in (("New passphrase:", PASSPHRASE), ("The same again:", again)):
            window.wait_until(lambda prompt=prompt, number=number: window.text.count(prompt) == number)
            window.press(f"{answer}\r")
    assert "The two are not the same." in window.text
    assert window.wait_end() == 5  # the server is not there; the vault is sealed already
    assert PASSPHRASE not in window.text
    assert read_header(astravue.vault.read_bytes()).key_place == "passphrase"

    window = astravue("status")
    window.wait_for("The vault's passphrase:")
    window.press("wrong\r")
    window.wait_until(lambda: window.text.count("The vault's passphrase:") == 2)
    assert "That is not the vault's passphrase." in window.text
    window.press(f"{PASSPHRASE}\r")
    assert window.wait_end() == 0
    assert "derived from your passphrase" in window.text
    assert PASSPHRASE not in window.text


def test_the_chat_asks_before_it_draws_its_prompt(astravue: Astravue) -> None:
    folders = find_folders({"ASTRAVUE_HOME": str(astravue.home / "state")})
    Vault(folders, {}).reseal(cheap_key())

    window = astravue()
    window.wait_for("The vault's passphrase:")
    assert "❯" not in window.text
    window.press(f"{PASSPHRASE}\r")
    window.wait_for("❯")
    window.press("/quit\r")
    assert window.wait_end() == 0


def test_a_question_for_a_passphrase_can_be_left(astravue: Astravue) -> None:
    folders = find_folders({"ASTRAVUE_HOME": str(astravue.home / "state")})
    Vault(folders, {}).reseal(cheap_key())
    for key, code in (("\x03", 130), ("\x04", 3)):
        window = astravue("tools")
        window.wait_for("The vault's passphrase:")
        window.press(key)
        assert window.wait_end() == code


def test_the_way_back_from_a_passphrase_needs_it(astravue: Astravue) -> None:
    folders = find_folders({"ASTRAVUE_HOME": str(astravue.home / "state")})
    Vault(folders, {}).reseal(cheap_key())
    window = astravue("login", "--keychain")
    window.wait_for("The vault's passphrase:")
    window.press(f"{PASSPHRASE}\r")
    assert window.wait_end() == 5
    assert read_header(folders.vault_file.read_bytes()).key_place == "environment"


def test_only_the_flag_leaves_a_vault_unencrypted_and_status_says_so(tmp_path: Path) -> None:
    program = Program(tmp_path / "home")
    program.environ["ASTRAVUE_SERVER"] = "http://127.0.0.1:9/mcp"
    login = program.run("login", "--plaintext", "--no-browser")
    assert login.returncode == 5
    assert "unencrypted" in login.stderr
    assert program.run("login", "--no-browser").returncode == 5

    assert "UNENCRYPTED" in program.run("status").stdout
    assert json.loads(program.run("status", "--json").stdout)["encrypted"] is False


def test_without_a_terminal_no_passphrase_is_asked_for(tmp_path: Path) -> None:
    program = Program(tmp_path / "home")
    program.environ["ASTRAVUE_SERVER"] = "http://127.0.0.1:9/mcp"
    login = program.run("login", "--passphrase")
    assert (login.returncode, login.stdout) == (2, "")
    assert "only be typed on a terminal" in login.stderr
    assert "ASTRAVUE_VAULT_KEY" in login.stderr
    assert not program.state.joinpath("vault.bin").exists()

    folders = find_folders(program.environ)
    Vault(folders, {}).reseal(cheap_key())
    logout = program.run("logout")
    assert logout.returncode == 3
    assert "takes a passphrase, which nobody could be asked for" in logout.stderr
    status = json.loads(program.run("status", "--json").stdout)
    assert (status["signed_in"], status["key_location"]) == (False, None)
    assert "takes a passphrase" in status["vault_problem"]
