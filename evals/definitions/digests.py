"""A hash of all that decides how a case is run and scored."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime

from agent.jsontypes import dump
from evals.definitions.case import Case

# Neither where a case stands nor what it is called changes what comes of it.
_NO_MATTER = frozenset({"id", "path", "title", "category", "suites", "digest", "line"})


def digest_of(case: Case) -> str:
    """Hash a case.

    The files that its workspace is made of count with what they hold; its transcript does not, which only
    replays read.

    Raises:
        OSError: One of those files cannot be read.
    """
    files = [
        hashlib.sha256(case.path.with_name(name).read_bytes()).hexdigest()
        for name in (case.workspace.snapshot, case.workspace.recorded)
        if name
    ]
    return hashlib.sha256(dump([asdict(case, dict_factory=_kept), files]).encode()).hexdigest()


def _kept(fields: Iterable[tuple[str, object]]) -> dict[str, object]:
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in fields
        if name not in _NO_MATTER
    }
