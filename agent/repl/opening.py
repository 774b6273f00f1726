"""Opens a chat on the screen that the terminal allows, and runs it."""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from prompt_toolkit.input import Input
from prompt_toolkit.output import Output

from agent.drawing.palette import is_dumb
from agent.errors import ExitCode
from agent.repl.chat import Chat
from agent.repl.host import Host
from agent.repl.prompt.completion import SlashCompleter
from agent.repl.prompt.history import PrivateHistory
from agent.repl.prompt.mentioning import MentionCompleter, PromptCompleter
from agent.repl.prompt.pasting import Pastes
from agent.repl.prompt.suggesting import GhostSuggest
from agent.repl.screens.appearance import Appearance
from agent.repl.screens.screen import Screen
from agent.repl.screens.terminal import TerminalScreen
from agent.workflows.library import Library


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """What makes one chat differ from another.

    Args:
        history_file: Where to remember what was typed.
        suggestions: What to ask first; shown once and offered by Tab at the empty prompt.
        greeting: Lines to begin with.
        workflows: What may be called like a command.
        theme: The theme to begin with; the usual one when left out.
        keep_theme: Remembers a theme for later chats, and says where.
    """

    history_file: Path
    suggestions: Sequence[str] = ()
    greeting: str = ""
    workflows: Library = field(default_factory=Library)
    theme: str = ""
    keep_theme: Callable[[str], str] | None = None


async def run_chat(
    host: Host,
    options: ChatOptions,
    *,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], float] = time.monotonic,
    input: Input | None = None,
    output: Output | None = None,
) -> ExitCode:
    """Chat in the terminal until the user leaves; closes the host then.

    Args:
        host: The program behind the chat.
        options: What is special about this chat.
        environ: The process environment; decides about colour.
        clock: Seconds that only ever grow.
        input: Where keys come from; the process's terminal when left out.
        output: Where to draw; the process's terminal when left out.
    """
    appearance = Appearance(environ, options.theme, options.keep_theme)
    chat = Chat(host, clock=clock, workflows=options.workflows, appearance=appearance)
    pastes = Pastes()
    history = PrivateHistory(options.history_file, pastes.write_down)
    if output is None and is_dumb(environ):
        return await chat.run(_open_dumb_screen(chat, history), options.greeting, options.suggestions)
    screen = TerminalScreen(
        chat,
        history=history,
        completer=PromptCompleter(
            SlashCompleter(chat.commands, chat.choices, options.suggestions),
            MentionCompleter(host.mentions.offer, chat.resources),
        ),
        suggest=GhostSuggest(chat.commands),
        pastes=pastes,
        palette=appearance.palette,
        clock=clock,
        input=input,
        output=output,
    )
    return await chat.run(screen, options.greeting, options.suggestions)


def _open_dumb_screen(chat: Chat, history: PrivateHistory) -> Screen:
    from agent.repl.screens.dumb import DumbScreen

    def print_text(text: str) -> None:
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()

    return DumbScreen(chat, history=history, lines=sys.stdin.fileno(), print_text=print_text)
