"""A run as one HTML file: what it says, what of a trial is in it, and that it is only ever text."""

import base64
import hashlib
import json
import re
import stat
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cli import main
from agent.model.protocol import Usage
from evals.definitions.trial import End, PlayedUser, Verdict
from evals.reports.html import write_html
from evals.reports.page.histograms import Measure, draw_histogram
from evals.runs.run import Result, Run
from evals.scoring.score import Check, Score
from evals.state.changes import Change, ChangeKind
from tests.evals.made_runs import made_run, result, save_run
from tests.evals.said_events import CONVERSATION, answered, asked, failed, said, step

HOSTILE = "</script><script>alert(1)</script><!--<script><img src=x onerror=alert(2)>&lt;b&gt;]]>"


class Page(HTMLParser):
    """What a browser finds in a file: its tags, its texts outside of scripts, and the data of its trials."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.trials: dict[int, dict[str, Any]] = {}
        self.feed(text)
        self.close()
        self.text = " ".join(" ".join(self.texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag, attributes = self.tags[-1] if self.tags else ("", {})
        if tag == "style":
            self.styles.append(data)
        elif tag != "script":
            self.texts.append(data)
        elif attributes.get("type") == "application/json":
            self.trials[int((attributes["id"] or "").removeprefix("trial-"))] = json.loads(data)
        else:
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", {}))

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


def read(run: Run, **options: Any) -> Page:
    return Page(b"".join(write_html(run, run.results, **options)).decode())


def one_trial(letter: str = "p", score: Score | None = None, **details: Any) -> Run:
    run = made_run({"bulk/close": letter})
    each = result("bulk/close", 1, letter, **details)
    return Run(run.manifest, [each if score is None else replace(each, score=score)])


# The run as a whole


def test_the_head_says_how_the_run_went() -> None:
    text = read(made_run({"bulk/a": "pp", "bulk/b": "pf", "dates/c": "fb"})).text
    assert "gpt-5" in text
    assert "Passed 50.0 % 95 % interval " in text
    assert "3 of 5 trials passed" in text
    assert "pass^2 50.0 % pass@2 100.0 %" in text
    assert "1 trial is broken and not counted The model's endpoint was not reached. dates/c#2" in text


def test_what_the_run_was_made_with_is_told() -> None:
    run = made_run(
        {"bulk/a": "p"}, prompt="ab12", tools="cd34", settings="ef56", shard="1/4", judge="gpt-5.5"
    )
    text = read(Run(replace(run.manifest, versions={"python": "3.11.9"}), run.results)).text
    assert "System prompt ab12 Tools cd34 Settings ef56 python 3.11.9" in text
    assert "Judged by gpt-5.5 Part of the cases 1/4" in text
    assert "live, 2026-11-26 01:36 UTC" in text


def test_settings_are_told_by_their_names() -> None:
    run = made_run(
        {"bulk/a": "p"}, settings="0123abcd", noticeable={"api": "", "strict": "yes", "limits.steps": "9"}
    )
    text = read(run).text
    assert "strict yes; limits.steps 9" in text
    assert "0123abcd" not in text


def test_each_category_and_each_case_has_a_row() -> None:
    page = read(made_run({"dates/due": "p", "bulk/close": "pf"}))
    assert re.search(r"bulk 50\.0 % \S+ to \S+ 1 of 2", page.text)
    assert "bulk/close The case bulk/close ✓ ✗ 50.0 % 4 2.0 s 1,000 $0.0100" in page.text


def test_a_case_that_was_not_run_says_so() -> None:
    assert "bulk/b The case bulk/b not run – – – – –" in read(made_run({"bulk/a": "p", "bulk/b": ""})).text


def test_a_run_of_which_nothing_finished_is_written_too() -> None:
    assert "No trial was finished." in read(made_run({"bulk/a": "b"})).text
    assert "No trial was finished." in read(made_run({"bulk/a": ""}, trials=1)).text


def test_tokens_and_cost_are_told_by_category() -> None:
    assert "bulk 1,800 0 200 $0.0200" in read(made_run({"bulk/a": "pf"})).text


def test_what_the_users_model_and_the_judge_cost_is_part_of_all_costs() -> None:
    used = Usage(50, 5, cost=0.5)
    verdict = Verdict(True, model="judge", usage=used)
    user = PlayedUser(End.REACHED, model="player", usage=used)
    page = read(one_trial(verdict=verdict, user=user))
    assert "Cost $1.01 1,000 tokens read 110 written of this, user's model: $0.5000" in page.text
    assert "of this, judge: $0.5000" in page.text
    assert "bulk 1,000 0 110 $1.01" in page.text
    (trial,) = page.trials.values()
    assert ["Cost", "$0.0100"] in trial["facts"]
    assert ["Cost of all models", "$1.01"] in trial["facts"]


def test_without_a_model_nothing_is_said_of_tokens() -> None:
    assert "Tokens and cost" not in read(one_trial(usage=Usage())).text


# What a trial took


def test_a_histogram_counts_every_trial_once() -> None:
    drawn = draw_histogram(Measure("Time", [0.0, 0.1, 5.0, 9.9, 10.0], lambda value: f"{value:.1f} s"))
    assert sum(map(int, re.findall(r": (\d+) trials?</title>", drawn))) == 5
    assert "median 5.0 s, nine in ten at most 10.0 s" in drawn


def test_steps_have_a_bar_for_each_number() -> None:
    drawn = draw_histogram(Measure("Steps", [1, 2, 2], lambda value: f"{value:.0f}", is_whole=True))
    assert re.findall(r"<title>(.*?)</title>", drawn) == ["1: 1 trial", "2: 2 trials"]


def test_many_steps_share_bars() -> None:
    drawn = draw_histogram(Measure("Steps", [1, 99], lambda value: f"{value:.0f}", is_whole=True))
    assert re.findall(r"<title>(.*?)</title>", drawn) == ["0 to 4: 1 trial", "95 to 99: 1 trial"]


def test_what_nobody_knows_is_not_drawn() -> None:
    assert draw_histogram(Measure("Cost", [], str)) == draw_histogram(Measure("Cost", [0.0], str)) == ""


# Trials


def test_a_trial_holds_its_conversation() -> None:
    (trial,) = read(one_trial(events=CONVERSATION)).trials.values()
    kinds = [(entry["kind"], entry.get("tool") or entry["text"]) for entry in trial["entries"]]
    assert kinds == [
        ("said", "Close the lease task"),
        ("answered", "Let me look."),
        ("called", "find_tasks"),
        ("called", "update_task"),
        ("answered", "I closed it."),
    ]
    read_call, write = trial["entries"][2], trial["entries"][3]
    assert read_call["arguments"] == '{\n  "keyword": "lease"\n}'
    assert json.loads(read_call["answer"]) == {"tasks": [{"taskId": 7}]}
    assert write["told"] == ["Complete “Sign the lease”", "Allowed by the user."]
    assert write["answer"] == "It is closed."


def test_what_the_user_was_asked_is_said_once() -> None:
    change = {"name": "status", "label": "Status", "before": "Open", "after": "Done"}
    question = asked("update_task", "Complete it", details=["Status: Open → Done"], changes=[change])
    (trial,) = read(
        one_trial(events=(said("Hi"), question, answered("update_task", {}, "Ok.")))
    ).trials.values()
    assert trial["entries"][1]["told"] == ["Complete it", "Status: Open → Done", "Allowed by the user."]


def test_a_call_that_was_refused_for_a_secret_says_so_and_that_nobody_was_asked() -> None:
    refused = {"outcome": "declined", "decision": "denied_by_rule", "rule": "secret"}
    write = answered("update_task", {}, "No.", **refused)
    question = asked("create_task", "Create it")
    events = (said("Hi"), write, question, answered("create_task", {}, "Ok.", decision="allowed"))
    (trial,) = read(one_trial(events=events)).trials.values()
    held, created = trial["entries"][1:3]
    assert (held["outcome"], held["asked"], held["told"]) == (
        "refused",
        False,
        ["Refused without asking, as its arguments held a secret of this program."],
    )
    assert created["asked"] is True


def test_calls_and_turns_that_failed_stand_out() -> None:
    events = (said("Hi"), answered("find_tasks", {}, "No.", outcome="failed"), failed("The model is gone."))
    (trial,) = read(one_trial("f", events=events)).trials.values()
    assert [entry.get("good") for entry in trial["entries"]] == [None, False, None]
    assert trial["entries"][2] == {"kind": "noted", "text": "The model is gone.", "problem": True}


def test_how_a_conversation_ended_stands_before_what_came_of_it() -> None:
    score = Score((Check("state", passed=False), Check("answer", passed=True), Check("end", passed=False)))
    (trial,) = read(one_trial("f", score)).trials.values()
    assert [check["name"] for check in trial["checks"]] == ["end", "state", "answer"]


def test_a_trial_holds_its_checks_and_what_it_took() -> None:
    (trial,) = read(one_trial("f")).trials.values()
    assert [(check["name"], check["passed"]) for check in trial["checks"]] == [
        ("state", True),
        ("answer", False),
        ("steps", False),
    ]
    assert trial["checks"][1]["detail"] == "wanted: “Sign the lease”\nfound: nothing of it"
    assert ["Steps", "4"] in trial["facts"]
    assert ["Cost", "$0.0100"] in trial["facts"]


def test_what_took_too_little_to_be_told_is_left_out() -> None:
    page = read(one_trial(timings={"first_item": 0.004, "model": 1.5, "tools": 0.0}))
    (trial,) = page.trials.values()
    assert ["Model", "1.5 s"] in trial["facts"]
    for label in ("First words or call of a step, mean", "Tools"):
        assert label not in page.text
        assert label not in [name for name, _ in trial["facts"]]
    shown = read(one_trial(timings={"first_item": 0.4}))
    assert "First words or call of a step, mean" in shown.text


def test_what_a_judge_and_a_simulated_user_said_is_there() -> None:
    run = one_trial(
        "f",
        verdict=Verdict(False, "Rude."),
        user=PlayedUser(End.GAVE_UP, "Slow."),
        missed=("before update_task: fail",),
    )
    (trial,) = read(run).trials.values()
    assert ["Judge", "no: Rude."] in trial["facts"]
    assert ["Simulated user", "gave up: Slow."] in trial["facts"]
    assert ["Did not happen", "before update_task: fail"] in trial["facts"]


def test_changes_have_old_and_new_values() -> None:
    changes = (
        Change(ChangeKind.CHANGED, "tasks", "task 7", {"priority": "High"}, {"priority": None}),
        Change(ChangeKind.ADDED, "comments", "comment on task 7", {"body": "Done"}),
        Change(ChangeKind.REMOVED, "tags", "tag “old”"),
    )
    (trial,) = read(one_trial(changes=changes)).trials.values()
    assert [(each["kind"], each["columns"]) for each in trial["changes"]] == [
        ("changed", [["priority", "null", "High"]]),
        ("added", [["body", None, "Done"]]),
        ("removed", []),
    ]


def test_a_broken_trial_says_why() -> None:
    (trial,) = read(one_trial("b")).trials.values()
    assert (trial["outcome"], trial["checks"]) == ("broken", [])
    assert trial["problem"] == "The model's endpoint was not reached."


# What is left out


def test_of_trials_that_passed_the_first_of_each_case_has_its_conversation() -> None:
    page = read(made_run({"bulk/a": "pfpb", "bulk/b": "ppp"}))
    assert sorted(place for place, trial in page.trials.items() if "entries" in trial) == [0, 1, 3, 4]
    assert sorted(page.trials) == [*range(7)]
    assert "The conversations of 3 trials that passed are left out of this file." in page.text


def test_where_there_is_no_room_those_that_passed_go_first() -> None:
    run = made_run({"bulk/a": "p", "bulk/b": "f"})
    room = len(json.dumps(read(run).trials[1])) + 200
    page = read(run, most_bytes=room)
    assert ["entries" in page.trials[place] for place in (0, 1)] == [False, True]


def test_trials_that_did_not_pass_and_have_no_room_are_told() -> None:
    page = read(made_run({"bulk/a": "fb"}), most_bytes=1)
    assert "The conversations of 2 trials that did not pass are left out of this file" in page.text
    assert all("entries" not in trial for trial in page.trials.values())


def test_a_whole_run_says_nothing_of_what_is_left_out() -> None:
    assert "left out" not in read(made_run({"bulk/a": "pf"})).text


def test_texts_are_cut_where_they_are_too_long_to_be_read() -> None:
    events = (said("Hi"), answered("find_tasks", {}, "x" * 1_000_000))
    (trial,) = read(one_trial(events=events)).trials.values()
    assert trial["entries"][1]["answer"] == "x" * 20_000 + "\n… 980,000 more characters"


class FakeResults(Sequence[Result]):
    """Notes which trials are read."""

    def __init__(self, results: Sequence[Any]) -> None:
        self._results = results
        self.read: list[int] = []

    def __len__(self) -> int:
        return len(self._results)

    def __getitem__(self, index: Any) -> Any:
        self.read.append(index)
        return self._results[index]


def test_trials_are_read_one_at_a_time_and_only_those_that_are_shown() -> None:
    run = made_run({"bulk/a": "ppf"})
    whole = FakeResults(run.results)
    pieces = write_html(run, whole)
    steps: list[list[int]] = []
    for _ in pieces:
        steps.append(list(whole.read))
    assert steps == [[], [2], [2, 0], [2, 0], [2, 0]]


# Safety


def hostile(text: str) -> Run:
    run = made_run({"bulk/a": "f"}, model=text, prompt=text, endpoint=text, versions={text: text})
    case = run.manifest.cases["bulk/a"]
    events = (
        said(text),
        step(text),
        asked(text, text),
        answered(text, {text: text}, text, outcome="failed"),
        failed(text),
    )
    broken = result("bulk/a", 2, "b", problem=text)
    changed = (Change(ChangeKind.CHANGED, "tasks", text, {text: text}, {text: text}),)
    first = result("bulk/a", 1, "f", events=events, changes=changed, verdict=Verdict(False, text))
    score = Score((Check("state", passed=False, detail=text),))
    manifest = replace(run.manifest, cases={"bulk/a": replace(case, title=text)}, trials=2)
    return Run(manifest, [replace(first, score=score), broken])


def test_hostile_texts_add_no_tag() -> None:
    page, tame = read(hostile(HOSTILE)), read(hostile("tame"))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in tame.tags]
    assert page.trials[0]["entries"][0]["text"] == HOSTILE


@given(st.text())
def test_any_text_gives_a_file_that_can_be_read(text: str) -> None:
    page = read(hostile(text))
    assert (page.count("script"), page.count("/html"), len(page.trials)) == (3, 1, 2)


def test_what_would_reorder_a_line_goes() -> None:
    page = read(hostile("a\u202eb\u2067c"))
    assert page.trials[0]["entries"][0]["text"] == "abc"
    assert "\u202e" not in page.text


def test_keys_and_tokens_are_taken_out() -> None:
    key = "sk-abcdefghijklmnop"
    file = b"".join(write_html(run := hostile(f"Bearer {key}"), run.results)).decode()
    assert key not in file
    assert "[redacted]" in file


def test_only_its_own_style_and_script_are_allowed() -> None:
    page = read(made_run({"bulk/a": "p"}))
    (style,), (script,) = page.styles, page.scripts
    policy = next(
        attributes["content"] or ""
        for tag, attributes in page.tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules == {
        "default-src": "'none'",
        "style-src": digest(style),
        "script-src": digest(script),
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_nothing_is_fetched_from_anywhere() -> None:
    page = read(hostile("https://example.com/x.png"))
    for _, attributes in page.tags:
        assert not {"src", "srcset", "style", "onclick"} & set(attributes)
        assert (attributes.get("href") or "#").startswith("#")
    assert "url(" not in page.styles[0]
    assert "@import" not in page.styles[0]


# The command


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASTRAVUE_HOME", str(tmp_path))
    run = one_trial(events=CONVERSATION)
    return save_run(run, tmp_path / "data" / "runs")


def test_the_command_writes_it_and_says_where(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.html"
    assert main(["eval", "report", kept.name, "--html", str(file)]) == 0
    assert capsys.readouterr().err == f"Wrote {file}.\n"
    assert Page(file.read_text("utf-8")).trials[0]["entries"][0]["text"] == "Close the lease task"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_run_that_is_damaged_leaves_the_old_file(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.html"
    file.write_text("old", "utf-8")
    (kept / "events.jsonl").write_text("damaged\n", "utf-8")
    assert main(["eval", "report", "last", "--html", str(file)]) == 1
    assert "events.jsonl:1" in capsys.readouterr().err
    assert file.read_text("utf-8") == "old"
    assert not list(tmp_path.glob(".run.html*"))


def test_a_run_that_just_ended_is_written_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASTRAVUE_HOME", str(tmp_path))
    file = tmp_path / "run.html"
    case = "single-step/create-task"
    assert main(["eval", "run", case, "--kind", "oracle", "--html", str(file)]) == 0
    assert "1 of 1 case passed" in capsys.readouterr().out
    (trial,) = Page(file.read_text("utf-8")).trials.values()
    assert (trial["case"], trial["outcome"]) == (case, "passed")
    assert "astravue_create_task" in [entry.get("tool") for entry in trial["entries"]]
    assert [change["kind"] for change in trial["changes"] if change["table"] == "tasks"] == ["added"]


def test_what_cannot_be_written_is_refused_before_anything_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASTRAVUE_HOME", str(tmp_path))
    assert main(["eval", "run", "single-step", "--kind", "oracle", "--inspect", "run.log"]) == 2
    assert "cannot be called run.log" in capsys.readouterr().err
    assert not (tmp_path / "data" / "runs").exists()
