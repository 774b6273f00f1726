"""Asking for a secret on the terminal, without showing it."""

import getpass
import warnings

from agent.errors import VaultError


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
