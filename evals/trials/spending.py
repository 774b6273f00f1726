"""What a trial took altogether: the model that is tried, the one that played the user, and the judge."""

from agent.model.protocol import Usage
from evals.definitions.trial import TrialRecord


def spent(record: TrialRecord) -> Usage:
    """Add up the tokens of all models of a trial, and their cost where all of it is known.

    Args:
        record: What came of the trial.
    """
    return record.usage + users_usage(record) + judges_usage(record)


def users_usage(record: TrialRecord) -> Usage:
    """What the model took that played the user of a trial; nothing where none did."""
    return record.user.usage if record.user else Usage()


def judges_usage(record: TrialRecord) -> Usage:
    """What the judge of a trial took; nothing where there was none."""
    return record.verdict.usage if record.verdict else Usage()
