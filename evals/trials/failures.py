"""Tells what failed around a model from what the model did wrong.

A model that makes calls that do not fit, says nothing, or goes on until a limit stops it has been tried, and
did badly. A trial in which its endpoint or the workspace failed, and was not meant to, says nothing of it.
"""

from agent.errors import AgentError, EndpointError, QuotaError, ServerError, SignInError
from agent.events import Event, ToolCallFinished, TurnFailed
from evals.definitions.case import Action, Case

_HARMLESS = (Action.RUN,)
"""What happens in a workspace without anything failing."""


def is_disturbed(case: Case) -> bool:
    """Whether the server or the sign-in of a case is meant to fail.

    Args:
        case: The case.
    """
    workspace = case.workspace
    return bool(workspace.rate_limit or workspace.recorded) or any(
        disturbance.action not in _HARMLESS for turn in case.turns for disturbance in turn.disturbances
    )


def infrastructure_problem(event: Event, *, disturbed: bool) -> str:
    """What an event of a turn says of a failure that is not the model's.

    Args:
        event: The event.
        disturbed: The server or the sign-in is meant to fail.

    Returns:
        One sentence; empty where there is no such failure.
    """
    match event:
        case TurnFailed(error):
            return str(error) if _is_outside(error, disturbed=disturbed) else ""
        case ToolCallFinished(error=AgentError() as error):
            return str(error) if _is_outside(error, disturbed=disturbed) else ""
        case _:
            return ""


def _is_outside(error: AgentError, *, disturbed: bool) -> bool:
    if isinstance(error, EndpointError | QuotaError):
        return True
    return isinstance(error, ServerError | SignInError) and not disturbed
