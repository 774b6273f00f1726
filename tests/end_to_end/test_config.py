"""What is set and where it came from, as `astravue config` tells it."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.program import Program

KEY = "sk-test-not-a-real-key"


@pytest.fixture
def file(program: Program) -> Path:
    program.state.mkdir()
    path = program.state / "settings.toml"
    path.write_text(
        'model = "everyday"\nallow = ["a*"]\n[limits]\nsteps = 3\n[profiles.work]\nmodel = "at-work"\n'
    )
    return path


def shown(program: Program, *arguments: str, **environ: str) -> dict[str, tuple[object, str]]:
    told = json.loads(program.run("config", "--json", *arguments, **environ).stdout)["settings"]
    return {name: (each["value"], each["origin"]) for name, each in told.items()}


def test_each_setting_is_told_with_where_it_came_from(program: Program, file: Path) -> None:
    settings = shown(program, "--server", "http://127.0.0.1:9/mcp", ASTRAVUE_CLIENT_SECRET="s3cret")
    assert settings["server"] == ("http://127.0.0.1:9/mcp", "command line")
    assert settings["base_url"] == ("http://127.0.0.1:9/v1", "OPENAI_BASE_URL")
    assert settings["model"] == ("everyday", str(file))
    assert settings["limits"] == ({"steps": 3}, str(file))
    assert settings["allow"] == (["a*"], str(file))
    assert settings["api"] == (None, "default")
    assert settings["strict"] == (False, "default")
    profiled = shown(program, "--profile", "work")
    assert profiled["model"] == ("at-work", f"{file} [profiles.work]")
    assert profiled["profile"] == ("work", "command line")


def test_secrets_are_told_as_set(program: Program) -> None:
    settings = shown(program, ASTRAVUE_CLIENT_SECRET="s3cret")
    assert settings["api_key"] == ("set", "OPENAI_API_KEY")
    assert settings["client_secret"] == ("set", "ASTRAVUE_CLIENT_SECRET")
    assert shown(program, OPENAI_API_KEY="")["api_key"] == (None, "default")
    for arguments in (["config"], ["config", "--json"]):
        run = program.run(*arguments, "--base-url", "http://user:pa55@127.0.0.1:9/v1")
        assert run.returncode == 0
        assert not any(secret in run.stdout + run.stderr for secret in (KEY, "s3cret", "pa55", "user:"))
        assert "127.0.0.1:9/v1" in run.stdout


def test_the_rows_are_for_people(program: Program, file: Path) -> None:
    rows = {line.split()[0]: line for line in program.run("config").stdout.splitlines()}
    assert rows["model"].split() == ["model", "everyday", str(file)]
    assert rows["limits.steps"].split()[1] == "3"
    assert rows["limits.seconds"].split()[1:] == ["1800", "default"]
    assert rows["client_id"].split() == ["client_id", "-", "default"]


def test_the_file_is_named_whether_it_is_there_or_not(program: Program) -> None:
    assert program.run("config", "path").stdout == f"{program.state / 'settings.toml'}\n"
    assert not program.state.exists()
    assert program.run("config", "path", "--config", "other.toml").stdout == "other.toml\n"


def test_a_file_that_cannot_be_used_is_told(program: Program, file: Path) -> None:
    file.write_text("sever = 1\n")
    ended = program.run("config")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "“sever” is no setting here" in ended.stderr
    # What helps to mend it is there all the same.
    assert program.run("config", "path").returncode == 0
    assert "server" in json.loads(program.run("config", "schema").stdout)["properties"]


def test_the_schema_of_what_ask_prints_is_printed(program: Program) -> None:
    schema = json.loads(program.run("config", "events").stdout)
    assert {"stream", "turn_finished", "answer"} <= schema["$defs"].keys()
    assert "config events" in " ".join(program.run("ask", "--help").stdout.split())
