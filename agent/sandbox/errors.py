"""What the sandbox refuses, and why.

    SandboxError        the sandbox cannot start; its message goes to standard error
    SnapshotRefused     a snapshot cannot be restored; its message goes to the control API
    Refusal             a tool call that changes nothing; its message goes to the caller
    ├── InvalidInput    400   an argument that cannot be used
    ├── AccessDenied    403   the caller's role is too low
    ├── NotFound        404   nothing with that id, or nothing that the caller may see
    ├── Conflict        409   the state of the workspace does not allow it
    └── Failure         500   the sandbox itself is at fault

Each message is one sentence that names the argument at fault.
"""

from collections.abc import Mapping


class SandboxError(Exception):
    """The sandbox cannot start; the message says why in one sentence."""


class SnapshotRefused(Exception):
    """A snapshot cannot be restored; the message says why in one sentence."""


class Refusal(Exception):
    """A tool call that is refused and changes nothing.

    Args:
        message: One sentence for the caller.
        field: The argument at fault, or empty when none is.
        details: What a program may want to know beyond the sentence.
    """

    code = 400

    def __init__(self, message: str, field: str = "", details: Mapping[str, object] | None = None) -> None:
        # What a caller gave may be quoted in it, line breaks and all.
        self.message = " ".join(message.split())
        super().__init__(self.message)
        self.field = field
        self.details = details or {}


class InvalidInput(Refusal):
    """An argument has a value that cannot be used."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}", field)


class AccessDenied(Refusal):
    """The caller's role does not allow the action; the message names the role that does."""

    code = 403

    def __init__(self, problem: str) -> None:
        super().__init__(f"Access denied: {problem}")


class NotFound(Refusal):
    """Nothing has that id, or the caller may not know of it: the two look the same from outside."""

    code = 404

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}", field)


class Conflict(Refusal):
    """The request is sound but the state of the workspace does not allow it."""

    code = 409


class Failure(Refusal):
    """The sandbox itself is at fault; the log says how."""

    code = 500
