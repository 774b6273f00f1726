"""Markdown in words, for whoever has the screen read aloud."""

import pytest

from agent.repl.answers.spoken_markdown import speak


def lines(source: str) -> list[str]:
    return speak(source).splitlines()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Six are **over_due_**, *really* `so`.", "Six are over_due_, really so."),
        ("~~Five~~ Six", "Five (struck out) Six"),
        ("See [the list](https://demo.example/4).", "See the list (https://demo.example/4)."),
        ("<https://demo.example> <a@demo.example>", "https://demo.example a@demo.example"),
        ("# Over**due**", "Overdue"),
        ("Overdue\n===", "Overdue"),
        ("a < b & c &lt; d <b>e</b>", "a < b & c < d <b>e</b>"),
        ("**not closed and [no link](", "**not closed and [no link]("),
    ],
)
def test_marks_are_not_said_and_addresses_follow_their_texts(source: str, said: str) -> None:
    assert speak(source) == f"{said}\n"


def test_a_paragraph_is_one_line_but_for_the_breaks_that_were_meant() -> None:
    assert lines("one\ntwo  \nthree " + "word " * 40) == ["one two", ("three " + "word " * 40).rstrip()]


def test_a_rule_is_silence() -> None:
    assert speak("---\n") == ""


def test_lists_keep_their_numbers_and_their_depth() -> None:
    assert lines("3. three\n4. four\n   - nested\n\n     more\n- **other**") == [
        "3. three",
        "4. four",
        "   - nested",
        "     more",
        "- other",
    ]


def test_boxes_say_whether_a_task_is_done() -> None:
    assert lines("- [x] **write** it\n- [ ] send it\n- \\[ ] no box\n- [ ]") == [
        "- done: write it",
        "- to do: send it",
        "- [ ] no box",
        "- [ ]",
    ]


def test_code_and_quotations_have_a_beginning_and_an_end() -> None:
    assert lines("```python\nx = '**'\n\n  y\n```") == ["code:", "x = '**'", "", "  y", "end of code"]
    assert lines("    x\n") == ["code:", "x", "end of code"]
    assert lines("> one\n> two\n>\n> three") == ["quote:", "one two", "three", "end of quote"]


def test_a_table_is_a_record_for_each_row() -> None:
    table = "| Task | Due |\n|:---|:---:|\n| **Write** | Monday |\n| 7 | שלום |\n| | |\n| Send | |\n"
    assert lines(table) == [
        "Write",
        "Due: Monday",
        "",
        "Task: 7",
        "Due: \u2068שלום\u2069",
        "",
        "Send",
    ]


def test_a_table_of_one_column_is_a_list_of_lines_and_one_without_rows_its_headings() -> None:
    assert lines("| Task |\n| --- |\n| Write |\n| Send |\n") == ["Write", "Send"]
    assert lines("| Task | Due |\n| --- | --- |\n") == ["Task, Due"]
