"""The parser of a command line: only what is named is made, and that reads as if all were."""

import argparse
from collections.abc import Iterator
from typing import cast

import pytest

from agent import PROGRAM_VERSION
from agent.cli import main
from agent.commands.command_line import build_parser
from agent.errors import UsageError


def pages(parser: argparse.ArgumentParser, *path: str) -> Iterator[tuple[str, ...]]:
    """The names that lead to each parser."""
    yield path

    class Reader(argparse.HelpFormatter):
        def add_argument(self, action: argparse.Action) -> None:
            if action.nargs == argparse.PARSER:
                found.update(cast("dict[str, argparse.ArgumentParser]", action.choices))

    found: dict[str, argparse.ArgumentParser] = {}
    parser.formatter_class = Reader
    parser.format_help()
    for name, each in found.items():
        yield from pages(each, *path, name)


PAGES = list(pages(build_parser()))


def ended(words: tuple[str, ...], capsys: pytest.CaptureFixture[str], *, whole: bool) -> str:
    with pytest.raises(SystemExit):
        build_parser(None if whole else words).parse_args(words)
    return capsys.readouterr().out


@pytest.mark.parametrize("path", PAGES, ids=" ".join)
def test_a_help_page_is_the_same_whatever_else_was_made(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    words = (*path, "--help")
    page = ended(words, capsys, whole=False)
    assert page.startswith("usage: " + " ".join(("astravue", *path)))
    assert page == ended(words, capsys, whole=True)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "--server http://127.0.0.1:9/mcp --resume last",
        "--profile ask ask eval --read-only",
        "ask run --allow astravue_* --model embedded",
        "eval run p.yaml --shard 2/4 --max-cost 2.5",
        "eval compare run report --json",
        "sessions --last 3",
        "sessions delete --older-than 6w --yes",
        "model key --delete",
        "config --json show",
    ],
)
def test_a_command_line_reads_the_same_whatever_else_was_made(line: str) -> None:
    words = line.split()
    assert build_parser(words).parse_known_args(words) == build_parser().parse_known_args(words)


@pytest.mark.parametrize("line", ["nothing", "eval nothing", "eval", "ask --session", "sessions --last 0"])
def test_a_complaint_is_the_same_whatever_else_was_made(line: str) -> None:
    words = line.split()
    with pytest.raises(UsageError) as complaint:
        build_parser(words).parse_args(words)
    with pytest.raises(UsageError) as of_whole:
        build_parser().parse_args(words)
    assert str(complaint.value) == str(of_whole.value)


def test_of_a_command_that_is_not_named_nothing_but_its_name_is_made() -> None:
    assert build_parser(()).parse_known_args(["ask", "--quiet"])[1] == ["--quiet"]
    assert build_parser(("ask",)).parse_known_args(["ask", "--quiet"])[1] == []


@pytest.mark.parametrize("line", ["--version", "ask --version", "--verbose --version", "eval run --version"])
def test_the_version_is_the_same_wherever_it_is_asked(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line.split()) == 0
    assert capsys.readouterr().out == f"{PROGRAM_VERSION}\n"


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("sesions", "Did you mean sessions? See astravue --help"),
        ("sessions shwo", "Did you mean show? See astravue sessions --help"),
        ("frobnicate", "See astravue --help"),
    ],
)
def test_a_command_that_is_misspelt_is_answered_with_the_nearest(line: str, hint: str) -> None:
    words = line.split()
    with pytest.raises(UsageError) as told:
        build_parser(words).parse_args(words)
    assert told.value.hint == hint
