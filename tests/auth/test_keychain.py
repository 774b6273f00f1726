"""The operating system's keychain: used where it works, and never able to hang the program.

Each test runs in a process of its own, because `keyring` chooses its backend once a process.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.system.folders import find_folders

_BACKENDS = Path(__file__).with_name("keyring_backends")

_STORE_AND_TELL = """
import os, sys
from agent.auth.keychain import Keychain
from agent.auth.login import Login
from agent.auth.vault import Vault
from agent.system.folders import find_folders

def vault():
    return Vault(find_folders(os.environ), os.environ, keychain=Keychain(float(sys.argv[1])))

nothing = [None] * 4
login = Login("https://a.example", "default", "i", "t", *nothing, "token", *nothing, "one")
vault().save(login)
assert vault().load("https://a.example", "default") == login
print(vault().key_location)
"""

# The bound is for the service alone: what would take time without it is loaded before.
_LOAD_AND_TELL = """
import os, sys
import secretstorage
from agent.auth.keychain import Keychain
from agent.auth.vault import Vault
from agent.errors import VaultError
from agent.system.folders import find_folders

vault = Vault(find_folders(os.environ), os.environ, keychain=Keychain(float(sys.argv[1])))
try:
    login = vault.load("https://a.example", "default")
    print(None if login is None else login.sign_in_id)
except VaultError as error:
    print(error.message)
    print(error.hint)
"""

# Takes the name of the Secret Service on the session bus, answers nobody while the command that
# follows runs, and tells at the end what it was asked.
_SILENT_SERVICE = """
import subprocess, sys
from jeepney import HeaderFields
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

bus = open_dbus_connection()
bus.send_and_get_reply(message_bus.RequestName("org.freedesktop.secrets"))
status = subprocess.call(sys.argv[1:])
try:
    while True:
        print("asked:", bus.receive(timeout=0.1).header.fields.get(HeaderFields.path), flush=True)
except TimeoutError:
    sys.exit(status)
"""

_SILENT = ("dbus-run-session", "--", sys.executable, "-c", _SILENT_SERVICE)
_UNLOCK = "printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; "


def _answering(after: str = "") -> tuple[str, ...]:
    return ("dbus-run-session", "--", "bash", "-c", f'{_UNLOCK}"$@"{after}', "bash")


def _run(
    home: Path, *wrapper: str, program: str = _STORE_AND_TELL, bound: float = 5.0, **environ: str
) -> "subprocess.CompletedProcess[str]":
    ended = subprocess.run(
        [*wrapper, sys.executable, "-c", program, str(bound)],
        env={**os.environ, "ASTRAVUE_HOME": str(home), "PYTHONPATH": str(_BACKENDS), **environ},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    return ended


@pytest.mark.parametrize(
    "backend",
    [
        "keyring.backends.fail.Keyring",
        "keyring.backends.null.Keyring",
        "hanging_keyring.Keyring",
        "hanging_import.Keyring",
        "forgetful_keyring.Keyring",
        "locked_keyring.Keyring",
        "no_such_module.Keyring",
    ],
)
def test_without_a_keychain_that_works_the_key_is_kept_beside_the_vault(tmp_path: Path, backend: str) -> None:
    ended = _run(tmp_path, bound=0.5, PYTHON_KEYRING_BACKEND=backend)

    assert (
        ended.stdout.strip()
        == f"the key file {tmp_path / 'vault.key'} beside it: no keychain was usable here"
    )


def test_a_chainer_with_nothing_to_chain_is_no_keychain(tmp_path: Path) -> None:
    ended = _run(
        tmp_path,
        PYTHON_KEYRING_BACKEND="keyring.backends.chainer.ChainerBackend",
        DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent",
    )

    assert "no keychain was usable here" in ended.stdout


def test_the_real_secret_service_keeps_the_key(tmp_path: Path) -> None:
    home, state = tmp_path / "secrets home", tmp_path / "state"
    home.mkdir()
    search = " && secret-tool search --all service astravue-agent 2>&1"

    ended = _run(state, *_answering(search), HOME=str(home), XDG_RUNTIME_DIR=str(home))

    assert ended.stdout.splitlines()[0] == "the OS keychain"
    assert "attribute.service = astravue-agent" in ended.stdout
    assert not (state / "vault.key").exists()
    assert find_folders({"ASTRAVUE_HOME": str(state)}).vault_file.exists()


def test_a_secret_service_that_never_answers_is_given_up_and_the_key_kept_beside_the_vault(
    tmp_path: Path,
) -> None:
    ended = _run(tmp_path, *_SILENT, program=f"import secretstorage\n{_STORE_AND_TELL}", bound=1.0)

    location, *asked = ended.stdout.splitlines()
    assert location == f"the key file {tmp_path / 'vault.key'} beside it: no keychain was usable here"
    assert any(line.startswith("asked: /org/freedesktop/secrets") for line in asked)


def test_a_secret_service_that_falls_silent_is_named_and_costs_no_login(tmp_path: Path) -> None:
    home, state = tmp_path / "secrets home", tmp_path / "state"
    home.mkdir()
    own = str(home)
    assert _run(state, *_answering(), HOME=own, XDG_RUNTIME_DIR=own).stdout.strip() == "the OS keychain"
    stored = find_folders({"ASTRAVUE_HOME": str(state)}).vault_file.read_bytes()

    silent = _run(state, *_SILENT, program=_LOAD_AND_TELL, bound=1.0, HOME=own, XDG_RUNTIME_DIR=own)

    message, hint, *asked = silent.stdout.splitlines()
    assert message == (
        "The vault's key is in the OS keychain, which cannot be used now: "
        "the keychain did not answer within 1 seconds; the vault was kept."
    )
    assert hint == "Unlock the keychain and try again."
    assert any(line.startswith("asked: /org/freedesktop/secrets") for line in asked)
    assert find_folders({"ASTRAVUE_HOME": str(state)}).vault_file.read_bytes() == stored
    assert not (state / "vault.key").exists()
    again = _run(state, *_answering(), program=_LOAD_AND_TELL, HOME=own, XDG_RUNTIME_DIR=own)
    assert again.stdout.strip() == "one"
