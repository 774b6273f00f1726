"""How the chat asks before a write, and other questions of yes and no."""

from agent.events import ApprovalRequested, Decision
from agent.repl.palette import Palette
from agent.repl.sanitize import strip_line
from agent.tools.tool import Effect


def draw_request(request: ApprovalRequested, palette: Palette) -> str:
    """Describe a call that waits for a decision, as lines that the screen may wrap."""
    undo = strip_line(request.undo)
    if request.effect is Effect.DESTRUCTIVE:
        lost = undo or "this cannot be undone."
        effect = palette.bad(palette.strong("Destructive:") + palette.bad(f" {lost}"))
    elif request.effect is Effect.READ:
        effect = palette.warning("Your settings have this asked about.")
    else:
        effect = palette.warning(f"This changes your workspace. {undo}".rstrip())
    details = [f"  {palette.dim(strip_line(detail))}" for detail in request.details]
    because = [palette.warning(strip_line(request.because))] if request.because else []
    summary = palette.strong(strip_line(request.summary))
    return "\n".join([summary, *details, *because, effect, draw_choices(request, palette)])


def draw_choices(request: ApprovalRequested, palette: Palette) -> str:
    """Name the answers and their keys."""
    choices = [("y", "yes")]
    if may_allow_always(request):
        choices.append(("a", "always for this session"))
    if may_allow_for_good(request):
        choices.append(("t", "always for this tool"))
    choices.append(("n", "no (default)"))
    return "  ".join(f"{palette.accent(f'[{key}]')} {answer}" for key, answer in choices)


def may_allow_always(request: ApprovalRequested) -> bool:
    """Say whether further calls of the tool may be allowed together with this one."""
    return request.may_remember and request.effect is not Effect.DESTRUCTIVE


def may_allow_for_good(request: ApprovalRequested) -> bool:
    """Say whether calls of the tool may be allowed in later sessions too."""
    return request.may_keep and may_allow_always(request)


def decide(key: str, request: ApprovalRequested) -> Decision | None:
    """Turn an answer into a decision.

    Args:
        key: What was typed; empty stands for Enter alone.
        request: The call in question.

    Returns:
        The decision, or `None` if the answer is none of those offered.
    """
    match key.strip().lower():
        case "y" | "yes":
            return Decision.ALLOWED
        case "a" | "always" if may_allow_always(request):
            return Decision.ALLOWED_FOR_SESSION
        case "t" | "tool" if may_allow_for_good(request):
            return Decision.ALLOWED_ALWAYS
        case "" | "n" | "no":
            return Decision.DECLINED
        case _:
            return None


def draw_yes_or_no(question: str, palette: Palette) -> str:
    """Put a question with its answers and their keys."""
    choices = f"{palette.accent('[y]')} yes  {palette.accent('[n]')} no (default)"
    return f"{palette.strong(question)}\n{choices}"


def decide_yes_or_no(key: str) -> bool | None:
    """Turn an answer into yes or no; `None` if it is neither, and no for Enter alone."""
    match key.strip().lower():
        case "y" | "yes":
            return True
        case "" | "n" | "no":
            return False
        case _:
            return None
