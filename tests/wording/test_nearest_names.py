"""The name that may have been meant."""

from agent.wording.suggesting import did_you_mean, nearest


def test_the_nearest_name_is_found_whatever_its_capitals() -> None:
    assert nearest("TITLE", ["projectId", "taskTitle"]) == "taskTitle"
    assert nearest("frobnicate", ["chat", "ask"]) == ""
    assert nearest("", []) == ""


def test_a_hint_names_it_before_what_helps_in_any_case() -> None:
    assert did_you_mean("sesions", ["sessions"], "See: x") == "Did you mean sessions? See: x"
    assert did_you_mean("frobnicate", ["sessions"], "See: x") == "See: x"
