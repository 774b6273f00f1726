"""What a run is made with, and whether it can be gone on with."""

import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata

from agent import __version__
from agent.jsontypes import dump
from agent.prompt_files import read_prompt
from agent.settings.settings import Settings
from agent.transcripts.header import new_session_id
from agent.wording.addresses import shown_address
from evals.definitions.case import Case
from evals.definitions.tools import sandbox_tools
from evals.definitions.trial import Kind
from evals.runs.mixing import Difference, find_differences, name_few
from evals.runs.run import CaseFacts, Manifest

ASKS_A_MODEL = (Kind.LIVE, Kind.SIMULATED)
"""The kinds of run in which a real model answers."""

_PACKAGES = ("mcp", "openai", "tiktoken", "xllamacpp")


@dataclass(frozen=True, slots=True)
class Models:
    """The models of a run, as they were chosen.

    Args:
        answering: Settings that name the model that answers, by its name and its endpoint.
        user: The name of the model that plays the user; empty for none.
        judge: The name of the model that judges; empty for none.
        other_address: Of the endpoint that those two are at.
    """

    answering: Settings
    user: str = ""
    judge: str = ""
    other_address: str = ""


def make_manifest(
    cases: Sequence[Case],
    kind: Kind,
    trials: int,
    models: Models,
    *,
    now: float,
    shard: tuple[int, int] = (1, 1),
    root: str = "",
) -> Manifest:
    """Describe a run that begins now.

    Args:
        cases: What is tried.
        kind: Who plays.
        trials: How often each case is tried.
        models: The models that play.
        now: Unix seconds.
        shard: Which part of the cases it is, of how many.
        root: The folder of the cases; empty for those that are shipped.
    """
    asks = kind in ASKS_A_MODEL
    settings = models.answering
    noticeable = _noticeable(settings) if asks else {}
    return Manifest(
        id=new_session_id(now),
        created=now,
        kind=kind,
        trials=trials,
        cases={case.id: CaseFacts(case.digest, case.title, case.category) for case in cases},
        model=settings.model if asks else "",
        endpoint=shown_address(settings.base_url) if asks else "",
        user_model=models.user if kind is Kind.SIMULATED else "",
        judge=models.judge,
        other_endpoint=shown_address(models.other_address),
        prompt=_hash(read_prompt("system")),
        tools=_hash(dump(sandbox_tools())),
        settings=_hash(dump({**noticeable})) if asks else "",
        noticeable=noticeable,
        versions=installed_versions(),
        shard="" if shard[1] == 1 else f"{shard[0]}/{shard[1]}",
        root=root,
    )


def differences(before: Manifest, after: Manifest) -> list[str]:
    """What a result may depend on and is not the same for two runs, in words.

    Args:
        before: What was.
        after: What is.
    """
    found = [_describe(each) for each in find_differences(before, after)]
    if before.kind is not after.kind:
        found.append(f"kind: {before.kind} before, {after.kind} now")
    if before.judge != after.judge:
        found.append(f"judge: {before.judge or 'none'} before, {after.judge or 'none'} now")
    return found + _cases_that_differ(before.cases, after.cases)


def _describe(found: Difference) -> str:
    if found.is_hash:
        return f"{found.name}: changed"
    return f"{found.name}: {found.before or 'none'} before, {found.after or 'none'} now"


def go_on(manifest: Manifest, cases: Sequence[Case], models: Models) -> Manifest:
    """What a run would be made with if it began now.

    Args:
        manifest: What it was made with.
        cases: Its cases as they are now.
        models: Its models as they are now.
    """
    today = make_manifest(cases, manifest.kind, manifest.trials, models, now=manifest.created)
    return replace(today, id=manifest.id, shard=manifest.shard, root=manifest.root)


def _cases_that_differ(before: Mapping[str, CaseFacts], after: Mapping[str, CaseFacts]) -> list[str]:
    changed = [id for id in before if id in after and before[id].digest != after[id].digest]
    words = (
        ("changed", changed),
        ("gone", [id for id in before if id not in after]),
        ("new", [id for id in after if id not in before]),
    )
    return [f"cases that are {word}: {name_few(ids)}" for word, ids in words if ids]


def _noticeable(settings: Settings) -> dict[str, str]:
    """The settings that a model can notice, beside its own name and address; none of them is secret."""
    threshold = settings.tools.threshold
    return {
        "api": settings.api,
        "strict": "yes" if settings.strict else "no",
        **{f"limits.{name}": f"{value:.12g}" for name, value in sorted(settings.limits.items())},
        "tools.threshold": "" if threshold is None else str(threshold),
        "tools.core": ", ".join(settings.tools.core),
    }


def installed_versions() -> dict[str, str]:
    """Of this program, of Python, and of the packages that a result may depend on."""
    found = {"astravue-agent": __version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            # An extra that is not installed has no part in the run.
            continue
    return found


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
