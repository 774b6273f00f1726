"""Asking for a secret on the terminal, without showing it."""

import getpass
import sys
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import TextIO

from agent.errors import VaultError


@contextmanager
def unechoed(terminal: TextIO) -> Generator[None]:
    """Show nothing of what is typed but the ends of lines; Windows, which has no such setting, shows it.

    `getpass` would leave the terminal like this when it is left in the middle of its question.

    Args:
        terminal: What is typed at.
    """
    if sys.platform == "win32":
        yield
        return
    import termios

    before = termios.tcgetattr(terminal)
    modes = termios.tcgetattr(terminal)
    modes[3] = (modes[3] & ~termios.ECHO) | termios.ECHONL
    termios.tcsetattr(terminal, termios.TCSADRAIN, modes)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def ask_hidden(prompt: str, *, what: str, instead: str) -> str:
    """Ask for a secret.

    Args:
        prompt: Written before the answer.
        what: The secret, as a part of a sentence.
        instead: What to do where it cannot be asked for.

    Raises:
        VaultError: The terminal cannot hide what is typed, or nothing was given.
    """
    try:
        with warnings.catch_warnings():
            # A terminal that cannot hide what is typed must not show a secret.
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except getpass.GetPassWarning:
        raise VaultError(
            f"This terminal cannot hide what is typed, so no {what} was asked for.", instead
        ) from None
    except EOFError:
        raise VaultError(f"No {what} was given; the vault was kept.", "Run the command again.") from None
