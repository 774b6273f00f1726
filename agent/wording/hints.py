"""Hints in the words of where they are read: the chat, or a command line.

An error's hint is written where it arises, which is the same for both.
"""

import argparse
import re
import shlex
from collections.abc import Callable

from agent.wording.addresses import hide_user

GO_ON = "Say “go on”"
"""How a hint says that one more message continues a conversation."""

# A slash command that is given nothing lists.
_COMMAND = re.compile(r"`astravue ([a-z]+)(?: list)?`")
_SIGN_IN = re.compile(r"`(astravue (?:login|auth)\b[^`]*)`")


def for_chat(hint: str, has_command: Callable[[str], bool]) -> str:
    """Name the slash command where a hint names a command of the same name.

    Args:
        hint: The hint.
        has_command: Says whether there is such a slash command.
    """

    def rename(match: re.Match[str]) -> str:
        command = f"/{match[1]}"
        return command if has_command(command) else match[0]

    return _COMMAND.sub(rename, hint)


def for_command_line(hint: str, arguments: argparse.Namespace, conversation: str = "") -> str:
    """Name the commands that help as they have to be typed.

    Args:
        hint: The hint.
        arguments: Of the command line; the server and the profile that they name are named again.
        conversation: Its id, if there is one to go on with.
    """
    if conversation:
        hint = hint.replace(GO_ON, f'Run astravue ask --session {conversation} "go on"')
    named = {name: getattr(arguments, name, None) for name in ("server", "profile")}
    options = "".join(f" --{name} {shlex.quote(hide_user(value))}" for name, value in named.items() if value)
    return _SIGN_IN.sub(lambda match: f"`{match[1]}{options}`", hint)
