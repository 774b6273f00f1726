"""Case files for runs of a test."""

from pathlib import Path

RENAME = """\
version: 1
title: Rename a space
category: single-step
suites: [smoke]
turns:
  - say: Call the space Marketing from now on Growth
    calls:
      - {tool: astravue_update_space, arguments: {spaceId: 502, spaceName: Growth}}
    answer: It is called Growth now.
"""
SPACES = """\
version: 1
title: Tell the spaces
category: single-step
turns:
  - say: Which spaces are there?
    calls: [{tool: astravue_list_spaces}]
    answer: Marketing, Product, Operations and ASTRAVUE MCP.
expect:
  answers: [{contains: [marketing, product]}]
"""
UNTRUE = SPACES.replace("product]", "finance]")
BROKEN = RENAME.replace("spaceName", "spaceNam")


def keep(root: Path, **cases: str) -> Path:
    """Write case files into a folder of cases."""
    folder = root / "single-step"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in cases.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return root
