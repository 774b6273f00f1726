"""Writes an exported conversation where the user wants it."""

import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from agent.errors import AgentError, UsageError
from agent.export.reading import make_document
from agent.system.private_files import replace_file
from agent.transcripts.transcript import Transcript


class Form(StrEnum):
    """The forms of an exported conversation; each is also the ending of a file's name."""

    MARKDOWN = "md"
    HTML = "html"


def export(transcript: Transcript, form: Form, clean: Callable[[str], str]) -> str:
    """Write a conversation as a document.

    Args:
        transcript: The conversation.
        form: The form.
        clean: Takes out of a text what is not to be shown.
    """
    document = make_document(transcript, clean)
    if form is Form.HTML:
        from agent.export.html import write_html

        return write_html(document)
    from agent.export.markdown import write_markdown

    return write_markdown(document)


def write_export(path: Path, text: str, *, overwrite: bool = False) -> None:
    """Write a document into a file that its owner alone may read.

    Args:
        path: The file.
        text: The document.
        overwrite: A file that is there may be replaced.

    Raises:
        UsageError: There is such a file already, it is a folder, or its folder is missing.
        AgentError: It cannot be written.
    """
    data = text.encode()
    if path.is_dir():
        raise UsageError(f"Nothing was exported, because {path} is a folder.", "Name a file in it.")
    if not path.parent.is_dir():
        raise UsageError(
            f"Nothing was exported, because there is no folder {path.parent}.",
            "Make it, or name a file in another one.",
        )
    try:
        if overwrite:
            replace_file(path, data)
            return
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    except FileExistsError:
        raise UsageError(
            f"Nothing was exported, because {path} is there already.", "Name another file, or add --force."
        ) from None
    except OSError as error:
        raise AgentError(f"Nothing was exported: {path} cannot be written ({error.strerror}).") from error
