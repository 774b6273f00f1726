"""Tells what failed around a model from what the model did wrong.

A model that makes calls that do not fit, says nothing, or goes on until a limit stops it has been tried, and
did badly. A trial in which its endpoint or the workspace failed, and was not meant to, says nothing of it.
"""

import re

from agent.errors import AgentError, EndpointError, QuotaError, ServerError, SignInError
from agent.events import Event, ToolCallFinished, TurnFailed
from agent.wording.hints import GO_ON
from evals.definitions.case import Action, Case

_SAY_IT_AGAIN = re.compile(f"{GO_ON}|(?:Wait a moment and )?ask again", re.IGNORECASE)
"""How hints begin that are for a person in the middle of a conversation."""
_HARMLESS = (Action.RUN,)
"""What happens in a workspace without anything failing."""


def infrastructure_problem(event: Event, case: Case) -> str:
    """What an event of a turn says of a failure that is not the model's.

    Args:
        event: The event.
        case: Says whether the server or the sign-in is meant to fail.

    Returns:
        One sentence; empty where there is no such failure.
    """
    match event:
        case TurnFailed(error) if _is_outside(error, case):
            return describe_error(error)
        case ToolCallFinished(error=AgentError() as error) if _is_outside(error, case):
            return describe_error(error)
        case _:
            return ""


def describe_error(error: AgentError) -> str:
    """Say what failed, with a hint only where it helps whoever runs trials.

    Nobody can go on with the conversation of a trial, or sign in to its workspace again.

    Args:
        error: What failed.
    """
    is_for_the_chat = isinstance(error, ServerError | SignInError) or _SAY_IT_AGAIN.match(error.hint)
    return error.message if is_for_the_chat else str(error)


def _is_outside(error: AgentError, case: Case) -> bool:
    if isinstance(error, EndpointError | QuotaError):
        return True
    return isinstance(error, ServerError | SignInError) and not _is_disturbed(case)


def _is_disturbed(case: Case) -> bool:
    workspace = case.workspace
    return bool(workspace.rate_limit or workspace.recorded) or any(
        disturbance.action not in _HARMLESS for turn in case.turns for disturbance in turn.disturbances
    )
