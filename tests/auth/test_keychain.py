"""The operating system's keychain: used where it works, and never able to hang the program.

Each test runs in a process of its own, because `keyring` chooses its backend once a process.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.folders import find_folders

_BACKENDS = Path(__file__).with_name("keyring_backends")

_STORE_AND_TELL = """
import os, sys
from agent.auth.keychain import Keychain
from agent.auth.login import Login
from agent.auth.vault import Vault
from agent.folders import find_folders

def vault():
    return Vault(find_folders(os.environ), os.environ, keychain=Keychain(float(sys.argv[1])))

nothing = [None] * 4
login = Login("https://a.example", "default", "i", "t", *nothing, "token", *nothing, "one")
vault().save(login)
assert vault().load("https://a.example", "default") == login
print(vault().key_location)
"""


def _run(home: Path, *wrapper: str, bound: float = 5.0, **environ: str) -> "subprocess.CompletedProcess[str]":
    ended = subprocess.run(
        [*wrapper, sys.executable, "-c", _STORE_AND_TELL, str(bound)],
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
    unlock = (
        "printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; "
        '"$@" && secret-tool search --all service astravue-agent 2>&1'
    )
    ended = _run(
        state,
        "dbus-run-session",
        "--",
        "bash",
        "-c",
        unlock,
        "bash",
        HOME=str(home),
        XDG_RUNTIME_DIR=str(home),
    )

    assert ended.stdout.splitlines()[0] == "the OS keychain"
    assert "attribute.service = astravue-agent" in ended.stdout
    assert not (state / "vault.key").exists()
    assert find_folders({"ASTRAVUE_HOME": str(state)}).vault_file.exists()
