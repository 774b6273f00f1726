"""How this program starts Python programs of its own: safely from any folder, and without its secrets."""

import asyncio
import os
import subprocess
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


async def start_attached(
    module: str, *arguments: str, environ: Mapping[str, str] = os.environ
) -> asyncio.subprocess.Process:
    """Start a module as a child that is talked to over pipes.

    Ctrl-C in the terminal is for this process alone; the child is to leave when its input ends, which it does
    even when this process is killed.

    Args:
        module: The module.
        arguments: What follows it.
        environ: The environment that the child's is made from.

    Raises:
        OSError: The system starts no further process.
    """
    return await asyncio.create_subprocess_exec(
        *python_command(module, *arguments),
        env=child_environment(environ),
        start_new_session=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
