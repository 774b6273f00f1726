"""The table of settings, the schema of the settings file, and what is loaded say the same."""

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, ValidationError

from agent.drawing import themes
from agent.errors import SettingsError
from agent.settings.schema import build_schema
from agent.settings.settings import Settings, ToolSettings, load_settings
from agent.settings.table import SETTINGS, THEMES, Kind, Setting
from agent.system.folders import find_folders
from tests.output_schema import Checker

SCHEMA: Any = build_schema()
FILE: Checker = Draft7Validator(SCHEMA)
FIELDS = {each.name for each in fields(Settings)} - {"origins"}

EVERYTHING = """
server = "https://x.example/mcp"
model = "m"
base_url = "http://127.0.0.1:1/v1"
api = "responses"
strict = true
client_id = "c"
client_metadata_url = "https://x.example/client.json"
pkce = "assume"
allow = ["create_*"]
ask = ["b"]
deny = ["d"]
trust = true
theme = "dark"
[limits]
steps = 5
tokens = 1
cost = 0.5
seconds = 0
context = 8000
[tools]
threshold = 0
core = ["a"]
[sessions]
keep_days = 30
keep = 0
[profiles.work]
model = "w"
"""

FIT = [
    "",
    EVERYTHING,
    'server = "http://localhost:1"',
    "[limits]\ncost = 1",
    "[tools]",
    "[profiles]",
    "[profiles.work.limits]\nsteps = 1",
]
UNFIT = [
    'sever = "x"',
    'api_key = "k"',
    'client_secret = "k"',
    'profile = "p"',
    "server = 7",
    'server = "x.example/mcp"',
    'base_url = "ftp://x.example"',
    'client_metadata_url = "http://x.example/client.json"',
    'client_metadata_url = "https://x.example/"',
    'api = "other"',
    'pkce = "off"',
    'theme = "pink"',
    'strict = "yes"',
    "trust = 1",
    'allow = "a"',
    "deny = [1]",
    "limits = 7",
    "[limits]\nsteps = -1",
    "[limits]\nsteps = true",
    '[limits]\ncost = "1"',
    "[limits]\nminutes = 1",
    "[tools]\nthreshold = 1.5",
    "[tools]\ncore = [1]",
    "[tools]\nother = 1",
    "[sessions]\nkeep = -1",
    "[sessions]\nkeep_days = 0.5",
    "profiles = 7",
    "[profiles]\nwork = 7",
    '[profiles.work]\nsever = "x"',
    "[profiles.work]\n[profiles.work.profiles]",
]


def load(folder: Path, text: str) -> Settings:
    file = folder / "settings.toml"
    file.write_text(text)
    folders = find_folders({"ASTRAVUE_HOME": str(folder)})
    return load_settings({"profile": "work"}, {}, folders, working_folder=folder, settings_file=file)


def fits(text: str) -> bool:
    try:
        FILE.validate(tomllib.loads(text))
    except ValidationError:
        return False
    return True


def test_it_is_a_schema() -> None:
    Draft7Validator.check_schema(SCHEMA)


def test_every_setting_is_in_the_table_and_every_row_is_a_setting() -> None:
    assert {each.name for each in SETTINGS} == FIELDS


def test_the_schema_has_what_may_stand_in_the_file() -> None:
    assert SCHEMA["properties"].keys() - {"profiles"} == {each.name for each in SETTINGS if each.in_file}
    assert SCHEMA["properties"]["profiles"]["additionalProperties"]["properties"].keys() == {
        each.name for each in SETTINGS if each.in_file
    }


def test_every_setting_of_a_file_can_be_set_there(tmp_path: Path) -> None:
    loaded = load(tmp_path, EVERYTHING)
    assert {each.name for each in SETTINGS if each.in_file} <= loaded.origins.keys()
    assert loaded.tools == ToolSettings(0, ("a",))
    assert loaded.limits == {"steps": 5, "tokens": 1, "cost": 0.5, "seconds": 0, "context": 8000}
    assert loaded.sessions == {"keep_days": 30, "keep": 0}


@pytest.mark.parametrize("text", FIT)
def test_a_file_that_can_be_used_fits_the_schema(tmp_path: Path, text: str) -> None:
    load(tmp_path, text)
    assert fits(text)


@pytest.mark.parametrize("text", UNFIT)
def test_a_file_that_cannot_be_used_does_not_fit_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load(tmp_path, text)
    assert "settings.toml" in str(raised.value)
    assert not fits(text)


def test_what_no_file_may_hold_is_secret_or_names_the_profile() -> None:
    assert {each.name for each in SETTINGS if not each.in_file} == {"profile", "api_key", "client_secret"}
    assert {each.name for each in SETTINGS if each.is_secret} == {"api_key", "client_secret"}


def all_settings() -> list[Setting]:
    return [*SETTINGS, *(part for each in SETTINGS for part in each.parts)]


def test_every_setting_says_what_it_means() -> None:
    for each in all_settings():
        assert each.meaning
        assert not each.meaning.endswith(".")
        assert bool(each.parts) == (each.kind is Kind.TABLE)


def test_the_themes_that_may_be_set_are_those_that_there_are() -> None:
    assert [theme.name for theme in themes.THEMES] == list(THEMES)
