"""How this program starts Python programs of its own: safely from any folder, and without its secrets."""

import os
import sys
from collections.abc import Mapping

_SECRETS = ("OPENAI_API_KEY", "ASTRAVUE_VAULT_KEY", "ASTRAVUE_CLIENT_SECRET")


def python_command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module with this Python.

    `-P` keeps the working folder off the module path: a file of the user's there must not be imported.

    Args:
        module: The module, run as `-m` does.
        arguments: What follows it.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def child_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment for a child: this one, less the keys that only this process needs."""
    return {name: value for name, value in environ.items() if name not in _SECRETS}
