"""A conversation goes on with the server and the profile that it was with, unless an option names others."""

import argparse
import socket
from pathlib import Path

import pytest

from agent.commands.common import prepare, settings_for
from agent.errors import UsageError
from agent.settings.settings import TRY_PROFILE, Settings
from agent.system.folders import Folders
from agent.transcripts.header import Header
from agent.transcripts.transcript import Transcript

ID = "20261123-090000-abcd"
OURS, OTHER = "https://ours.example/mcp", "https://other.example/mcp"
SETTINGS = f"""
server = "{OURS}"
trust = true

[profiles.work]
client_id = "the-client-of-work"
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASTRAVUE_HOME", str(tmp_path))
    for name in ("ASTRAVUE_SERVER", "ASTRAVUE_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    # The log file is one for the whole process.
    monkeypatch.setattr("agent.commands.common.start_logging", _log_nothing)
    (tmp_path / "settings.toml").write_text(SETTINGS)


def _log_nothing(arguments: argparse.Namespace, folders: Folders) -> None:
    """Leave the log as it is."""


def resumed(header: Header, **options: str) -> Settings:
    """The settings for a conversation, with options on the command line."""
    arguments = argparse.Namespace(**options)
    settings, _ = prepare(arguments)
    return settings_for(arguments, settings, Transcript(header, (), Path("x.jsonl")))


def test_its_own_server_is_stronger_than_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASTRAVUE_SERVER", OURS)
    assert resumed(Header(ID, 0.0, OTHER)).server == OTHER
    assert resumed(Header(ID, 0.0, OURS)).server == OURS


def test_its_profile_comes_with_the_settings_of_that_profile() -> None:
    settings = resumed(Header(ID, 0.0, OURS, profile="work"))
    assert (settings.profile, settings.client_id) == ("work", "the-client-of-work")
    assert resumed(Header(ID, 0.0, OURS)).profile == "default"


def test_options_are_stronger_than_the_conversation() -> None:
    header = Header(ID, 0.0, OTHER, profile="work")
    elsewhere = resumed(header, server=OURS)
    assert (elsewhere.server, elsewhere.profile) == (OURS, "default")
    other_profile = resumed(header, profile="default")
    assert (other_profile.server, other_profile.profile) == (OTHER, "default")


def test_what_is_said_of_one_server_is_not_said_of_another() -> None:
    assert resumed(Header(ID, 0.0, OURS)).trusts_server
    assert not resumed(Header(ID, 0.0, OTHER)).trusts_server


def test_a_conversation_with_the_demo_company_goes_on_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as company:
        address = f"http://127.0.0.1:{company.getsockname()[1]}/mcp"
        settings = resumed(Header(ID, 0.0, address, workspace={"seed": "demo"}))
    assert (settings.profile, settings.trusts_server) == (TRY_PROFILE, True)


def test_a_demo_company_that_has_ended_is_told_with_what_opens_a_new_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as company:
        address = f"http://127.0.0.1:{company.getsockname()[1]}/mcp"
    with pytest.raises(UsageError, match="which has ended") as refused:
        resumed(Header(ID, 0.0, address, workspace={"seed": "large"}))
    assert (
        refused.value.hint == f"Open a new one, and go on there: astravue try --seed large, then /resume {ID}"
    )
