"""Words are found in what was said and answered, whatever their case and accents."""

from pathlib import Path

import pytest
from transcripts.saving import save

from agent.conversation import ToolCall
from agent.events import CallOutcome, RequestPrefix, StepStarted, ToolCallFinished, TurnFinished, TurnStarted
from agent.jsontypes import JsonValue
from agent.model.protocol import Usage
from agent.transcripts.saved import list_saved
from agent.transcripts.searching import search, search_saved


def found(folder: Path, text: str) -> list[tuple[str, str]]:
    return [(match.saved.id, match.excerpt) for match in search(folder, text)]


@pytest.mark.parametrize("text", ["café", "CAFE", "Café lease", "lease caf", "cafe\u0301"])
def test_case_accents_and_order_make_no_difference(tmp_path: Path, text: str) -> None:
    save(tmp_path, "one", ("What is with the lease?", "The Café signs it."))
    save(tmp_path, "two", ("What else?", "Nothing."))
    assert [id for id, _ in found(tmp_path, text)] == ["one"]


def test_an_accent_may_be_asked_for_where_none_was_written(tmp_path: Path) -> None:
    save(tmp_path, "one", ("Who wrote the resume?", "Priya."))
    assert found(tmp_path, "Résumé") == [("one", "Who wrote the resume?")]


def test_other_scripts_are_found(tmp_path: Path) -> None:
    save(tmp_path, "one", ("Отчёт о проекте", "報告を書きました"))
    assert found(tmp_path, "отчет") == [("one", "Отчёт о проекте")]
    assert found(tmp_path, "報告") == [("one", "報告を書きました")]


def test_all_words_must_be_there_but_not_in_one_line(tmp_path: Path) -> None:
    save(tmp_path, "one", ("Where is Priya?", "She works on the launch."))
    assert found(tmp_path, "priya launch") != []
    assert found(tmp_path, "priya zebra") == []


def test_results_of_tools_are_searched(tmp_path: Path) -> None:
    rows: JsonValue = {"tasks": [{"title": "Sign the lease"}, {"title": "Paint the door"}]}
    call = ToolCallFinished(ToolCall("c", "list", "{}"), "List", CallOutcome.SUCCEEDED, "two", rows)
    save(tmp_path, "one", [TurnStarted("Go"), StepStarted(1), call, TurnFinished("", Usage(), 1)])
    assert found(tmp_path, "paint") == [("one", "Paint the door")]


def test_what_the_program_itself_tells_the_model_is_not_searched(tmp_path: Path) -> None:
    prefix = RequestPrefix("model", "You are an assistant for zebras.", ())
    save(tmp_path, "one", [TurnStarted("Go"), prefix, StepStarted(1), TurnFinished("", Usage(), 1)])
    assert found(tmp_path, "zebras") == []


def test_a_quotation_mark_is_a_character_like_others(tmp_path: Path) -> None:
    save(tmp_path, "one", ('Rename "Alpha" to C:\\new', "Done."))
    assert [id for id, _ in found(tmp_path, '"Alpha"')] == ["one"]
    assert [id for id, _ in found(tmp_path, "c:\\new")] == ["one"]


def test_a_long_line_is_cut_around_what_was_found(tmp_path: Path) -> None:
    save(tmp_path, "one", ("Go", f"{'before ' * 50}needle {'after ' * 50}"))
    [(_, excerpt)] = found(tmp_path, "needle")
    assert excerpt.startswith("…")
    assert excerpt.endswith("…")
    assert "needle" in excerpt
    assert len(excerpt) < 130


def test_the_last_used_comes_first_and_each_as_it_is_found(tmp_path: Path) -> None:
    for days in range(5):
        save(tmp_path, f"c{days}", ("Where is it?", "Here."), days_ago=days)
    (tmp_path / "broken.jsonl").write_text('{"type":"turn_started","text":"Where is it?"}\n')
    matches = search(tmp_path, "where")
    assert [next(matches).saved.id for _ in range(2)] == ["c0", "c1"]
    assert [match.saved.id for match in matches] == ["c2", "c3", "c4"]


def test_listed_ones_are_found_by_title_and_id(tmp_path: Path) -> None:
    save(tmp_path, "20261101-000000-0001", ("Bûche de Noël", "Yes."))
    save(tmp_path, "20261102-000000-0002", ("Something else", "Noël."))
    saved, _ = list_saved(tmp_path)
    assert [each.id for each in search_saved(saved, "noel")] == ["20261101-000000-0001"]
    assert [each.id for each in search_saved(saved, "1102")] == ["20261102-000000-0002"]
