"""A run's manifest says what its results depend on, and nothing that is secret."""

from dataclasses import replace

import pytest
from drawn_records import make_case

from agent.settings.settings import Settings, ToolSettings
from evals.definitions.trial import Kind
from evals.runs.manifest import Models, differences, go_on, make_manifest
from evals.runs.run import Manifest

SETTINGS = Settings(model="gpt-5", base_url="https://u:secret@example.test/v1", api_key="sk-secret")
CASES = [make_case("single-step/a"), make_case("single-step/b")]
NOW = 1_795_683_600.0


def made(settings: Settings = SETTINGS, kind: Kind = Kind.LIVE) -> Manifest:
    return make_manifest(CASES, kind, 3, Models(settings, "user", "judge"), now=NOW)


def test_a_manifest_says_what_a_run_is_made_with() -> None:
    manifest = made(kind=Kind.SIMULATED)
    assert manifest.id.startswith("20261126-")
    assert (manifest.model, manifest.user_model, manifest.judge) == ("gpt-5", "user", "judge")
    assert list(manifest.cases) == ["single-step/a", "single-step/b"]
    assert manifest.prompt
    assert manifest.tools
    assert {"astravue-agent", "python", "mcp", "openai"} <= set(manifest.versions)


def test_a_manifest_holds_no_key_and_no_password() -> None:
    assert made().endpoint.endswith("example.test/v1")
    assert "secret" not in repr(made())


def test_only_a_run_that_asks_a_model_names_one() -> None:
    manifest = made(kind=Kind.ORACLE)
    assert (manifest.model, manifest.endpoint, manifest.settings, manifest.user_model) == ("", "", "", "")


def test_only_a_part_of_all_cases_says_which() -> None:
    assert made().shard == ""
    assert make_manifest(CASES, Kind.LIVE, 1, Models(SETTINGS), now=NOW, shard=(2, 3)).shard == "2/3"


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (replace(SETTINGS, api="responses"), "api: none before, responses now"),
        (replace(SETTINGS, strict=True), "strict: no before, yes now"),
        (replace(SETTINGS, limits={"steps": 3}), "limits.steps: none before, 3 now"),
        (replace(SETTINGS, tools=ToolSettings(threshold=5)), "tools.threshold: none before, 5 now"),
        (
            replace(SETTINGS, tools=ToolSettings(core=("astravue_list_*",))),
            "tools.core: none before, astravue_list_* now",
        ),
    ],
)
def test_settings_that_a_model_can_notice_make_another_run_and_are_named(other: Settings, told: str) -> None:
    assert differences(made(), made(other)) == [f"setting {told}"]
    assert made().settings != made(other).settings


def test_what_is_only_known_by_its_hash_is_said_to_have_changed() -> None:
    before = replace(made(), prompt="0123", tools="4567", settings="89ab", noticeable={})
    assert differences(before, made()) == ["system prompt: changed", "settings: changed", "tools: changed"]


def test_settings_that_no_model_can_notice_make_no_other_run() -> None:
    other = replace(SETTINGS, api_key="sk-other", theme="plain", profile="work", allow=("*",))
    assert differences(made(), made(other)) == []


def test_another_model_and_endpoint_are_named() -> None:
    other = replace(SETTINGS, model="gpt-5-mini", base_url="https://other.test/v1")
    assert differences(made(), made(other)) == [
        "model: gpt-5 before, gpt-5-mini now",
        f"endpoint: {made().endpoint} before, https://other.test/v1 now",
    ]
    assert differences(made(), made(kind=Kind.REPLAY))[-1] == "kind: live before, replay now"
    judged = make_manifest(CASES, Kind.LIVE, 3, Models(SETTINGS, "user"), now=NOW)
    assert differences(made(), judged) == ["judge: judge before, none now"]


def test_cases_that_are_not_the_same_are_named_the_first_of_them_at_least() -> None:
    changed = [make_case(f"single-step/{letter}", "new") for letter in "abcdef"]
    before = make_manifest(changed, Kind.LIVE, 3, Models(SETTINGS, "user", "judge"), now=NOW)
    assert differences(before, made()) == [
        "cases that are changed: single-step/a, single-step/b",
        "cases that are gone: single-step/c, single-step/d, single-step/e and 1 more",
    ]
    assert differences(made(), before)[1].startswith("cases that are new: ")


def test_a_part_of_all_cases_goes_on_with_itself() -> None:
    part = make_manifest(CASES[:1], Kind.LIVE, 3, Models(SETTINGS), now=NOW, shard=(1, 2))
    assert go_on(part, CASES[:1], Models(SETTINGS)) == part
