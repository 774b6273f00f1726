"""`/export`: writes this conversation as Markdown or HTML."""

from pathlib import Path

from agent.drawing.sanitize import strip_line
from agent.repl.command_context import CommandContext

_FORMS = ("md", "html")


async def run(context: CommandContext, rest: str) -> None:
    """Write it, and ask before a file is replaced.

    Raises:
        AgentError: Nothing was said yet, or the file cannot be written.
    """
    form, path = _read(rest)
    overwrite = path is not None and path.expanduser().exists()
    if overwrite and not await context.screen.confirm(f"{path} is there already. Replace it?"):
        context.remark("Nothing was exported.")
        return
    written = await context.host.conversations.export(form, path, overwrite=overwrite)
    context.remark(f"Wrote {strip_line(str(written))}, without secrets; only you can read it.")


def _read(rest: str) -> tuple[str, Path | None]:
    """The form and the file; a file's ending says the form where nothing else does."""
    first, _, after = rest.partition(" ")
    if first.lower() in _FORMS:
        return first.lower(), Path(after.strip()) if after.strip() else None
    path = Path(rest) if rest else None
    named = path is not None and path.suffix.lower() in (".html", ".htm")
    return "html" if named else "md", path
