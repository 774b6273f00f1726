"""What the documentation names is there: commands, options, settings, variables, exit codes, links."""

import re
import shlex
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from agent.commands.command_line import build_parser
from agent.commands.man import manual_page
from agent.errors import ExitCode
from agent.repl.commands import COMMANDS
from agent.settings.table import SETTINGS, read_table

ROOT = Path(__file__).parents[1]
PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")))
TESTS = frozenset(
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^ *(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
)
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^(?:- run: |\$ |.*\| )?(?:[A-Z_]+=\S+ )*(?:astravue|\./run)(?= |$)(.*)")
# Options of programs that others made.
OTHERS = frozenset({"--add-host", "--nthreads", "--oauth", "--oauth-strict", "--tmpfs"})
FOLDERS = frozenset({"state", "tmp", "usr"})
# The spelling of programs and standards, which is not ours to choose.
NOT_OURS = frozenset({"authorization", "authorize", "unauthorized"})
AMERICAN = re.compile(
    r"(?i)\b(?:\w*(?:colou?r|behaviou?r|favou?r|honou?r|neighbou?r|labou?r)(?<!our)\w*"
    r"|(?!(?:s|pr|re-?s|se|ma|assi|caps)iz)\w+iz(?:e|es|ed|er|ers|ing|ation|ations)"
    r"|\w*(?:analyz|catalyz)\w*|center(?:s|ed)?|catalogs?|defense|license[sd]?|fulfill?s?"
    r"|(?:cancel|label|model|travel|signal)(?:ed|ing|er)|gray|program(?:med)?mes?)\b"
)


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """The kind and the text of each block of code."""
    for _, kind, text in BLOCK.findall(page.read_text()):
        yield kind, text


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return BLOCK.sub("", page.read_text())


def in_code(page: Path) -> list[str]:
    return re.findall(r"`([^`\n]+)`", prose(page))


def command_lines() -> Iterator[tuple[str, list[str]]]:
    """The arguments of every command of this program that a page shows, whether it is run or not."""
    for page in PAGES:
        for _, text in blocks(page):
            for line in text.replace("\\\n", " ").splitlines():
                if found := COMMAND.match(line.strip()):
                    words = shlex.split(re.sub(r"\$\{\{.*?\}\}", "1", found[1]), comments=True)
                    yield f"{page.name}: {line.strip()}", words


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    shown = re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {slug(line) for line in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_pages_and_headings_that_are_there(page: Path) -> None:
    broken: list[str] = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        path, _, anchor = target.partition("#")
        if re.match(r"\w+:", target):
            continue
        place = (page.parent / path) if path else page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            broken.append(target)
    assert broken == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    linked = {
        (ROOT / target.partition("#")[0]).resolve()
        for target in re.findall(r"\]\(([^)\s]+)\)", (ROOT / "README.md").read_text())
    }
    assert [page.name for page in PAGES if page not in linked and page.name != "README.md"] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_one_title(page: Path) -> None:
    assert len(re.findall(r"^# ", prose(page), re.MULTILINE)) == 1


def test_every_command_that_is_shown_can_be_given() -> None:
    parser, shown = build_parser(), list(command_lines())
    refused: list[str] = []
    for line, words in shown:
        if words[:1] == ["test"]:
            continue
        try:
            _, unknown = parser.parse_known_args(_given(words))
        except Exception as error:
            refused.append(f"{line}: {error}")
        else:
            refused += [f"{line}: {unknown}"] * bool(unknown)
    assert refused == []
    assert len(shown) > 80


def _given(words: Sequence[str]) -> list[str]:
    """The arguments of a program, up to what belongs to the shell."""
    ends = [
        number for number, word in enumerate(words) if word in ("|", ">", "2>", "&&", ";") or word[:1] == ">"
    ]
    return list(words[: ends[0]] if ends else words)


def test_every_option_that_is_named_is_there_and_the_other_way_round() -> None:
    manual = manual_page(build_parser(), date(2026, 1, 1)).replace("\\-", "-")
    known = set(re.findall(r"--[a-z][a-z-]+", manual))
    named = {
        (page.name, option)
        for page in PAGES
        for code in in_code(page)
        if code.startswith(("-", "astravue ", "./run ")) or " " not in code
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", code)
    }
    assert sorted((page, option) for page, option in named if option not in known | OTHERS) == []
    written = "".join(page.read_text() for page in PAGES)
    assert known - set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", written)) == set()


def test_every_slash_command_that_is_named_is_there() -> None:
    prompts = {path.stem for path in (ROOT / "prompts" / "workflows").glob("*.md")}
    server = resources.files("agent.sandbox").joinpath("prompts")
    prompts |= {path.name.partition(".")[0] for path in server.iterdir()}
    known = {command.name for command in COMMANDS} | prompts
    named = {
        name
        for page in PAGES
        for code in in_code(page)
        for name in re.findall(r"^/([a-z][a-z_-]+)(?= |$)", code)
    }
    assert sorted(named - known - FOLDERS) == []
    assert {command.name for command in COMMANDS} - named == set()


def test_every_variable_that_is_named_is_read_and_the_other_way_round() -> None:
    read, of_tools = (
        {
            name
            for path in (ROOT / folder).rglob("*.py")
            for name in re.findall(r"[\"'](ASTRAVUE_[A-Z_]+)[\"']", path.read_text())
        }
        for folder in ("agent", "evals")
    )
    named = {name for page in PAGES for name in re.findall(r"\bASTRAVUE_[A-Z_]+\b", page.read_text())}
    assert read <= named <= read | of_tools


def test_every_setting_is_described_and_what_is_shown_can_be_set() -> None:
    scripting = set(in_code(ROOT / "docs" / "scripting.md"))
    ours = tuple(setting for setting in SETTINGS if setting.in_file)
    assert {each.name for each in ours} - {name.strip("[]") for name in scripting} == set()
    assert {part.name for each in ours for part in each.parts} - scripting == set()
    shown = 0
    for page in PAGES:
        for kind, text in blocks(page):
            if kind == "toml" and not text.startswith("+++"):
                document = tomllib.loads(text)
                profiles = document.pop("profiles", {})
                for table in (document, *profiles.values()):
                    read_table(page.name, table, ours)
                shown += 1
    assert shown >= 5


def test_messages_that_are_explained_are_given() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text()
    explained = re.findall(r"^\| “([^”]+)” \|", page, re.MULTILINE)
    source = "".join(path.read_text() for path in (ROOT / "agent").rglob("*.py"))
    assert [message for message in explained if message not in source] == []
    assert len(explained) > 8


def test_exit_codes_are_described_as_they_are() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", (ROOT / "docs" / "scripting.md").read_text(), re.MULTILINE)
    assert {int(code): reason for code, reason in rows} == {int(code): code.reason for code in ExitCode}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_spelling_is_british(page: Path) -> None:
    text = re.sub(
        r"`[^`\n]+`|\]\([^)]*\)|https?://\S+|Apache License|^\| [a-z0-9-]+ \|", "", prose(page), flags=re.M
    )
    american = {word[0] for word in AMERICAN.finditer(text) if word[0].lower() not in NOT_OURS}
    assert sorted(american) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_tests_and_modules_that_are_named_are_there(page: Path) -> None:
    missing: list[str] = []
    for code in in_code(page):
        if re.fullmatch(r"(agent|evals|tests|docs|prompts|locks)/[a-z0-9_./-]+", code):
            missing += [code] * (not (ROOT / code).exists())
        if re.fullmatch(r"test_\w+", code):
            missing += [code] * (code not in TESTS)
    for module in re.findall(r"python -m ((?:agent|evals|tests)(?:\.\w+)*)", page.read_text()):
        place = ROOT.joinpath(*module.split("."))
        missing += [module] * (not (place.with_suffix(".py").exists() or (place / "__main__.py").exists()))
    assert missing == []
