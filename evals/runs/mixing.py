"""Whether two runs can be compared, and what they were made with that is not the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.errors import UsageError
from evals.runs.run import Manifest

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that two runs were not made alike with.

    Args:
        name: What.
        before: In the first run; empty for nothing.
        after: In the second one.
        warning: The runs may differ because of it rather than of the model and its instructions.
        is_hash: Only hashes of it are known, which say nothing to people.
    """

    name: str
    before: str
    after: str
    warning: bool = False
    is_hash: bool = False


def find_differences(before: Manifest, after: Manifest) -> tuple[Difference, ...]:
    """List what two runs were not made alike with."""
    return tuple(each for each in _pairs(before, after) if each.before != each.after)


def _pairs(before: Manifest, after: Manifest) -> Iterator[Difference]:
    yield Difference("model", before.model, after.model)
    yield Difference("endpoint", before.endpoint, after.endpoint)
    yield Difference("system prompt", before.prompt, after.prompt, is_hash=True)
    yield from _settings(before, after)
    yield Difference("tools", before.tools, after.tools, warning=True, is_hash=True)
    yield Difference("simulated user", before.user_model, after.user_model, warning=True)
    yield Difference("endpoint of the user and the judge", before.other_endpoint, after.other_endpoint)
    yield Difference("trials", str(before.trials), str(after.trials))
    yield Difference("shard", before.shard, after.shard)
    for name in sorted({*before.versions, *after.versions}):
        yield Difference(name, before.versions.get(name, ""), after.versions.get(name, ""), warning=True)


def _settings(before: Manifest, after: Manifest) -> Iterator[Difference]:
    one, other = before.noticeable, after.noticeable
    if not (one and other):
        yield Difference("settings", before.settings, after.settings, is_hash=True)
        return
    for name in sorted({*one, *other}):
        yield Difference(f"setting {name}", one.get(name, ""), other.get(name, ""))


def find_common(before: Manifest, after: Manifest, *, only_common: bool = False) -> tuple[str, ...]:
    """The cases that two runs can be compared by, in the order of the second run.

    Args:
        before: The first run's manifest.
        after: The second one's.
        only_common: Leave out cases that have changed in between rather than refuse.

    Raises:
        UsageError: The runs cannot be compared.
    """
    if before.kind is not after.kind:
        raise UsageError(
            f"These runs are of different kinds, {before.kind} and {after.kind}, so they cannot be compared."
        )
    if before.judge != after.judge:
        judges = " and ".join(
            f"by {judge}" if judge else "by no model" for judge in (before.judge, after.judge)
        )
        raise UsageError(f"These runs were judged {judges}, so they cannot be compared.")
    shared = [id for id in after.cases if id in before.cases]
    changed = [id for id in shared if before.cases[id].digest != after.cases[id].digest]
    if changed and not only_common:
        raise UsageError(
            f"{_count(changed)} changed between these runs, so they cannot be compared: {name_few(changed)}.",
            "--only-common compares the other cases.",
        )
    common = tuple(id for id in shared if id not in set(changed))
    if not common:
        raise UsageError("These runs have no case in common, so they cannot be compared.")
    return common


def _count(cases: Sequence[str]) -> str:
    return "1 case has" if len(cases) == 1 else f"{len(cases)} cases have"


def name_few(cases: Sequence[str]) -> str:
    """Name the first of some cases, and count the others."""
    more = len(cases) - _MOST_NAMED
    return ", ".join(cases[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
