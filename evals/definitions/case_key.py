"""A case on its way through a cache."""

from evals.definitions.case import Case


class CaseKey:
    """A case, told from others by its file and its digest alone.

    Args:
        case: The case.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self._names = (case.path, case.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CaseKey) and self._names == other._names

    def __hash__(self) -> int:
        return hash(self._names)
