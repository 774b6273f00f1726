"""The prompts that ship with the program: plain Markdown, read when needed."""

from functools import cache
from pathlib import Path


def prompt_folder() -> Path:
    """Where the prompts are."""
    package = Path(__file__).parent
    # An installed wheel carries them inside the package, a checkout beside it.
    folder = package / "prompts"
    return folder if folder.is_dir() else package.parent / "prompts"


@cache
def read_prompt(name: str) -> str:
    """Read a prompt, without the white space around it.

    Args:
        name: The file's name without `.md`.
    """
    return (prompt_folder() / f"{name}.md").read_text(encoding="utf-8").strip()
