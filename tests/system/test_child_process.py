"""Children start from any folder, and see no secrets."""

import subprocess
from pathlib import Path

from agent.system.child_process import child_environment, python_command


def test_a_module_of_the_users_folder_does_not_shadow_ours(tmp_path: Path) -> None:
    (tmp_path / "agent").mkdir()
    (tmp_path / "agent" / "__main__.py").write_text("print('hijacked')")
    shown = subprocess.run(
        python_command("agent", "--version"), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert shown.stdout.startswith("astravue-agent ")


def test_keys_are_not_handed_on() -> None:
    kept = {"PATH": "/bin", "ASTRAVUE_HOME": "/home"}
    secret = {"OPENAI_API_KEY": "a", "ASTRAVUE_VAULT_KEY": "b", "ASTRAVUE_CLIENT_SECRET": "c"}
    assert child_environment(kept | secret) == kept
