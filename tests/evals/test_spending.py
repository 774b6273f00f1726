"""What a trial took is what all its models took."""

from agent.model.protocol import Usage
from evals.definitions.trial import End, Kind, PlayedUser, TrialRecord, Verdict
from evals.runs.tally import Tally
from evals.trials.spending import spent


def record_of(usage: Usage, user: Usage | None = None, judge: Usage | None = None) -> TrialRecord:
    return TrialRecord(
        "single-step/one",
        "one",
        Kind.SIMULATED,
        1,
        usage=usage,
        user=None if user is None else PlayedUser(End.REACHED, usage=user),
        verdict=None if judge is None else Verdict(True, usage=judge),
    )


def test_a_trial_with_one_model_took_what_that_took() -> None:
    assert spent(record_of(Usage(10, 1, cost=0.5))) == Usage(10, 1, cost=0.5)


def test_the_user_and_the_judge_cost_too() -> None:
    record = record_of(Usage(10, 1, cost=0.5), Usage(20, 2, cost=0.25), Usage(30, 3, 4, cost=0.125))
    assert spent(record) == Usage(60, 6, 4, cost=0.875)


def test_a_cost_of_which_a_part_is_not_known_is_not_known() -> None:
    assert spent(record_of(Usage(10, 1, cost=0.5), Usage(20, 2))).cost is None


def test_a_run_counts_the_money_of_all() -> None:
    tally = Tally()
    tally.add(record_of(Usage(10, 1, cost=0.5), Usage(20, 2, cost=0.25)))
    assert (tally.cost, tally.unpriced) == (0.75, 0)
    tally.add(record_of(Usage(10, 1, cost=0.5), Usage(20, 2)))
    assert tally.unpriced == 1
