"""Settings: layers, profiles, origins, and files that cannot be used."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from agent.errors import ExitCode, SettingsError
from agent.settings.settings import DEFAULT_SERVER, PROJECT_FILE, TRY_PORT, Settings, load_settings
from agent.system.folders import Folders, find_folders

KEY = "sk-very-secret-key-0123456789"


class Place:
    """A home, a working folder, and what is set in them."""

    def __init__(self, root: Path) -> None:
        self.folders: Folders = find_folders({"ASTRAVUE_HOME": str(root / "home")})
        self.user_file = self.folders.settings_file
        self.project_file = root / "work" / PROJECT_FILE
        self.user_file.parent.mkdir(parents=True)
        self.project_file.parent.mkdir()

    def load(
        self,
        *,
        settings_file: Path | None = None,
        environ: Mapping[str, str] | None = None,
        **flags: str | None,
    ) -> Settings:
        return load_settings(
            flags,
            environ or {},
            self.folders,
            working_folder=self.project_file.parent,
            settings_file=settings_file,
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_without_anything_set_there_are_defaults(place: Place) -> None:
    settings = place.load()
    assert settings == Settings(server=DEFAULT_SERVER, profile="default")
    assert settings.origins == {}


def test_each_layer_is_stronger_than_the_one_below_it_and_says_so(place: Place) -> None:
    def server() -> tuple[str, str]:
        settings = place.load(environ=environ, server=flag)
        return settings.server, settings.origins.get("server", "default")

    environ: dict[str, str] = {}
    flag: str | None = None
    assert server() == (DEFAULT_SERVER, "default")
    place.user_file.write_text('server = "https://user.example/mcp"')
    assert server() == ("https://user.example/mcp", str(place.user_file))
    place.project_file.write_text('server = "https://project.example/mcp"')
    assert server() == ("https://project.example/mcp", str(place.project_file))
    environ["ASTRAVUE_SERVER"] = "https://environment.example/mcp"
    assert server() == ("https://environment.example/mcp", "ASTRAVUE_SERVER")
    flag = "https://flag.example/mcp"
    assert server() == ("https://flag.example/mcp", "command line")


@pytest.mark.parametrize(
    ("variable", "name", "value"),
    [
        ("ASTRAVUE_SERVER", "server", "https://x.example/mcp"),
        ("ASTRAVUE_PROFILE", "profile", "work"),
        ("ASTRAVUE_MODEL", "model", "big-2"),
        ("OPENAI_BASE_URL", "base_url", "https://models.example.com/v1"),
        ("OPENAI_API_KEY", "api_key", KEY),
        ("ASTRAVUE_CLIENT_SECRET", "client_secret", KEY),
    ],
)
def test_variables_of_the_environment(place: Place, variable: str, name: str, value: str) -> None:
    settings = place.load(environ={variable: f"{value}\n"})
    assert getattr(settings, name) == value
    assert settings.origins[name] == variable


def test_an_empty_value_is_none(place: Place) -> None:
    place.user_file.write_text('model = "user-model"')
    settings = place.load(environ={"ASTRAVUE_MODEL": " ", "OPENAI_API_KEY": ""}, model=None)
    assert (settings.model, settings.api_key) == ("user-model", "")


def test_the_user_file_sets_everything_that_a_file_may(place: Place) -> None:
    place.user_file.write_text(
        'server = "https://x.example/mcp"\nmodel = "m"\nbase_url = "http://127.0.0.1:1/v1"\n'
        'client_id = "c"\nclient_metadata_url = "https://x.example/client.json"\npkce = "assume"\n'
        'allow = ["create_*", "update_task"]\n'
    )
    settings = place.load()
    assert settings.client_metadata_url == "https://x.example/client.json"
    assert settings.pkce == "assume"
    assert settings.client_id == "c"
    assert settings.allow == ("create_*", "update_task")
    assert settings.base_url == "http://127.0.0.1:1/v1"
    assert set(settings.origins.values()) == {str(place.user_file)}


# Profiles

PROFILES = """
model = "everyday"
[profiles.work]
model = "work-model"
server = "https://work.example/mcp"
"""


def test_a_profile_stands_above_the_top_of_its_own_file(place: Place) -> None:
    place.user_file.write_text(PROFILES)
    assert place.load().model == "everyday"
    settings = place.load(profile="work")
    assert (settings.profile, settings.model, settings.server) == (
        "work",
        "work-model",
        "https://work.example/mcp",
    )
    assert settings.origins["model"] == f"{place.user_file} [profiles.work]"
    assert settings.origins["profile"] == "command line"


def test_a_profile_of_the_user_stands_below_the_project_file(place: Place) -> None:
    place.user_file.write_text(PROFILES)
    place.project_file.write_text('model = "project-model"')
    assert place.load(profile="work").model == "project-model"


def test_a_profile_may_have_a_name_alone(place: Place) -> None:
    assert place.load(profile="unheard-of").server == DEFAULT_SERVER


def test_the_profile_try_leads_to_the_server_on_this_machine_unless_told_otherwise(place: Place) -> None:
    assert place.load(profile="try").server == f"http://127.0.0.1:{TRY_PORT}/mcp"
    assert place.load(profile="try", server="https://x.example/mcp").server == "https://x.example/mcp"


# What a cloned folder must not decide


@pytest.mark.parametrize(
    "line", ['base_url = "https://evil.example/v1"', 'allow = ["*"]', 'client_id = "c"', 'api_key = "k"']
)
@pytest.mark.parametrize("table", ["", "[profiles.default]\n"])
def test_a_project_file_chooses_neither_endpoint_nor_approvals_nor_client(
    place: Place, table: str, line: str
) -> None:
    place.project_file.write_text(table + line)
    with pytest.raises(SettingsError, match="is no setting here") as raised:
        place.load()
    assert raised.value.hint == "Settings: server, model."
    assert str(place.project_file) in raised.value.message


# Files that cannot be used


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("server = ", "is no valid TOML"),
        ("\x00", "is no valid TOML"),
        ('sever = "x"', "“sever” is no setting here"),
        (f'api_key = "{KEY}"', "“api_key” is no setting here"),
        ("server = 7", "server must be a text in quotes"),
        ('allow = "create_*"', "allow must be a list of tool names or globs"),
        ("allow = [7]", "allow must be a list of tool names or globs"),
        ("profiles = 7", "profiles must be tables, such as [profiles.work]"),
        ("[profiles]\nwork = 7", "profiles.work must be a table"),
        ("[profiles.work]\nserver = 7", "server must be a text in quotes"),
        ("[profiles.work]\nallow = 7", "allow must be a list of tool names or globs"),
        ('server = "api.example.com/mcp"', "is no http or https address"),
        ('server = "ftp://example.com"', "is no http or https address"),
        ('server = "https://"', "is no http or https address"),
        ('server = "http://example.com:99999/"', "is no http or https address"),
        ('base_url = "http://[::1/v1"', "is no http or https address"),
        ('pkce = "off"', "pkce can only be “assume”"),
        ('client_metadata_url = "http://x.example/client.json"', "no https address of a document"),
        ('client_metadata_url = "https://x.example/"', "no https address of a document"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_in_one_sentence_and_kept(
    place: Place, text: str, sentence: str
) -> None:
    place.user_file.write_text(text)
    with pytest.raises(SettingsError) as raised:
        place.load()
    assert sentence in raised.value.message
    assert str(place.user_file) in raised.value.message
    assert KEY not in str(raised.value)
    assert raised.value.exit_code is ExitCode.USAGE
    assert place.user_file.read_text() == text


def test_a_file_that_is_no_text_is_told_and_kept(place: Place) -> None:
    place.user_file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"is no UTF-8 text; it was left as it is"):
        place.load()
    assert place.user_file.read_bytes() == b"\xff\xfe"


def test_a_folder_in_place_of_a_file_is_told(place: Place) -> None:
    place.user_file.mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        place.load()


def test_a_wrong_address_is_told_with_where_it_came_from(place: Place) -> None:
    with pytest.raises(SettingsError, match=r"“nonsense” \(ASTRAVUE_SERVER\)"):
        place.load(environ={"ASTRAVUE_SERVER": "nonsense"})


def test_a_settings_file_may_be_named_and_replaces_the_users_own(place: Place, tmp_path: Path) -> None:
    place.user_file.write_text('model = "user-model"\nclient_id = "c"')
    other = tmp_path / "other.toml"
    other.write_text('model = "other-model"')
    settings = place.load(settings_file=other)
    assert (settings.model, settings.client_id) == ("other-model", "")
    assert settings.origins["model"] == str(other)


def test_a_settings_file_that_was_named_must_exist(place: Place, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="There is no settings file") as raised:
        place.load(settings_file=tmp_path / "none.toml")
    assert raised.value.hint == "Check --config."


# The key


def test_the_key_is_never_shown(place: Place) -> None:
    assert KEY not in repr(place.load(environ={"OPENAI_API_KEY": KEY}))


@pytest.mark.parametrize("key", ["ключ", "“sk-1”", "sk-1\nsk-2", "sk-\x00"])
def test_a_key_that_no_header_can_hold_is_told_without_showing_it(place: Place, key: str) -> None:
    with pytest.raises(SettingsError, match="OPENAI_API_KEY holds a character that no key has") as raised:
        place.load(environ={"OPENAI_API_KEY": key})
    assert key not in str(raised.value)


# Rules and trust


def test_what_the_top_of_the_file_asks_about_and_denies_holds_in_every_profile(tmp_path: Path) -> None:
    top, own = 'deny = ["a"]\nask = ["b"]\nallow = ["c"]\n', 'deny = ["d"]\nask = ["e"]\nallow = ["f"]\n'
    text = f"{top}[profiles.work]\n{own}"
    (tmp_path / "settings.toml").write_text(text)
    loaded = load_settings(
        {"profile": "work"},
        {},
        find_folders({"ASTRAVUE_HOME": str(tmp_path)}),
        working_folder=tmp_path,
        settings_file=tmp_path / "settings.toml",
    )
    assert (loaded.deny, loaded.ask, loaded.allow) == (("a", "d"), ("b", "e"), ("f",))


@pytest.mark.parametrize(
    ("user", "project", "flags", "trusts"),
    [
        ("", "", {}, True),
        ('server = "https://x.example/mcp"', "", {}, False),
        ('server = "https://x.example/mcp"\ntrust = true', "", {}, True),
        ('[profiles.w]\nserver = "https://x.example/mcp"\ntrust = true', "", {"profile": "w"}, True),
        ('trust = true\n[profiles.w]\nserver = "https://x.example/mcp"', "", {"profile": "w"}, False),
        ("trust = true", 'server = "https://x.example/mcp"', {}, False),
        ("trust = true", "", {"server": "https://x.example/mcp"}, False),
        ("", "", {"profile": "try"}, True),
        ("", 'server = "https://x.example/mcp"', {"profile": "try"}, False),
    ],
)
def test_trust_is_said_of_the_server_beside_it(
    tmp_path: Path, user: str, project: str, flags: dict[str, str | None], trusts: bool
) -> None:
    (tmp_path / "user.toml").write_text(user)
    (tmp_path / ".astravue.toml").write_text(project)
    folders = find_folders({"ASTRAVUE_HOME": str(tmp_path)})
    loaded = load_settings(flags, {}, folders, working_folder=tmp_path, settings_file=tmp_path / "user.toml")
    assert loaded.trusts_server is trusts


@pytest.mark.parametrize("line", ['ask = "a"', "deny = [1]", 'trust = "yes"'])
def test_rules_are_lists_of_names_and_trust_is_yes_or_no(tmp_path: Path, line: str) -> None:
    (tmp_path / "user.toml").write_text(line)
    folders = find_folders({"ASTRAVUE_HOME": str(tmp_path)})
    with pytest.raises(SettingsError, match="must be"):
        load_settings({}, {}, folders, working_folder=tmp_path, settings_file=tmp_path / "user.toml")


@pytest.mark.parametrize("key", ["allow", "ask", "deny", "trust"])
def test_a_projects_file_sets_no_rules(tmp_path: Path, key: str) -> None:
    (tmp_path / ".astravue.toml").write_text(f"{key} = true")
    with pytest.raises(SettingsError, match="no setting here"):
        load_settings({}, {}, find_folders({"ASTRAVUE_HOME": str(tmp_path)}), working_folder=tmp_path)


def test_how_long_conversations_are_kept_is_the_users_own_decision(tmp_path: Path) -> None:
    folders = find_folders({"ASTRAVUE_HOME": str(tmp_path)})
    assert load_settings({}, {}, folders, working_folder=tmp_path).sessions == {}
    (tmp_path / "settings.toml").write_text("[sessions]\nkeep_days = 90\nkeep = 500\n")
    assert load_settings({}, {}, folders, working_folder=tmp_path).sessions == {"keep_days": 90, "keep": 500}
    (tmp_path / ".astravue.toml").write_text("[sessions]\nkeep_days = 1\n")
    with pytest.raises(SettingsError, match="no setting here"):
        load_settings({}, {}, folders, working_folder=tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("sessions = 90", "sessions must be a table"),
        ("[sessions]\nkeep_weeks = 1", "“keep_weeks” is no setting of"),
        ("[sessions]\nkeep_days = -1", "must be a whole number"),
        ("[sessions]\nkeep = true", "must be a whole number"),
    ],
)
def test_a_wrong_word_about_keeping_deletes_nothing(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(SettingsError, match=problem):
        load_settings({}, {}, find_folders({"ASTRAVUE_HOME": str(tmp_path)}), working_folder=tmp_path)


def test_half_a_step_is_no_limit(place: Place) -> None:
    place.user_file.write_text("[limits]\nsteps = 2.5\n")
    with pytest.raises(SettingsError, match=r"steps of \[limits\] must be a whole number"):
        place.load()
