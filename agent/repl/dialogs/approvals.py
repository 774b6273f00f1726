"""How the chat asks before a write, and other questions of yes and no."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agent.drawing.palette import Palette
from agent.drawing.sanitize import strip_line
from agent.drawing.widths import wrap
from agent.events import ApprovalRequested, Decision
from agent.repl.dialogs.changes import draw_changes
from agent.tools.preview import describe_change
from agent.tools.tool import Effect

_INDENT = "  "


@dataclass(frozen=True, slots=True)
class ApprovalAnswer:
    """What the user says to a call.

    Args:
        decision: The decision; `EDITED` if the user wants to change the arguments first.
        reason: Why not, in the user's words; empty if they gave none.
    """

    decision: Decision
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalChoice:
    """One of the answers that are offered.

    Args:
        key: The letter that takes it.
        word: The word that takes it where lines are typed.
        text: What it says.
        decision: What it stands for.
        asks_why: A reason is asked for next.
    """

    key: str
    word: str
    text: str
    decision: Decision
    asks_why: bool = False

    @property
    def lasts(self) -> bool:
        """Whether it holds for further calls too."""
        return self.decision in (Decision.ALLOWED_FOR_SESSION, Decision.ALLOWED_ALWAYS)


def choices_of(request: ApprovalRequested) -> tuple[ApprovalChoice, ...]:
    """The answers that are offered, the one that Enter alone takes last."""
    choices = [ApprovalChoice("y", "yes", "yes", Decision.ALLOWED)]
    if may_allow_always(request):
        choices.append(ApprovalChoice("a", "always", "always for this session", Decision.ALLOWED_FOR_SESSION))
    if may_allow_for_good(request):
        choices.append(ApprovalChoice("t", "tool", "always for this tool", Decision.ALLOWED_ALWAYS))
    if request.may_edit:
        choices.append(ApprovalChoice("e", "edit", "change it first", Decision.EDITED))
    choices.append(ApprovalChoice("r", "reason", "no, and say why", Decision.DECLINED, asks_why=True))
    choices.append(ApprovalChoice("n", "no", "no (default)", Decision.DECLINED))
    return tuple(choices)


def may_allow_always(request: ApprovalRequested) -> bool:
    """Say whether further calls of the tool may be allowed together with this one."""
    return request.may_remember and request.effect is not Effect.DESTRUCTIVE


def may_allow_for_good(request: ApprovalRequested) -> bool:
    """Say whether calls of the tool may be allowed in later sessions too."""
    return request.may_keep and may_allow_always(request)


def apply_answer(request: ApprovalRequested, answer: ApprovalAnswer) -> None:
    """Put an answer into the request that it answers."""
    request.decision = answer.decision
    if answer.reason:
        request.reason = (
            f"The user declined this call and said why: “{strip_line(answer.reason)}”. "
            "Do what they want instead; do not repeat the call as it was."
        )


def draw_request(request: ApprovalRequested, palette: Palette) -> str:
    """Describe a call that waits for a decision line by line, each of the answers on a line of its own."""
    details = [f"{_INDENT}{palette.dim(strip_line(detail))}" for detail in request.details]
    noted = [_paint(*note, palette) for note in notes(request)]
    choices = [f"{palette.accent(f'[{choice.key}]')} {choice.text}" for choice in choices_of(request)]
    return "\n".join([palette.strong(summarise(request)), *details, *noted, *choices])


def draw_details(request: ApprovalRequested, columns: int, palette: Palette) -> list[str]:
    """Draw what a call would change, each argument with its old and its new value."""
    drawn = draw_changes(request.changes, columns, palette)
    told = {describe_change(change) for change in request.changes}
    for detail in request.details:
        if detail not in told:
            indent = _INDENT * (1 + detail.startswith(_INDENT))
            drawn += wrap(indent + strip_line(detail), columns, indent=indent + _INDENT)
    return drawn


def draw_notes(request: ApprovalRequested, columns: int, palette: Palette) -> list[str]:
    """Draw what else there is to know before deciding."""
    return [_paint(style, part, palette) for style, text in notes(request) for part in wrap(text, columns)]


def summarise(request: ApprovalRequested) -> str:
    """Say in one line what is asked."""
    summary = strip_line(request.summary)
    return f"{summary} (changed by you)" if request.is_edited else summary


def notes(request: ApprovalRequested) -> list[tuple[bool, str]]:
    """What else there is to know, each with whether it is about a loss."""
    lines = [(False, strip_line(request.because))] if request.because else []
    undo = strip_line(request.undo)
    if request.effect is Effect.DESTRUCTIVE:
        return [*lines, (True, f"Destructive: {undo or 'this cannot be undone.'}")]
    if request.effect is Effect.READ:
        return [*lines, (False, "Your settings have this asked about.")]
    return [*lines, (False, f"This changes your workspace. {undo}".rstrip())]


def _paint(loss: bool, text: str, palette: Palette) -> str:
    return palette.bad(text) if loss else palette.warning(text)


def find_choice(line: str, request: ApprovalRequested) -> ApprovalChoice | None:
    """Turn a typed line into one of the answers.

    Args:
        line: What was typed; empty stands for Enter alone.
        request: The call in question.

    Returns:
        The answer, or `None` if it is none of those offered.
    """
    word = line.strip().lower()
    choices = choices_of(request)
    return next((each for each in choices if word in (each.key, each.word)), None if word else choices[-1])


async def ask_by_line(
    request: ApprovalRequested,
    palette: Palette,
    write: Callable[[str], object],
    read_line: Callable[[str], Awaitable[str]],
) -> ApprovalAnswer:
    """Write a call down, and read lines until one is an answer.

    Args:
        request: The call.
        palette: The colours.
        write: Puts whole lines on the screen.
        read_line: Reads a line after a prompt.
    """
    write(draw_request(request, palette) + "\n")
    while True:
        choice = find_choice(await read_line("Allow? "), request)
        if choice is not None:
            return ApprovalAnswer(choice.decision, await read_line("Why not? ") if choice.asks_why else "")


async def confirm_by_line(question: str, read_line: Callable[[str], Awaitable[str]]) -> bool:
    """Read lines until one says yes or no."""
    while True:
        answer = decide_yes_or_no(await read_line(f"{question} [y/N] "))
        if answer is not None:
            return answer


def decide_yes_or_no(key: str) -> bool | None:
    """Turn an answer into yes or no; `None` if it is neither, and no for Enter alone."""
    match key.strip().lower():
        case "y" | "yes":
            return True
        case "" | "n" | "no":
            return False
        case _:
            return None
