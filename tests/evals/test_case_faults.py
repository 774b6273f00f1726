"""Each thing that is wrong in a case file is named with its line, and with what is allowed there."""

from pathlib import Path

import pytest

from agent.errors import ExitCode
from evals.definitions.problems import CaseError, choices
from evals.definitions.reading import read_case
from tests.evals.written_cases import SMALLEST, read, write


def faults(folder: Path, text: str, name: str = "single-step/rename.yaml") -> list[str]:
    """What is wrong, as “LINE: what”."""
    with pytest.raises(CaseError) as caught:
        read(folder, text, name)
    return [f"{each.line}: {each.text}" for each in caught.value.problems]


def with_call(call: str) -> str:
    return SMALLEST.replace(SMALLEST.splitlines()[-1], f"      - {call}")


def with_turn(line: str) -> str:
    return f"{SMALLEST}    {line}\n"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("version: 1\n", "", "1: a case needs version"),
        ("version: 1", "version: '1'", "1: version has to be a whole number from 1 to 1, not the text “1”"),
        (
            "version: 1",
            "version: 2",
            "1: version 2 is newer than 1, which this program reads; update astravue-agent",
        ),
        ("title: Rename a space", "title:", "2: title has to be text that is not empty, not nothing"),
        ("title: Rename a space", "title: {}", "2: title has to be text that is not empty, not a mapping"),
        ("title: Rename a space", 'title: "A\\nB"', "2: title has to be one line"),
        ("title:", "tilte:", "2: a case has no field tilte; nearest: title"),
        ("single-step\n", "single-steps\n", "3: category cannot be single-steps; nearest: single-step"),
        ("single-step\n", "bulk\n", "3: category is bulk, but the file lies in the folder single-step"),
        (
            "turns:",
            "suites: [all]\nturns:",
            "4: suites cannot name all; small letters, digits and dashes, other than all",
        ),
        (
            "turns:",
            "timezone: Europe/Berln\nturns:",
            "4: timezone Europe/Berln is not in the IANA database; nearest: Europe/Berlin",
        ),
        (
            "turns:",
            "timezone: Cologne\nturns:",
            "4: timezone Cologne is not in the IANA database; nearest: ",
        ),
        (
            "turns:",
            "user: nobody@example.com\nturns:",
            "4: nobody in demo has the address nobody@example.com; nearest: ",
        ),
        (
            "turns:",
            "workspace: {seed: deom}\nturns:",
            "4: seed cannot be deom; nearest: demo",
        ),
        (
            "turns:",
            "workspace: {start_time: 2026-11-23T09:00:00}\nturns:",
            "4: start_time 2026-11-23T09:00:00 says no time zone; end it with Z, or ",
        ),
        (
            "turns:",
            "workspace: {start_time: Monday}\nturns:",
            "4: start_time has to be a time such as 2026-11-23T09:00:00+00:00, not Monday",
        ),
        (
            "turns:",
            "workspace: {snapshot: gone.db}\nturns:",
            "4: snapshot gone.db is not there; it has to lie beside the case",
        ),
        (
            "turns:",
            "workspace: {snapshot: ../x.db}\nturns:",
            "4: snapshot has to be the name of a file beside the case, not ../x.db",
        ),
        (
            "  - say: Call the space Product from now on Products\n    calls:",
            "  - calls:",
            "5: a turn needs say",
        ),
        (
            "say: Call the space Product from now on Products",
            "say: 3",
            "5: say has to be text that is not empty",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in SMALLEST
    found = faults(tmp_path, SMALLEST.replace(old, new, 1))
    assert any(each.startswith(fault) for each in found), found


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (
            "{tool: astravue_update_spaces, arguments: {spaceId: 1}}",
            "7: tool cannot be astravue_update_spaces, which there is not; nearest: astravue_update_space",
        ),
        ("{arguments: {}}", "7: a call needs tool"),
        (
            "astravue_list_spaces",
            "7: a call has to be a mapping of names to values, not the text “astravue_list",
        ),
        (
            "{tool: astravue_update_space, arguments: {spaceID: 1}}",
            "7: astravue_update_space does not take this: it has no argument spaceID; nearest: spaceId",
        ),
        (
            "{tool: astravue_update_space, arguments: {spaceName: A}}",
            "7: astravue_update_space does not take this: 'spaceId' is a required property",
        ),
        (
            "tool: astravue_bulk_create_tasks\n"
            "        arguments:\n          spaceId: 1\n          projectId: 2\n"
            "          tasks:\n            - taskTitle: A\n            - taskTitle: 3",
            "13: astravue_bulk_create_tasks does not take this tasks.1.taskTitle: 3 is not of type 'string'",
        ),
        (
            "{tool: astravue_get_space, arguments: {spaceId: $new.spaceId}}",
            "7: $new.spaceId refers to a call that is not there or comes later; none before it has a name",
        ),
        (
            "{tool: astravue_list_spaces, name: New}",
            "7: name cannot be New; small letters, digits and _ are allowed",
        ),
        (
            "{tool: find_tools, arguments: {words: a}, name: new}",
            "7: name belongs to a call that the server answers; this one has no result to refer to",
        ),
        (
            "{tool: astravue_list_spaces, refused: maybe}",
            "7: refused has to be true or false, not the text “maybe”",
        ),
        (
            "{tool: astravue_list_spaces, arguments: []}",
            "7: arguments has to be a mapping of names to values",
        ),
    ],
)
def test_calls_are_checked_against_the_tools(tmp_path: Path, call: str, fault: str) -> None:
    found = faults(tmp_path, with_call(call))
    assert any(each.startswith(fault) for each in found), found


def test_a_name_is_given_once(tmp_path: Path) -> None:
    text = (
        with_call("{tool: astravue_list_spaces, name: one}")
        + "      - {tool: astravue_list_tags, name: one}\n"
    )
    assert "8: name one is that of the call on line 7 already" in faults(tmp_path, text)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("approve: [astravue_rename_*]", "8: approve astravue_rename_* fits no tool; nearest: astravue_"),
        ("approve: '*'", "8: approve has to be a list, not the text “*”"),
        (
            "edits: {astravue_create_task: {}}",
            "8: astravue_create_task is edited, but no golden call of this turn uses it",
        ),
        ("edits: {astravue_nope: {}}", "8: there is no tool astravue_nope; "),
        (
            "edits: {astravue_update_space: {spaceNam: A}}",
            "8: astravue_update_space does not take this: it has no argument spaceNam; nearest: spaceName",
        ),
        ("signs_in: 1", "8: signs_in has to be true or false, not 1"),
        (
            "disturbances: [{start: true, do: exprie-access}]",
            "8: do cannot be exprie-access; nearest: expire-access",
        ),
        ("disturbances: [{do: revoke}]", "8: a disturbance needs exactly one of start, before, after"),
        (
            "disturbances: [{start: true, after: astravue_update_space, do: revoke}]",
            "8: a disturbance needs exactly one of start, before, after",
        ),
        ("disturbances: [{begin: true, do: revoke}]", "8: a disturbance has no field begin"),
        ("disturbances: [{start: false, do: revoke}]", "8: start can only be true"),
        (
            "disturbances: [{after: astravue_delete_space, do: revoke}]",
            "8: after astravue_delete_space never comes, as no golden call of this turn uses it; "
            "allowed: astravue_update_space",
        ),
        ("disturbances: [{start: true, do: advance}]", "8: a disturbance needs seconds"),
        ("disturbances: [{start: true, do: fail}]", "8: do fail needs either a status or a cut"),
        (
            "disturbances: [{start: true, do: fail, status: 503, cut: after}]",
            "8: do fail needs either a status or a cut",
        ),
        (
            "disturbances: [{start: true, do: fail, status: 200}]",
            "8: status has to be a whole number from 400",
        ),
        (
            "disturbances: [{start: true, do: fail, cut: middle}]",
            "8: cut cannot be middle; allowed: before, after",
        ),
        (
            "disturbances: [{start: true, do: fail, cut: after, headers: {A: b}}]",
            "8: headers belong to a status",
        ),
        (
            "disturbances: [{start: true, do: fail, status: 503, headers: {Retry-After: 1}}]",
            "8: headers have to be texts; quote numbers",
        ),
        ("disturbances: [{start: true, do: fail, status: 503, path: mcp}]", "8: path has to be the path of"),
        ("disturbances: [{start: true, do: revoke, seconds: 3}]", "8: seconds does not belong to revoke; "),
        (
            "disturbances: [{start: true, do: run, tool: find_tools, arguments: {words: a}}]",
            "8: tool cannot be find_tools, which is no tool of the server",
        ),
        (
            "disturbances: [{start: true, do: run, tool: astravue_list_tags, user: nobody@example.com}]",
            "8: nobody in demo has the address nobody@example.com",
        ),
        (
            "disturbances: [{start: true, do: run, tool: astravue_get_space, arguments: {spaceId: $a.b}}]",
            "8: $a.b refers to a golden call, which only golden calls can do",
        ),
    ],
)
def test_what_the_user_does_and_what_happens_is_checked(tmp_path: Path, line: str, fault: str) -> None:
    found = faults(tmp_path, with_turn(line))
    assert any(each.startswith(fault) for each in found), found


def test_what_nobody_is_asked_about_cannot_be_edited(tmp_path: Path) -> None:
    text = with_call("{tool: astravue_list_spaces}") + "    edits: {astravue_list_spaces: {}}\n"
    assert "8: astravue_list_spaces is edited, but it changes nothing, so that nobody is asked" in faults(
        tmp_path, text
    )


@pytest.mark.parametrize(
    ("expect", "fault"),
    [
        ("{call: []}", "8: expect has no field call; nearest: calls"),
        ("{calls: [{tool: astravue_rename}]}", "8: tool astravue_rename fits no tool; nearest: "),
        (
            "{calls: [{tool: 'astravue_*_space', arguments: {spaceNmae: A}}]}",
            "8: astravue_*_space takes no argument spaceNmae; nearest: spaceName",
        ),
        ("{answers: [{}]}", "8: a rule about answers needs one of contains, matches, lacks"),
        ("{answers: [{contains: []}]}", "8: a rule about answers needs one of contains, matches, lacks"),
        ("{answers: [{turn: 2, contains: [a]}]}", "8: turn has to be a whole number from 0 to 1, not 2"),
        ("{answers: [{matches: ['(']}]}", "8: matches ( is no regular expression: missing )"),
        ("{answers: [{contains: ['']}]}", "8: contains has to be text that is not empty, not the text “”"),
        ("{ends: 9}", "8: ends cannot be 9; allowed: 0, 1, 2, 3, 4, 5, 6, 7, 130"),
        ("{steps: -1}", "8: steps has to be a whole number from 0 to 1000, not -1"),
        ("{ignores: [taks.title]}", "8: ignores taks.title is in no table; nearest: tasks"),
        ("{ignores: [tasks.task_titel]}", "8: ignores tasks.task_titel is not compared; nearest: task_title"),
    ],
)
def test_what_is_expected_is_checked(tmp_path: Path, expect: str, fault: str) -> None:
    found = faults(tmp_path, f"{SMALLEST}expect: {expect}\n")
    assert any(each.startswith(fault) for each in found), found


@pytest.mark.parametrize(
    ("expect", "fault"),
    [
        ("", "1: the case checks nothing; expect calls or answers, or give golden calls that write"),
        ("expect: {steps: 3}\n", "8: the case checks nothing; expect calls or answers"),
        ("expect: {judge: Was it polite?}\n", "8: a judge is never alone; expect calls or answers as well"),
    ],
)
def test_a_case_that_nobody_can_fail_is_refused(tmp_path: Path, expect: str, fault: str) -> None:
    found = faults(tmp_path, with_call("{tool: astravue_list_spaces}") + f"\n{expect}".lstrip("\n"))
    assert [each for each in found if each.startswith(fault)] == found


def test_all_that_is_wrong_is_named_in_the_order_of_its_lines(tmp_path: Path) -> None:
    text = SMALLEST.replace("title", "titel").replace("spaceName", "spaceNam")
    lines = [int(each.partition(":")[0]) for each in faults(tmp_path, text)]
    assert lines == [1, 2, 7]


def test_a_newer_version_says_only_that(tmp_path: Path) -> None:
    found = faults(tmp_path, "version: 7\nnovelty: true\n")
    assert found == ["1: version 7 is newer than 1, which this program reads; update astravue-agent"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1: it is empty"),
        ("# nothing\n", "1: it is empty"),
        ("- version: 1\n", "1: a case has to be a mapping of names to values, not a list"),
        ("version: 1\ntitle: [a\n", "3: it is no YAML here: "),
        ("version: 1\n\ttitle: a\n", "2: it is no YAML here: "),
        ("version: 1\ntitle: a\ntitle: b\n", "3: title stands here again; it is on line 2 already"),
        ("version: &v 1\n", "1: &v is an anchor, which is not allowed; quote it if it is text"),
        ("version: 1\ntitle: *v\n", "2: *v refers to something above; write it out, or quote it"),
        ("version: !!python/object:os.system 1\n", "1: tag:yaml.org,2002:python/object:os.system is a tag"),
        ("version: 1\n---\nversion: 1\n", "2: a second document begins here; a file holds one"),
        ("? [a]\n: 1\n", "1: a name has to be text"),
        ("version: 1\ntitle: " + "[" * 60 + "]" * 60 + "\n", "2: it is nested more than 40 levels deep"),
        ("version: 1\ntitle: \x07\n", "2: a character here is not allowed in YAML"),
    ],
)
def test_what_is_no_document_is_refused_where_it_breaks(tmp_path: Path, text: str, fault: str) -> None:
    (found,) = faults(tmp_path, text)
    assert found.startswith(fault)


def test_a_damaged_recording_of_a_server_says_only_that(tmp_path: Path) -> None:
    text = with_call("{tool: show, arguments: {key: A-1}}") + "\nworkspace: {recorded: a.server.json}\n"
    write(tmp_path, '{"version": 1,\n', "single-step/a.server.json")
    (found,) = faults(tmp_path, text)
    assert "recorded a.server.json does not fit: " in found


def test_a_file_in_another_encoding_is_refused_where_it_shows(tmp_path: Path) -> None:
    path = write(tmp_path, SMALLEST)
    path.write_bytes("version: 1\ntitle: Café\n".encode("latin-1"))
    with pytest.raises(CaseError, match=r"rename\.yaml:2: it is not UTF-8\."):
        read_case(path, tmp_path)


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="it cannot be read: No such file"):
        read_case(tmp_path / "single-step" / "gone.yaml", tmp_path)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        (
            "single-step/Rename.yaml",
            "1: the file is called Rename; small letters, digits and dashes are allowed",
        ),
        ("single-step/re_name.yaml", "1: the file is called re_name; "),
        (
            "deep/single-step/rename.yaml",
            "1: the file has to lie in the folder of its category, right below ",
        ),
    ],
)
def test_a_file_lies_in_its_category_under_a_plain_name(tmp_path: Path, name: str, fault: str) -> None:
    assert [each for each in faults(tmp_path, SMALLEST, name) if each.startswith(fault)]


def test_a_snapshot_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "no database", "single-step/start.db")
    text = SMALLEST.replace("turns:", "workspace: {snapshot: start.db}\nturns:")
    (found,) = faults(tmp_path, text)
    assert found.startswith("4: snapshot start.db does not fit: ")


def test_the_error_says_what_is_first_and_how_much_more_there_is(tmp_path: Path) -> None:
    with pytest.raises(CaseError) as caught:
        read(tmp_path, SMALLEST.replace("title", "titel").replace("spaceName", "spaceNam"))
    assert caught.value.exit_code is ExitCode.USAGE
    assert "rename.yaml:1: a case needs title. There are 2 more." in caught.value.message
    assert "astravue eval check" in caught.value.hint


def test_of_a_long_list_the_three_nearest_are_named_and_a_short_one_whole() -> None:
    towns = [f"Country/Town-{number}" for number in range(40)]
    assert choices([*towns, "Europe/Berlin", "Europe/Bern", "Europe/Brussels"], "berl") == (
        "nearest: Europe/Berlin or Europe/Bern or Europe/Brussels"
    )
    assert choices(towns).endswith("Country/Town-15 and 24 more")
    assert choices(["before", "after"], "never mind") == "allowed: before, after"
