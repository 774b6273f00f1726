"""The prompts that ship with the program."""

import pytest

from agent.prompt_files import read_prompt


@pytest.mark.parametrize("name", ["system", "embedded"])
def test_each_prompt_is_there_without_white_space_around_it(name: str) -> None:
    prompt = read_prompt(name)
    assert prompt
    assert prompt == prompt.strip()


def test_the_system_prompt_holds_nothing_that_changes() -> None:
    # A date or a placeholder would make the prefix of every request new, and caches useless.
    assert "{" not in read_prompt("system")
    assert read_prompt("system") is read_prompt("system")


def test_a_prompt_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        read_prompt("no-such-prompt")
