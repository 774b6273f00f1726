"""What is measured of each program that runs the same one-shot turn."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PeerFigures:
    """One program.

    Args:
        name: Its command.
        version: Its version.
        problem: Why there are no figures; empty if there are.
        seconds: The median of its runs, from the command to its end.
        least: The shortest.
        most: The longest.
        ratio: Its median in proportion to that of this program.
        memory: MiB that its processes held together at the peak, at the median.
        functions: How many functions its first request offers.
        tool_bytes: Their JSON in the first request.
        tokens: Tokens of the whole first request, as JSON.
        packages: How many packages its installation has.
        size: Megabytes of its installation.
    """

    name: str
    version: str = ""
    problem: str = ""
    seconds: float = 0.0
    least: float = 0.0
    most: float = 0.0
    ratio: float = 0.0
    memory: float = 0.0
    functions: int = 0
    tool_bytes: int = 0
    tokens: int = 0
    packages: int = 0
    size: float = 0.0
