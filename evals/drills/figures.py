"""What a drill found out, and the table of all."""

from collections.abc import Sequence
from dataclasses import dataclass, field

_COLUMNS = ("drill", "times", "turns lost", "sign-ins", "refreshes", "revoked", "seconds", "promises")


@dataclass(slots=True)
class Figures:
    """The figures of one drill.

    Args:
        did: What was done, in one line.
        times: How often.
        turns_lost: Turns, or calls where there is no turn, that ended without an answer.
        sign_ins_asked: How often a person would have had to sign in again.
        refreshes: Refresh tokens spent, by the sandbox's database.
        families_revoked: Sign-ins that the sandbox revoked, by its database.
        broken: The promises that were not kept, a sentence each.
        remarks: What else there is to know, a line each.
    """

    did: str
    times: int = 0
    turns_lost: int = 0
    sign_ins_asked: int = 0
    refreshes: int = 0
    families_revoked: int = 0
    broken: list[str] = field(default_factory=list[str])
    remarks: list[str] = field(default_factory=list[str])

    def promise(self, kept: bool, sentence: str) -> None:
        """Note a promise that was not kept.

        Args:
            kept: Whether it was.
            sentence: What happened instead.
        """
        if not kept:
            self.broken.append(sentence)

    def line(self) -> str:
        """Everything in one line."""
        return (
            f"{self.did}: {self.times} times; {self.turns_lost} turns lost, "
            f"{self.sign_ins_asked} sign-ins asked, {self.refreshes} refreshes, "
            f"{self.families_revoked} families revoked."
        )


def table(rows: Sequence[tuple[str, Figures, float]]) -> str:
    """Draw the figures of all drills.

    Args:
        rows: Name, figures and seconds of each.
    """
    cells = [_COLUMNS, *(_cells(*row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_COLUMNS))]
    lines = [
        "  ".join(
            cell.ljust(width) if column in (0, len(_COLUMNS) - 1) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _cells(name: str, figures: Figures, seconds: float) -> tuple[str, ...]:
    return (
        name,
        f"{figures.times:,}",
        str(figures.turns_lost),
        str(figures.sign_ins_asked),
        f"{figures.refreshes:,}",
        str(figures.families_revoked),
        f"{seconds:.0f}",
        "kept" if not figures.broken else f"{len(figures.broken)} BROKEN",
    )
