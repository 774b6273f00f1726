"""Every error that reaches a person, and the exit code that scripts see.

    AgentError                      1
    ├── UsageError                  2   wrong arguments
    │   └── SettingsError           2   a settings file or value that cannot be used
    ├── SignInError                 3   sign-in needed, refused or lost
    │   └── VaultError              3   the vault cannot be opened, read or written
    ├── ApprovalError               4   approval needed or declined
    ├── ServerError                 5   server unreachable, or its answer unusable
    │   └── OutcomeUnknownError     5   a write may or may not have happened
    ├── ModelError                  6   model unreachable, or its answer unusable
    │   └── EndpointError           6   the endpoint failed, which says nothing of the model
    ├── LimitError                  7   a limit was reached: steps, tokens, cost, time, rate
    │   ├── ContextError            7   the request is longer than the model can read
    │   └── QuotaError              7   the endpoint serves no more for now: its rate limit, or no credit
    └── StoppedError                130 the user stopped it

Each message is one sentence that says what happened and what was kept; `hint` names the command
or action that helps. Neither ever holds a token, a key or an authorization code.
"""

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """Process exit codes; a promise to scripts, described in docs/scripting.md.

    Args:
        code: The number.
        reason: The same as a word, for `--json`.
        meaning: The same as a line, for the manual.
    """

    reason: str
    meaning: str

    DONE = 0, "done", "done"
    FAILED = 1, "failed", "failed: a tool, a case, a check"
    USAGE = 2, "usage", "usage or settings"
    SIGN_IN = 3, "sign_in_needed", "sign-in needed, refused or lost"
    APPROVAL = 4, "approval_needed", "approval needed or declined"
    SERVER = (
        5,
        "server_unreachable",
        "server unreachable, or its answer unusable, or the outcome of a write unknown",
    )
    MODEL = 6, "model_unreachable", "model unreachable, or its answer unusable"
    LIMIT = 7, "limit_reached", "a limit was reached: steps, tokens, cost, time, rate"
    INTERRUPTED = 130, "interrupted", "interrupted"

    def __new__(cls, code: int, reason: str, meaning: str) -> Self:
        """Make a number that knows its word and its meaning."""
        made = int.__new__(cls, code)
        made._value_ = code
        made.reason = reason
        made.meaning = meaning
        return made


class AgentError(Exception):
    """Anything that went wrong and that a person can act on.

    Args:
        message: One sentence: what happened, and what was kept.
        hint: What to do next, usually a command; empty when nothing helps.
    """

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(AgentError):
    """The command line or a slash command was given something it cannot use."""

    exit_code = ExitCode.USAGE


class SettingsError(UsageError):
    """A settings file or an environment variable holds something that cannot be used."""


class SignInError(AgentError):
    """The server wants a sign-in, refused one, or no longer accepts the one we had."""

    exit_code = ExitCode.SIGN_IN


class VaultError(SignInError):
    """The vault cannot be opened, read or written."""


class ApprovalError(AgentError):
    """A tool call needs an approval that nobody could give, or that was declined."""

    exit_code = ExitCode.APPROVAL


class ServerError(AgentError):
    """The MCP or authorization server cannot be reached, or its answer cannot be used."""

    exit_code = ExitCode.SERVER


class OutcomeUnknownError(ServerError):
    """The connection was lost after a write left; whether it took effect is unknown."""


class ModelError(AgentError):
    """The model endpoint cannot be reached, refused the request, or broke off its answer."""

    exit_code = ExitCode.MODEL


class EndpointError(ModelError):
    """The endpoint or the embedded model cannot be used, or broke off; that says nothing of its answers."""


class LimitError(AgentError):
    """A limit was reached: steps, tokens, cost, time or rate."""

    exit_code = ExitCode.LIMIT


class ContextError(LimitError):
    """A request is longer than the model can read.

    Args:
        message: What happened, and what was kept.
        hint: What to do next.
        tokens: How many the model can read, where the endpoint says so.
    """

    def __init__(self, message: str, hint: str = "", tokens: int | None = None) -> None:
        super().__init__(message, hint)
        self.tokens = tokens


class QuotaError(LimitError):
    """The endpoint serves no more for now: its rate limit is reached, or there is no credit left."""


class StoppedError(AgentError):
    """The user stopped the program: Ctrl-C, or a signal to leave."""

    exit_code = ExitCode.INTERRUPTED
