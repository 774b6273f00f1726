"""The rules of the house: who may import whom, what is imported when, and how long a module may be."""

import ast
import re
import subprocess
import sys
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

import evals
from agent import errors

ROOTS = (Path(errors.__file__).parent, Path(evals.__file__).parent)
ARCHITECTURE = Path(__file__).parents[1] / "docs" / "architecture.md"
MOST_LINES = 500


@dataclass(frozen=True)
class Import:
    """One import statement.

    Args:
        module: What is imported.
        late: It stands inside a function, so that it runs when that does.
        typing: It stands under `if TYPE_CHECKING`, so that it never runs.
    """

    module: str
    late: bool
    typing: bool


def module_name(path: Path, root: Path) -> str:
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES: Mapping[str, Path] = {
    module_name(path, root): path for root in ROOTS for path in sorted(root.rglob("*.py"))
}


def imports_of(path: Path) -> list[Import]:
    return list(_walk(ast.parse(path.read_text(encoding="utf-8")), late=False, typing=False))


def _walk(node: ast.AST, *, late: bool, typing: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Import(names=names):
                for alias in names:
                    yield Import(alias.name, late, typing)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                for alias in names:
                    # `from agent.repl import screen` imports a module, `from agent.errors import X` a name.
                    inner = f"{module}.{alias.name}"
                    yield Import(inner if inner in MODULES else module, late, typing)
            case ast.ImportFrom():
                raise AssertionError("relative imports hide who imports whom")
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                yield from _walk(child, late=True, typing=typing)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                yield from _walk(child, late=late, typing=True)
            case _:
                yield from _walk(child, late=late, typing=typing)


IMPORTS: Mapping[str, list[Import]] = {name: imports_of(path) for name, path in MODULES.items()}


def is_in(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def offences(rooms: tuple[str, ...], forbidden: tuple[str, ...]) -> list[str]:
    """The imports of some rooms that lead to forbidden modules, late ones included."""
    return [
        f"{name} imports {each.module}"
        for name, imported in IMPORTS.items()
        if is_in(name, *rooms)
        for each in imported
        if is_in(each.module, *forbidden)
    ]


Layers: TypeAlias = list[list[str]]


def layers_in(text: str, pattern: str, package: str) -> Layers:
    """The layers that a text draws, the highest first: a line for each, with rooms between commas."""
    drawn = re.search(pattern, text, re.DOTALL)
    assert drawn is not None
    lines = [re.split(r"\s{2,}", line.strip())[0] for line in drawn[1].splitlines()]
    return [[f"{package}.{name.strip()}" for name in line.split(",")] for line in lines]


def room_of(module: str, rooms: Container[str]) -> str:
    """The nearest of some rooms that a module is in; empty if it is in none."""
    while module and module not in rooms:
        module = module.rpartition(".")[0]
    return module


SCREEN = ("prompt_toolkit", "rich", "argparse", "agent.repl", "agent.commands", "agent.cli")
# The embedded model runs in a process of its own, which has a command line.
PROGRAMS = ("agent.model.embedded.server imports argparse",)
# What stands beside the rooms of `evals`, and nothing is built on.
TOOLS = ("evals.bench", "evals.drills", "evals.red_team", "evals.embedded")
NETWORK = ("httpx2", "socket", "http", "urllib.request", "asyncio.streams", "uvicorn", "starlette")


@pytest.mark.parametrize(
    ("room", "knows_nothing_of"),
    [
        (("agent.loop", "agent.context", "agent.conversation", "agent.events", "agent.transcripts"), SCREEN),
        (("agent.loop", "agent.context", "agent.events", "agent.transcripts"), NETWORK),
        (
            ("agent.loop", "agent.context"),
            ("agent.auth", "agent.workspace", "agent.session", "mcp", "openai"),
        ),
        (
            ("agent.usage", "agent.forms"),
            (*SCREEN, *NETWORK, "agent.session", "mcp", "openai"),
        ),
        (("agent.session", "agent.available_models"), SCREEN),
        (("agent.drawing", "agent.records"), (*SCREEN, *NETWORK, "agent.session", "mcp", "openai")),
        (("agent.export",), (*SCREEN, *NETWORK, "agent.session", "mcp", "openai")),
        (("agent.auth",), SCREEN),
        (("agent.auth",), ("agent.loop", "agent.model", "agent.session", "agent.workspace", "openai")),
        (("agent.model",), SCREEN),
        (("agent.model",), ("mcp", "agent.workspace", "agent.auth", "agent.loop", "agent.session")),
        (("agent.workspace",), SCREEN),
        (("agent.workspace",), ("agent.model", "agent.loop", "agent.session", "openai")),
        (("agent.doctor", "agent.tracing"), SCREEN),
        (("agent.tracing",), ("agent.auth", "agent.workspace", "agent.session", "mcp", "openai")),
        (("agent.tools",), (*SCREEN, *NETWORK, "mcp", "openai", "agent.workspace", "agent.auth")),
        (("agent.repl",), (*NETWORK, "mcp", "openai", "agent.auth", "agent.workspace")),
        # Of a session the chat sees what it tells, never how it is put together.
        (("agent.repl",), ("agent.session.session", "agent.session.backend", "agent.session.options")),
        (("agent.settings",), ("agent.loop", "agent.model", "agent.tools", "agent.events", *SCREEN)),
        (
            ("agent.errors", "agent.jsontypes", "agent.system.folders", "agent.system.logs"),
            (*SCREEN, *NETWORK, "agent.events", "agent.loop", "agent.model", "agent.tools"),
        ),
        (tuple(MODULES), ("httpx", "requests")),
        (("evals.reports",), (*SCREEN, "evals.workspaces", "evals.replaying")),
        (("evals.state", "evals.definitions", "evals.scoring", "evals.statistics", "evals.reports"), NETWORK),
        (("evals.scoring", "evals.statistics"), ("evals.workspaces", "evals.replaying")),
        (("evals",), ("prompt_toolkit", "agent.commands", "agent.cli")),
    ],
)
def test_a_room_knows_nothing_of_the_others_business(
    room: tuple[str, ...], knows_nothing_of: tuple[str, ...]
) -> None:
    ours = [name for name in (*room, *knows_nothing_of) if is_in(name, "agent", "evals")]
    assert [name for name in ours if name not in MODULES] == []
    assert [line for line in offences(room, knows_nothing_of) if line not in PROGRAMS] == []


def test_the_sandbox_knows_only_itself() -> None:
    others = [
        f"{name} imports {each.module}"
        for name, imported in IMPORTS.items()
        if is_in(name, "agent.sandbox")
        for each in imported
        if is_in(each.module, "agent") and not is_in(each.module, "agent.sandbox") and each.module != "agent"
    ]
    assert others == []


def test_nobody_outside_imports_the_sandbox() -> None:
    program = [name for name in MODULES if is_in(name, "agent") and name != "agent"]
    outside = tuple(name for name in program if not is_in(name, "agent.sandbox"))
    assert [line for name in outside for line in offences((name,), ("agent.sandbox",))] == []


def test_the_program_imports_cases_and_runs_for_their_commands_alone() -> None:
    lines = offences(("agent",), ("evals",))
    commands = [line for line in lines if line.startswith("agent.commands.eval_")]
    assert commands
    assert [line for line in lines if line not in commands] == []
    # The parser of the program is made of its arguments, whatever the command.
    assert [line for line in commands if line.startswith("agent.commands.eval_arguments ")] == []


def test_modules_do_not_import_each_other_in_circles_not_even_late_or_for_types() -> None:
    runs = {
        name: {each.module for each in imported if each.module in MODULES}
        for name, imported in IMPORTS.items()
    }
    # Whoever imports nothing that is left is no part of a circle.
    while free := [name for name, needed in runs.items() if not needed & runs.keys()]:
        for name in free:
            del runs[name]
    assert sorted(runs) == []


# Rooms and their modules

MANY = 7
# Commands and categories of tools say by their names what is in them.
SPEAKING = ("`astravue", "`/", "Tools of the category")
# `docs/architecture.md` lists the one, `evals/bench/benchmarks.py` the other.
LISTED_ELSEWHERE = ("agent", "evals.bench")


def described_in(docstring: str) -> set[str]:
    """The modules in the first column of a table in a docstring."""
    columns = re.findall(r"^ *(\w+(?:, \w+)*)  ", docstring, re.MULTILINE)
    return {name for column in columns for name in column.split(", ")}


def docstring_of(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


@pytest.mark.parametrize(
    "room",
    [name for name, path in MODULES.items() if path.name == "__init__.py" and name not in LISTED_ELSEWHERE],
)
def test_a_room_of_many_modules_says_what_each_of_them_is_for(room: str) -> None:
    folder = MODULES[room].parent
    names = {path.stem for path in folder.glob("*.py")} - {"__init__", "__main__"}
    described = described_in(docstring_of(MODULES[room]))
    assert described <= names | {path.parent.name for path in folder.glob("*/__init__.py")}
    silent = {name for name in names if not docstring_of(folder / f"{name}.py").startswith(SPEAKING)}
    assert len(names) < MANY or silent <= described


# The rooms, one above the other

AGENT_LAYERS = layers_in(
    ARCHITECTURE.read_text(encoding="utf-8"), r"## The layers\n.*?```text\n(.*?)```", "agent"
)
EVALS_LAYERS = layers_in(evals.__doc__ or "", r"above it:\n\n(.*?)\n\n", "evals")


@pytest.mark.parametrize(
    ("layers", "beside"),
    [
        (AGENT_LAYERS, ("agent.sandbox", "agent.__main__")),
        (EVALS_LAYERS, TOOLS),
    ],
    ids=["agent", "evals"],
)
def test_every_room_has_its_place_in_the_layers(layers: Layers, beside: tuple[str, ...]) -> None:
    package = beside[0].partition(".")[0]
    rooms = {".".join(name.split(".")[:2]) for name in MODULES if is_in(name, package) and name != package}
    named = [name for layer in layers for name in layer]
    assert sorted(rooms - set(beside) - set(named)) == []
    assert [name for name in named if name not in MODULES or named.count(name) > 1] == []


@pytest.mark.parametrize("layers", [AGENT_LAYERS, EVALS_LAYERS], ids=["agent", "evals"])
def test_rooms_import_those_below_them_and_none_beside_or_above_them(layers: Layers) -> None:
    heights = {name: height for height, layer in enumerate(reversed(layers)) for name in layer}
    wrong = [
        f"{name} imports {each.module}"
        for name, imported in IMPORTS.items()
        for each in imported
        if (room := room_of(name, heights)) and (other := room_of(each.module, heights)) and room != other
        if heights[other] >= heights[room]
    ]
    assert wrong == []


def test_nothing_is_built_on_benchmarks_and_drills() -> None:
    rooms = tuple(name for layer in (*AGENT_LAYERS, *EVALS_LAYERS) for name in layer)
    assert offences(rooms, TOOLS) == []


def test_modules_are_short() -> None:
    lengths = {name: len(path.read_text().splitlines()) for name, path in MODULES.items()}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


# What is imported at the start

SLOW = (
    "openai",
    "mcp",
    "mcp_types",
    "httpx2",
    "pydantic",
    "pydantic_core",
    "tiktoken",
    "keyring",
    "rich",
    "cryptography",
    "jsonschema",
    "uvicorn",
    "starlette",
    "tomlkit",
    "xllamacpp",
    "opentelemetry",
    "packaging",
    "yaml",
    "distributed",
    "inspect_ai",
)


def imported_by(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True, check=True
    )
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "|" in line}


@pytest.mark.parametrize(
    ("module", "also_slow"),
    [
        (
            "agent.commands.running",
            ("prompt_toolkit", "asyncio", "dataclasses", "tomllib", "platformdirs", "evals"),
        ),
        ("agent.commands.chat", ("markdown_it", "evals")),
        ("agent.commands.evaluate", ("prompt_toolkit", "asyncio", "evals")),
        ("evals.reports.compared", ("prompt_toolkit",)),
        ("evals.runs.worker", ("prompt_toolkit",)),
    ],
)
def test_nothing_slow_is_imported_at_the_start(module: str, also_slow: tuple[str, ...]) -> None:
    imported = imported_by("-c", f"import {module}")
    assert module in imported
    assert sorted(name for name in imported if is_in(name, *SLOW, *also_slow)) == []


@pytest.mark.parametrize("command", [(), ("eval",), ("eval", "run")], ids=" ".join)
def test_help_imports_nothing_slow(command: tuple[str, ...]) -> None:
    imported = imported_by("-m", "agent", *command, "--help")
    assert "agent.commands.eval_arguments" in imported
    assert sorted(name for name in imported if is_in(name, *SLOW, "prompt_toolkit", "asyncio", "evals")) == []


def test_the_version_imports_next_to_nothing() -> None:
    # With `-m`, Python itself would import some of this.
    imported = imported_by("-c", "from agent.__main__ import main; main()", "--version")
    assert {name for name in imported if is_in(name, "agent")} == {
        "agent",
        "agent.__main__",
        "agent.cli",
        "agent.system",
        "agent.system.standard_streams",
    }
    heavy = ("argparse", "enum", "re", "typing", "dataclasses", "signal", "contextlib", "collections")
    assert sorted(name for name in imported if is_in(name, *heavy)) == []


def test_packages_import_nothing_by_themselves() -> None:
    heavy = {
        name: [each.module for each in IMPORTS[name] if not each.module.startswith("agent")]
        for name, path in MODULES.items()
        if path.name == "__init__.py" and name != "agent.model.embedded"
    }
    assert {name: imported for name, imported in heavy.items() if imported} == {}


# Errors


def test_every_error_is_drawn_with_its_exit_code_under_the_one_it_comes_from() -> None:
    drawing = re.findall(r"^([ │├└─]*)(\w+Error) +(\d+)\b", errors.__doc__ or "", re.MULTILINE)
    drawn: dict[str, tuple[str, int]] = {}
    parents: list[tuple[int, str]] = []
    for indent, name, code in drawing:
        while parents and parents[-1][0] >= len(indent):
            parents.pop()
        drawn[name] = (parents[-1][1] if parents else "Exception", int(code))
        parents.append((len(indent), name))
    defined = {
        each.__name__: (each.__bases__[0].__name__, int(each.exit_code))
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.AgentError)
    }
    assert drawn == defined


def test_an_error_reads_as_its_sentence_and_what_to_do_next() -> None:
    assert str(errors.ServerError("It is away.", "Try again.")) == "It is away. Try again."
    assert str(errors.ServerError("It is away.")) == "It is away."


def test_exit_codes_are_a_promise_to_scripts() -> None:
    assert {code.name: code.value for code in errors.ExitCode} == {
        "DONE": 0,
        "FAILED": 1,
        "USAGE": 2,
        "SIGN_IN": 3,
        "APPROVAL": 4,
        "SERVER": 5,
        "MODEL": 6,
        "LIMIT": 7,
        "INTERRUPTED": 130,
    }
