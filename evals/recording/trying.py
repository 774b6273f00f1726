"""Finds out which of several ways to make a case of a conversation gives one that can be replayed."""

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from agent.transcripts.lines import parse_line
from evals.recording.of_cases import record_cases
from evals.recording.of_session import SessionCase
from evals.replaying.targets import find_targets
from evals.runs.replays import Replayed, replay_all


async def find_fitting(cases: Iterable[SessionCase]) -> tuple[SessionCase, Replayed]:
    """Replay cases until one comes out the same.

    Args:
        cases: The same conversation in several ways, the best first; at least one.

    Returns:
        The first that came out the same, its transcript in the canonical form, or the first one if none did,
        with what its replay found.
    """
    tried: list[tuple[SessionCase, Replayed]] = []
    for case in cases:
        canonical, found = await _replay(case)
        if found.error is None and not found.difference:
            return canonical, found
        tried.append((case, found))
    return tried[0]


async def _replay(case: SessionCase) -> tuple[SessionCase, Replayed]:
    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        transcript = case.write(Path(folder))[0]
        targets = find_targets([str(transcript)], Path(folder))
        (result,) = [result async for result in replay_all(targets)]
        if result.error is None and not result.difference:
            # As it is recorded anew, so that only what was changed on purpose changes then.
            async for _ in record_cases([target.case for target in targets if target.case is not None]):
                lines = map(parse_line, transcript.read_bytes().splitlines())
                case = replace(case, transcript=[line for line in lines if line is not None])
        return case, result
