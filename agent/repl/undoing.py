"""`/undo`: shows what would be done, asks where something changed since, and does it."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Protocol

from agent.drawing.palette import Palette
from agent.drawing.sanitize import strip_line
from agent.drawing.widths import wrap
from agent.errors import UsageError
from agent.events import Event
from agent.undo.plan import Listed, UndoPlan

_LIST = "list"


class UndoHost(Protocol):
    """What `/undo` needs of the program behind the chat."""

    def writes(self) -> tuple[Listed, ...]:
        """The newest changes of this conversation."""
        ...

    async def plan_undo(self, number: int | None) -> UndoPlan:
        """Plan how a change is taken back.

        Args:
            number: Its number among the newest; the last that can be undone when left out.

        Raises:
            AgentError: There is none, it cannot be undone, or the server cannot be asked.
        """
        ...

    def undo(self, plan: UndoPlan) -> AsyncGenerator[Event, None]:
        """Take a change back, with the same approvals and events as in a turn."""
        ...


async def run_undo(
    rest: str,
    host: UndoHost,
    *,
    palette: Palette,
    columns: int | None,
    show: Callable[[str], None],
    confirm: Callable[[str], Awaitable[bool]],
    read: Callable[[AsyncGenerator[Event, None]], Awaitable[None]],
) -> None:
    """Do what `/undo` asks for.

    Args:
        rest: What followed the command.
        host: The program behind the chat.
        palette: For what is shown.
        columns: The width of the screen; `None` if it breaks long lines by itself.
        show: Puts whole lines before the user.
        confirm: Asks yes or no.
        read: Shows the events of a turn.

    Raises:
        AgentError: There is nothing to undo, or it cannot be undone.
    """
    if rest.lower() == _LIST:
        show(draw_writes(host.writes(), palette, columns))
        return
    plan = await host.plan_undo(_number(rest))
    show(draw_plan(plan, palette, columns))
    if plan.changed and not await confirm("Undo it all the same?"):
        return
    await read(host.undo(plan))


def draw_plan(plan: UndoPlan, palette: Palette, columns: int | None) -> str:
    """Say what would be done."""
    lines = [palette.dim(f"Not undone: {strip_line(did)}, as {strip_line(why)}.") for did, why in plan.passed]
    lines.append(f"{palette.strong('Redo' if plan.is_redo else 'Undo')} · {strip_line(plan.did)}")
    lines.append(f"  {strip_line(plan.says)}")
    lines += [palette.dim(f"  by {strip_line(title)}") for title in dict.fromkeys(plan.titles)]
    lines += [palette.warning(f"  This does not come back: {strip_line(text)}.") for text in plan.lost]
    lines += [palette.warning(f"  Changed since: {strip_line(text)}.") for text in plan.changed]
    return _lay_out(lines, "    ", columns)


def draw_writes(writes: tuple[Listed, ...], palette: Palette, columns: int | None) -> str:
    """List changes with what can be done about them."""
    if not writes:
        return "Nothing was changed in this conversation.\n"
    digits = len(str(writes[-1].number))
    lines: list[str] = []
    for write in writes:
        lines.append(f"{write.number:>{digits}}  {strip_line(write.did)}")
        lines.append(palette.dim(f"{'':{digits}}  {_fate(write)}"))
    return _lay_out(lines, " " * (digits + 2), columns)


def _lay_out(lines: list[str], indent: str, columns: int | None) -> str:
    if columns is not None:
        lines = [piece for line in lines for piece in wrap(line, columns - 1, indent=indent)]
    return "\n".join(lines) + "\n"


def _fate(write: Listed) -> str:
    if write.is_undone:
        return "was undone"
    says = strip_line(write.says)
    return f"can be undone: {says}" if write.can else f"cannot be undone: {says}"


def _number(rest: str) -> int | None:
    if not rest:
        return None
    if not (rest.isascii() and rest.isdigit()):
        raise UsageError("/undo takes nothing, “list”, or a number of that list.", "/undo list")
    return int(rest)
