"""Writing one setting into a settings file that somebody wrote by hand."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.errors import ExitCode, SettingsError
from agent.settings.file import add_to_list, write_settings

BY_HAND = """\
# What I use every day.
server = "https://x.example/mcp"
model = "old"  # the small one
allow = [
  "start_timer",  # harmless
]

# At work.
[profiles.work]
client_id = "c"

# At home.
[profiles.home]
server = "https://home.example/mcp"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(BY_HAND)
    return path


def test_a_value_is_changed_and_its_comment_kept(file: Path) -> None:
    write_settings(file, {"model": "new"})
    assert file.read_text() == BY_HAND.replace('model = "old"', 'model = "new"')


def test_a_new_setting_stands_below_the_others_of_its_table(file: Path) -> None:
    write_settings(file, {"base_url": "http://127.0.0.1:1/v1"})
    assert file.read_text() == BY_HAND.replace(
        "]\n\n# At work", ']\nbase_url = "http://127.0.0.1:1/v1"\n\n# At work'
    )


def test_a_profile_gets_its_own_above_the_comment_of_the_next_one(file: Path) -> None:
    write_settings(file, {"model": "m", "base_url": "http://127.0.0.1:1/v1"}, profile="work")
    added = 'client_id = "c"\nmodel = "m"\nbase_url = "http://127.0.0.1:1/v1"\n\n# At home'
    assert file.read_text() == BY_HAND.replace('client_id = "c"\n\n# At home', added)


def test_a_profile_that_is_not_there_is_begun_at_the_end(file: Path) -> None:
    write_settings(file, {"model": "m"}, profile="new one")
    assert file.read_text() == f'{BY_HAND}\n[profiles."new one"]\nmodel = "m"\n'


def test_a_file_that_is_not_there_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "settings.toml"
    write_settings(path, {"model": "m"})
    assert path.read_text() == 'model = "m"\n'
    assert path.stat().st_mode & 0o077 == 0


def test_of_a_link_the_file_that_it_leads_to_is_written(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(file)
    write_settings(link, {"model": "new"})
    assert link.is_symlink()
    assert 'model = "new"' in file.read_text()


@pytest.mark.parametrize(
    "text",
    [
        "\r\n# a\r\nserver = 'x'\r\n\r\n# b\r\n[profiles.work]\r\nclient_id = 'c'\r\n",
        "server = 'x'",
        "# nothing but this",
        "[profiles.work]\nclient_id = 'c'\n\n# for all\n[limits]\nsteps = 5\n\n# home\n[profiles.home]\n",
        "[profiles.home]\n[limits]\n[profiles.other]\n",
        "profiles = {work = {client_id = 'c'}}\n",
        "[profiles]\n[profiles.work]\n",
        "[profiles.home]\n\n[profiles.work] # here\n",
        'pkce = """\nassume"""\n',
    ],
)
@pytest.mark.parametrize("profile", ["", "work"])
def test_every_form_of_a_file_keeps_its_lines(tmp_path: Path, text: str, profile: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(text.encode())
    write_settings(path, {"model": "m", "base_url": "u"}, profile=profile)
    written = path.read_bytes().decode()
    read = tomllib.loads(written)
    table = read["profiles"]["work"] if profile else read
    assert (table.pop("model"), table.pop("base_url")) == ("m", "u")
    without = tomllib.loads(text)
    if profile:
        without.setdefault("profiles", {}).setdefault("work", {})
    assert read == without
    if "{" not in text or not profile:
        assert keeps_lines(written, text)
    assert written.count("\r\n") >= text.count("\r\n")


def keeps_lines(written: str, text: str) -> bool:
    """All lines of a text are there, in their order."""
    rest = iter(written.splitlines())
    return all(line in rest for line in text.splitlines())


_values = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_names = st.sampled_from(["server", "model", "base_url", "client_id"])
_lines = st.one_of(
    st.tuples(_names, st.sampled_from(["", "  # why"])),
    st.sampled_from(["", "# a note", "#", "  "]),
)


def written_down(lines: list[tuple[str, str] | str]) -> list[str]:
    seen = set[str]()
    texts = list[str]()
    for line in lines:
        if isinstance(line, str):
            texts.append(line)
        elif line[0] not in seen:
            seen.add(line[0])
            texts.append(f'{line[0]} = "{len(texts)}"{line[1]}')
    return texts


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    top=st.lists(_lines, max_size=6),
    tables=st.dictionaries(st.sampled_from(["a", "b", '"c d"']), st.lists(_lines, max_size=5), max_size=3),
    profile=st.sampled_from(["", "a", "c d", "é.ü"]),
    name=_names,
    value=_values,
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_a_file_says_one_setting_is_changed_and_nothing_else(
    tmp_path: Path,
    top: list[tuple[str, str] | str],
    tables: dict[str, list[tuple[str, str] | str]],
    profile: str,
    name: str,
    value: str,
    line_end: str,
) -> None:
    lines = written_down(top)
    for table, inside in tables.items():
        lines += [f"[profiles.{table}]", *written_down(inside)]
    path = tmp_path / "settings.toml"
    path.write_bytes(line_end.join(lines).encode())
    wanted = tomllib.loads(line_end.join(lines))
    inner = wanted.setdefault("profiles", {}).setdefault(profile, {}) if profile else wanted
    inner[name] = value

    write_settings(path, {name: value}, profile=profile)
    written = path.read_bytes().decode()
    assert tomllib.loads(written) == wanted
    assert [line for line in lines if line.startswith("#")] == [
        line for line in written.splitlines() if line.startswith("#")
    ]
    assert written.count("# why") == line_end.join(lines).count("# why")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"server = ", "cannot be edited"),
        (b"\xff", r"cannot be read \(it is no text\)"),
        (b"profiles = 7", r"profiles\.work is no table"),
        (b"profiles = {work = 7}", r"profiles\.work is no table"),
        (b"profiles.work.server = 'x'\nprofiles.work.client_id = 'c'\n", "its form is too unusual"),
    ],
)
def test_a_file_that_cannot_be_edited_is_told_and_kept(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=rf"{sentence}.*it was left as it is") as raised:
        write_settings(path, {"model": "m"}, profile="work")
    assert raised.value.exit_code is ExitCode.USAGE
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"cannot be (read|written) \(Not a directory\)"):
        write_settings(tmp_path / "file" / "settings.toml", {"model": "m"})


def test_nothing_unfinished_is_left_beside_the_file(file: Path) -> None:
    write_settings(file, {"model": "new"})
    assert [each.name for each in file.parent.iterdir()] == ["settings.toml"]


# Lists


def test_an_item_goes_behind_those_of_its_list_whose_comments_stay(file: Path) -> None:
    add_to_list(file, "allow", "stop_timer")
    assert tomllib.loads(file.read_text())["allow"] == ["start_timer", "stop_timer"]
    assert "# harmless" in file.read_text()
    assert "# At work." in file.read_text()


def test_an_item_that_is_there_is_not_added_again(file: Path) -> None:
    add_to_list(file, "allow", "start_timer")
    assert file.read_text() == BY_HAND


def test_a_list_that_is_not_there_begins_with_what_holds_otherwise(file: Path) -> None:
    add_to_list(file, "allow", "stop_timer", profile="work", otherwise=("start_timer",))
    assert tomllib.loads(file.read_text())["profiles"]["work"]["allow"] == ["start_timer", "stop_timer"]
    add_to_list(file.with_name("new.toml"), "allow", "stop_timer")
    assert file.with_name("new.toml").read_text() == 'allow = ["stop_timer"]\n'
