"""What one run measured, kept as JSON and written into the page that shows the last figures."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from evals.bench.benchmarks import BENCHMARKS
from evals.bench.figures import Figure, Target
from evals.bench.peer_figures import PeerFigures
from evals.bench.tables import (
    figures_in_markdown,
    peers_in_markdown,
    replace_between,
    targets_in_markdown,
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run measured.

    Args:
        machine: On what, and when.
        figures: The figures of each benchmark, by its name.
        failures: Why others have none.
        peers: Programs side by side; empty where they were left out.
    """

    machine: str
    figures: Mapping[str, Sequence[Figure]] = field(default_factory=dict[str, Sequence[Figure]])
    failures: Mapping[str, str] = field(default_factory=dict[str, str])
    peers: Sequence[PeerFigures] = ()


def as_json(measured: Measured) -> str:
    """All of it as JSON."""
    return json.dumps(asdict(measured), ensure_ascii=False, indent=1) + "\n"


def read_json(text: str) -> Measured:
    """The same read back."""
    read: dict[str, Any] = json.loads(text)
    return Measured(
        read["machine"],
        {name: [_figure(each) for each in figures] for name, figures in read["figures"].items()},
        read["failures"],
        [PeerFigures(**each) for each in read["peers"]],
    )


def _figure(read: Mapping[str, Any]) -> Figure:
    fields = dict(read)
    target = fields.pop("target")
    return Figure(**fields, target=Target(**target) if target else None)


def write_into(page: str, measured: Measured) -> str:
    """Replace the tables of a page by those of this run; a table that it lacks stays.

    Raises:
        ValueError: The page lacks the marks of a table.
    """
    if measured.figures:
        titles = {each.name: each.title for each in BENCHMARKS}
        sections = [(titles[name], figures) for name, figures in measured.figures.items()]
        targets = targets_in_markdown([figure for _, figures in sections for figure in figures])
        page = replace_between(page, "targets", f"Measured {measured.machine}.\n\n{targets}")
        page = replace_between(page, "figures", figures_in_markdown(sections))
    if measured.peers:
        table = f"Measured {measured.machine}.\n\n{peers_in_markdown(measured.peers)}"
        page = replace_between(page, "peers", table)
    return page


def keep(measured: Measured, json_file: Path | None, page: Path | None) -> None:
    """Write what was measured where it is wanted."""
    if json_file is not None:
        json_file.write_text(as_json(measured), encoding="utf-8")
    if page is not None:
        page.write_text(write_into(page.read_text(encoding="utf-8"), measured), encoding="utf-8")
