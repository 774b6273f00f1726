"""How far something is, as a bar."""

_EMPTY, _FULL = "░", "█"


def draw_bar(share: float, cells: int) -> str:
    """Draw a share as a bar between two edges.

    Args:
        share: From 0 to 1; what lies outside counts as the nearer end.
        cells: How long the bar is, its edges left out.
    """
    full = round(min(max(share, 0.0), 1.0) * cells)
    return f"▕{_FULL * full}{_EMPTY * (cells - full)}▏"
