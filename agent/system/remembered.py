"""What a program learns from run to run, in small JSON files that it can do without."""

import json
import logging
from pathlib import Path

from agent.jsontypes import JsonObject, parse_object
from agent.system.private_files import replace_file

_LOGGER = logging.getLogger(__name__)


def recall(path: Path) -> JsonObject:
    """Read what was learnt; nothing where there is no such file.

    A file that cannot be read is logged and begun anew, for what was in it is learnt again.

    Args:
        path: The file.
    """
    try:
        return parse_object(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        _LOGGER.warning("%s cannot be read and is begun anew: %s", path, type(error).__name__)
        return {}


def remember(path: Path, learnt: JsonObject, *, what: str) -> None:
    """Write what was learnt in place of what was known; may take a while.

    Args:
        path: The file.
        learnt: What it is to hold. Its order is kept: callers put the newest first and leave out the oldest.
        what: Names it in the log, where it cannot be written.
    """
    try:
        replace_file(path, json.dumps(learnt).encode())
    except OSError as error:
        _LOGGER.warning("%s cannot be kept: %s", what, error.strerror)
