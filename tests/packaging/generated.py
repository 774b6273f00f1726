"""Files that the program prints, and the list of licences; run as a module, it writes them anew."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from agent.commands.command_line import build_parser
from agent.commands.completing import shell_script
from agent.commands.man import manual_page
from tests.packaging import licences

ROOT = Path(__file__).parents[2]
MANUAL_PAGE = ROOT / "share/man/man1/astravue.1"
COMPLETIONS = {
    "bash": ROOT / "share/bash-completion/completions/astravue",
    "zsh": ROOT / "share/zsh/site-functions/_astravue",
    "fish": ROOT / "share/fish/vendor_completions.d/astravue.fish",
}
LICENCES = ROOT / "docs/licences.md"


def generated() -> Iterator[tuple[Path, str]]:
    """Each file with what it has to hold."""
    yield MANUAL_PAGE, _manual_page()
    for shell, path in COMPLETIONS.items():
        yield path, shell_script(shell)
    yield LICENCES, licences.page()


def _manual_page() -> str:
    """The page, with the day on which it last changed."""
    kept = MANUAL_PAGE.read_text(encoding="utf-8")
    dated = re.match(r"\.TH ASTRAVUE 1 (\S+) ", kept)
    assert dated
    page = manual_page(build_parser(), date.fromisoformat(dated[1]))
    return page if page == kept else manual_page(build_parser(), datetime.now(UTC).date())


if __name__ == "__main__":
    for written, text in generated():
        written.write_text(text, encoding="utf-8")
