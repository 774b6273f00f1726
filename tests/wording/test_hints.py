"""Hints for the chat and for command lines."""

from argparse import Namespace

from agent.wording.hints import GO_ON, for_chat, for_command_line


def _has(command: str) -> bool:
    return command in ("/login", "/model")


def test_the_chat_is_told_its_own_command_where_it_has_one() -> None:
    assert for_chat("Run `astravue login` again.", _has) == "Run /login again."
    assert for_chat("Choose another: `astravue model list`.", _has) == "Choose another: /model."
    assert for_chat("Run `astravue model fetch`.", _has) == "Run `astravue model fetch`."
    assert for_chat("Run `astravue auth`.", _has) == "Run `astravue auth`."
    assert for_chat("Run `astravue login --keychain`.", _has) == "Run `astravue login --keychain`."


def test_a_script_is_told_the_command_that_goes_on() -> None:
    hint = for_command_line(f"{GO_ON} to continue.", Namespace(), "20260101-000000-abcd")

    assert hint == 'Run astravue ask --session 20260101-000000-abcd "go on" to continue.'
    assert for_command_line(f"{GO_ON}.", Namespace()) == f"{GO_ON}."


def test_a_sign_in_is_named_with_the_server_and_the_profile_that_were_named() -> None:
    given = Namespace(server="https://ada:hunter2@a.example/mcp", profile="my own")

    assert for_command_line("Run `astravue login`.", given) == (
        "Run `astravue login --server 'https://…@a.example/mcp' --profile 'my own'`."
    )
    assert for_command_line("Run `astravue login`.", Namespace()) == "Run `astravue login`."
    assert for_command_line("See `astravue tools`.", given) == "See `astravue tools`."
