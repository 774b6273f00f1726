"""The commands that messages about runs name."""

import shlex
from pathlib import Path


def resume_command(path: Path) -> str:
    """The command that goes on with a run, in whatever folder it is given.

    Args:
        path: The folder of the run.
    """
    return f"astravue eval run --resume {shlex.quote(str(path.absolute()))}"
