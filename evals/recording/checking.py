"""What `eval check` finds of a case that was just made, and what its author has to add."""

from pathlib import Path

from evals.definitions.problems import CaseError
from evals.definitions.reading import read_case
from evals.runs.checking import check_cases
from evals.runs.engine import InProcess, SandboxSetup

_SIDE_BY_SIDE = 4
_LONGEST = 400
_MORE = "add facts that only a right answer holds (expect.answers, contains), or calls (expect.calls)"
_ADVICE = (
    ("there is no mistake", _MORE),
    ("an agent that does nothing passes", _MORE),
    ("an agent that calls", "add what must not be called (expect.never), or what must be (expect.calls)"),
    ("an agent that", _MORE),
    ("the oracle", "correct the calls and the answers of its turns, or what is expected of them"),
)


async def find_faults(path: Path, root: Path) -> list[str]:
    """Check a case.

    Args:
        path: Its file.
        root: The folder of cases.

    Returns:
        A line for each fault, with what to add; nothing where the case holds.
    """
    try:
        case = read_case(path, root)
    except CaseError as error:
        return [f"The case does not hold: {problem}" for problem in error.problems]
    engine = InProcess(SandboxSetup(), _SIDE_BY_SIDE)
    faults = [fault async for each in check_cases([case], engine) for fault in each.faults]
    return [f"The case does not hold: {_advise(fault)}" for fault in faults]


def _advise(fault: str) -> str:
    said = " ".join(fault.split())
    said = said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"
    advice = next((advice for start, advice in _ADVICE if said.startswith(start)), "")
    return f"{said.removesuffix('.')}; {advice}." if advice else said
