"""Case files as tests write them."""

from pathlib import Path

from evals.definitions.case import Case
from evals.definitions.reading import read_case

SMALLEST = """\
version: 1
title: Rename a space
category: single-step
turns:
  - say: Call the space Product from now on Products
    calls:
      - {tool: astravue_update_space, arguments: {spaceId: 502, spaceName: Products}}
"""


def write(folder: Path, text: str, name: str = "single-step/rename.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str, name: str = "single-step/rename.yaml") -> Case:
    return read_case(write(folder, text, name), folder)
