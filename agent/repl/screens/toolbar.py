"""The line below the prompt: what fits of the session's standing, what matters most for longest."""

from agent.drawing.sanitize import strip_line
from agent.repl.parts import Part, fit
from agent.session.standing import Standing
from agent.wording.bars import draw_bar

_LEAST_NAME = 12
_LEAST_PLACE = 20
_BAR_CELLS = 12


def draw_toolbar(standing: Standing, queued: int, columns: int) -> str:
    """Put the standing of a session in one line.

    Args:
        standing: What it does and took.
        queued: How many messages wait for their turn.
        columns: The width to stay within.
    """
    parts = [
        Part(strip_line(standing.stage), 100, least=_LEAST_NAME, must_stay=True),
        Part(_draw_share(standing), 35),
        Part(strip_line(standing.model), 80, least=_LEAST_NAME),
        Part(strip_line(standing.sign_in_problem), 90),
        Part(strip_line(standing.account), 40, least=_LEAST_NAME),
        Part(strip_line(standing.place), 30, least=_LEAST_PLACE),
        Part(standing.tokens, 50),
        Part(standing.cost, 60),
        Part(f"{queued} queued" if queued else "", 70),
    ]
    return fit(parts, columns)


def _draw_share(standing: Standing) -> str:
    if standing.share is None:
        return ""
    return f"{draw_bar(standing.share, _BAR_CELLS)} {standing.share:.0%}"
