"""A run: a number of trials under one manifest, and what came of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evals.definitions.case import Category
from evals.definitions.trial import Kind, Status, TrialRecord
from evals.scoring.score import Score

VERSION = 1
"""The form of a run's folder; grows when a field changes its meaning or goes."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a run keeps of a case, so that its report needs no case files.

    Args:
        digest: A hash of all that decides how the case is run and scored.
        title: What it is about.
        category: What it tries.
    """

    digest: str
    title: str
    category: Category


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run was made with.

    Args:
        id: Names the run; sorts by the time it began.
        created: Unix seconds.
        kind: Who plays the model and the user.
        trials: Trials of each case.
        cases: The cases by their ids.
        model: The model's name; empty where recorded or golden answers are served.
        endpoint: Where the model is, without a user's name and password; empty for the embedded one.
        user_model: The model that plays the user, if one does.
        judge: The model that judges, if one does.
        other_endpoint: Where those two are, written like `endpoint`.
        prompt: A hash of the system prompt.
        tools: A hash of the tools that the server lists.
        settings: A hash of the settings that a model can notice.
        noticeable: These settings by their names, so that what differs can be named; none of them is secret.
        versions: Of this program, of Python, and of the packages that a result may depend on.
        shard: Which part of the cases this is, such as “1/4”; empty for all.
        root: The folder of the cases; empty for those that are shipped.
    """

    id: str
    created: float
    kind: Kind
    trials: int
    cases: Mapping[str, CaseFacts]
    model: str = ""
    endpoint: str = ""
    user_model: str = ""
    judge: str = ""
    other_endpoint: str = ""
    prompt: str = ""
    tools: str = ""
    settings: str = ""
    noticeable: Mapping[str, str] = field(default_factory=dict[str, str])
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    shard: str = ""
    root: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A trial and its score."""

    record: TrialRecord
    score: Score

    @property
    def outcome(self) -> str:
        """What came of it, in a word: “passed”, “failed” or “broken”."""
        if self.record.status is Status.BROKEN:
            return "broken"
        return "passed" if self.score.passed else "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it was read from its folder.

    Args:
        manifest: What it was made with.
        results: The trials that have ended, by case and number; fewer than planned where it was stopped.
    """

    manifest: Manifest
    results: Sequence[Result]
