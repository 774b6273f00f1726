"""How the extra `local` is installed."""

from pathlib import Path

from agent.model.embedded import install_command


def test_a_checkout_installs_by_its_script_and_an_installed_package_by_pip(tmp_path: Path) -> None:
    assert install_command(tmp_path) == "pip install 'astravue-agent[local]'"
    (tmp_path / "run").touch()
    assert install_command(tmp_path) == "./run try"
