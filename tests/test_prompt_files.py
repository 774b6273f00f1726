"""The prompts that ship with the program."""

import pytest

from agent.prompt_files import read_prompt
from agent.usage.tokens import TokenCounter


@pytest.mark.parametrize("name", ["system", "embedded"])
def test_each_prompt_is_there_without_white_space_around_it(name: str) -> None:
    prompt = read_prompt(name)
    assert prompt
    assert prompt == prompt.strip()


def test_the_system_prompt_holds_nothing_that_changes() -> None:
    # A date or a placeholder would make the prefix of every request new, and caches useless.
    assert "{" not in read_prompt("system")
    assert read_prompt("system") is read_prompt("system")


@pytest.mark.anyio
async def test_the_system_prompt_takes_no_more_than_700_tokens() -> None:
    counter = TokenCounter("http://127.0.0.1/v1", "any")
    await counter.load()
    assert counter.is_exact
    assert await counter.count(read_prompt("system"), (), ()) <= 700


@pytest.mark.parametrize(
    "rule",
    [
        "today's date and time zone",
        "Ids before names",
        "If two things match",
        "propose first",
        "milliseconds",
        "find_tools",
        "its id",
        'between <data from="...">',
    ],
)
def test_the_system_prompt_keeps_the_rules_of_the_job(rule: str) -> None:
    assert rule in read_prompt("system")


def test_a_prompt_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        read_prompt("no-such-prompt")
